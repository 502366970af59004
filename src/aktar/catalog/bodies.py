"""How bodies name products, by lines with an SKU each, looked up together; and tell products."""

from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from aktar.catalog.models import Product
from aktar.edge.body_fields import InstantBodyField
from aktar.edge.bulk import RowsField
from aktar.edge.column_fields import DocumentBodyField
from aktar.edge.serializers import StrictCharField, StrictIntegerField, StrictSerializer

MOST_LINES = 1000
MOST_IMAGES = 50


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
        skus = {line["sku"].strip() for line in lines if isinstance(line, dict) and _is_sku(line.get("sku"))}
        child = cast("serializers.Serializer[Any]", self.child)
        cast("SkuField", child.fields["sku"]).known = dict(
            Product.objects.filter(sku__in=skus).values_list("sku", "pk")
        )
        return super().to_internal_value(data)


class ImageField(StrictCharField):
    """The address of a picture; a blank in it would make two of it in a table."""

    default_error_messages = {"blanks": _("Give an address without blanks.")}

    def to_internal_value(self, data: Any) -> str:
        address = super().to_internal_value(data)
        if len(address.split()) > 1:
            self.fail("blanks")
        return address


class ImagesField(serializers.ListField):
    """Addresses of pictures, the first one first; they take the place of those that are there."""

    child = ImageField(max_length=1000)

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MOST_IMAGES, **options)


class ProductRowBody(StrictSerializer):
    """A product by its SKU; whatever is not said stays as it is. A new one needs its name."""

    sku = StrictCharField(max_length=100)
    name = StrictCharField(max_length=300, required=False)
    base_code = StrictCharField(max_length=100, required=False, help_text="The SKU, where it is new.")
    barcode = StrictCharField(max_length=100, required=False, allow_null=True)
    omnitron_id = StrictIntegerField(required=False, allow_null=True)
    attributes = DocumentBodyField(required=False)
    attributes_kwargs = DocumentBodyField(required=False)
    extra_attributes = DocumentBodyField(required=False)
    remote_modified_date = InstantBodyField(required=False, allow_null=True)
    images = ImagesField(required=False)


class ProductsBody(StrictSerializer):
    """Up to 1,000 products, each taken or refused by itself."""

    products = RowsField(child=ProductRowBody(), key="sku")


def _is_sku(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 100
