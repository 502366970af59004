"""The world of the demo's newest orders: the real actions, so that their events are true."""

from aktar.orders.models import PackageItem
from aktar.places.models import StockLocation
from aktar.places.rules import EVERYWHERE
from aktar.site.demo.ledger import Ledger, reached
from aktar.site.demo.masterdata import Cast
from aktar.site.demo.rows import Rows
from aktar.site.demo.sketches import Note, Purchase, Step, Transfer
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

    def __init__(self, purchases: list[Purchase], *, ledger: Ledger, rows: Rows, cast: Cast) -> None:
        self._ledger = ledger
        self._rows = rows
        self._cast = cast
        self._locations = StockLocation.objects.in_bulk()
        for purchase in purchases:
            ledger.place(purchase)
        # Nobody looks before all is told, so the orders may be there before they are placed.
        rows.write_purchases(purchases)

    def place(self, purchase: Purchase) -> None:
        """Do nothing: the order is there."""

    def plan(self, purchase: Purchase) -> list[Transfer]:
        """Make the transfers that the order's packages need."""
        begun = self._ledger.sketch_planned(purchase)
        for transfer in begun:
            self._create(transfer, purchase)
        return begun

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

    def _create(self, transfer: Transfer, purchase: Purchase) -> None:
        item = PackageItem.objects.select_related("order_item").get(pk=transfer.line.package_item_id)
        order = create_transfer_order(
            transfer.package.id,
            source=self._locations[transfer.source.number],
            items=[ItemToMove(item)],
            planned_at=purchase.planned_at,
            by=None,
            now=transfer.created_at,
            plan_item=transfer.id,
        )
        transfer.id = order.pk
