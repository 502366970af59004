"""The world of the demo's newest orders: the real actions, so that their events are true."""

from aktar.orders.models import PackageItem
from aktar.places.models import StockLocation
from aktar.places.rules import EVERYWHERE
from aktar.site.demo.geography import Site
from aktar.site.demo.ledger import Ledger, reached
from aktar.site.demo.masterdata import Cast
from aktar.site.demo.rows import Rows
from aktar.site.demo.sketches import Line, Note, Package, Purchase, Step, Transfer
from aktar.transfers.actions import (
    ItemToMove,
    create_transfer_order,
    run_command,
    set_invoice_number,
    set_remote_id,
)
from aktar.transfers.rules import CommandParameters


class LiveWorld:
    """Acts the story out on the database. A renewal finds what the action finds, not what the story says."""

    def __init__(self, ledger: Ledger, rows: Rows, cast: Cast) -> None:
        self._ledger = ledger
        self._rows = rows
        self._cast = cast
        self._locations = StockLocation.objects.in_bulk()

    def place(self, purchase: Purchase) -> None:
        """Number the order's lines; the rows are written when it is planned, minutes later."""
        self._ledger.place(purchase)

    def plan(self, purchase: Purchase) -> list[Transfer]:
        """Write the order with its packages, and make the transfers they need."""
        self._ledger.pack(purchase)
        self._rows.write_purchases([purchase])
        return [
            self._begin(package, line, source, purchase)
            for package in purchase.packages
            for line, source in package.lacking
        ]

    def step(self, transfer: Transfer, step: Step) -> Transfer | None:
        """Run the command."""
        given = self._rows.given(step)
        carrier = given.get("cargo_company")
        run_command(
            transfer.id,
            slug=self._rows.command(transfer.state, step).slug,
            parameters=CommandParameters(
                given=given,
                cargo_company=int(carrier) if carrier else None,
                awb_number=given.get("awb_number"),
                tracking_url=given.get("tracking_url"),
            ),
            by=self._cast.users[step.by.username],
            reach=EVERYWHERE,
            now=step.at,
        )
        transfer.state = reached(step)
        return None

    def note(self, transfer: Transfer, note: Note) -> None:
        """Set the number."""
        if note.field == "invoice_number":
            set_invoice_number(transfer.id, note.value, reach=EVERYWHERE, now=note.at)
        else:
            set_remote_id(transfer.id, note.value, reach=EVERYWHERE, now=note.at)

    def _begin(self, package: Package, line: Line, source: Site, purchase: Purchase) -> Transfer:
        transfer = self._ledger.sketch(package, line, source, purchase.planned_at)
        item = PackageItem.objects.select_related("order_item").get(pk=line.package_item_id)
        order = create_transfer_order(
            package.id,
            source=self._locations[source.number],
            items=[ItemToMove(item)],
            planned_at=purchase.planned_at,
            by=None,
            now=transfer.created_at,
            plan_item=transfer.id,
        )
        transfer.id = order.pk
        return transfer
