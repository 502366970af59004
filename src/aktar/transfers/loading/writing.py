"""Writes an accepted batch: what is new, what differs, the versions of the transfer orders that show it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, models
from django.db.models import F, Q

from aktar.catalog.models import ProductImage
from aktar.edge.inserting import insert
from aktar.orders.models import Order, Package
from aktar.transfers.loading.batches import Batch
from aktar.transfers.loading.derived import (
    born,
    following,
    order_state,
    package_state,
    settled_orders,
    settled_packages,
)
from aktar.transfers.loading.tables import (
    CHANNEL,
    CUSTOMER,
    ORDER,
    ORDER_ITEM,
    PACKAGE,
    PACKAGE_ITEM,
    PRODUCT,
    PRODUCT_IMAGE,
    SHIPMENT,
    SHIPPING_ADDRESS,
    TABLES,
    TRANSFER_ITEM,
    TRANSFER_ORDER,
    Row,
    Table,
)
from aktar.transfers.models import TransferOrder
from aktar.workflow.rules import Workflow


@dataclass
class Written:
    """The transfer orders that came anew and those that look otherwise than before."""

    created: set[int] = field(default_factory=set)
    updated: set[int] = field(default_factory=set)


def write(batch: Batch, flow: Workflow, *, now: datetime) -> Written:
    """Write a batch's rows; raises the version of every transfer order that shows a difference.

    No log and no event is written. Raises IntegrityError and DataError where the database knows better.
    """
    new = {table: batch.new(table) for table in TABLES}
    changes = {table: batch.changes(table) for table in TABLES}
    new[ORDER] = _new_orders(new, flow, now)
    new[PACKAGE] = _new_packages(new, flow, now)
    for table in TABLES:
        _insert(table, new[table])
        _update(table.model, changes[table])
    _drop_lost_images(batch)
    _settle(batch, new, changes, flow, now=now)
    created = {row["id"] for row in new[TRANSFER_ORDER]}
    updated = _showing(new, changes) - created
    TransferOrder.objects.filter(pk__in=updated).update(version=F("version") + 1)
    return Written(created, updated)


def _new_orders(new: Mapping[Table, list[Row]], flow: Workflow, now: datetime) -> list[Row]:
    """The new orders, with what no document tells of them."""
    items = _grouped(new[ORDER_ITEM], "order_id")
    return [
        row
        | born(items[row["id"]], now)
        | {"state_id": order_state((item["state_id"] for item in items[row["id"]]), flow)}
        for row in new[ORDER]
    ]


def _new_packages(new: Mapping[Table, list[Row]], flow: Workflow, now: datetime) -> list[Row]:
    """The new packages, likewise; a transfer's destination is the place that dispatches the package."""
    items = _grouped(new[PACKAGE_ITEM], "package_id")
    destinations = {row["package_id"]: row["destination_id"] for row in new[TRANSFER_ORDER]}
    return [
        row
        | born(items[row["id"]], now)
        | {
            "state_id": package_state((item["state_id"] for item in items[row["id"]]), flow),
            "stock_location_id": destinations[row["id"]],
        }
        for row in new[PACKAGE]
    ]


def _settle(
    batch: Batch,
    new: Mapping[Table, list[Row]],
    changes: Mapping[Table, Mapping[int, Row]],
    flow: Workflow,
    *,
    now: datetime,
) -> None:
    """Let orders and packages that were there before follow the items that came or changed.

    Their date says that they are in a state that their log does not know of.
    """
    orders = _parents(batch, new, changes, items=ORDER_ITEM, parent="order_id", of=ORDER)
    for state, ids in _by_state(settled_orders(orders, flow)).items():
        Order.objects.filter(pk__in=ids).exclude(state_id=state).update(state_id=state, modified_date=now)
    packages = _parents(batch, new, changes, items=PACKAGE_ITEM, parent="package_id", of=PACKAGE)
    if packages:
        follow = following(flow)
        for state, ids in _by_state(settled_packages(packages, flow)).items():
            Package.objects.filter(pk__in=ids, state_id__in=follow).exclude(state_id=state).update(
                state_id=state, modified_date=now
            )


def _parents(
    batch: Batch,
    new: Mapping[Table, list[Row]],
    changes: Mapping[Table, Mapping[int, Row]],
    *,
    items: Table,
    parent: str,
    of: Table,
) -> set[int]:
    held = batch.held[of]
    found = {row[parent] for row in new[items] if row[parent] in held}
    return found | {
        batch.told[items][id_][parent] for id_, row in changes[items].items() if "state_id" in row
    }


def _showing(new: Mapping[Table, list[Row]], changes: Mapping[Table, Mapping[int, Row]]) -> set[int]:
    """The transfer orders whose answers show a difference. A query for each kind of row that differs.

    Places, products and lists are left out: the reference version stands for them.
    """
    found = set(changes[TRANSFER_ORDER])
    found |= {row["transfer_order_id"] for table in (TRANSFER_ITEM, SHIPMENT) for row in new[table]}
    ways = {
        TRANSFER_ITEM: "transferitem_set__in",
        SHIPMENT: "transfer_shipment__in",
        PACKAGE_ITEM: "transferitem_set__package_item__in",
        ORDER_ITEM: "transferitem_set__package_item__order_item__in",
        PACKAGE: "package__in",
        ORDER: "order__in",
        CUSTOMER: "order__customer__in",
        SHIPPING_ADDRESS: "order__shipping_address__in",
        CHANNEL: "order__channel__in",
    }
    for table, way in ways.items():
        if changes[table]:
            found |= _orders_where(Q(**{way: list(changes[table])}))
    if changes[CUSTOMER]:
        found |= _orders_where(Q(order__shipping_address__customer__in=list(changes[CUSTOMER])))
    return found


def _orders_where(condition: Q) -> set[int]:
    return set(TransferOrder.objects.filter(condition).values_list("pk", flat=True))


def _drop_lost_images(batch: Batch) -> None:
    """A product's pictures are told all at once: what is missing among them is gone."""
    products = [id_ for id_ in batch.told[PRODUCT] if id_ in batch.held[PRODUCT]]
    if products:
        images = ProductImage.objects.filter(product__in=products).exclude(pk__in=batch.told[PRODUCT_IMAGE])
        lost = list(images.values_list("pk", flat=True))
        if lost:
            ProductImage.objects.filter(pk__in=lost).delete()


def _insert(table: Table, rows: list[Row]) -> None:
    if rows:
        insert(table.model, rows)
        _move_sequence_past(table.model)


def _move_sequence_past(model: type[models.Model]) -> None:
    if connection.vendor != "postgresql":
        return  # SQLite looks at the rows themselves
    name = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [name])
        (sequence,) = cursor.fetchone() or (None,)
        # Never back: another connection may hold numbers whose rows are not to be seen yet, and take more of
        # them while this runs. So it is only touched where rows that brought their ids lie ahead of it.
        cursor.execute(
            f"SELECT setval(%s, biggest) FROM {sequence}, (SELECT max(id) AS biggest FROM {name}) AS ours"  # noqa: S608 - our own names
            " WHERE biggest > last_value",
            [sequence],
        )


def _update(model: type[models.Model], changes: Mapping[int, Row]) -> None:
    """Write the columns that differ. One statement for each set of columns, run for each row."""
    quote = connection.ops.quote_name
    by_columns: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for id_, row in changes.items():
        by_columns[tuple(row)].append(id_)
    fields = {field.attname: field for field in model._meta.concrete_fields}
    with connection.cursor() as cursor:
        for columns, ids in by_columns.items():
            settings = ", ".join(f"{quote(str(fields[name].column))} = %s" for name in columns)
            cursor.executemany(
                f"UPDATE {quote(model._meta.db_table)} SET {settings} WHERE id = %s",  # noqa: S608 - our own names
                [
                    [*(fields[n].get_db_prep_save(changes[id_][n], connection) for n in columns), id_]
                    for id_ in ids
                ],
            )


def _grouped(rows: Iterable[Row], column: str) -> defaultdict[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _by_state(states: Mapping[int, int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for id_, state in states.items():
        found[state].append(id_)
    return found
