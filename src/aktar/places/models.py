"""Geography, stock locations, and which users and tokens belong to which location."""

from django.conf import settings
from django.db import models

from aktar.accounts.models import ApiToken
from aktar.edge.content_types import ContentType
from aktar.edge.expressions import Folded
from aktar.edge.fields import BoundedCharField, DegreesField, DocumentField
from aktar.edge.naming import called_after


class Country(models.Model):
    """A country; `code` is its lower-case ISO 3166 code."""

    name = BoundedCharField(max_length=100)
    code = BoundedCharField(max_length=2, unique=True)
    is_active = models.BooleanField(default=True)
    longitude = DegreesField(null=True, blank=True)
    latitude = DegreesField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(Folded("name"), name="places_country_name_folded")]

    def __str__(self) -> str:
        return self.name


class City(models.Model):
    """A province of a country."""

    name = BoundedCharField(max_length=100)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="cities")
    is_active = models.BooleanField(default=True)
    longitude = DegreesField(null=True, blank=True)
    latitude = DegreesField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(Folded("name"), name="places_city_name_folded")]

    def __str__(self) -> str:
        return self.name


class Township(models.Model):
    """A district town of a city (Turkish: ilçe)."""

    name = BoundedCharField(max_length=100)
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="townships")
    is_active = models.BooleanField(default=True)
    longitude = DegreesField(null=True, blank=True)
    latitude = DegreesField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(Folded("name"), name="places_township_name_folded")]

    def __str__(self) -> str:
        return self.name


class District(models.Model):
    """A neighbourhood of a township (Turkish: mahalle)."""

    name = BoundedCharField(max_length=100)
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    township = models.ForeignKey(Township, on_delete=models.PROTECT, related_name="districts")
    is_active = models.BooleanField(default=True)
    longitude = DegreesField(null=True, blank=True)
    latitude = DegreesField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Address(models.Model):
    """Where a stock location stands."""

    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    township = models.ForeignKey(Township, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    mapping = DocumentField(null=True, blank=True)
    title = BoundedCharField(max_length=200)
    is_active = models.BooleanField(default=True)
    line = BoundedCharField(max_length=500)
    postcode = BoundedCharField(max_length=20, null=True, blank=True)
    notes = BoundedCharField(max_length=1000, null=True, blank=True)
    longitude = DegreesField(null=True, blank=True)
    latitude = DegreesField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title


class StockLocation(models.Model):
    """A store or a warehouse: a place that holds stock, sends and receives it."""

    content_type = ContentType.STOCK_LOCATION

    stock_location_type = BoundedCharField(max_length=50)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+")
    engine = models.BigIntegerField(null=True, blank=True)
    tags = DocumentField(default=list, blank=True)
    created_date = models.DateTimeField()
    modified_date = models.DateTimeField()
    omnitron_id = models.BigIntegerField(null=True, blank=True)
    name = BoundedCharField(max_length=200)
    is_fulfillment_center = models.BooleanField(default=True)
    is_pickup_location = models.BooleanField(default=False)
    is_delivery_location = models.BooleanField(default=True)
    is_return_available = models.BooleanField(default=False)
    is_fast_delivery_available = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    priority = models.IntegerField(default=10)
    conf = DocumentField(default=dict, blank=True)
    daytime_phone = BoundedCharField(max_length=32, default="", blank=True)
    evening_phone = BoundedCharField(max_length=32, default="", blank=True)
    fax_number = BoundedCharField(max_length=32, default="", blank=True)
    email = BoundedCharField(max_length=254, default="", blank=True)
    target_packing_interval = models.DurationField()
    target_transfer_interval = models.DurationField()
    erp_code = BoundedCharField(max_length=100, unique=True)
    use_as_shipper_location = models.BooleanField(default=False)

    class Meta:
        # None on the flags: nearly every location has the same ones, and there are thousands at most.
        indexes = [
            models.Index(Folded("name"), name="places_location_name_folded"),
            models.Index(Folded("erp_code"), name="places_location_code_folded"),
            models.Index(fields=["stock_location_type", "id"], name="places_location_type"),
            models.Index(fields=["priority", "id"], name="places_location_priority"),
            models.Index(fields=["omnitron_id"], name="places_location_omnitron"),
            models.Index(fields=["created_date", "id"], name="places_location_created"),
            models.Index(fields=["modified_date", "id"], name="places_location_modified"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.erp_code})"


class UserMembership(models.Model):
    """A user works at a stock location, and so sees its transfers."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    stock_location = models.ForeignKey(StockLocation, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "stock_location"], name="places_user_membership_once")
        ]

    def __str__(self) -> str:
        return called_after(self, "stock_location")


class TokenMembership(models.Model):
    """A token with the reach `locations` is bound to a stock location."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="memberships")
    stock_location = models.ForeignKey(StockLocation, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "stock_location"], name="places_token_membership_once")
        ]

    def __str__(self) -> str:
        return called_after(self, "stock_location")
