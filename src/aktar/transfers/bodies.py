"""What the write endpoints of transfer orders take: every field checked, every error told at once."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from aktar.edge.body_fields import InstantBodyField
from aktar.edge.ids import BIGGEST_ID
from aktar.edge.serializers import StrictCharField, StrictIntegerField, StrictSerializer
from aktar.orders.bodies import LineBody, OrderField, PackageField, PieceLinesField
from aktar.orders.rules import NewPackage
from aktar.places.bodies import StockLocationField
from aktar.transfers.rules import CommandParameters, TransferWish

MOST_PARAMETER_BYTES = 8 * 1024
_NO_ORDER = _("Give the package that lacks the goods, or the order to make one for.")
_NO_ORDER_FOR_NEW = _("There is no such package; a new one needs its order.")


class IdOrDigitsField(serializers.Field[int, Any, int, Any]):
    """An id as a JSON integer or as a string of digits; the contract's examples use the string."""

    default_error_messages = {"invalid": _("Give an id, as a number or as a string of digits.")}

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str) and data.isascii() and data.isdigit() and len(data) < len(str(BIGGEST_ID)):
            data = int(data)
        if type(data) is not int or not 0 < data <= BIGGEST_ID:
            self.fail("invalid")
        return data

    def to_representation(self, value: int) -> int:
        return value

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        digits = {"type": "string", "pattern": "^0*[1-9][0-9]*$", "maxLength": len(str(BIGGEST_ID)) - 1}
        number = {"type": "integer", "format": "int64", "minimum": 1, "maximum": BIGGEST_ID}
        return {"anyOf": [number, digits]}


class TextOrNumberField(StrictCharField):
    """A short text, or a whole number that stands for one: ids of users in other systems come as either."""

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(str(data) if type(data) is int else data)

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        return {"anyOf": [super().json_schema(), {"type": "integer", "format": "int64"}]}


class WebAddressField(StrictCharField):
    """An absolute http or https address."""

    default_error_messages = {"scheme": _("Give an address that begins with http:// or https://.")}

    def to_internal_value(self, data: Any) -> str:
        address = super().to_internal_value(data)
        try:
            parts = urlsplit(address)
        except ValueError:
            self.fail("scheme")
        if parts.scheme not in ("http", "https") or not parts.netloc:
            self.fail("scheme")
        return address

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        return super().json_schema() | {"format": "uri", "pattern": "^https?://"}


class InputParameters(serializers.Serializer[Any]):
    """The input parameters that are read; further ones are only logged."""

    cargo_company = IdOrDigitsField(required=False, allow_null=True)
    awb_number = TextOrNumberField(max_length=100, required=False, allow_null=True)
    tracking_url = WebAddressField(max_length=1000, required=False, allow_null=True)
    remote_user_pk = TextOrNumberField(max_length=100, required=False, allow_null=True)
    remote_user_mail = StrictCharField(max_length=254, required=False, allow_null=True)


class InputParametersField(serializers.Field[CommandParameters, Any, Any, Any]):
    """The parameters of a command: an object, `{}` where there are none."""

    reads_as = InputParameters

    default_error_messages = {
        "invalid": _("Give an object, {{}} if the command needs no parameters."),
        "too_long": _("Give parameters of at most {longest} bytes."),
    }

    def to_internal_value(self, data: Any) -> CommandParameters:
        if not isinstance(data, dict):
            self.fail("invalid")
        if len(json.dumps(data, ensure_ascii=False).encode()) > MOST_PARAMETER_BYTES:
            self.fail("too_long", longest=MOST_PARAMETER_BYTES)
        # Forms of store applications send what was left empty as "".
        known = InputParameters(data={name: value for name, value in data.items() if value != ""})
        known.is_valid(raise_exception=True)
        read = known.validated_data
        return CommandParameters(
            given=data,
            cargo_company=read.get("cargo_company"),
            awb_number=read.get("awb_number"),
            tracking_url=read.get("tracking_url"),
        )

    def to_representation(self, value: CommandParameters) -> Any:
        return value.given


class CommandBody(StrictSerializer):
    """A command by `transition` (its id), by `slug`, or by both; a `transfer` must be the path's id."""

    transition = StrictIntegerField(required=False, allow_null=True, min_value=1)
    slug = StrictCharField(max_length=150, required=False, allow_null=True)
    input_parameters = InputParametersField()
    transfer = StrictIntegerField(required=False)
    package = StrictIntegerField(required=False)

    def validate_transfer(self, value: int) -> int:
        if value != self.context["transfer"]:
            raise serializers.ValidationError(_("This is not the transfer order of the path."))
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("transition") is None and attrs.get("slug") is None:
            raise serializers.ValidationError(_("Give the command's transition or its slug."))
        return attrs


class InvoiceNumberBody(StrictSerializer):
    """An invoice number."""

    invoice_number = StrictCharField(max_length=100)


class RemoteIdBody(StrictSerializer):
    """Another system's id."""

    remote_id = StrictCharField(max_length=100)


class TransferOrderBody(StrictSerializer):
    """A transfer order that is to be made, for a package that is there or for a new one of an order."""

    source = StockLocationField()  # type: ignore[assignment]  # a field, not the option of one
    destination = StockLocationField(help_text="The location that dispatches the package.")
    package = PackageField(required=False, allow_null=True)
    order = OrderField(required=False, allow_null=True)
    items = PieceLinesField(child=LineBody())
    target_transfer_date = InstantBodyField(
        required=False, allow_null=True, help_text="By the source's usual interval, where it is missing."
    )
    invoice_number = StrictCharField(max_length=100, required=False, allow_null=True)
    remote_id = StrictCharField(max_length=100, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> Any:
        source, destination = attrs.pop("source").pk, attrs.pop("destination").pk
        named, order = attrs.pop("package", None), attrs.pop("order", None)
        package = named or NewPackage()
        wrong = {}
        if source == destination:
            wrong["destination"] = [_("Goods are brought from one location to another one.")]
        if isinstance(package, NewPackage) and order is None:
            wrong["order"] = [_NO_ORDER if named is None else _NO_ORDER_FOR_NEW]
        if wrong:
            raise serializers.ValidationError(wrong)
        items = tuple(attrs.pop("items"))
        return TransferWish(
            source=source, destination=destination, package=package, order=order, items=items, **attrs
        )
