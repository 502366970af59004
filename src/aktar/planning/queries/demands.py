"""What is to be planned: orders with the lines that are in no package, or lines of a package once more."""

from collections.abc import Collection
from itertools import groupby
from operator import itemgetter

from aktar.edge.references import Reading
from aktar.edge.statements import RowsOfIds
from aktar.orders.models import OrderItem, Package
from aktar.orders.queries import unpacked, unpacked_states
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
    """The demands of these orders (ids) that have lines in no package, by id. One query.

    The customer is taken to be in the middle of the smallest place known of the address.
    """
    rows = _unpacked_rows.of([*orders], *unpacked_states(workflow(reading)))
    demands = []
    for id_, some in groupby(sorted(rows, key=itemgetter(0, 1)), key=itemgetter(0)):
        lines = [*some]
        number, channel, city, *places = lines[0][3:]
        demands.append(
            Demand(
                key=id_,
                number=number,
                lines=tuple(Line(key=row[1], product=row[2], quantity=PIECE) for row in lines),
                channel=channel,
                city=city,
                point=point_of(places),
            )
        )
    return demands


def renewal_demand(package: int, *, order_items: Collection[int]) -> Demand:
    """Some lines of a package (their order items' ids) as a demand.

    Who dispatches stays, and who failed before is not asked. Three queries. Raises Package.DoesNotExist.
    """
    lines = sorted(_item_rows.of([*order_items]))
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
        lines=tuple(Line(key=id_, product=product, quantity=PIECE) for id_, product in lines),
        channel=channel,
        city=city,
        point=point_of(places),
        dispatching=dispatching,
        failed=frozenset(failed),
    )


_unpacked_rows = RowsOfIds(
    lambda orders, cancelled, dropped: OrderItem.objects.filter(
        unpacked(cancelled, dropped), order_id__in=orders
    ).values_list(
        "order_id",
        "id",
        "product_id",
        "order__number",
        "order__channel_id",
        f"order__{_ADDRESS}city_id",
        *(f"order__{column}" for column in _CUSTOMER_POINT),
    ),
    -1001,
    -1002,
)
_item_rows = RowsOfIds(lambda ids: OrderItem.objects.filter(pk__in=ids).values_list("id", "product_id"))
