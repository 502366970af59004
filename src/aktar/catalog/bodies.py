"""How bodies name products: lines with an SKU each, looked up together."""

from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from aktar.catalog.models import Product
from aktar.edge.serializers import StrictCharField

MOST_LINES = 1000


class SkuField(StrictCharField):
    """A product by its SKU; becomes the product's id."""

    default_error_messages = {"unknown": _("There is no product of this SKU.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=100, **options)
        self.known: dict[str, int] = {}

    def to_internal_value(self, data: Any) -> Any:
        product = self.known.get(super().to_internal_value(data))
        if product is None:
            self.fail("unknown")
        return product


class SkuLinesField(serializers.ListField):
    """Lines that have a `sku` each. One query for all their products."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_empty=False, max_length=MOST_LINES, **options)

    def to_internal_value(self, data: Any) -> list[Any]:
        lines = data[:MOST_LINES] if isinstance(data, list) else []
        skus = {line["sku"] for line in lines if isinstance(line, dict) and _is_sku(line.get("sku"))}
        child = cast("serializers.Serializer[Any]", self.child)
        cast("SkuField", child.fields["sku"]).known = dict(
            Product.objects.filter(sku__in=skus).values_list("sku", "pk")
        )
        return super().to_internal_value(data)


def _is_sku(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 100
