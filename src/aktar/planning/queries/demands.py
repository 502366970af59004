"""What is to be planned: orders with the lines that are in no package, or lines of a package once more."""

from collections.abc import Collection, Iterable

from aktar.edge.references import Reading
from aktar.edge.statements import RowsOfIds
from aktar.orders.models import Order, OrderItem, Package
from aktar.orders.queries import unpacked_items
from aktar.orders.rules import PIECE
from aktar.planning.models import FailedSource
from aktar.planning.queries.points import point_of
from aktar.planning.rules import Demand, Line
from aktar.workflow.queries import workflow

_ADDRESS = "shipping_address__"
_CUSTOMER_POINT = tuple(
    f"{_ADDRESS}{place}__{axis}"
    for place in ("district", "township", "city")
    for axis in ("latitude", "longitude")
)


def demands_of(orders: Collection[int], reading: Reading) -> list[Demand]:
    """The demands of these orders (ids) that have lines in no package, by id. Two queries.

    The customer is taken to be in the middle of the smallest place known of the address.
    """
    unpacked = unpacked_items(workflow(reading)).filter(order__in=[*orders])
    lines = _lines(unpacked.values_list(*_ITEM_COLUMNS))
    return [
        Demand(
            key=id_,
            number=number,
            lines=tuple(lines[id_]),
            channel=channel,
            city=city,
            point=point_of(places),
        )
        for id_, number, channel, city, *places in sorted(_order_rows.of([*lines]))
    ]


def renewal_demand(package: int, *, order_items: Collection[int]) -> Demand:
    """Some lines of a package (ids) as a demand: who dispatches stays, and who failed before is not asked.

    Three queries. Raises Package.DoesNotExist.
    """
    lines = _lines(_item_rows.of([*order_items]))
    order, number, dispatching, channel, city, *places = (
        Package.objects.filter(pk=package)
        .values_list(
            "order_id",
            "order__number",
            "stock_location_id",
            "order__channel_id",
            f"order__{_ADDRESS}city_id",
            *(f"order__{column}" for column in _CUSTOMER_POINT),
        )
        .get()
    )
    failed = FailedSource.objects.filter(package=package).values_list("product_id", "stock_location_id")
    return Demand(
        key=order,
        number=number,
        lines=tuple(lines.get(order, ())),
        channel=channel,
        city=city,
        point=point_of(places),
        dispatching=dispatching,
        failed=frozenset(failed),
    )


_order_rows = RowsOfIds(
    lambda ids: Order.objects.filter(pk__in=ids).values_list(
        "id", "number", "channel_id", f"{_ADDRESS}city_id", *_CUSTOMER_POINT
    )
)
_ITEM_COLUMNS = ("id", "order_id", "product_id")
_item_rows = RowsOfIds(lambda ids: OrderItem.objects.filter(pk__in=ids).values_list(*_ITEM_COLUMNS))


def _lines(rows: Iterable[tuple[int, int, int]]) -> dict[int, list[Line]]:
    lines: dict[int, list[Line]] = {}
    for id_, order, product in sorted(rows):
        lines.setdefault(order, []).append(Line(key=id_, product=product, quantity=PIECE))
    return lines
