"""What the write endpoints of orders and packages take."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from aktar.edge.serializers import StrictCharField, StrictIntegerField, StrictSerializer
from aktar.transfers.bodies import InputParametersField


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
