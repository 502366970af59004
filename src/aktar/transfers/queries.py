"""Reads of transfer orders: ids of a page first, then a fixed number of queries for exactly those."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec
from django.db.models import Q, QuerySet

from aktar.edge.content_types import ContentType
from aktar.edge.documents import Documents, Made
from aktar.edge.expressions import InstantText
from aktar.edge.references import Fragments, Reading
from aktar.edge.shapes import encode
from aktar.edge.statements import Compiled, RowsOfIds, Statement, Versions
from aktar.orders.models import Order, Package
from aktar.orders.queries import customer_side
from aktar.places.queries import stock_locations
from aktar.places.rules import Reach
from aktar.planning.models import Outcome, PlanItem
from aktar.transfers.items.queries import ORDER, ORDER_VERSION, items_by_order, rows_of_orders
from aktar.transfers.models import CargoCompany, TransferItem, TransferOrder
from aktar.transfers.rules import (
    OPEN,
    TRANSFER_STATUS,
    TransferOrderUnknown,
    TransitionLogUnknown,
    transfer_event,
)
from aktar.transfers.shapes import (
    CargoCompanyShape,
    TransferOrderDetailShape,
    TransferOrderPayloadShape,
    TransferOrderShape,
    TransferOrderSimpleShape,
    TransferShipmentShape,
)
from aktar.workflow.models import Command, State, TransitionLog
from aktar.workflow.queries import workflow_shapes
from aktar.workflow.rules import Workflow

SORTS = ("id", "created_date", "modified_date", "order_id", "target_transfer_date")


def state_events() -> list[tuple[str, ContentType]]:
    """The event types of the states that commands lead to, an operator's too, with their kind. One query."""
    reached = Command.objects.values("destination_state")
    states = State.objects.filter(content_type=ContentType.TRANSFER_ORDER, pk__in=reached).order_by("pk")
    names = states.values_list("enum_value", flat=True)
    return [(transfer_event(name), ContentType.TRANSFER_ORDER) for name in names]


def visible_transfer_orders(reach: Reach) -> QuerySet[TransferOrder]:
    """The transfer orders that leave or enter one of the caller's stock locations."""
    if reach.everything:
        return TransferOrder.objects.all()
    return TransferOrder.objects.filter(
        Q(source_id__in=reach.locations) | Q(destination_id__in=reach.locations)
    )


def require_visible(order_id: int, reach: Reach) -> None:
    """Raise TransferOrderUnknown unless the caller may see this transfer order. One query."""
    if not visible_transfer_orders(reach).filter(pk=order_id).exists():
        raise TransferOrderUnknown


def is_package_visible(package: Package, reach: Reach) -> bool:
    """Whether the caller dispatches the package or sees one of its transfers. At most one query."""
    return (
        reach.everything
        or package.stock_location_id in reach.locations
        or visible_transfer_orders(reach).filter(package=package).exists()
    )


def is_order_visible(order: Order, reach: Reach) -> bool:
    """Whether the caller dispatches a package of the order or sees a transfer of it. At most two queries."""
    return (
        reach.everything
        or order.packages.filter(stock_location__in=reach.locations).exists()
        or visible_transfer_orders(reach).filter(order=order).exists()
    )


def transfer_order_version(order_id: int, reach: Reach) -> int:
    """The version of a transfer order. One query. Raises TransferOrderUnknown where the caller sees none."""
    for _id, version, *ends in _version_rows.of([order_id]):
        if reach.everything or not reach.locations.isdisjoint(ends):
            return int(version)
    raise TransferOrderUnknown


def package_of(order_id: int) -> Statement:
    """What selects the id of a transfer order's package, which never changes. No query."""
    return _package_id.for_values(order_id)


def require_log_visible(
    log_id: int, *, object_id: int, kinds: Collection[ContentType], reach: Reach
) -> QuerySet[TransitionLog]:
    """The log of this id, if it is of this object and the caller may see that. At most three queries.

    Raises TransitionLogUnknown. A package is seen by whoever sees one of its transfers or dispatches it.
    """
    log = TransitionLog.objects.filter(pk=log_id, object_id=object_id, content_type__in=kinds)
    content_type = log.values_list("content_type", flat=True).first()
    if content_type is None:
        raise TransitionLogUnknown
    orders = visible_transfer_orders(reach)
    if content_type == ContentType.TRANSFER_ORDER:
        visible = reach.everything or orders.filter(pk=object_id).exists()
    else:
        visible = (
            reach.everything
            or orders.filter(package_id=object_id).exists()
            or Package.objects.filter(pk=object_id, stock_location_id__in=reach.locations).exists()
        )
    if not visible:
        raise TransitionLogUnknown
    return log


def open_transfer_orders(flow: Workflow) -> QuerySet[TransferOrder]:
    """The transfer orders that have neither arrived nor been cancelled."""
    states = [flow.state(ContentType.TRANSFER_ORDER, TRANSFER_STATUS, status).id for status in OPEN]
    return TransferOrder.objects.filter(state_id__in=states)


def open_plan_items(order: TransferOrder) -> list[int]:
    """The planned lines (ids) that a transfer order is to fulfil. One query, none if it was not planned."""
    if order.plan_item is None:
        return []
    items = TransferItem.objects.filter(transfer_order=order).values("package_item__order_item_id")
    planned = PlanItem.objects.filter(
        outcome=Outcome.OPEN,
        source=order.source_id,
        destination=order.destination_id,
        order_item__in=items,
    )
    return list(planned.values_list("pk", flat=True))


def transfer_orders(ids: Sequence[int], reading: Reading) -> list[TransferOrderShape]:
    """The transfer orders of these ids, in their order. Two queries, plus references that are not at hand.

    Cold they cost at most eight more: states, commands, locations, products and their images, price lists,
    stock lists, cargo companies. A write between the two queries makes it ask both again.
    """
    return [shape for shape, _version in _at_versions(ids, reading)]


def transfer_order_detail(order_id: int, reading: Reading) -> TransferOrderDetailShape:
    """One transfer order with the customer's side. Three queries, plus references that are not at hand.

    Raises TransferOrderUnknown.
    """
    for listed, _version in _at_versions([order_id], reading):
        return _with_customer_side(listed, reading)
    raise TransferOrderUnknown


def _make_listed(ids: Sequence[int], reading: Reading) -> Iterator[Made]:
    """Queries as `transfer_orders`."""
    for shape, version in _at_versions(ids, reading):
        yield Made(shape.id, version, encode(shape))


def _make_detailed(ids: Sequence[int], reading: Reading) -> Iterator[Made]:
    """Queries as `transfer_order_detail`, for one id."""
    for shape, version in _at_versions(ids, reading):
        yield Made(shape.id, version, encode(_with_customer_side(shape, reading)))


transfer_order_versions = Versions(TransferOrder)
listed_transfer_orders = Documents("transfer order", _make_listed)
detailed_transfer_orders = Documents("transfer order in detail", _make_detailed)


def _at_versions(ids: Sequence[int], reading: Reading) -> list[tuple[TransferOrderShape, int]]:
    """The transfer orders of these ids, in their order, each with the version that it shows."""
    rows, item_rows = _untorn(ids)
    items = items_by_order(item_rows, reading)
    places = stock_locations.of({id_ for row in rows.values() for id_ in (row[1], row[2])}, reading)
    carriers = cargo_companies.of({row[_CARRIER] for row in rows.values()}, reading)
    workflow = workflow_shapes(reading)
    return [
        (
            TransferOrderShape(
                id=id_,
                source=places[source],
                destination=places[destination],
                transferitem_set=items[id_],
                number=number,
                order=order,
                order_number=order_number,
                package=package,
                package_number=package_number,
                target_transfer_date=target,
                order_date_placed=placed,
                state=workflow.states[state],
                commands=workflow.commands[state],
                invoice_number=invoice_number,
                remote_id=remote_id,
                transfer_shipment=None
                if shipment is None
                else TransferShipmentShape(
                    id=shipment,
                    created_date=shipment_created,
                    modified_date=shipment_modified,
                    state=workflow.states[shipment_state],
                    cargo_company=carriers[carrier],
                    awb_number=awb_number,
                    tracking_url=tracking_url,
                ),
                created_date=created,
                modified_date=modified,
            ),
            version,
        )
        for (
            id_,
            source,
            destination,
            number,
            order,
            order_number,
            package,
            package_number,
            target,
            placed,
            state,
            invoice_number,
            remote_id,
            created,
            modified,
            shipment,
            shipment_created,
            shipment_modified,
            shipment_state,
            carrier,
            awb_number,
            tracking_url,
            version,
        ) in (rows[id_] for id_ in ids if id_ in rows)
    ]


def _with_customer_side(shape: TransferOrderShape, reading: Reading) -> TransferOrderDetailShape:
    """One query, plus references that are not at hand."""
    listed = _fields(shape)
    del listed["order_date_placed"]
    side = customer_side(shape.order, reading)
    return TransferOrderDetailShape(
        **listed,
        channel_name=side.channel_name,
        customer=side.customer,
        shipping_address=side.shipping_address,
    )


def transfer_order_payload(order_id: int, reading: Reading) -> TransferOrderPayloadShape:
    """What an event of this transfer order carries. Two queries, plus references that are not at hand."""
    (payload,) = transfer_order_payloads([order_id], reading)
    return payload


def transfer_order_payloads(ids: Sequence[int], reading: Reading) -> list[TransferOrderPayloadShape]:
    """What events of these transfer orders carry, in their order. Queries as `transfer_orders`."""
    payloads = []
    for shape in transfer_orders(ids, reading):
        listed = _fields(shape)
        del listed["created_date"], listed["modified_date"]
        payloads.append(TransferOrderPayloadShape(**listed))
    return payloads


def transfer_orders_simple(ids: Sequence[int]) -> list[TransferOrderSimpleShape]:
    """The transfer orders of these ids in brief, in their order. One query."""
    rows = {row[0]: TransferOrderSimpleShape(*row) for row in _simple_rows.of(ids)}
    return [rows[id_] for id_ in ids if id_ in rows]


_ORDER_COLUMNS: tuple[Any, ...] = (
    "id",
    "source_id",
    "destination_id",
    "number",
    "order_id",
    "order__number",
    "package_id",
    "package__number",
    InstantText("target_transfer_date"),
    InstantText("order__date_placed"),
    "state_id",
    "invoice_number",
    "remote_id",
    InstantText("created_date"),
    InstantText("modified_date"),
    "transfer_shipment__id",
    InstantText("transfer_shipment__created_date"),
    InstantText("transfer_shipment__modified_date"),
    "transfer_shipment__state_id",
    "transfer_shipment__cargo_company_id",
    "transfer_shipment__awb_number",
    "transfer_shipment__tracking_url",
    "version",
)
_CARRIER, _VERSION = 19, 22
# More than one write in a row between two reads of a page is rare; ten are somebody's endless loop.
_MOST_TRIES = 10
_order_rows = RowsOfIds(lambda ids: TransferOrder.objects.filter(pk__in=ids).values_list(*_ORDER_COLUMNS))

_version_rows = RowsOfIds(
    lambda ids: TransferOrder.objects.filter(pk__in=ids).values_list(
        "id", "version", "source_id", "destination_id"
    )
)

_package_id = Compiled(
    lambda order_id: TransferOrder.objects.filter(pk=order_id).values_list("package_id"), -1001
)

_SIMPLE_COLUMNS: tuple[Any, ...] = (
    "id",
    InstantText("created_date"),
    InstantText("modified_date"),
    "number",
    InstantText("target_transfer_date"),
    "invoice_number",
    "remote_id",
    "state_id",
    "source_id",
    "destination_id",
    "plan_item",
)
_simple_rows = RowsOfIds(lambda ids: TransferOrder.objects.filter(pk__in=ids).values_list(*_SIMPLE_COLUMNS))


def _untorn(ids: Sequence[int]) -> tuple[dict[int, tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The rows of transfer orders, and those of their items as they were at the same version."""
    for _ in range(_MOST_TRIES):
        orders = {row[0]: row for row in _order_rows.of(ids)}
        items = rows_of_orders.of(ids)
        if all(row[ORDER] in orders and orders[row[ORDER]][_VERSION] == row[ORDER_VERSION] for row in items):
            break
    return orders, items


def _load_cargo_companies(ids: Collection[int]) -> dict[int, CargoCompanyShape]:
    return {
        row.pk: CargoCompanyShape(
            pk=row.pk, name=row.name, erp_code=row.erp_code, shipping_company=row.shipping_company
        )
        for row in CargoCompany.objects.filter(pk__in=ids)
    }


cargo_companies = Fragments(_load_cargo_companies, shape=CargoCompanyShape)


def cargo_company_shapes(ids: Sequence[int], reading: Reading) -> list[CargoCompanyShape]:
    """The cargo companies of these ids, in their order. No query, or one for those that are not at hand."""
    found = cargo_companies.of(ids, reading)
    return [found[id_] for id_ in ids if id_ in found]


def _fields(shape: msgspec.Struct) -> dict[str, Any]:
    """A shape's fields as keywords, fragments left as they are."""
    return msgspec.structs.asdict(shape)
