"""What the writes of stock take: rows by SKU and ERP code, looked up together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from aktar.catalog.models import Product
from aktar.edge.body_fields import AmountField, InstantBodyField, SignedAmountField
from aktar.edge.serializers import StrictCharField, StrictSerializer
from aktar.places.models import StockLocation
from aktar.stock.rules import Kind

MOST_ROWS = 10_000
_KINDS = (Kind.ADJUSTED, Kind.RECEIVED, Kind.LOST)
_RECEIVED_BELOW = _('What was received is above zero, as "1.00"; to take it back, give the kind adjusted.')
_LOST_ABOVE = _('What was lost is below zero, as "-1.00"; what was found again is of the kind adjusted.')


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A row as it was sent, and the ids of what it names, where there is such a thing."""

    sku: str
    erp_code: str
    quantity: int
    kind: Kind
    product: int | None
    location: int | None


class KindField(serializers.Field[Kind, Any, str, Any]):
    """Why what is on hand changes."""

    default_error_messages = {"invalid": _("Give one of {offered}.")}

    def to_internal_value(self, data: Any) -> Kind:
        if not isinstance(data, str) or data not in _KINDS:
            self.fail("invalid", offered=", ".join(_KINDS))
        return Kind(data)

    def to_representation(self, value: Kind) -> str:
        return value

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        return {"type": "string", "enum": [kind.value for kind in _KINDS]}


class CountBody(StrictSerializer):
    """How much of a product was counted at a stock location."""

    sku = StrictCharField(max_length=100)
    erp_code = StrictCharField(max_length=100)
    on_hand = AmountField()


class DeltaBody(StrictSerializer):
    """By how much what is on hand of a product at a stock location changes.

    What was received is above zero and what was lost below it; `adjusted` goes either way.
    """

    sku = StrictCharField(max_length=100)
    erp_code = StrictCharField(max_length=100)
    change = SignedAmountField()
    kind = KindField(required=False, default=Kind.ADJUSTED)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["kind"] is Kind.RECEIVED and attrs["change"] < 0:
            raise serializers.ValidationError({"change": [_RECEIVED_BELOW]})
        if attrs["kind"] is Kind.LOST and attrs["change"] > 0:
            raise serializers.ValidationError({"change": [_LOST_ABOVE]})
        return attrs


class RowsField(serializers.ListField):
    """Rows that name goods. Two queries for all of them: products and locations."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_empty=False, max_length=MOST_ROWS, **options)

    def to_internal_value(self, data: Any) -> list[NamedRow]:
        rows = super().to_internal_value(data)
        products, locations = ids_named(rows)
        return [_named(row, products, locations) for row in rows]


def ids_named(rows: Sequence[Mapping[str, Any]]) -> tuple[dict[str, int], dict[str, int]]:
    """Products by SKU and locations by ERP code, of rows that name both, or one of them. Two queries."""
    skus = {row["sku"] for row in rows if "sku" in row}
    codes = {row["erp_code"] for row in rows if "erp_code" in row}
    products = Product.objects.filter(sku__in=skus).values_list("sku", "pk")
    locations = StockLocation.objects.filter(erp_code__in=codes).values_list("erp_code", "pk")
    return dict(products), dict(locations)


class StockSetBody(StrictSerializer):
    """What was counted, and as of when; without an instant it is what is there now."""

    stocks = RowsField(child=CountBody())
    as_of = InstantBodyField(required=False, allow_null=True)
    reason = StrictCharField(max_length=200, required=False, allow_blank=True, default="")


class StockAdjustBody(StrictSerializer):
    """What has come or gone beside transfers."""

    stocks = RowsField(child=DeltaBody())
    reason = StrictCharField(max_length=200, required=False, allow_blank=True, default="")


def _named(row: Mapping[str, Any], products: Mapping[str, int], locations: Mapping[str, int]) -> NamedRow:
    return NamedRow(
        sku=row["sku"],
        erp_code=row["erp_code"],
        quantity=row["on_hand"] if "on_hand" in row else row["change"],
        kind=row.get("kind", Kind.COUNTED),
        product=products.get(row["sku"]),
        location=locations.get(row["erp_code"]),
    )
