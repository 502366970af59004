"""What the customer bought and how it was split into packages."""

from django.db import models
from django.db.models import Q

from aktar.catalog.models import PriceList, Product, StockList
from aktar.edge.content_types import ContentType
from aktar.edge.expressions import Folded
from aktar.edge.fields import BoundedCharField, DocumentField, HundredthsField
from aktar.edge.naming import called_after
from aktar.places.models import City, Country, District, StockLocation, Township
from aktar.workflow.models import State


class Channel(models.Model):
    """Where orders come from: a web shop, a marketplace, a call centre."""

    name = BoundedCharField(max_length=200, unique=True)

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """Who ordered."""

    email = BoundedCharField(max_length=254, default="", blank=True)
    first_name = BoundedCharField(max_length=150)
    last_name = BoundedCharField(max_length=150)
    phone_number = BoundedCharField(max_length=32, default="", blank=True)
    erp_code = BoundedCharField(max_length=100, null=True, blank=True)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="customers")

    class Meta:
        indexes = [
            models.Index(fields=["channel", "erp_code"], name="orders_customer_erp_code"),
            models.Index(Folded("first_name"), name="orders_customer_first_folded"),
            models.Index(Folded("last_name"), name="orders_customer_last_folded"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"


class ShippingAddress(models.Model):
    """Where the customer wants the order."""

    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    township = models.ForeignKey(Township, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="addresses")
    address_type = BoundedCharField(max_length=50, default="customer")
    created_date = models.DateTimeField()
    modified_date = models.DateTimeField()
    omnitron_id = models.BigIntegerField(null=True, blank=True)
    mapping = DocumentField(null=True, blank=True)
    title = BoundedCharField(max_length=200)
    is_active = models.BooleanField(default=True)
    line = BoundedCharField(max_length=500)
    postcode = BoundedCharField(max_length=20, null=True, blank=True)
    notes = BoundedCharField(max_length=1000, null=True, blank=True)
    email = BoundedCharField(max_length=254, default="", blank=True)
    phone_number = BoundedCharField(max_length=32, default="", blank=True)
    first_name = BoundedCharField(max_length=150)
    last_name = BoundedCharField(max_length=150)
    company_name = BoundedCharField(max_length=200, default="", blank=True)
    tax_office = BoundedCharField(max_length=100, default="", blank=True)
    tax_no = BoundedCharField(max_length=20, default="", blank=True)
    e_bill_taxpayer = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}, {self.line}"


class Order(models.Model):
    """A customer's order; what came from an installation that did not tell it is null until it does."""

    content_type = ContentType.ORDER

    number = BoundedCharField(max_length=64, unique=True)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, null=True, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="orders")
    shipping_address = models.ForeignKey(
        ShippingAddress, on_delete=models.PROTECT, null=True, related_name="+"
    )
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")
    date_placed = models.DateTimeField(null=True, db_index=True)
    created_date = models.DateTimeField()
    modified_date = models.DateTimeField()
    content_digest = BoundedCharField(
        max_length=64, null=True, help_text="Of the body it was put in with, to tell a repetition."
    )

    class Meta:
        indexes = [
            models.Index(Folded("number"), name="orders_order_number_folded"),
            models.Index(fields=["created_date", "id"], name="orders_order_created"),
            models.Index(fields=["modified_date", "id"], name="orders_order_modified"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderItem(models.Model):
    """One piece that was ordered, with what was paid for it (money in hundredths of `price_currency`)."""

    content_type = ContentType.ORDER

    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    created_date = models.DateTimeField()
    modified_date = models.DateTimeField()
    omnitron_id = models.BigIntegerField(null=True, blank=True)
    net_amount = HundredthsField()
    price = HundredthsField()
    price_currency = BoundedCharField(max_length=3)
    retail_price = HundredthsField(null=True, blank=True)
    tax_rate = HundredthsField(null=True, blank=True, help_text="Hundredths of a percent.")
    tax_amount = HundredthsField(null=True, blank=True)
    discount_amount = HundredthsField(null=True, blank=True)
    without_net_amount = HundredthsField(null=True, blank=True)
    installment_interest_amount = HundredthsField(null=True, blank=True)
    attributes = DocumentField(default=dict, blank=True)
    attributes_kwargs = DocumentField(default=dict, blank=True)
    image = BoundedCharField(max_length=1000, null=True, blank=True)
    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT, null=True, related_name="+")
    stock_list = models.ForeignKey(StockList, on_delete=models.PROTECT, null=True, related_name="+")
    extra_field = DocumentField(default=dict, blank=True)
    parent_omnitron_id = models.BigIntegerField(null=True, blank=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="orderitem_set")

    def __str__(self) -> str:
        return called_after(self, "product")


class Package(models.Model):
    """The part of an order that one stock location dispatches to the customer."""

    content_type = ContentType.PACKAGE

    number = BoundedCharField(max_length=80, unique=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="packages")
    stock_location = models.ForeignKey(StockLocation, on_delete=models.PROTECT, related_name="+")
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")
    created_date = models.DateTimeField()
    modified_date = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(Folded("number"), name="orders_package_number_folded"),
            models.Index(fields=["created_date", "id"], name="orders_package_created"),
            models.Index(fields=["modified_date", "id"], name="orders_package_modified"),
        ]

    def __str__(self) -> str:
        return self.number


class PackageItem(models.Model):
    """One order item inside a package."""

    content_type = ContentType.PACKAGE_ITEM

    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")
    order_item = models.ForeignKey(OrderItem, on_delete=models.PROTECT, related_name="package_items")
    created_date = models.DateTimeField()
    modified_date = models.DateTimeField()
    selected_barcode = BoundedCharField(max_length=100, null=True, blank=True)
    serial_no = BoundedCharField(max_length=100, null=True, blank=True)
    unit_weight = HundredthsField(null=True, blank=True, help_text="Hundredths of a kilogram.")
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="packageitem_set")
    denial_reason = BoundedCharField(max_length=500, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(unit_weight__isnull=True) | Q(unit_weight__gte=0),
                name="orders_packageitem_weight",
            ),
        ]

    def __str__(self) -> str:
        return called_after(self, "order_item", "product")
