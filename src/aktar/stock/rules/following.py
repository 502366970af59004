"""How levels follow the goods of a transfer order or a package, from what the ledger says of them.

`Booked` is the ledger's word: what was booked so far, in sum. Nothing is taken for granted, for transfers can
be older than the books. What is taken from levels as they are is taken from the `Level` as well, so that one
line sees what another took (`dispatched`, `shipped_out`, `lost`); the others go by what was booked alone, and
leave levels as they are.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from aktar.stock.rules.books import Kind, Level, Movement, Pair, StockLine


@dataclass(frozen=True, slots=True)
class Booked:
    """The sum of the movements of one kind, of a product at a location for a package item."""

    product: int
    location: int
    package_item: int | None
    kind: Kind
    on_hand: int
    reserved: int
    in_transit: int


def dispatched(
    lines: Iterable[StockLine],
    levels: Mapping[Pair, Level],
    booked: Iterable[Booked],
    *,
    destination: int,
) -> Iterator[Movement]:
    """Send lines to `destination`: out of the source's books, into the destination's, as far as each has any.

    What was reserved goes; where nothing was, what is available, if it is enough.
    """
    reserved = _sums(booked, "reserved")
    for line in summed(lines):
        held = reserved[line.product, line.location, line.package_item]
        taken = held or _free(line, levels)
        is_awaited = (line.product, destination) in levels
        if taken:
            levels[line.pair].on_hand -= taken
            levels[line.pair].reserved -= held
            kind = Kind.DISPATCHED if is_awaited else Kind.LEFT
            yield Movement(*line.pair, kind, on_hand=-taken, reserved=-held, package_item=line.package_item)
        if is_awaited:
            for kind, quantity in ((Kind.DISPATCHED, taken), (Kind.ENTERED, line.quantity - taken)):
                if quantity > 0:
                    yield Movement(
                        line.product, destination, kind, in_transit=quantity, package_item=line.package_item
                    )


def arrived(
    lines: Iterable[StockLine], levels: Mapping[Pair, Level], booked: Iterable[Booked]
) -> Iterator[Movement]:
    """Bring lines to where they were sent: on hand, and promised to their package items."""
    on_the_way = _sums(booked, "in_transit")
    for line in summed(lines):
        if line.pair not in levels:
            continue
        known = on_the_way[line.product, line.location, line.package_item]
        for kind, quantity in ((Kind.ARRIVED, known), (Kind.ENTERED, line.quantity - known)):
            if quantity > 0:
                yield Movement(
                    *line.pair,
                    kind,
                    on_hand=quantity,
                    reserved=quantity,
                    in_transit=-quantity if kind is Kind.ARRIVED else 0,
                    package_item=line.package_item,
                )


def called_off(booked: Iterable[Booked]) -> Iterator[Movement]:
    """Undo what a transfer order still holds: a reservation at its source, or goods on their way."""
    booked = list(booked)
    promised = (Kind.RESERVED, Kind.RELEASED, Kind.DISPATCHED, Kind.LEFT)
    for key, quantity in _sums((row for row in booked if row.kind in promised), "reserved").items():
        if quantity > 0:
            product, location, item = key
            yield Movement(product, location, Kind.RELEASED, reserved=-quantity, package_item=item)
    arrives = {
        (product, item) for (product, _, item), left in _sums(booked, "in_transit").items() if left > 0
    }
    for kind, undone_as in (
        (Kind.DISPATCHED, Kind.RETURNED),
        (Kind.ENTERED, Kind.ENTERED),
        (Kind.LEFT, Kind.LEFT),
    ):
        # What was undone already counts against what was done.
        rows = [row for row in booked if row.kind in (kind, undone_as)]
        on_hand, in_transit = _sums(rows, "on_hand"), _sums(rows, "in_transit")
        for product, location, item in on_hand:
            if kind is not Kind.LEFT and (product, item) not in arrives:
                continue
            gone, coming = on_hand[product, location, item], in_transit[product, location, item]
            if gone or coming:
                yield Movement(
                    product, location, undone_as, on_hand=-gone, in_transit=-coming, package_item=item
                )


def shipped_out(
    lines: Iterable[StockLine], levels: Mapping[Pair, Level], booked: Iterable[Booked]
) -> Iterator[Movement]:
    """Let lines go to the customer: what is promised to their package items, else what is available.

    No more than the line goes; what is promised beyond it is anybody's again.
    """
    reserved = _sums(booked, "reserved")
    for line in summed(lines):
        held = reserved[line.product, line.location, line.package_item]
        taken = min(held, line.quantity) or _free(line, levels)
        promised = min(held, taken)
        if taken:
            levels[line.pair].on_hand -= taken
            levels[line.pair].reserved -= held
            yield Movement(
                *line.pair,
                Kind.SHIPPED_OUT,
                on_hand=-taken,
                reserved=-promised,
                package_item=line.package_item,
            )
        if held > promised:
            yield Movement(
                *line.pair, Kind.RELEASED, reserved=promised - held, package_item=line.package_item
            )


def released(booked: Iterable[Booked]) -> Iterator[Movement]:
    """Free whatever is promised."""
    for (product, location, item), quantity in _sums(booked, "reserved").items():
        if quantity > 0:
            yield Movement(product, location, Kind.RELEASED, reserved=-quantity, package_item=item)


def lost(lines: Iterable[StockLine], levels: Mapping[Pair, Level]) -> Iterator[Movement]:
    """Write off what is available of lines: goods that the books do not have cannot be lost from them."""
    for line in lines:
        level = levels.get(line.pair)
        quantity = 0 if level is None else min(line.quantity, max(level.available, 0))
        if level is not None and quantity:
            level.on_hand -= quantity
            yield Movement(*line.pair, Kind.LOST, on_hand=-quantity, package_item=line.package_item)


def summed(lines: Iterable[StockLine]) -> list[StockLine]:
    """Lines of the same goods for the same package item as one."""
    quantities: dict[tuple[int, int, int | None], int] = defaultdict(int)
    for line in lines:
        quantities[line.product, line.location, line.package_item] += line.quantity
    return [
        StockLine(product, location, quantity, item)
        for (product, location, item), quantity in quantities.items()
    ]


def _free(line: StockLine, levels: Mapping[Pair, Level]) -> int:
    """What nobody reserved and can be taken all the same: the whole line or nothing."""
    level = levels.get(line.pair)
    return line.quantity if level is not None and level.has(line.quantity) else 0


def _sums(booked: Iterable[Booked], column: str) -> dict[tuple[int, int, int | None], int]:
    sums: dict[tuple[int, int, int | None], int] = defaultdict(int)
    for row in booked:
        sums[row.product, row.location, row.package_item] += getattr(row, column)
    return sums
