"""The world of the demo's older orders: every move worked out in memory, to be written as rows in bulk."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Literal

from aktar.site.demo.geography import Site
from aktar.site.demo.network import Network
from aktar.site.demo.sketches import Handler, Line, Note, Package, Purchase, Shipment, Step, Transfer

_REACHED: dict[Handler, str] = {
    "ready": "ready_to_shipment",
    "ready_advance": "ready_to_shipment",
    "dispatch": "in_transit",
    "deliver": "transferred",
    "cancel": "cancelled",
    "renew": "cancelled",
}
_SHIPMENT_STATES = {"in_transit": "in_transit", "transferred": "delivered", "cancelled": "cancelled"}


_WORK = timedelta(milliseconds=29)  # what planning takes for one transfer


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the log to be: an object, its states, and the transfer that it came about by.

    `step` is the command behind it, None where planning moved a package; `transfer_left` is the state that
    the command took the transfer from.
    """

    kind: Literal["transfer", "package"]
    object_id: int
    old: str
    new: str
    at: datetime
    transfer: Transfer
    step: Step | None
    transfer_left: str


def reached(step: Step) -> str:
    """Name the state that a step takes its transfer to."""
    return _REACHED[step.handler]


class Ledger:
    """Acts the story out on the sketches alone, by the same rules as the real actions."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._lines, self._packages, self._package_items = count(1), count(1), count(1)
        self._transfers, self._shipments = count(1), count(1)
        self.moves: list[Move] = []

    def place(self, purchase: Purchase) -> None:
        """Number what the order holds, the packages that it will be split into too."""
        for line in purchase.lines:
            line.id = next(self._lines)
        for package in purchase.packages:
            package.id = next(self._packages)
            for line in package.lines:
                line.package_item_id = next(self._package_items)

    def plan(self, purchase: Purchase) -> list[Transfer]:
        """Make the first transfers; a package that waits for some is moved."""
        begun = self.sketch_planned(purchase)
        for transfer in begun:
            self._await(transfer)
            self._move_package(transfer.package, "150", transfer.created_at, transfer)
        return begun

    def sketch_planned(self, purchase: Purchase) -> list[Transfer]:
        """Put the transfers that the order's packages need down in the book, one after the other."""
        wanted = [(package, *lacking) for package in purchase.packages for lacking in package.lacking]
        return [
            self._sketch(package, line, source, purchase.planned_at, purchase.planned_at + _WORK * place)
            for place, (package, line, source) in enumerate(wanted, start=1)
        ]

    def step(self, transfer: Transfer, step: Step) -> Transfer | None:
        """Move the transfer, and what follows from it."""
        left, transfer.state = transfer.state, reached(step)
        transfer.modified_at = transfer.moved_at = step.at
        transfer.version += 1
        if step.handler == "ready_advance" and step.handover:
            transfer.shipment = Shipment(next(self._shipments), step.at, step.handover, step.at)
        elif transfer.shipment:
            transfer.shipment.state = _SHIPMENT_STATES[transfer.state]
            transfer.shipment.modified_at = step.at
        package = transfer.package
        renewed = None
        # A package that already lacks something for good is not worth another source.
        if step.renewed_from and package.state == "150":
            renewed = self._sketch(package, transfer.line, step.renewed_from, step.at, step.at)
            self._await(renewed)
        elif not transfer.is_open:
            self._settle(transfer, step, left)
        self.moves.append(Move("transfer", transfer.id, left, transfer.state, step.at, transfer, step, left))
        return renewed

    def note(self, transfer: Transfer, note: Note) -> None:
        """Set the number; no state changes, so nothing is logged."""
        if note.field == "invoice_number":
            transfer.invoice_number = note.value
        else:
            transfer.remote_id = note.value
        transfer.modified_at = note.at
        transfer.version += 1

    def _settle(self, transfer: Transfer, step: Step, left: str) -> None:
        package, line = transfer.package, transfer.line
        line.package_item_state = "100" if transfer.state == "transferred" else "920"
        line.package_item_modified = step.at
        if any(each.package_item_state == "920" for each in package.lines):
            self._move_package(package, "920", step.at, transfer, step, left)
        elif not any(other.is_open for other in package.transfers):
            self._move_package(package, "100", step.at, transfer, step, left)

    def _await(self, transfer: Transfer) -> None:
        line = transfer.line
        line.package_item_state, line.package_item_modified = "150", transfer.created_at

    def _sketch(
        self, package: Package, line: Line, source: Site, decided_at: datetime, created_at: datetime
    ) -> Transfer:
        transfer = Transfer(
            id=next(self._transfers),
            package=package,
            line=line,
            source=source,
            number=package.next_transfer_number(),
            target=decided_at + self._network.targets(source).transfer,
            created_at=created_at,
            modified_at=created_at,
            moved_at=created_at,
        )
        package.transfers.append(transfer)
        return transfer

    def _move_package(
        self,
        package: Package,
        to: str,
        at: datetime,
        transfer: Transfer,
        step: Step | None = None,
        transfer_left: str = "",
    ) -> None:
        if package.state != to:
            self.moves.append(
                Move("package", package.id, package.state, to, at, transfer, step, transfer_left)
            )
            package.state, package.modified_at = to, at
