"""Very many transfer orders, made by the database itself, each other than the next in what filters ask."""

from django.db import connection, models

from aktar.places.models import City
from aktar.transfers.models import TransferOrder
from tests.analyzing import analyze
from tests.factories import a_transfer_order

LOCATIONS = 500
_SERIES = (
    "WITH RECURSIVE series(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series WHERE i < {count}) "
    "INSERT INTO {table} ({columns}) SELECT {values} FROM series, {table} AS t WHERE t.id = {original}"
)


def a_crowd(count: int) -> TransferOrder:
    """So many transfer orders like the one that is answered, a minute apart, and the planner knows of them.

    Their numbers are `C<i>`, their orders and packages `O<i>` and `P<i>`, three transfers each; one in two
    hundred waits, the rest are done; one in ten has a parcel `A<i>`.
    """
    original = a_transfer_order()
    location = original.source
    _multiply(location.address, LOCATIONS, "places_address", {"city_id": _one_in(_cities(40))})
    addresses = _ids("places_address", LOCATIONS)
    locations = {
        "erp_code": "'L' || i",
        "address_id": f"{addresses} + i",
    }
    _multiply(location, LOCATIONS, "places_stocklocation", locations)
    first_location = _ids("places_stocklocation", LOCATIONS)
    product = original.transferitem_set.get().product
    _multiply(
        product, 2000, "catalog_product", {"sku": "'SKU-' || i", "barcode": "'BC' || i", "name": "'P' || i"}
    )
    first_product = _ids("catalog_product", 2000)
    orders = count // 3 + 1
    customer = original.order.customer
    assert customer is not None
    _multiply(customer, orders, "orders_customer", {"first_name": "'Şükrü' || i", "last_name": "'Işık' || i"})
    first_customer = _ids("orders_customer", orders)
    channels = {"name": "'Channel ' || i"}
    assert original.order.channel is not None
    _multiply(original.order.channel, 200, "orders_channel", channels)
    first_channel = _ids("orders_channel", 200)
    _multiply(
        original.order,
        orders,
        "orders_order",
        {
            "number": "'O' || i",
            "customer_id": f"{first_customer} + i",
            "channel_id": f"{first_channel} + 1 + i % 200",
            "date_placed": _later("date_placed"),
        },
    )
    first_order = _ids("orders_order", orders)
    _multiply(
        original.package, orders, "orders_package", {"number": "'P' || i", "order_id": f"{first_order} + i"}
    )
    first_package = _ids("orders_package", orders)
    _multiply(
        original,
        count,
        "transfers_transferorder",
        {
            "number": "'C' || i",
            "source_id": f"{first_location} + 1 + i % {LOCATIONS}",
            "destination_id": f"{first_location} + 1 + (i + 7) % {LOCATIONS}",
            "order_id": f"{first_order} + 1 + i / 3",
            "package_id": f"{first_package} + 1 + i / 3",
            "state_id": "CASE i % 200 WHEN 0 THEN 73 ELSE 76 END",
            "target_transfer_date": _later("target_transfer_date"),
            "created_date": _later("created_date"),
            "modified_date": _later("modified_date"),
        },
    )
    first_transfer = _ids("transfers_transferorder", count)
    _multiply(
        original.transferitem_set.get(),
        count,
        "transfers_transferitem",
        {"transfer_order_id": f"{first_transfer} + i", "product_id": f"{first_product} + 1 + i % 2000"},
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO transfers_cargocompany (id, name, shipping_company) VALUES (2, 'Rare', 'rare')"
        )
        cursor.execute(
            "INSERT INTO transfers_transfershipment "
            "(created_date, modified_date, awb_number, cargo_company_id, state_id, transfer_order_id) "
            "SELECT created_date, modified_date, 'A' || id, CASE id % 1000 WHEN 0 THEN 2 ELSE 1 END, "
            "(SELECT min(id) FROM workflow_state WHERE content_type = 8), id "
            "FROM transfers_transferorder WHERE id % 10 = 0"
        )
    analyze()
    return original


def _multiply(original: models.Model, count: int, table: str, changed: dict[str, str]) -> None:
    """Copy a row so many times; `changed` are columns as SQL over `i`, counted from 1."""
    fields = [field.column for field in original._meta.concrete_fields if not field.primary_key]
    columns = [connection.ops.quote_name(column) for column in fields]
    values = [changed.get(column, f"t.{connection.ops.quote_name(column)}") for column in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            _SERIES.format(
                count=count,
                table=table,
                columns=", ".join(columns),
                values=", ".join(values),
                original=original.pk,
            )
        )


def _ids(table: str, count: int) -> int:
    """What the ids of the rows made last are counted from."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(id) FROM {table}")
        return int(cursor.fetchone()[0]) - count


def _cities(count: int) -> int:
    city = City.objects.get()
    _multiply(city, count, "places_city", {"name": "'Şehir' || i"})
    return _ids("places_city", count)


def _one_in(first: int) -> str:
    return f"{first} + 1 + i % 40"


def _later(column: str) -> str:
    if connection.vendor == "postgresql":
        return f"t.{column} + i * interval '1 minute'"
    return f"strftime('%Y-%m-%d %H:%M:%f', t.{column}, '+' || i || ' minutes') || '000'"
