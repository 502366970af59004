"""The yardstick's serializers of reference data: geography, locations, states, commands, products, lists."""

from typing import Any

from rest_framework import serializers

from aktar.catalog.models import PriceList, Product, ProductImage, StockList
from aktar.edge.rules import decimal_text_or_none, degrees_text, duration_text
from aktar.places.models import Address, City, Country, District, StockLocation, Township
from aktar.workflow.models import Command, State

INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"


class Instant(serializers.DateTimeField):
    def __init__(self, **options: Any) -> None:
        super().__init__(format=INSTANT, **options)


class Hundredths(serializers.Field[int, Any, str, Any]):
    def to_representation(self, value: int) -> str:
        return str(decimal_text_or_none(value))


class Degrees(serializers.Field[int, Any, str, Any]):
    def to_representation(self, value: int) -> str:
        return str(degrees_text(value))


class Duration(serializers.Field[Any, Any, str, Any]):
    def to_representation(self, value: Any) -> str:
        return duration_text(value)


class Document(serializers.Field[Any, Any, Any, Any]):
    def to_representation(self, value: Any) -> Any:
        return value


class CountrySerializer(serializers.ModelSerializer[Country]):
    longitude = Degrees()
    latitude = Degrees()

    class Meta:
        model = Country
        fields = ("pk", "name", "code", "is_active", "longitude", "latitude")


class CitySerializer(serializers.ModelSerializer[City]):
    longitude = Degrees()
    latitude = Degrees()

    class Meta:
        model = City
        fields = ("pk", "name", "country", "is_active", "longitude", "latitude")


class TownshipSerializer(serializers.ModelSerializer[Township]):
    longitude = Degrees()
    latitude = Degrees()

    class Meta:
        model = Township
        fields = ("pk", "name", "city", "is_active", "longitude", "latitude")


class DistrictSerializer(serializers.ModelSerializer[District]):
    longitude = Degrees()
    latitude = Degrees()

    class Meta:
        model = District
        fields = ("pk", "name", "city", "township", "is_active", "longitude", "latitude")


class AddressSerializer(serializers.ModelSerializer[Address]):
    city = CitySerializer()
    country = CountrySerializer()
    township = TownshipSerializer()
    district = DistrictSerializer()
    mapping = Document()
    longitude = Degrees()
    latitude = Degrees()

    class Meta:
        model = Address
        fields = (
            *("id", "city", "country", "township", "district", "mapping", "title", "is_active"),
            *("line", "postcode", "notes", "longitude", "latitude"),
        )


class StockLocationSerializer(serializers.ModelSerializer[StockLocation]):
    address = AddressSerializer()
    tags = Document()
    conf = Document()
    created_date = Instant()
    modified_date = Instant()
    target_packing_interval = Duration()
    target_transfer_interval = Duration()

    class Meta:
        model = StockLocation
        fields = (
            *("id", "stock_location_type", "address", "engine", "tags", "created_date", "modified_date"),
            *("omnitron_id", "name", "is_fulfillment_center", "is_pickup_location", "is_delivery_location"),
            *("is_return_available", "is_fast_delivery_available", "is_active", "priority", "conf"),
            *("daytime_phone", "evening_phone", "fax_number", "email", "target_packing_interval"),
            *("target_transfer_interval", "erp_code", "use_as_shipper_location"),
        )


class StateSerializer(serializers.ModelSerializer[State]):
    created_date = Instant()
    modified_date = Instant()
    translations = Document()
    config = Document()
    name = serializers.SerializerMethodField()

    class Meta:
        model = State
        fields = (
            *("id", "created_date", "modified_date", "translations", "name", "config", "enum_class"),
            *("enum_value", "content_type"),
        )

    def get_name(self, state: State) -> str:
        return str((state.translations or {}).get("en-us", {}).get("name") or state.name)


class CommandSerializer(serializers.ModelSerializer[Command]):
    configuration = Document()
    translations = Document()
    ui_visibility = Document()
    label = serializers.SerializerMethodField()

    class Meta:
        model = Command
        fields = (
            *("id", "is_packageitem_parameter_required", "configuration", "translations", "label", "slug"),
            *("ui_visibility", "source_state", "destination_state"),
        )

    def get_label(self, command: Command) -> str:
        return str((command.translations or {}).get("en-us", {}).get("label") or command.label)


class ProductImageSerializer(serializers.ModelSerializer[ProductImage]):
    class Meta:
        model = ProductImage
        fields = ("order", "id", "url", "product")


class ProductSerializer(serializers.ModelSerializer[Product]):
    productimage_set = ProductImageSerializer(many=True)
    created_date = Instant()
    modified_date = Instant()
    remote_modified_date = Instant()
    attributes = Document()
    attributes_kwargs = Document()
    extra_attributes = Document()

    class Meta:
        model = Product
        fields = (
            *("id", "productimage_set", "created_date", "modified_date", "omnitron_id", "name", "base_code"),
            *("sku", "barcode", "attributes", "attributes_kwargs", "extra_attributes"),
            "remote_modified_date",
        )


class PriceListSerializer(serializers.ModelSerializer[PriceList]):
    created_date = Instant()
    modified_date = Instant()

    class Meta:
        model = PriceList
        fields = ("pk", "code", "name", "currency", "created_date", "is_auto_sync", "modified_date")


class StockListSerializer(serializers.ModelSerializer[StockList]):
    created_date = Instant()
    modified_date = Instant()

    class Meta:
        model = StockList
        fields = ("pk", "code", "name", "created_date", "is_auto_sync", "modified_date")
