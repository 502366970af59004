"""Products as a table, one a row, the addresses of their pictures in one cell."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from aktar.catalog.actions import keep_products
from aktar.catalog.bodies import ProductRowBody
from aktar.catalog.models import Product, ProductImage
from aktar.edge.bulk import told
from aktar.edge.expressions import Among
from aktar.edge.upserts import Verdict
from aktar.exchange.columns import document, instant, listing, text, whole
from aktar.exchange.kinds.kind import Document, Kind
from aktar.exchange.queries import MOST_AT_ONCE, in_pieces

_OWN = (
    text("sku"),
    text("name"),
    text("base_code"),
    text("barcode", empty=None),
    whole("omnitron_id", empty=None),
    document("attributes"),
    document("attributes_kwargs"),
    document("extra_attributes"),
    instant("remote_modified_date"),
)


def _keep(documents: Sequence[Document], now: datetime) -> list[Verdict]:
    body = ProductRowBody()
    return keep_products([told(body, each, key="sku") for each in documents], now=now)


def _listed() -> Iterator[dict[str, Any]]:
    rows = in_pieces(Product.objects.all(), *(column.name for column in _OWN))
    while part := list(islice(rows, MOST_AT_ONCE)):
        images: dict[int, list[str]] = defaultdict(list)
        pictures = ProductImage.objects.filter(Among("product", [row["pk"] for row in part]))
        for product, url in pictures.order_by("order", "pk").values_list("product_id", "url"):
            images[product].append(url)
        for row in part:
            yield {**row, "images": images[row["pk"]]}


PRODUCTS = Kind("products", (*_OWN, listing("images")), ("sku",), _keep, _listed)
