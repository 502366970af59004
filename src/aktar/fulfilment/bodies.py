"""What the write endpoints of orders and packages take."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from aktar.edge.serializers import StrictCharField, StrictIntegerField, StrictSerializer
from aktar.orders.bodies import OrderBody
from aktar.orders.rules import NewOrder
from aktar.transfers.bodies import InputParametersField

MOST_ORDERS = 1000
MOST_PIECES_OF_ALL = 10_000
"""Of all orders of a list: each piece becomes a row, and somebody waits for the answer."""
_TOO_MANY = _(
    "All orders of a request have at most {most} pieces, and those before this one leave {left}: send it in "
    "another request."
)
NUMBER_TAKEN = _("There is an order of this number, and it is another one.")
_LONGEST_NUMBER = 64


class PackageCommandBody(StrictSerializer):
    """A command by `transition` (its id), by `slug`, or by both; a `package` must be the path's id."""

    transition = StrictIntegerField(required=False, allow_null=True, min_value=1)
    slug = StrictCharField(max_length=150, required=False, allow_null=True)
    input_parameters = InputParametersField()
    package = StrictIntegerField(required=False)

    def validate_package(self, value: int) -> int:
        if value != self.context["package"]:
            raise serializers.ValidationError(_("This is not the package of the path."))
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("transition") is None and attrs.get("slug") is None:
            raise serializers.ValidationError(_("Give the command's transition or its slug."))
        return attrs


def orders_of(rows: list[Any]) -> list[NewOrder | Mapping[str, Any]]:
    """The orders of a list, each as it is understood, or all that is wrong with it.

    One that has more pieces than those before it leave of MOST_PIECES_OF_ALL is wrong, too. Raises
    ValidationError for a list that is too short or too long.
    """
    if not 0 < len(rows) <= MOST_ORDERS:
        sentence = _("Give one order, or a list of 1 to {most}.")
        raise serializers.ValidationError({"non_field_errors": [sentence.format(most=MOST_ORDERS)]})
    found: list[NewOrder | Mapping[str, Any]] = []
    left = MOST_PIECES_OF_ALL
    for row in rows:
        order = _order_of(row)
        if isinstance(order, NewOrder):
            pieces = sum(item.pieces.count for item in order.items)
            if pieces > left:
                order = {"items": [_TOO_MANY.format(most=MOST_PIECES_OF_ALL, left=left)]}
            else:
                left -= pieces
        found.append(order)
    return found


def number_of(row: Any) -> str | None:
    """The number that an order which is refused calls itself by, if that can be said."""
    number = row.get("number") if isinstance(row, dict) else None
    return number if isinstance(number, str) and len(number) <= _LONGEST_NUMBER else None


def _order_of(row: Any) -> NewOrder | Mapping[str, Any]:
    body = OrderBody(data=row)
    if body.is_valid():
        found: NewOrder = body.validated_data
        return found
    return body.errors
