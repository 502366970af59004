"""How orders are to be planned, what was planned and why, and what could not be found where."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aktar.catalog.models import Product
from aktar.edge.fields import BoundedCharField, DocumentField, HundredthsField
from aktar.edge.naming import called_after
from aktar.orders.models import Channel, Order, OrderItem, Package
from aktar.places.models import City, StockLocation
from aktar.planning.rules import MOST_BY_MEASURE, MOST_FIXED, Weights

_WEIGHTS = Weights()
_FIXED = ("weight_transfer", "weight_package", "weight_unreliability")
_BY_MEASURE = (
    "weight_transfer_kilometre",
    "weight_delivery_kilometre",
    "weight_priority_step",
    "weight_open_load",
    "weight_transfer_day",
)


def _within(names: tuple[str, ...], most: int) -> Q:
    bounds = Q()
    for name in names:
        bounds &= Q(**{f"{name}__gte": 0, f"{name}__lte": most})
    return bounds


class TransferScenario(models.Model):
    """How orders of some channels and cities are planned: who may send, who may dispatch, what counts.

    Of the active ones that cover an order the one with the smallest `priority` decides; where none does, the
    built-in scenario, which has the defaults of these columns. Empty lists exclude nobody. Weights are
    hundredths of a point (see `rules.Weights`), the safety stock hundredths of a piece.
    """

    name = BoundedCharField(max_length=100, unique=True)
    is_active = models.BooleanField(default=True)
    priority = models.IntegerField(default=10)
    channels = models.ManyToManyField(Channel, blank=True, related_name="+")
    cities = models.ManyToManyField(City, blank=True, related_name="+")

    source_types = DocumentField(default=list, blank=True)
    source_cities = models.ManyToManyField(City, blank=True, related_name="+")
    source_tags = DocumentField(default=list, blank=True)
    source_last_priority = models.IntegerField(null=True, blank=True)
    source_most_kilometres = models.PositiveIntegerField(null=True, blank=True)

    dispatch_types = DocumentField(default=list, blank=True)
    dispatch_cities = models.ManyToManyField(City, blank=True, related_name="+")
    dispatch_tags = DocumentField(default=list, blank=True)
    dispatch_last_priority = models.IntegerField(null=True, blank=True)
    dispatch_most_kilometres = models.PositiveIntegerField(null=True, blank=True)

    is_split_allowed = models.BooleanField(default=False)
    groups_items = models.BooleanField(default=False)
    safety_stock = HundredthsField(default=0)

    weight_transfer = HundredthsField(default=_WEIGHTS.transfer)
    weight_package = HundredthsField(default=_WEIGHTS.package)
    weight_transfer_kilometre = HundredthsField(default=_WEIGHTS.transfer_kilometre)
    weight_delivery_kilometre = HundredthsField(default=_WEIGHTS.delivery_kilometre)
    weight_priority_step = HundredthsField(default=_WEIGHTS.priority_step)
    weight_open_load = HundredthsField(default=_WEIGHTS.open_load)
    weight_transfer_day = HundredthsField(default=_WEIGHTS.transfer_day)
    weight_unreliability = HundredthsField(default=_WEIGHTS.unreliability)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(safety_stock__gte=0), name="planning_scenario_safety_stock"),
            # So that leaving a line is never cheaper than one transfer that would serve it.
            models.CheckConstraint(
                condition=_within(_FIXED, MOST_FIXED), name="planning_scenario_fixed_weights"
            ),
            models.CheckConstraint(
                condition=_within(_BY_MEASURE, MOST_BY_MEASURE), name="planning_scenario_measured_weights"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError where the lists of types and tags hold something else than texts."""
        for name in ("source_types", "source_tags", "dispatch_types", "dispatch_tags"):
            held = getattr(self, name)
            if not (isinstance(held, list) and all(isinstance(text, str) and text for text in held)):
                raise ValidationError({name: _('Give a list of texts, as ["store"].')})


class Plan(models.Model):
    """How an order was to be served when it was planned, and why; a later plan stands beside it.

    No scenario: the built-in one. `cost` is hundredths of a point.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="plans", db_index=False)
    scenario = models.ForeignKey(
        TransferScenario, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    is_batch = models.BooleanField(default=False)
    cost = HundredthsField()
    explanation = DocumentField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(cost__gte=0), name="planning_plan_cost")]
        indexes = [
            models.Index(fields=["order", "id"], name="planning_plan_order"),
            models.Index(fields=["scenario", "id"], name="planning_plan_scenario"),
            models.Index(fields=["created_at", "id"], name="planning_plan_created"),
        ]

    def __str__(self) -> str:
        return called_after(self, "order")


class Outcome(models.TextChoices):
    """What became of a planned line that was to be sent."""

    OPEN = "open", _("open")
    SENT = "sent", _("sent")
    FAILED = "failed", _("not found")
    WITHDRAWN = "withdrawn", _("withdrawn")


class PlanItem(models.Model):
    """A line of a plan: so much of an order item for `destination`, which dispatches it, from `source`.

    The same location twice: it has the goods itself. No source: nobody could send them. No destination:
    nobody may dispatch. `outcome` tells of lines that another location is to send.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="planitem_set")
    order_item = models.ForeignKey(OrderItem, on_delete=models.PROTECT, related_name="+")
    destination = models.ForeignKey(
        StockLocation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    source = models.ForeignKey(
        StockLocation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    quantity = HundredthsField()
    cost = HundredthsField()
    explanation = DocumentField()
    outcome = BoundedCharField(max_length=20, null=True, choices=Outcome.choices)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="planning_item_quantity"),
            models.CheckConstraint(condition=Q(cost__gte=0), name="planning_item_cost"),
            models.CheckConstraint(
                condition=Q(outcome=None) | Q(outcome__in=Outcome.values), name="planning_item_outcome"
            ),
            models.CheckConstraint(
                condition=Q(outcome=None)
                | (Q(source__isnull=False, destination__isnull=False) & ~Q(source=F("destination"))),
                name="planning_item_is_sent",
            ),
        ]
        indexes = [
            # The plans that a location takes part in, from the index alone.
            models.Index(fields=["source", "plan"], name="planning_item_source"),
            models.Index(fields=["destination", "plan"], name="planning_item_destination"),
            # What locations still owe, from the index alone.
            models.Index(fields=["source"], condition=Q(outcome="open"), name="planning_item_open"),
            models.Index(
                fields=["ended_at", "source"], condition=Q(outcome="sent"), name="planning_item_sent"
            ),
            # Whoever asks for orders at risk looks for these few.
            models.Index(
                fields=["order_item"], condition=Q(destination=None), name="planning_item_undispatched"
            ),
        ]

    def __str__(self) -> str:
        return called_after(self, "order_item", "product")


class FailedSource(models.Model):
    """The memory of a package: a location that could not send a product, and is not asked for it again."""

    package = models.ForeignKey(
        Package, on_delete=models.PROTECT, related_name="failed_sources", db_index=False
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    stock_location = models.ForeignKey(
        StockLocation, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reason = BoundedCharField(max_length=50)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["package", "product", "stock_location"], name="planning_failed_source_once"
            )
        ]
        indexes = [
            models.Index(fields=["created_at", "stock_location"], name="planning_failed_source_created")
        ]

    def __str__(self) -> str:
        return called_after(self, "stock_location")
