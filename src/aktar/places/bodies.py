"""How bodies name places: a stock location, or geography by its id or by its name."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from aktar.edge.body_fields import ReferenceField
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
