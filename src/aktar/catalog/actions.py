"""Writes of the catalog: keeping products as another system tells them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from aktar.catalog.models import Product, ProductImage
from aktar.edge.expressions import Among
from aktar.edge.locks import take_turn
from aktar.edge.upserts import (
    Difference,
    Fate,
    Row,
    Told,
    Verdict,
    differences,
    held,
    refused,
    told_twice,
    upsert,
    with_errors,
)

_FIELDS = {field.attname: field for field in Product._meta.concrete_fields}
_COLUMNS = tuple(name for name in _FIELDS if name not in ("id", "sku"))


def keep_products(
    rows: Sequence[Told], *, now: datetime, then: Callable[[Sequence[Verdict]], None] | None = None
) -> list[Verdict]:
    """Make the products that are new and change those that differ; a verdict for each row, in order.

    A field that is not told stays as it is; pictures that are told take the place of those there are. A
    product in which nothing differs is left alone. What is refused stops none of the others. `then` hears
    the verdicts within the transaction. At most nine statements, however many rows.
    """
    with transaction.atomic():
        take_turn("catalog.keep_products")
        told = told_twice(rows, name="sku")
        there = held(
            Product.objects.all(),
            key="sku",
            keys=[row.key for row in told if row.key is not None],
            columns=_COLUMNS,
        )
        pictured = [there[row.key or ""]["id"] for row in told if row.key in there and "images" in row.values]
        images = _images(pictured)
        verdicts = [_verdict(row, there.get(row.key or ""), images) for row in told]
        taken = [
            (row, there.get(row.key or ""), verdict)
            for row, verdict in zip(told, verdicts, strict=True)
            if verdict.fate in (Fate.CREATED, Fate.UPDATED)
        ]
        ids = upsert(Product, [_row(row, present, now) for row, present, _ in taken], key="sku")
        _write_images(
            {
                ids[row.key or ""]: row.values["images"]
                for row, _, verdict in taken
                if any(each.field == "images" for each in verdict.differences)
            }
        )
        answer = [
            Verdict(each.key, each.fate, ids[each.key or ""], each.differences)
            if each.fate is Fate.CREATED
            else each
            for each in verdicts
        ]
        if then is not None:
            then(answer)
    return answer


def _verdict(row: Told, present: Row | None, images: Mapping[int, list[str]]) -> Verdict:
    is_new = present is None and "sku" in row.values
    missing = {"name": [_("A new one needs this.")]} if is_new and "name" not in row.values else {}
    if errors := with_errors(row.errors, missing):
        return refused(row, errors)
    own = {name: value for name, value in row.values.items() if name not in ("sku", "images")}
    found = differences(own, present or {})
    pictures = list(row.values.get("images", ()))
    there = [] if present is None else images.get(present["id"], [])
    if "images" in row.values and pictures != there:
        found = (*found, Difference("images", None if present is None else there, pictures))
    if present is None:
        return Verdict(row.key, Fate.CREATED, None, found)
    return Verdict(row.key, Fate.UPDATED if found else Fate.UNCHANGED, present["id"], found)


def _row(told: Told, present: Row | None, now: datetime) -> Row:
    """A product's whole row."""
    if present is None:
        row = {name: field.get_default() for name, field in _FIELDS.items() if name != "id"}
        row |= {"base_code": told.key, "created_date": now}
    else:
        row = {name: present[name] for name in ("sku", *_COLUMNS)}
    return (
        row | {name: value for name, value in told.values.items() if name in _FIELDS} | {"modified_date": now}
    )


def _images(products: Collection[int]) -> dict[int, list[str]]:
    """The addresses of products' pictures, in their order. One query, or none without products."""
    found: dict[int, list[str]] = defaultdict(list)
    if products:
        rows = ProductImage.objects.filter(Among("product", products)).order_by("product", "order", "pk")
        for product, url in rows.values_list("product_id", "url"):
            found[product].append(url)
    return found


def _write_images(told: Mapping[int, Iterable[str]]) -> None:
    """Let these be the pictures of the products. Two statements."""
    if not told:
        return
    ProductImage.objects.filter(Among("product", list(told))).delete()
    ProductImage.objects.bulk_create(
        ProductImage(product_id=product, order=order, url=url)
        for product, urls in told.items()
        for order, url in enumerate(urls)
    )
