"""The transfer order, its items, its shipment, and the companies that carry it."""

from django.db import models
from django.db.models import F, Q

from aktar.catalog.models import Product
from aktar.edge.content_types import ContentType
from aktar.edge.fields import BoundedCharField, HundredthsField
from aktar.orders.models import Order, Package, PackageItem
from aktar.places.models import StockLocation
from aktar.workflow.models import State


class CargoCompany(models.Model):
    """A carrier that transfers are handed to."""

    name = BoundedCharField(max_length=200)
    erp_code = BoundedCharField(max_length=100, null=True, blank=True, unique=True)
    shipping_company = BoundedCharField(max_length=100, help_text="The carrier's code name, as `yurtici`.")

    def __str__(self) -> str:
        return self.name


class TransferOrder(models.Model):
    """A move of goods from `source` to `destination`, the location that dispatches the package."""

    content_type = ContentType.TRANSFER_ORDER

    number = BoundedCharField(max_length=100, unique=True)
    source = models.ForeignKey(StockLocation, on_delete=models.PROTECT, related_name="outgoing")
    destination = models.ForeignKey(StockLocation, on_delete=models.PROTECT, related_name="incoming")
    order = models.ForeignKey(
        Order,
        on_delete=models.PROTECT,
        related_name="transfer_orders",
        help_text="The package's, for sorting.",
    )
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="transfer_orders")
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")
    target_transfer_date = models.DateTimeField(db_index=True)
    invoice_number = BoundedCharField(max_length=100, null=True, blank=True)
    remote_id = BoundedCharField(max_length=100, null=True, blank=True)
    plan_item = models.BigIntegerField(null=True, blank=True, help_text="The plan line it came from.")
    created_date = models.DateTimeField(db_index=True)
    modified_date = models.DateTimeField(db_index=True)
    version = models.BigIntegerField(
        default=1, help_text="Rises with any write to it, its items, its shipment."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(source=F("destination")), name="transfers_order_goes_elsewhere"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="transfers_order_version"),
        ]

    def __str__(self) -> str:
        return self.number


class TransferItem(models.Model):
    """One line of a transfer order; `quantity` in hundredths of `unit_type`."""

    content_type = ContentType.TRANSFER_ITEM

    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")
    unit_type = BoundedCharField(max_length=20, default="quantity")
    package_item = models.ForeignKey(PackageItem, on_delete=models.PROTECT, related_name="transfer_items")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    created_date = models.DateTimeField()
    modified_date = models.DateTimeField()
    name = BoundedCharField(max_length=200, default="Transfer Item")
    quantity = HundredthsField()
    stock_code = BoundedCharField(max_length=100, null=True, blank=True)
    barcode = BoundedCharField(max_length=100, null=True, blank=True)
    transfer_order = models.ForeignKey(
        TransferOrder, on_delete=models.PROTECT, related_name="transferitem_set"
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="transfers_item_quantity")]


class TransferShipment(models.Model):
    """The parcel that a transfer order travels in: who carries it, under which tracking number."""

    content_type = ContentType.SHIPMENT

    transfer_order = models.OneToOneField(
        TransferOrder, on_delete=models.PROTECT, related_name="transfer_shipment"
    )
    created_date = models.DateTimeField()
    modified_date = models.DateTimeField()
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")
    cargo_company = models.ForeignKey(CargoCompany, on_delete=models.PROTECT, related_name="+")
    awb_number = BoundedCharField(max_length=100, null=True, blank=True, db_index=True)
    tracking_url = BoundedCharField(max_length=1000, null=True, blank=True)
