"""The yardstick's serializers of transfer orders and of all that belongs to one."""

from typing import Any

from rest_framework import serializers

from aktar.orders.models import Customer, OrderItem, PackageItem, ShippingAddress
from aktar.transfers.models import CargoCompany, TransferItem, TransferOrder, TransferShipment
from benchmarks.yardstick.references import (
    CitySerializer,
    CommandSerializer,
    CountrySerializer,
    DistrictSerializer,
    Document,
    Hundredths,
    Instant,
    PriceListSerializer,
    ProductSerializer,
    StateSerializer,
    StockListSerializer,
    StockLocationSerializer,
    TownshipSerializer,
)


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
