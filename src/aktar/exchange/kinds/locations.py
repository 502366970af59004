"""Stock locations as a table, one a row, with their addresses."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from aktar.edge.bulk import told
from aktar.edge.upserts import Verdict
from aktar.exchange.columns import Column, boolean, degrees, document, duration, text, whole
from aktar.exchange.kinds.kind import Document, Kind
from aktar.exchange.queries import in_pieces
from aktar.places.actions import keep_stock_locations
from aktar.places.bodies import StockLocationRowBody
from aktar.places.models import StockLocation

_FLAGS = (
    "is_active",
    "is_fulfillment_center",
    "is_pickup_location",
    "is_delivery_location",
    "is_return_available",
    "is_fast_delivery_available",
    "use_as_shipper_location",
)
_REACHING = ("daytime_phone", "evening_phone", "fax_number", "email")


def _place(name: str) -> Column:
    return Column(name, ("address", name), lambda cell: {"name": cell}, _itself)


def _country(cell: str) -> dict[str, str]:
    return {"code": cell} if len(cell) == 2 else {"name": cell}


def _itself(value: Any) -> Any:
    return value


_COLUMNS = (
    text("erp_code"),
    text("name"),
    text("stock_location_type"),
    *map(boolean, _FLAGS),
    whole("priority"),
    duration("target_packing_interval"),
    duration("target_transfer_interval"),
    Column("country", ("address", "country"), _country, _itself),
    _place("city"),
    _place("township"),
    Column("district", ("address", "district"), lambda cell: {"name": cell}, _itself, None),
    text("address_title", "address", "title"),
    text("address_line", "address", "line"),
    text("postcode", "address", "postcode", empty=None),
    text("address_notes", "address", "notes", empty=None),
    degrees("longitude", "address", "longitude"),
    degrees("latitude", "address", "latitude"),
    *(text(name, empty="") for name in _REACHING),
    whole("engine", empty=None),
    whole("omnitron_id", empty=None),
    document("tags"),
    document("conf"),
)
_ELSEWHERE = {
    "country": "address__country__code",
    "city": "address__city__name",
    "township": "address__township__name",
    "district": "address__district__name",
    "address_title": "address__title",
    "address_line": "address__line",
    "postcode": "address__postcode",
    "address_notes": "address__notes",
    "longitude": "address__longitude",
    "latitude": "address__latitude",
}


def _keep(documents: Sequence[Document], now: datetime) -> list[Verdict]:
    body = StockLocationRowBody()
    return keep_stock_locations([told(body, each, key="erp_code") for each in documents], now=now)


def _listed() -> Iterator[dict[str, Any]]:
    names = [_ELSEWHERE.get(column.name, column.name) for column in _COLUMNS]
    for row in in_pieces(StockLocation.objects.all(), *names):
        yield {column.name: row[name] for column, name in zip(_COLUMNS, names, strict=True)}


LOCATIONS = Kind("locations", _COLUMNS, ("erp_code",), _keep, _listed)
