"""How bodies name places, by an id or a name, and how they tell stock locations."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from aktar.edge.body_fields import ReferenceField
from aktar.edge.bulk import RowsField
from aktar.edge.column_fields import DegreesBodyField, DocumentBodyField, DurationBodyField
from aktar.edge.expressions import Among
from aktar.edge.rules import folded
from aktar.edge.serializers import StrictBooleanField, StrictCharField, StrictIntegerField, StrictSerializer
from aktar.places.models import City, Country, District, StockLocation, Township
from aktar.places.rules import LEVELS

_LARGER = {City: "country_id", Township: "city_id", District: "township_id"}
_KINDS = {"city": City, "township": Township, "district": District}
# Far more towns than share a name; the larger place decides between them.
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


class CountryField(ReferenceField):
    """A country that is there: its id, or an object with its code, its name, or both."""

    names = {"code": 2, "name": 100}
    default_error_messages = {
        "unknown": _("There is no such country. A stock location in it, told with its code, makes it."),
        "unnamed": _('There is no country of this name. Give its code of two letters, as "tr".'),
        "disagree": _("This is the code of one country and the name of another: give the code alone."),
    }

    def find(self, name: str, value: Any) -> list[Country]:
        """The countries: several may share a name. One query."""
        if name == "name":
            wanted = {"name__folded__in": [folded(value)]}
        else:
            wanted = {name: value.lower() if name == "code" else value}
        found = list(Country.objects.filter(**wanted).order_by("pk"))
        if not found:
            self.fail("unnamed" if name == "name" else "unknown")
        return found

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict) or set(data) != {"code", "name"}:
            return super().to_internal_value(data)
        # The code decides, as where a stock location is told: a name may be spelled in many ways.
        found = super().to_internal_value({"code": data["code"]})
        try:
            namesakes = super().to_internal_value({"name": data["name"]})
        except serializers.ValidationError as error:
            if error.get_codes() != {"name": ["unnamed"]}:
                raise
            return found
        if found[0] not in namesakes:
            self.fail("disagree")
        return found

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        one_of = super().json_schema()["anyOf"]
        properties = {name: value for each in one_of[2:] for name, value in each["properties"].items()}
        both = {"type": "object", "properties": properties, "required": [*properties]}
        return {"anyOf": [*one_of, both | {"additionalProperties": False}]}


class PlaceField(ReferenceField):
    """A place that is there by its id, or by its name, which may be new. Becomes the id or the name."""

    kind: ClassVar[type[City] | type[Township] | type[District]]
    names: ClassVar[Mapping[str, int]] = {"name": 100}
    default_error_messages = {"unknown": _("There is no such place.")}

    def find(self, name: str, value: Any) -> int | str:
        """The id of a place that is there, or the name. At most one query."""
        if name == "pk" and not self.kind._default_manager.filter(pk=value).exists():
            self.fail("unknown")
        found: int | str = value
        return found


class CityField(PlaceField):
    """A city by its id or its name."""

    kind = City


class TownshipField(PlaceField):
    """A township by its id or its name."""

    kind = Township


class DistrictField(PlaceField):
    """A district by its id or its name."""

    kind = District


def places_meant(countries: Sequence[Country] | None, told: Mapping[str, int | str | None]) -> dict[str, Any]:
    """The ids of the places that an address means, by level; where one is not there yet, its name.

    `countries` are those it may be in, any where none is named. Each place lies within the larger one; names
    are compared as searches compare them, and one that is spelled in just this way goes first. Raises
    ValidationError by level. At most four queries.
    """
    chains: list[tuple[Any, ...]] = [(each,) for each in countries or Country.objects.order_by("pk")]
    for level, kind in _KINDS.items():
        place = told[level]
        if place is None:
            break
        inside = {chain[-1].pk: chain for chain in chains}
        by = {"pk": place} if isinstance(place, int) else {"name__folded__in": [folded(place)]}
        found = kind._default_manager.filter(Among(_LARGER[kind], inside), **by).order_by("pk")
        rows = list(found[:_MOST_NAMESAKES])
        if not rows:
            break
        chains = [(*inside[getattr(row, _LARGER[kind])], row) for row in rows]
    chain = _only(chains, told)
    ids = dict(zip(LEVELS, (place.pk for place in chain), strict=False))
    for level, place in told.items():
        if level not in ids and isinstance(place, int):
            raise serializers.ValidationError({level: [_("This place does not lie in the larger one.")]})
    return {**told, **ids}


def _only(chains: Sequence[tuple[Any, ...]], told: Mapping[str, int | str | None]) -> tuple[Any, ...]:
    """The chain of places, from the country on, that is meant."""

    def otherwise_spelled(chain: tuple[Any, ...]) -> list[bool]:
        return [place.name != told[level] for level, place in zip(_KINDS, chain[1:], strict=False)]

    ranked = sorted(chains, key=otherwise_spelled)
    if not ranked or (len(ranked) > 1 and len(ranked[0]) == 1):
        raise serializers.ValidationError({"country": [_("Say in which country.")]})
    if len(ranked) > 1 and otherwise_spelled(ranked[0]) == otherwise_spelled(ranked[1]):
        level = LEVELS[len(ranked[0]) - 1]
        sentence = _("Several places go by this name; say which by its id.")
        raise serializers.ValidationError({level: [sentence]})
    return ranked[0]


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
