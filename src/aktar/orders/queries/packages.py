"""Reads of packages: in full, in brief, and what an event of one carries."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from aktar.edge.expressions import InstantText
from aktar.edge.references import Reading
from aktar.edge.statements import RowsOfIds
from aktar.orders.models import Order, Package, PackageItem
from aktar.orders.queries.items import (
    PACKAGE_OF_ITEM,
    package_item_columns,
    package_item_references,
    package_item_shape,
)
from aktar.orders.shapes import (
    PackageItemShape,
    PackageItemStateShape,
    PackagePayloadShape,
    PackageShape,
    ShortPackageShape,
)
from aktar.places.queries import stock_locations
from aktar.places.rules import Reach
from aktar.workflow.queries import workflow_shapes


def visible_packages(reach: Reach) -> QuerySet[Package]:
    """The packages that one of the caller's stock locations dispatches."""
    if reach.everything:
        return Package.objects.all()
    return Package.objects.filter(stock_location_id__in=reach.locations)


def package_shapes(ids: Sequence[int], reading: Reading) -> list[PackageShape]:
    """The packages of these ids, in their order. Two queries, plus references that are not at hand.

    Cold they cost at most seven more: states, commands, locations, products and their images, price lists,
    stock lists.
    """
    rows = {row[0]: row for row in _rows.of(ids)}
    items = _items(ids, reading)
    places = stock_locations.of({row[_LOCATION] for row in rows.values()}, reading)
    workflow = workflow_shapes(reading)
    return [
        PackageShape(
            id=id_,
            number=number,
            order=order,
            order_number=order_number,
            stock_location=places[location],
            state=workflow.states[state],
            commands=workflow.commands[state],
            packageitem_set=items[id_],
            created_date=created,
            modified_date=modified,
        )
        for id_, number, order, order_number, location, state, created, modified in (
            rows[id_] for id_ in ids if id_ in rows
        )
    ]


def short_package_shapes(ids: Sequence[int]) -> list[ShortPackageShape]:
    """The packages of these ids in brief, in their order. One query."""
    rows = {row[0]: ShortPackageShape(*row) for row in _rows.of(ids)}
    return [rows[id_] for id_ in ids if id_ in rows]


def package_payload(package: Package, reading: Reading) -> PackagePayloadShape:
    """What an event of a package carries. Two queries."""
    states = workflow_shapes(reading).states
    items: QuerySet[PackageItem] = PackageItem.objects.filter(package=package).order_by("id")
    number = Order.objects.values_list("number", flat=True).get(pk=package.order_id)
    return PackagePayloadShape(
        id=package.pk,
        number=package.number,
        order=package.order_id,
        order_number=number,
        stock_location=package.stock_location_id,
        state=states[package.state_id],
        packageitem_set=[
            PackageItemStateShape(id=id_, state=states[state], order_item=item, product=product)
            for id_, state, item, product in items.values_list(
                "id", "state_id", "order_item_id", "order_item__product_id"
            )
        ],
    )


_COLUMNS: tuple[Any, ...] = (
    "id",
    "number",
    "order_id",
    "order__number",
    "stock_location_id",
    "state_id",
    InstantText("created_date"),
    InstantText("modified_date"),
)
_LOCATION = 4
_rows = RowsOfIds(lambda ids: Package.objects.filter(pk__in=ids).values_list(*_COLUMNS))
_item_rows = RowsOfIds(
    lambda packages: (
        PackageItem.objects.filter(package_id__in=packages)
        .order_by("id")
        .values_list(*package_item_columns(""))
    )
)


def _items(packages: Sequence[int], reading: Reading) -> dict[int, list[PackageItemShape]]:
    """The items of packages, by package. One query, plus references that are not at hand."""
    rows = _item_rows.of(packages)
    references = package_item_references(rows, reading)
    items: dict[int, list[PackageItemShape]] = defaultdict(list)
    for row in rows:
        items[row[PACKAGE_OF_ITEM]].append(package_item_shape(row, references))
    return items
