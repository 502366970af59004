"""How bodies name places, by an id or a name, and how they tell stock locations."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from aktar.edge.body_fields import ReferenceField
from aktar.edge.bulk import RowsField
from aktar.edge.column_fields import DegreesBodyField, DocumentBodyField, DurationBodyField
from aktar.edge.serializers import StrictBooleanField, StrictCharField, StrictIntegerField, StrictSerializer
from aktar.places.models import City, Country, District, StockLocation, Township

# Far more neighbourhoods than share a name; the township decides between them.
_MOST_NAMESAKES = 5000


class StockLocationField(ReferenceField):
    """A stock location by its id or its ERP code."""

    names = {"erp_code": 100}
    default_error_messages = {"unknown": _("There is no such stock location.")}

    def find(self, name: str, value: Any) -> StockLocation:
        """The stock location. One query."""
        location = StockLocation.objects.filter(**{name: value}).first()
        if location is None:
            self.fail("unknown")
        return location


class GeographyField(ReferenceField):
    """Every place of one kind that goes by a name: many quarters share theirs, each in another town."""

    kind: ClassVar[type[Country] | type[City] | type[Township] | type[District]]
    names: ClassVar[Mapping[str, int]] = {"name": 100}
    default_error_messages = {"unknown": _("There is no such place.")}

    def find(self, name: str, value: Any) -> list[Any]:
        """The places. One query."""
        found = list(self.kind._default_manager.filter(**{name: value}).order_by("pk")[:_MOST_NAMESAKES])
        if not found:
            self.fail("unknown")
        return found


class CountryField(GeographyField):
    """A country by its id, its code or its name."""

    kind = Country
    names = {"code": 2, "name": 100}


class CityField(GeographyField):
    """The cities of an id or a name."""

    kind = City


class TownshipField(GeographyField):
    """The townships of an id or a name."""

    kind = Township


class DistrictField(GeographyField):
    """The districts of an id or a name."""

    kind = District


class PlaceBody(StrictSerializer):
    """A place by its name; within the larger one it is made if there is none of that name."""

    name = StrictCharField(max_length=100)


class CountryBody(StrictSerializer):
    """A country by its ISO 3166 code, or by the name of one that is there; a new one needs its code."""

    code = StrictCharField(max_length=2, required=False)
    name = StrictCharField(max_length=100, required=False)

    def validate_code(self, value: str) -> str:
        if not (len(value) == 2 and value.isascii() and value.isalpha()):
            raise serializers.ValidationError(_('Give a country by its two letters, as "tr".'))
        return value.lower()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError(_("Give a code or a name."))
        return attrs


class LocationAddressBody(StrictSerializer):
    """Where a stock location stands; whatever is not said stays as it is."""

    country = CountryBody(required=False, help_text="The only one there is, where it is missing.")
    city = PlaceBody(required=False)
    township = PlaceBody(required=False)
    district = PlaceBody(required=False, allow_null=True)
    title = StrictCharField(max_length=200, required=False, help_text="The location's name, where it is new.")
    line = StrictCharField(max_length=500, required=False)
    postcode = StrictCharField(max_length=20, required=False, allow_null=True)
    notes = StrictCharField(max_length=1000, required=False, allow_null=True)
    longitude = DegreesBodyField(most=180, required=False, allow_null=True)
    latitude = DegreesBodyField(most=90, required=False, allow_null=True)


class StockLocationRowBody(StrictSerializer):
    """A stock location by its ERP code; whatever is not said stays as it is.

    A new one needs its name, type, both intervals, and an address with city, township and line.
    """

    erp_code = StrictCharField(max_length=100)
    name = StrictCharField(max_length=200, required=False)
    stock_location_type = StrictCharField(max_length=50, required=False)
    is_active = StrictBooleanField(required=False)
    is_fulfillment_center = StrictBooleanField(required=False)
    is_pickup_location = StrictBooleanField(required=False)
    is_delivery_location = StrictBooleanField(required=False)
    is_return_available = StrictBooleanField(required=False)
    is_fast_delivery_available = StrictBooleanField(required=False)
    use_as_shipper_location = StrictBooleanField(required=False)
    priority = StrictIntegerField(min_value=-(2**31), max_value=2**31 - 1, required=False)
    target_packing_interval = DurationBodyField(required=False)
    target_transfer_interval = DurationBodyField(required=False)
    daytime_phone = StrictCharField(max_length=32, required=False, allow_blank=True)
    evening_phone = StrictCharField(max_length=32, required=False, allow_blank=True)
    fax_number = StrictCharField(max_length=32, required=False, allow_blank=True)
    email = StrictCharField(max_length=254, required=False, allow_blank=True)
    engine = StrictIntegerField(required=False, allow_null=True)
    omnitron_id = StrictIntegerField(required=False, allow_null=True)
    tags = DocumentBodyField(kind=list, required=False)
    conf = DocumentBodyField(required=False)
    address = LocationAddressBody(required=False)


class StockLocationsBody(StrictSerializer):
    """Up to 1,000 stock locations, each taken or refused by itself."""

    stock_locations = RowsField(child=StockLocationRowBody(), key="erp_code")
