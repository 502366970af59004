"""Opens the demo's books once all is told: what lies where, and what of it its open transfers wait for."""

from datetime import datetime

from django.db import connection

from aktar.edge.content_types import ContentType
from aktar.transfers.rules import TRANSFER_STATUS, TransferStatus
from aktar.workflow.rules import Workflow

# Every warehouse has every article, a store one in thirty: the same rows each time.
_BASE = """
    SELECT product.id AS product, place.id AS place,
        CASE WHEN place.stock_location_type = 'warehouse'
            THEN 2000 + 100 * ((product.id * 31 + place.id * 17) % 40)
            ELSE 100 + 100 * ((product.id * 31 + place.id * 17) % 6) END AS quantity
    FROM catalog_product AS product CROSS JOIN places_stocklocation AS place
    WHERE place.stock_location_type = 'warehouse'
        OR (product.id * 7919 + place.id * 104729 + product.id * place.id * 31) % 1000 < 33
"""
_OPEN = """
    SELECT item.product_id AS product, moving.source_id AS source, moving.destination_id AS destination,
        item.quantity AS quantity, moving.id AS transfer_order, item.package_item_id AS package_item
    FROM transfers_transferitem AS item
    JOIN transfers_transferorder AS moving ON moving.id = item.transfer_order_id
    WHERE moving.state_id IN ({states})
"""
_COLUMNS = (
    "product_id, stock_location_id, kind, on_hand_change, reserved_change, in_transit_change, "
    "transfer_order, package_item, reason, created_at"
)
_STATEMENTS = (
    "INSERT INTO stock_stockkeeping (stock_location_id, may_go_negative, safety_stock, created_at) "
    "SELECT id, {false}, 0, %s FROM places_stocklocation ORDER BY id",
    # Counted with the goods of the transfers that have not left yet.
    "INSERT INTO stock_stockmovement ({columns}) "
    "SELECT product, place, 'counted', CAST(sum(quantity) AS bigint), 0, 0, NULL, NULL, '', %s FROM ("
    "{base} UNION ALL SELECT product, source, quantity FROM ({waiting}) AS promised"
    ") AS lying GROUP BY product, place ORDER BY product, place",
    "INSERT INTO stock_stockmovement ({columns}) "
    "SELECT product, source, 'reserved', 0, quantity, 0, transfer_order, package_item, '', %s "
    "FROM ({waiting}) AS promised ORDER BY transfer_order",
    "INSERT INTO stock_stockmovement ({columns}) "
    "SELECT product, destination, 'entered', 0, 0, quantity, transfer_order, package_item, '', %s "
    "FROM ({moving}) AS coming ORDER BY transfer_order",
    "INSERT INTO stock_stocklevel (product_id, stock_location_id, on_hand, reserved, in_transit, "
    "may_go_negative, counted_at, modified_at) "
    "SELECT product_id, stock_location_id, CAST(sum(on_hand_change) AS bigint), "
    "CAST(sum(reserved_change) AS bigint), CAST(sum(in_transit_change) AS bigint), {false}, NULL, %s "
    "FROM stock_stockmovement GROUP BY product_id, stock_location_id "
    "ORDER BY product_id, stock_location_id",
)


def open_books(flow: Workflow, *, now: datetime) -> None:
    """Let every site keep books from now on, with stock to send and to promise. Five statements."""

    def open_transfers(*statuses: TransferStatus) -> str:
        kind = ContentType.TRANSFER_ORDER
        ids = [flow.state(kind, TRANSFER_STATUS, status).id for status in statuses]
        return _OPEN.format(states=", ".join(map(str, ids)))

    parts = {
        "columns": _COLUMNS,
        "base": _BASE.replace("%", "%%"),
        "waiting": open_transfers(TransferStatus.WAITING, TransferStatus.READY_TO_SHIPMENT),
        "moving": open_transfers(TransferStatus.IN_TRANSIT),
        "false": "false" if connection.vendor == "postgresql" else "0",
    }
    instant = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        for statement in _STATEMENTS:
            cursor.execute(statement.format(**parts), [instant])
