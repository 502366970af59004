"""The transfer order, its items, its shipment, and the companies that carry it."""

from django.db import models
from django.db.models import F, Q

from aktar.catalog.models import Product
from aktar.edge.content_types import ContentType
from aktar.edge.expressions import Folded
from aktar.edge.fields import BoundedCharField, HundredthsField
from aktar.edge.naming import called_after
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
    source = models.ForeignKey(
        StockLocation, on_delete=models.PROTECT, related_name="outgoing", db_index=False
    )
    destination = models.ForeignKey(
        StockLocation, on_delete=models.PROTECT, related_name="incoming", db_index=False
    )
    order = models.ForeignKey(
        Order,
        on_delete=models.PROTECT,
        related_name="transfer_orders",
        help_text="The package's, for sorting.",
        db_index=False,
    )
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="transfer_orders")
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+", db_index=False)
    target_transfer_date = models.DateTimeField()
    invoice_number = BoundedCharField(max_length=100, null=True, blank=True)
    remote_id = BoundedCharField(max_length=100, null=True, blank=True)
    plan_item = models.BigIntegerField(null=True, blank=True, help_text="The plan line it came from.")
    renews = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="renewed_by",
        help_text="The one whose source did not find the goods, and whose place it took.",
    )
    created_date = models.DateTimeField()
    modified_date = models.DateTimeField()
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
        # The id at the end gives a filtered list its order, and a sorted one its ties, without sorting.
        indexes = [
            models.Index(fields=["state", "id"], name="transfers_order_state"),
            models.Index(fields=["source", "id"], name="transfers_order_source"),
            models.Index(fields=["destination", "id"], name="transfers_order_destination"),
            models.Index(fields=["order", "id"], name="transfers_order_order"),
            models.Index(fields=["target_transfer_date", "id"], name="transfers_order_target"),
            models.Index(fields=["created_date", "id"], name="transfers_order_created"),
            models.Index(fields=["modified_date", "id"], name="transfers_order_modified"),
            models.Index(fields=["state", "target_transfer_date"], name="transfers_order_overdue"),
            models.Index(Folded("number"), name="transfers_order_number_folded"),
            # SQLite keeps the rows themselves by id: without this, page 1,000 reads 15 MB of them.
            models.Index(fields=["id"], name="transfers_order_ids"),
        ]

    def __str__(self) -> str:
        return self.number


class TransferItem(models.Model):
    """One line of a transfer order; `quantity` in hundredths of `unit_type`."""

    content_type = ContentType.TRANSFER_ITEM

    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_type = BoundedCharField(max_length=20, default="quantity")
    package_item = models.ForeignKey(PackageItem, on_delete=models.PROTECT, related_name="transfer_items")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
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
        indexes = [
            models.Index(fields=["state", "id"], name="transfers_item_state"),
            models.Index(fields=["product", "id"], name="transfers_item_product"),
            models.Index(fields=["quantity", "id"], name="transfers_item_by_quantity"),
            models.Index(fields=["created_date", "id"], name="transfers_item_created"),
            models.Index(fields=["modified_date", "id"], name="transfers_item_modified"),
        ]

    def __str__(self) -> str:
        return called_after(self, "product")


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

    def __str__(self) -> str:
        return self.awb_number or called_after(self, "cargo_company")


class LoadPosition(models.Model):
    """How far moving in from another installation has come; there is a row only while it is under way."""

    source = BoundedCharField(max_length=500)
    has_details = models.BooleanField()
    next_query = BoundedCharField(max_length=2000, help_text="Of the page that comes next.")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "has_details"], name="transfers_load_position_once")
        ]

    def __str__(self) -> str:
        return self.source
