"""How bodies name orders and packages that are there, and describe those that are to be made."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from aktar.catalog.bodies import SkuField, SkuLinesField
from aktar.edge.body_fields import (
    MOST_PIECES,
    AmountField,
    InstantBodyField,
    PieceCountField,
    ReferenceField,
)
from aktar.edge.serializers import StrictCharField, StrictSerializer
from aktar.orders.models import Channel, Order, Package
from aktar.orders.rules import NewAddress, NewCustomer, NewOrder, NewOrderItem, NewPackage, Pieces
from aktar.places.bodies import CityField, CountryField, DistrictField, TownshipField, places_meant


class LineBody(StrictSerializer):
    """Pieces of a product."""

    sku = SkuField()
    quantity = PieceCountField(required=False, default=1)

    def validate(self, attrs: dict[str, Any]) -> Any:
        return Pieces(product=attrs["sku"], count=attrs["quantity"])


class ChannelField(ReferenceField):
    """A channel by its id, or by its name, which may be new."""

    names = {"name": 200}
    default_error_messages = {"unknown": _("There is no such channel.")}

    def find(self, name: str, value: Any) -> int | str:
        """The id of a channel that is there, or the name. At most one query."""
        if name == "pk" and not Channel.objects.filter(pk=value).exists():
            self.fail("unknown")
        found: int | str = value
        return found


class CustomerBody(StrictSerializer):
    """Who ordered."""

    first_name = StrictCharField(max_length=150)
    last_name = StrictCharField(max_length=150)
    email = StrictCharField(max_length=254, required=False, allow_blank=True)
    phone_number = StrictCharField(max_length=32, required=False, allow_blank=True)
    erp_code = StrictCharField(max_length=100, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> Any:
        return NewCustomer(**attrs)


class AddressBody(StrictSerializer):
    """Where the order shall go; whatever is not said of the addressee is the customer's.

    A city, township or district that is not there by its name is made, for callers who see every location.
    """

    country = CountryField(required=False)
    city = CityField()
    township = TownshipField()
    district = DistrictField(required=False, allow_null=True)
    line = StrictCharField(max_length=500)
    title = StrictCharField(max_length=200, required=False, allow_blank=True)
    postcode = StrictCharField(max_length=20, required=False, allow_null=True)
    notes = StrictCharField(max_length=1000, required=False, allow_null=True)
    email = StrictCharField(max_length=254, required=False, allow_null=True, allow_blank=True)
    phone_number = StrictCharField(max_length=32, required=False, allow_null=True, allow_blank=True)
    first_name = StrictCharField(max_length=150, required=False, allow_null=True)
    last_name = StrictCharField(max_length=150, required=False, allow_null=True)
    company_name = StrictCharField(max_length=200, required=False, allow_blank=True)
    tax_office = StrictCharField(max_length=100, required=False, allow_blank=True)
    tax_no = StrictCharField(max_length=20, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> Any:
        """The address, each place within the larger one."""
        countries = attrs.pop("country", None)
        told = {level: attrs.pop(level, None) for level in ("city", "township", "district")}
        return NewAddress(**places_meant(countries, told), **attrs)


class OrderItemBody(StrictSerializer):
    """Pieces that were ordered, and what was paid for each."""

    sku = SkuField()
    quantity = PieceCountField(required=False, default=1)
    price = AmountField()
    price_currency = StrictCharField(max_length=3)
    net_amount = AmountField(required=False, help_text="The price, where it is missing.")
    retail_price = AmountField(required=False, allow_null=True)
    tax_rate = AmountField(required=False, allow_null=True, help_text="In percent.")
    tax_amount = AmountField(required=False, allow_null=True)
    discount_amount = AmountField(required=False, allow_null=True)

    def validate_price_currency(self, value: str) -> str:
        if not (len(value) == 3 and value.isascii() and value.isalpha()):
            raise serializers.ValidationError(_('Give a currency by its three letters, as "try".'))
        return value.lower()

    def validate(self, attrs: dict[str, Any]) -> Any:
        pieces = Pieces(product=attrs.pop("sku"), count=attrs.pop("quantity"))
        attrs.setdefault("net_amount", attrs["price"])
        return NewOrderItem(pieces=pieces, **attrs)


class PieceLinesField(SkuLinesField):
    """Lines of pieces, together no more than one line may have: each piece becomes a row."""

    default_error_messages = {"too_many": _("Give at most {most} pieces in all.")}

    def to_internal_value(self, data: Any) -> list[Any]:
        lines = super().to_internal_value(data)
        pieces = [line.pieces if isinstance(line, NewOrderItem) else line for line in lines]
        if sum(each.count for each in pieces) > MOST_PIECES:
            self.fail("too_many", most=MOST_PIECES)
        return lines


class OrderBody(StrictSerializer):
    """An order in full."""

    number = StrictCharField(max_length=64)
    channel = ChannelField()
    customer = CustomerBody()
    shipping_address = AddressBody()
    items = PieceLinesField(child=OrderItemBody())
    date_placed = InstantBodyField(required=False, allow_null=True, help_text="Now, where it is missing.")

    def validate(self, attrs: dict[str, Any]) -> Any:
        return NewOrder(**attrs | {"items": tuple(attrs["items"])})


class NewPackageBody(StrictSerializer):
    """A package to be made; without `items` it holds whatever of the order no package holds yet."""

    number = StrictCharField(max_length=80, required=False, allow_null=True)
    items = PieceLinesField(child=LineBody(), required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> Any:
        items = attrs.get("items")
        return NewPackage(number=attrs.get("number"), pieces=None if items is None else tuple(items))


class OrderField(ReferenceField):
    """An order by its id or number, or in full; the latter is made unless there is one of its number."""

    names = {"number": 64}
    default_error_messages = {
        "unknown": _("There is no such order. To make one, give {needed}."),
    }
    described_by = OrderBody

    def find(self, name: str, value: Any) -> int:
        """The order's id. One query."""
        id_ = Order.objects.filter(**{name: value}).values_list("pk", flat=True).first()
        if id_ is None:
            needed = [name for name, field in self.described_by().fields.items() if field.required]
            self.fail("unknown", needed=", ".join(needed))
        return id_

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and len(data) > 1:
            return self.described_by().run_validation(data)
        return super().to_internal_value(data)


class PackageField(ReferenceField):
    """A package by its id or number, or what is to be in a new one."""

    names = {"number": 80}
    default_error_messages = {"unknown": _("There is no such package.")}
    described_by = NewPackageBody

    def find(self, name: str, value: Any) -> Any:
        """The package's id, or a new package of that number. One query."""
        id_ = Package.objects.filter(**{name: value}).values_list("pk", flat=True).first()
        if id_ is None and name == "pk":
            self.fail("unknown")
        return NewPackage(number=value) if id_ is None else id_

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict) or (len(data) == 1 and "items" not in data):
            return super().to_internal_value(data)
        new: NewPackage = self.described_by().run_validation(data)
        return new if new.number is None else self._known_or(new)

    def _known_or(self, new: NewPackage) -> Any:
        found = self.find("number", new.number)
        return new if isinstance(found, NewPackage) else found
