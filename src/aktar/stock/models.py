"""Which locations keep books, how much of each product is where, and the append-only ledger of it.

A level is the sum of its movements, always: both are written in one transaction, and the ledger refuses
changes. Quantities are hundredths.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from aktar.catalog.models import Product
from aktar.edge.fields import BoundedCharField, HundredthsField
from aktar.edge.naming import called_after
from aktar.places.models import StockLocation
from aktar.stock.rules import Kind


class StockKeeping(models.Model):
    """A stock location keeps books from `created_at` on; of one without this row nothing is known or refused.

    `safety_stock` is what planning leaves in place of each product.
    """

    stock_location = models.OneToOneField(
        StockLocation, on_delete=models.PROTECT, related_name="stock_keeping"
    )
    may_go_negative = models.BooleanField(
        default=False, help_text="Whether more may be promised and sent than is on hand."
    )
    safety_stock = HundredthsField(default=0, help_text="What planning leaves in place of each product.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(safety_stock__gte=0), name="stock_keeping_safety_stock")
        ]

    def __str__(self) -> str:
        return called_after(self, "stock_location")


class StockLevel(models.Model):
    """How much of a product is at a location: `on_hand` there, `reserved` of that, `in_transit` to it.

    What is available is `on_hand - reserved`; the database lets nobody promise more, unless the location may
    go negative (a copy of the keeping's word). `counted_at` is the instant of the last count.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    stock_location = models.ForeignKey(
        StockLocation, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    on_hand = HundredthsField(default=0)
    reserved = HundredthsField(default=0)
    in_transit = HundredthsField(default=0)
    may_go_negative = models.BooleanField(default=False)
    counted_at = models.DateTimeField(null=True, blank=True)
    modified_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "stock_location"], name="stock_level_once"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="stock_level_reserved"),
            models.CheckConstraint(condition=Q(in_transit__gte=0), name="stock_level_in_transit"),
            models.CheckConstraint(
                condition=Q(may_go_negative=True) | Q(on_hand__gte=F("reserved")),
                name="stock_level_not_oversold",
            ),
        ]
        indexes = [
            # Who has something to send of a product, from the index alone.
            models.Index(
                fields=["product", "stock_location", "on_hand", "reserved"],
                condition=Q(on_hand__gt=F("reserved")),
                name="stock_level_available",
            ),
            models.Index(fields=["stock_location", "id"], name="stock_level_location"),
            models.Index(fields=["modified_at", "id"], name="stock_level_modified"),
        ]

    def __str__(self) -> str:
        return called_after(self, "product")


class StockMovement(models.Model):
    """One change of one level, and for whom. The database refuses to change a row once written.

    `transfer_order` and `package_item` are ids: those rooms stand above or beside this one.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    stock_location = models.ForeignKey(
        StockLocation, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = BoundedCharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind])
    on_hand_change = HundredthsField(default=0)
    reserved_change = HundredthsField(default=0)
    in_transit_change = HundredthsField(default=0)
    transfer_order = models.BigIntegerField(null=True, blank=True)
    package_item = models.BigIntegerField(null=True, blank=True)
    reason = BoundedCharField(max_length=200, default="", blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="stock_movement_kind"
            ),
            models.CheckConstraint(
                condition=~Q(on_hand_change=0, reserved_change=0, in_transit_change=0),
                name="stock_movement_moves",
            ),
            # Promises and arrivals neither make goods nor lose any.
            models.CheckConstraint(
                condition=~Q(kind__in=[Kind.RESERVED.value, Kind.RELEASED.value, Kind.ARRIVED.value])
                | Q(on_hand_change=-F("in_transit_change")),
                name="stock_movement_conserves",
            ),
        ]
        indexes = [
            models.Index(fields=["product", "stock_location", "id"], name="stock_movement_level"),
            models.Index(fields=["stock_location", "id"], name="stock_movement_location"),
            models.Index(fields=["created_at", "id"], name="stock_movement_created"),
            models.Index(
                fields=["transfer_order", "id"],
                condition=Q(transfer_order__isnull=False),
                name="stock_movement_transfer",
            ),
            models.Index(
                fields=["package_item", "id"],
                condition=Q(package_item__isnull=False),
                name="stock_movement_package_item",
            ),
        ]

    def __str__(self) -> str:
        return called_after(self, "product")
