"""The yardstick: transfer orders, and a command on one, as idiomatic Django REST framework does it.

ModelSerializers, `select_related` for to-one and `prefetch_related` for to-many relations, page numbers with
an exact count, and the product's own authentication, permission and throttle. The run checks that its answer
is equal to the product's, value by value.
"""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from aktar.accounts.authentication import MayCall, TokenAuthentication, token_of
from aktar.catalog.models import PriceList, Product, ProductImage, StockList
from aktar.edge.rules import decimal_text_or_none, degrees_text, duration_text
from aktar.edge.throttles import by_caller
from aktar.orders.models import Customer, OrderItem, PackageItem, ShippingAddress
from aktar.places.models import Address, City, Country, District, StockLocation, Township
from aktar.places.queries import hears_of, reach_of
from aktar.transfers.models import CargoCompany, TransferItem, TransferOrder, TransferShipment
from aktar.transfers.queries import visible_transfer_orders
from aktar.transfers.rules import TRANSITIONED_EVENT, transfer_event
from aktar.webhooks.actions import record_event
from aktar.workflow.models import Command, State, TransitionLog

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


class OrderItemSerializer(serializers.ModelSerializer[OrderItem]):
    state = StateSerializer()
    product = ProductSerializer()
    created_date = Instant()
    modified_date = Instant()
    net_amount = Hundredths()
    price = Hundredths()
    retail_price = Hundredths()
    tax_rate = Hundredths()
    tax_amount = Hundredths()
    discount_amount = Hundredths()
    without_net_amount = Hundredths()
    installment_interest_amount = Hundredths()
    attributes = Document()
    attributes_kwargs = Document()
    price_list = PriceListSerializer()
    stock_list = StockListSerializer()
    extra_field = Document()

    class Meta:
        model = OrderItem
        fields = (
            *("id", "state", "product", "created_date", "modified_date", "omnitron_id", "net_amount"),
            *("price", "price_currency", "retail_price", "tax_rate", "tax_amount", "discount_amount"),
            *("without_net_amount", "installment_interest_amount", "attributes", "attributes_kwargs"),
            *("image", "price_list", "stock_list", "extra_field", "parent_omnitron_id", "order"),
        )


class PackageItemSerializer(serializers.ModelSerializer[PackageItem]):
    state = StateSerializer()
    order_item = OrderItemSerializer()
    created_date = Instant()
    modified_date = Instant()
    unit_weight = Hundredths()

    class Meta:
        model = PackageItem
        fields = (
            *("id", "state", "order_item", "created_date", "modified_date", "selected_barcode"),
            *("serial_no", "unit_weight", "package", "denial_reason"),
        )


class TransferItemSerializer(serializers.ModelSerializer[TransferItem]):
    state = StateSerializer()
    package_item = PackageItemSerializer()
    product = ProductSerializer()
    created_date = Instant()
    modified_date = Instant()
    quantity = Hundredths()

    class Meta:
        model = TransferItem
        fields = (
            *("id", "state", "unit_type", "package_item", "product", "created_date", "modified_date"),
            *("name", "quantity", "stock_code", "barcode", "transfer_order"),
        )


class CargoCompanySerializer(serializers.ModelSerializer[CargoCompany]):
    class Meta:
        model = CargoCompany
        fields = ("pk", "name", "erp_code", "shipping_company")


class TransferShipmentSerializer(serializers.ModelSerializer[TransferShipment]):
    created_date = Instant()
    modified_date = Instant()
    state = StateSerializer()
    cargo_company = CargoCompanySerializer()

    class Meta:
        model = TransferShipment
        fields = (
            *("id", "created_date", "modified_date", "state", "cargo_company", "awb_number"),
            "tracking_url",
        )


class TransferOrderSerializer(serializers.ModelSerializer[TransferOrder]):
    source = StockLocationSerializer()
    destination = StockLocationSerializer()
    transferitem_set = TransferItemSerializer(many=True)
    order_number = serializers.CharField(source="order.number")
    package_number = serializers.CharField(source="package.number")
    order_date_placed = Instant(source="order.date_placed")
    target_transfer_date = Instant()
    state = StateSerializer()
    commands = serializers.SerializerMethodField()
    transfer_shipment = serializers.SerializerMethodField()
    created_date = Instant()
    modified_date = Instant()

    class Meta:
        model = TransferOrder
        fields = (
            *("id", "source", "destination", "transferitem_set", "number", "order", "order_number"),
            *("package", "package_number", "target_transfer_date", "order_date_placed", "state", "commands"),
            *("invoice_number", "remote_id", "transfer_shipment", "created_date", "modified_date"),
        )

    def get_commands(self, order: TransferOrder) -> Any:
        shown = [command for command in order.state.commands.all() if command.ui_visibility]
        return CommandSerializer(sorted(shown, key=lambda command: -command.pk), many=True).data

    def get_transfer_shipment(self, order: TransferOrder) -> Any:
        shipment = getattr(order, "transfer_shipment", None)
        return None if shipment is None else TransferShipmentSerializer(shipment).data


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    class Meta:
        model = Customer
        fields = ("email", "first_name", "last_name", "phone_number", "erp_code", "pk", "channel")


class ShippingAddressSerializer(serializers.ModelSerializer[ShippingAddress]):
    city = CitySerializer()
    country = CountrySerializer()
    township = TownshipSerializer()
    district = DistrictSerializer()
    customer = CustomerSerializer()
    created_date = Instant()
    modified_date = Instant()
    mapping = Document()

    class Meta:
        model = ShippingAddress
        fields = (
            *("id", "city", "country", "township", "district", "customer", "address_type"),
            *("created_date", "modified_date", "omnitron_id", "mapping", "title", "is_active", "line"),
            *("postcode", "notes", "email", "phone_number", "first_name", "last_name", "company_name"),
            *("tax_office", "tax_no", "e_bill_taxpayer"),
        )


class TransferOrderDetailSerializer(TransferOrderSerializer):
    channel_name = serializers.CharField(source="order.channel.name")
    customer = CustomerSerializer(source="order.customer")
    shipping_address = ShippingAddressSerializer(source="order.shipping_address")

    class Meta(TransferOrderSerializer.Meta):
        fields = (
            *TransferOrderSerializer.Meta.fields[:9],
            *("channel_name", "customer", "shipping_address"),
            *(name for name in TransferOrderSerializer.Meta.fields[9:] if name != "order_date_placed"),
        )


class TransferOrderSimpleSerializer(serializers.ModelSerializer[TransferOrder]):
    created_date = Instant()
    modified_date = Instant()
    target_transfer_date = Instant()

    class Meta:
        model = TransferOrder
        fields = (
            *("id", "created_date", "modified_date", "number", "target_transfer_date", "invoice_number"),
            *("remote_id", "state", "source", "destination", "plan_item"),
        )


class Pages(PageNumberPagination):
    page_size_query_param = "limit"
    max_page_size = 100


_LOCATION = ("address__city", "address__country", "address__township", "address__district")
TO_ONE = (
    *(f"source__{path}" for path in _LOCATION),
    *(f"destination__{path}" for path in _LOCATION),
    *("order", "package", "state", "transfer_shipment__state", "transfer_shipment__cargo_company"),
)
_ORDER_ITEM = "transferitem_set__package_item__order_item"
TO_MANY = (
    *("state__commands", "transferitem_set__state", "transferitem_set__product__productimage_set"),
    *("transferitem_set__package_item__state", f"{_ORDER_ITEM}__state"),
    *(
        f"{_ORDER_ITEM}__product__productimage_set",
        f"{_ORDER_ITEM}__price_list",
        f"{_ORDER_ITEM}__stock_list",
    ),
)


class SameThrottle(BaseThrottle):
    """The product's own counting, at the same rate."""

    def allow_request(self, request: Request, view: Any) -> bool:
        by_caller(request, now=view.now)
        return True


class Filters(FilterSet):
    """By state, as a filter set does it that nobody has thought about."""

    class Meta:
        model = TransferOrder
        fields = ("state__enum_value",)


class Yardstick:
    """What its views have in common: who calls, how often, and all that the answer needs."""

    authentication_classes = (TokenAuthentication,)
    permission_classes = (MayCall,)
    throttle_classes = (SameThrottle,)
    parser_classes = (JSONParser,)
    renderer_classes = (JSONRenderer,)
    request: Request
    now: datetime

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        self.now = datetime.now(UTC)

    def visible(self) -> Any:
        token = token_of(self.request)
        return visible_transfer_orders(reach_of(token.user, token)).order_by("-id")

    def get_queryset(self) -> Any:
        return self.visible().select_related(*TO_ONE).prefetch_related(*TO_MANY)


class YardstickList(Yardstick, ListAPIView[TransferOrder]):
    serializer_class = TransferOrderSerializer
    pagination_class = Pages
    filter_backends = (DjangoFilterBackend,)
    filterset_class = Filters


class YardstickSimpleList(YardstickList):
    serializer_class = TransferOrderSimpleSerializer

    def get_queryset(self) -> Any:
        return self.visible()


class YardstickDetail(Yardstick, RetrieveAPIView[TransferOrder]):
    serializer_class = TransferOrderDetailSerializer

    def get_queryset(self) -> Any:
        return (
            super()
            .get_queryset()
            .select_related("order__channel", "order__customer", "order__shipping_address__customer")
            .select_related(*(f"order__shipping_address__{part}" for part in ("city", "country", "township")))
            .select_related("order__shipping_address__district")
        )


class Body(serializers.Serializer[Any]):
    transition = serializers.IntegerField()
    input_parameters = serializers.DictField()


class YardstickCommand(Yardstick, GenericAPIView[TransferOrder]):
    """A command; its event is a snapshot by the list's serializer, recorded as the product records it."""

    serializer_class = Body

    def post(self, request: Request, pk: int) -> Response:
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        with transaction.atomic(durable=True):
            order = get_object_or_404(self.visible().select_for_update(), pk=pk)
            command = get_object_or_404(
                order.state.commands.select_related("destination_state"), pk=body.validated_data["transition"]
            )
            to = command.destination_state
            item_state = State.objects.get(
                content_type=TransferItem.content_type, enum_class=to.enum_class, enum_value=to.enum_value
            )
            for item in order.transferitem_set.all():
                item.state, item.modified_date = item_state, self.now
                item.save()
            attributes = {"command": {**body.validated_data["input_parameters"], "slug": command.slug}}
            TransitionLog.objects.create(
                old_state=order.state,
                new_state=to,
                user=request.user,
                attributes=attributes,
                created_date=self.now,
                object_id=order.pk,
                content_type=order.content_type,
            )
            order.state, order.modified_date, order.version = to, self.now, order.version + 1
            order.save()
            snapshot = TransferOrderSerializer(self.get_queryset().get(pk=pk)).data
            del snapshot["created_date"], snapshot["modified_date"]
            record_event(
                transfer_event(to.enum_value),
                also_as=TRANSITIONED_EVENT,
                content_type=order.content_type,
                object_id=order.pk,
                payload=JSONRenderer().render(snapshot).decode(),
                audience=hears_of(order.source_id, order.destination_id),
                source=order.source_id,
                destination=order.destination_id,
                now=self.now,
            )
        return Response(status=204)
