"""Takes a transfer order's document apart: every row that it tells, by table, not compared with any yet."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from aktar.edge.content_types import ContentType
from aktar.transfers.loading import rules
from aktar.transfers.loading.documents import Document
from aktar.transfers.loading.matching import Matching
from aktar.transfers.loading.rules import Refused
from aktar.transfers.loading.tables import (
    ADDRESS,
    CARGO_COMPANY,
    CHANNEL,
    CITY,
    COUNTRY,
    CUSTOMER,
    DISTRICT,
    ORDER,
    ORDER_ITEM,
    PACKAGE,
    PACKAGE_ITEM,
    PRICE_LIST,
    PRODUCT,
    PRODUCT_IMAGE,
    SHIPMENT,
    SHIPPING_ADDRESS,
    STOCK_LIST,
    STOCK_LOCATION,
    TOWNSHIP,
    TRANSFER_ITEM,
    TRANSFER_ORDER,
    Row,
    Table,
)

_encode = msgspec.json.Encoder(enc_hook=str).encode
Fingerprint = tuple[Table, int, int]


@dataclass(slots=True)
class Record:
    """What one document tells: rows and the keys they stand at; fingerprints of what they were read from."""

    place: int
    id: int
    rows: list[tuple[Table, Row, str]] = field(default_factory=list)
    fingerprints: list[Fingerprint] = field(default_factory=list)


class RecordReader:
    """Reads documents; `known` are the fingerprints of what is in the database already."""

    def __init__(self, matching: Matching, known: set[Fingerprint]) -> None:
        self._matching = matching
        self._known = known

    def record(self, document: Document) -> Record:
        """The rows of a transfer order in the list's or the detail's form. Raises Refused."""
        told = document.told
        if document.is_suspect:
            try:
                rules.require_storable(told)
            except RecursionError:
                raise Refused("is nested too deep") from None
        record = Record(document.place, rules.identity(told))
        if type(told.get("source")) is int:
            raise Refused("this is the brief form; load the list's or the detail's", "source")
        order_id = _told(told, "order", rules.number_of_row)
        package_id = _told(told, "package", rules.number_of_row)
        row = TRANSFER_ORDER.row(told)
        row["source_id"] = _within(told, "source", self._location, record, "source")
        row["destination_id"] = _within(told, "destination", self._location, record, "destination")
        if row["source_id"] == row["destination_id"]:
            raise Refused("is the source itself", "destination")
        row["order_id"] = order_id
        row["package_id"] = package_id
        row["state_id"] = _within(told, "state", self._matching.state, ContentType.TRANSFER_ORDER)
        self._order(told, order_id, record)
        package = {"id": package_id, "number": _told(told, "package_number", _package_number)}
        record.rows.append((PACKAGE, package | {"order_id": order_id}, "package"))
        record.rows.append((TRANSFER_ORDER, row, ""))
        for place, item in enumerate(_told(told, "transferitem_set", _list)):
            key = f"transferitem_set[{place}]"
            try:
                self._item(item, row, record, key)
            except Refused as refused:
                raise refused.under(key) from None
        _within(told, "transfer_shipment", self._shipment, row["id"], record)
        _within(told, "commands", self._matching.compare_commands)
        return record

    def _order(self, told: Row, order_id: int, record: Record) -> None:
        row: Row = {"id": order_id, "number": _told(told, "order_number", _order_number)}
        if "order_date_placed" in told:
            row["date_placed"] = _told(told, "order_date_placed", rules.or_null(rules.instant))
        has_side = "customer" in told or "shipping_address" in told or "channel_name" in told
        # Null is how this service itself writes a customer's side that nothing has told it.
        if has_side and _told(told, "customer", _anything) is not None:
            row["channel_id"] = channel = _within(told, "customer", self._channel, told, record)
            row["customer_id"] = _within(told, "customer", self._customer, channel, record, "customer")
            if _told(told, "shipping_address", _anything) is not None:
                row["shipping_address_id"] = _within(
                    told, "shipping_address", self._shipping_address, channel, record
                )
        record.rows.append((ORDER, row, "order"))

    def _channel(self, customer: Any, told: Row, record: Record) -> int:
        rules.identity(customer)
        channel: int = _told(customer, "channel", rules.number_of_row)
        name = _told(told, "channel_name", _channel_name)
        record.rows.append((CHANNEL, {"id": channel, "name": name}, "channel_name"))
        return channel

    def _customer(self, told: Any, channel: int, record: Record, key: str) -> int:
        row = CUSTOMER.row(told)
        row["channel_id"] = _told(told, "channel", rules.number_of_row)
        if row["channel_id"] != channel:
            raise Refused("is another channel than the customer's, and has no name", "channel")
        record.rows.append((CUSTOMER, row, key))
        return int(row["id"])

    def _shipping_address(self, told: Any, channel: int, record: Record) -> int:
        row = SHIPPING_ADDRESS.row(told)
        self._geography(told, row, record, "shipping_address")
        row["customer_id"] = _within(
            told, "customer", self._customer, channel, record, "shipping_address.customer"
        )
        record.rows.append((SHIPPING_ADDRESS, row, "shipping_address"))
        return int(row["id"])

    def _item(self, told: Any, order: Row, record: Record, key: str) -> None:
        row = TRANSFER_ITEM.row(told)
        if row["quantity"] <= 0:
            raise Refused("is not above zero", "quantity")
        row["transfer_order_id"] = _same(told, "transfer_order", order["id"])
        row["state_id"] = _within(told, "state", self._matching.state, ContentType.TRANSFER_ITEM)
        row["package_item_id"] = _within(told, "package_item", self._package_item, order, record, key)
        row["product_id"] = _within(told, "product", self._product, record, f"{key}.product")
        record.rows.append((TRANSFER_ITEM, row, key))

    def _package_item(self, told: Any, order: Row, record: Record, key: str) -> int:
        row = PACKAGE_ITEM.row(told)
        if (row["unit_weight"] or 0) < 0:
            raise Refused("is below zero", "unit_weight")
        row["package_id"] = _same(told, "package", order["package_id"])
        row["state_id"] = _within(told, "state", self._matching.state, ContentType.PACKAGE_ITEM)
        row["order_item_id"] = _within(told, "order_item", self._order_item, order, record, key)
        record.rows.append((PACKAGE_ITEM, row, f"{key}.package_item"))
        return int(row["id"])

    def _order_item(self, told: Any, order: Row, record: Record, key: str) -> int:
        row = ORDER_ITEM.row(told)
        key = f"{key}.package_item.order_item"
        row["order_id"] = _same(told, "order", order["order_id"])
        row["state_id"] = _within(told, "state", self._matching.state, ContentType.ORDER)
        row["product_id"] = _within(told, "product", self._product, record, f"{key}.product")
        for name, table in (("price_list", PRICE_LIST), ("stock_list", STOCK_LIST)):
            row[f"{name}_id"] = _within(told, name, self._plain, table, record, f"{key}.{name}")
        record.rows.append((ORDER_ITEM, row, key))
        return int(row["id"])

    def _shipment(self, told: Any, transfer_order: int, record: Record) -> None:
        if told is None:
            return
        row = SHIPMENT.row(told)
        row["transfer_order_id"] = transfer_order
        row["state_id"] = _within(told, "state", self._matching.state, ContentType.SHIPMENT)
        key = "transfer_shipment.cargo_company"
        row["cargo_company_id"] = _within(told, "cargo_company", self._plain, CARGO_COMPANY, record, key)
        if row["cargo_company_id"] is None:
            raise Refused("an object is expected, not None", "cargo_company")
        record.rows.append((SHIPMENT, row, "transfer_shipment"))

    def _location(self, told: Any, record: Record, key: str) -> int:
        id_ = rules.identity(told)
        if self._is_known(STOCK_LOCATION, id_, told, record):
            return id_
        row = STOCK_LOCATION.row(told)
        row["address_id"] = _within(told, "address", self._address, record, f"{key}.address")
        record.rows.append((STOCK_LOCATION, row, key))
        return id_

    def _address(self, told: Any, record: Record, key: str) -> int:
        row = ADDRESS.row(told)
        self._geography(told, row, record, key)
        record.rows.append((ADDRESS, row, key))
        return int(row["id"])

    def _geography(self, told: Any, row: Row, record: Record, key: str) -> None:
        """The places of an address; each must lie in the one around it."""
        country = row["country_id"] = _within(told, "country", self._place, COUNTRY, {}, record, key)
        within = {"country": country}
        city = row["city_id"] = _within(told, "city", self._place, CITY, within, record, key)
        within = {"city": city}
        township = row["township_id"] = _within(told, "township", self._place, TOWNSHIP, within, record, key)
        row["district_id"] = None
        if _told(told, "district", _anything) is not None:
            within = {"city": city, "township": township}
            row["district_id"] = _within(told, "district", self._place, DISTRICT, within, record, key)

    def _place(self, told: Any, table: Table, within: dict[str, int], record: Record, key: str) -> int:
        id_ = rules.identity(told)
        if not self._is_known(table, id_, told, record):
            row = table.row(told)
            for name, around in within.items():
                row[f"{name}_id"] = _same(told, name, around)
            record.rows.append((table, row, f"{key}.{table.model._meta.model_name}"))
        else:
            for name, around in within.items():
                _same(told, name, around)
        return id_

    def _product(self, told: Any, record: Record, key: str) -> int:
        id_ = rules.identity(told)
        if self._is_known(PRODUCT, id_, told, record):
            return id_
        record.rows.append((PRODUCT, PRODUCT.row(told), key))
        for place, image in enumerate(_told(told, "productimage_set", _list)):
            try:
                row = PRODUCT_IMAGE.row(image)
                row["product_id"] = _same(image, "product", id_)
            except Refused as refused:
                raise refused.under(f"productimage_set[{place}]") from None
            record.rows.append((PRODUCT_IMAGE, row, f"{key}.productimage_set[{place}]"))
        return id_

    def _plain(self, told: Any, table: Table, record: Record, key: str) -> int | None:
        if told is None:
            return None
        id_ = rules.identity(told)
        if not self._is_known(table, id_, told, record):
            record.rows.append((table, table.row(told), key))
        return id_

    def _is_known(self, table: Table, id_: int, told: Row, record: Record) -> bool:
        """Whether exactly this was read before and is in the database; if not, it will be."""
        try:
            fingerprint = (table, id_, hash(_encode(told)))
        except (UnicodeEncodeError, RecursionError):
            raise Refused("is nested too deep") from None
        if fingerprint in self._known:
            return True
        record.fingerprints.append(fingerprint)
        return False


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise Refused(f"a list is expected, not {rules.shown(value)}")
    return value


def _anything(value: Any) -> Any:
    return value


def _longest(table: Table, column: str) -> int:
    return table.model._meta.get_field(column).max_length or 0  # type: ignore[union-attr] # a column of text


_order_number = rules.text(_longest(ORDER, "number"))
_package_number = rules.text(_longest(PACKAGE, "number"))
_channel_name = rules.text(_longest(CHANNEL, "name"))


def _told(told: Row, key: str, read: Any) -> Any:
    """What stands at `key`, read; raises Refused that names it."""
    if key not in told:
        raise Refused("is missing", key)
    try:
        return read(told[key])
    except Refused as refused:
        raise refused.under(key) from None


def _within(told: Row, key: str, read: Any, *arguments: Any) -> Any:
    """The same, for what takes more than the value."""
    if key not in told:
        raise Refused("is missing", key)
    try:
        return read(told[key], *arguments)
    except Refused as refused:
        raise refused.under(key) from None


def _same(told: Row, key: str, expected: int) -> int:
    """`expected`, if `key` holds it; what belongs to another thing is torn."""
    found: int = _told(told, key, rules.number_of_row)
    if found != expected:
        raise Refused(f"{found} is not the {expected} that it stands in", key)
    return found
