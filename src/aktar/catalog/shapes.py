"""How products, price lists and stock lists look to the outside."""

from typing import Any

import msgspec

from aktar.edge.shapes import Document, Instant


class ProductImageShape(msgspec.Struct):
    """A picture of a product; `product` is an id."""

    order: int
    id: int
    url: str
    product: int


class ProductShape(msgspec.Struct):
    """A product with its pictures."""

    id: int
    productimage_set: list[ProductImageShape]
    created_date: Instant
    modified_date: Instant
    omnitron_id: int | None
    name: str
    base_code: str
    sku: str
    barcode: str | None
    attributes: Document
    attributes_kwargs: dict[str, Any]
    extra_attributes: Document
    remote_modified_date: Instant | None


class PriceListShape(msgspec.Struct):
    """A price list."""

    pk: int
    code: str | None
    name: str
    currency: str
    created_date: Instant
    is_auto_sync: bool
    modified_date: Instant


class StockListShape(msgspec.Struct):
    """A stock list."""

    pk: int
    code: str | None
    name: str
    created_date: Instant
    is_auto_sync: bool
    modified_date: Instant
