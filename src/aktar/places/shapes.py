"""How geography and stock locations look to the outside."""

from typing import Any

import msgspec

from aktar.edge.shapes import DegreesText, Document, Instant


class CountryShape(msgspec.Struct):
    """A country."""

    pk: int
    name: str
    code: str
    is_active: bool
    longitude: DegreesText | None
    latitude: DegreesText | None


class CityShape(msgspec.Struct):
    """A city; `country` is an id."""

    pk: int
    name: str
    country: int
    is_active: bool
    longitude: DegreesText | None
    latitude: DegreesText | None


class TownshipShape(msgspec.Struct):
    """A township; `city` is an id."""

    pk: int
    name: str
    city: int
    is_active: bool
    longitude: DegreesText | None
    latitude: DegreesText | None


class DistrictShape(msgspec.Struct):
    """A district; `city` and `township` are ids."""

    pk: int
    name: str
    city: int
    township: int
    is_active: bool
    longitude: DegreesText | None
    latitude: DegreesText | None


class AddressShape(msgspec.Struct):
    """Where a stock location stands."""

    id: int
    city: CityShape
    country: CountryShape
    township: TownshipShape
    district: DistrictShape | None
    mapping: Document | None
    title: str
    is_active: bool
    line: str
    postcode: str | None
    notes: str | None
    longitude: DegreesText | None
    latitude: DegreesText | None


class StockLocationShape(msgspec.Struct):
    """A store or a warehouse; the two intervals are durations as `"3 00:00:00"`."""

    id: int
    stock_location_type: str
    address: AddressShape
    engine: int | None
    tags: list[Any]
    created_date: Instant
    modified_date: Instant
    omnitron_id: int | None
    name: str
    is_fulfillment_center: bool
    is_pickup_location: bool
    is_delivery_location: bool
    is_return_available: bool
    is_fast_delivery_available: bool
    is_active: bool
    priority: int
    conf: Document
    daytime_phone: str
    evening_phone: str
    fax_number: str
    email: str
    target_packing_interval: str
    target_transfer_interval: str
    erp_code: str
    use_as_shipper_location: bool


class StockLocationSimpleShape(msgspec.Struct):
    """A stock location in brief; `address` is an id."""

    id: int
    created_date: Instant
    modified_date: Instant
    omnitron_id: int | None
    name: str
    erp_code: str
    stock_location_type: str
    is_active: bool
    is_fulfillment_center: bool
    priority: int
    address: int
