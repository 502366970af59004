"""What must be true of orders, packages, transfers and stock, told without the code that makes it so.

The planner may choose as it likes among what there is: the model looks at what was chosen, holds that it
could be chosen, and that nothing was told out of stock which somebody had.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

PIECE = 100
OPEN = ("waiting", "ready_to_shipment", "in_transit")
ORDER, PACKAGE, TRANSFER = 3, 4, 6
PACKAGE_EVENTS = {
    "100": "package.status.waiting",
    "150": "package.status.waiting_for_transfer",
    "200": "package.status.preparing",
    "400": "package.status.ready_for_packaging",
    "500": "package.status.packed",
    "600": "package.status.cancelled",
    "920": "package.status.contains_out_of_stock_products",
}


@dataclass
class Level:
    """Hundredths on hand, reserved, on their way here."""

    on_hand: int = 0
    reserved: int = 0
    in_transit: int = 0

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


@dataclass
class Piece:
    """A package item: its product, its state, and whether the package's location holds it for the package."""

    id: int
    order_item: int
    product: int
    state: str
    is_held: bool = False


@dataclass
class Transfer:
    """A transfer order and the pieces it brings."""

    id: int
    number: str
    package: int
    source: int
    pieces: list[Piece]
    state: str = "waiting"
    renews: int | None = None


@dataclass
class Package:
    """A package, what it holds, and who could not send what for it."""

    id: int
    number: str
    order: int
    location: int
    pieces: list[Piece] = field(default_factory=list)
    state: str = "100"
    failed: set[tuple[int, int]] = field(default_factory=set)


@dataclass
class Order:
    """An order, and the products of its items by their ids."""

    id: int
    number: str
    items: dict[int, int]
    state: str = "400"


class Model:
    """The whole of it, and what the log and the outbox must say: `history` and `told`, by kind and id."""

    def __init__(self) -> None:
        self.levels: dict[tuple[int, int], Level] = defaultdict(Level)
        self.orders: dict[int, Order] = {}
        self.packages: dict[int, Package] = {}
        self.transfers: dict[int, Transfer] = {}
        self.history: dict[tuple[int, int], list[str]] = defaultdict(list)
        self.told: dict[tuple[int, int], list[str]] = defaultdict(list)
        self.in_books: Counter[int] = Counter()
        """Hundredths of each product that came in, less those that are gone."""

    # -- what happens ------------------------------------------------------------------------------------

    def place(self, order: Order) -> None:
        self.orders[order.id] = order

    def add_package(self, package: Package) -> None:
        """A package that was made, its pieces as they are: those at hand are promised, nothing is missed."""
        self.packages[package.id] = package
        self.told[PACKAGE, package.id].append("package.created")
        for piece in package.pieces:
            if piece.state == "100":
                self.hold(package, piece)

    def hold(self, package: Package, piece: Piece) -> None:
        """The package's own location promises a piece, which it has."""
        level = self.levels[piece.product, package.location]
        assert level.available >= PIECE, "promised, and not there"
        assert (piece.product, package.location) not in package.failed
        level.reserved += PIECE
        piece.is_held = True

    def add_planned_transfer(self, transfer: Transfer) -> None:
        """A transfer that was planned, to a package that it moves."""
        self.require_not_asked_before(transfer)
        self.add_transfer(transfer)

    def require_not_asked_before(self, transfer: Transfer) -> None:
        """A planner's source has not failed this package before."""
        failed = self.packages[transfer.package].failed
        assert failed.isdisjoint((piece.product, transfer.source) for piece in transfer.pieces), "asked again"

    def add_transfer(self, transfer: Transfer) -> None:
        """A transfer that was made, to a package that waits for it."""
        self.bring(transfer)
        self.move_package(self.packages[transfer.package], "150")

    def bring(self, transfer: Transfer) -> None:
        """A transfer's source has the goods, and promises them."""
        package = self.packages[transfer.package]
        self.transfers[transfer.id] = transfer
        self.told[TRANSFER, transfer.id].append("transfer.status.created")
        for piece in transfer.pieces:
            level = self.levels[piece.product, transfer.source]
            assert transfer.source != package.location
            assert level.available >= PIECE, "oversold"
            level.reserved += PIECE
            piece.state = "150"

    def resupply(self, package: Package, made: list[Transfer], here: list[Piece]) -> None:
        """Pieces out of stock that transfers bring or the location has; who lacks nothing more goes on."""
        for transfer in made:
            self.require_not_asked_before(transfer)
            self.bring(transfer)
        for piece in here:
            self.hold(package, piece)
            piece.state = "100"
        missing = [piece for piece in package.pieces if piece.state == "920"]
        self.require_nowhere(package, missing)
        if not missing:
            self.move_package(package, "150" if self.open_transfers(package) else "100")

    def miss(self, package: Package, pieces: list[Piece]) -> None:
        """Pieces that nobody was found for."""
        self.require_nowhere(package, pieces)
        for piece in pieces:
            piece.state = "920"
        if pieces:
            self.move_package(package, "920")

    def require_nowhere(self, package: Package, pieces: list[Piece]) -> None:
        """Nobody has any of these pieces who may be asked."""
        for piece in pieces:
            had = [
                location
                for (product, location), level in self.levels.items()
                if product == piece.product
                and level.available >= PIECE
                and (product, location) not in package.failed
            ]
            assert not had, f"told out of stock, and {had} had some"

    def move_package(self, package: Package, state: str) -> None:
        if package.state in (state, "500", "600"):
            return
        package.state = state
        self.history[PACKAGE, package.id].append(state)
        self.told[PACKAGE, package.id].append(PACKAGE_EVENTS[state])
        if state == "920":
            self.told[ORDER, package.order].append("order.at_risk")

    def move_transfer(self, transfer: Transfer, state: str) -> None:
        transfer.state = state
        self.history[TRANSFER, transfer.id].append(state)
        self.told[TRANSFER, transfer.id].append(f"transfer.status.{state}")

    def dispatch(self, transfer: Transfer) -> None:
        for piece in transfer.pieces:
            source = self.levels[piece.product, transfer.source]
            source.on_hand -= PIECE
            source.reserved -= PIECE
            self.levels[piece.product, self.packages[transfer.package].location].in_transit += PIECE
        self.move_transfer(transfer, "in_transit")

    def deliver(self, transfer: Transfer) -> None:
        package = self.packages[transfer.package]
        for piece in transfer.pieces:
            here = self.levels[piece.product, package.location]
            here.in_transit -= PIECE
            here.on_hand += PIECE
            here.reserved += PIECE
            piece.state, piece.is_held = "100", True
        self.move_transfer(transfer, "transferred")
        self.wait_no_more(package)

    def wait_no_more(self, package: Package) -> None:
        """The package has everything, if nothing is on its way and nothing missing."""
        if {piece.state for piece in package.pieces} == {"100"} and not self.open_transfers(package):
            self.move_package(package, "100")

    def call_off(self, transfer: Transfer) -> None:
        """What a transfer holds is free again, at its source."""
        for piece in transfer.pieces:
            source = self.levels[piece.product, transfer.source]
            if transfer.state == "in_transit":
                source.on_hand += PIECE
                self.levels[piece.product, self.packages[transfer.package].location].in_transit -= PIECE
            else:
                source.reserved -= PIECE
        self.move_transfer(transfer, "cancelled")

    def cancel_transfer(self, transfer: Transfer) -> None:
        package = self.packages[transfer.package]
        self.call_off(transfer)
        for piece in transfer.pieces:
            piece.state = "920"
        self.move_package(package, "920")

    def fail(self, transfer: Transfer, *, is_lost: bool) -> None:
        """The source could not send: it is not asked again, and what is lost is gone from its books."""
        package = self.packages[transfer.package]
        self.call_off(transfer)
        for piece in transfer.pieces:
            package.failed.add((piece.product, transfer.source))
            level = self.levels[piece.product, transfer.source]
            if is_lost and level.available >= PIECE:
                level.on_hand -= PIECE
                self.in_books[piece.product] -= PIECE

    def pack(self, package: Package) -> None:
        for piece in package.pieces:
            level = self.levels[piece.product, package.location]
            level.on_hand -= PIECE
            level.reserved -= PIECE
            self.in_books[piece.product] -= PIECE
            piece.is_held = False
        self.move_package(package, "500")

    def cancel_package(self, package: Package) -> None:
        for transfer in self.open_transfers(package):
            self.call_off(transfer)
        for piece in package.pieces:
            if piece.is_held:
                self.levels[piece.product, package.location].reserved -= PIECE
            piece.state, piece.is_held = "600", False
        self.move_package(package, "600")

    def lose_package(self, package: Package) -> None:
        """The order stands, and what the package held waits to be planned anew."""
        self.cancel_package(package)
        self.told[ORDER, package.order].append("order.at_risk")

    def orders_at_risk(self) -> set[int]:
        """Orders that stand with a piece out of stock, or one whose package was cancelled and no more."""
        return {
            order.id
            for order in self.orders.values()
            if order.state == "400"
            and (packages := self.packages_of(order))
            and (
                all(package.state == "600" for package in packages)
                or any(piece.state == "920" for package in packages for piece in package.pieces)
            )
        }

    def cancel_order(self, order: Order) -> None:
        for package in self.packages_of(order):
            if package.state != "600":
                self.cancel_package(package)
        order.state = "100"
        self.history[ORDER, order.id].append("100")
        self.told[ORDER, order.id].append("order.cancelled")

    def change(self, pair: tuple[int, int], by: int) -> bool:
        """Somebody corrects what is on hand; refused where more is promised than would be left."""
        level = self.levels[pair]
        if level.on_hand + by < level.reserved:
            return False
        level.on_hand += by
        self.in_books[pair[0]] += by
        return True

    # -- what there is -----------------------------------------------------------------------------------

    def open_transfers(self, package: Package) -> list[Transfer]:
        return [
            transfer
            for transfer in self.transfers.values()
            if transfer.package == package.id and transfer.state in OPEN
        ]

    def pieces_to_bring(self, package: Package) -> list[Piece]:
        """What the package's location does not hold for it, and nobody brings."""
        brought = [piece for transfer in self.open_transfers(package) for piece in transfer.pieces]
        return [piece for piece in package.pieces if not piece.is_held and piece not in brought]

    def packages_of(self, order: Order) -> list[Package]:
        return [package for package in self.packages.values() if package.order == order.id]

    def next_transfer_numbers(self, package: Package) -> list[str]:
        """What the numbers of a package's transfers must be, in the order that they were made in."""
        made = [each for each in self.transfers.values() if each.package == package.id]
        return [f"{package.number}T{n}" for n in range(1, len(made) + 1)]
