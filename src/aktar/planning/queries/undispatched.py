"""Lines that nobody may dispatch, as plans said."""

from django.db.models import Exists, OuterRef, QuerySet

from aktar.orders.models import OrderItem
from aktar.orders.queries import waiting
from aktar.planning.models import PlanItem
from aktar.planning.rules import Decision
from aktar.workflow.rules import Workflow


def undispatched_items(flow: Workflow) -> QuerySet[PlanItem]:
    """The lines for which a plan found nobody that may dispatch, and which still wait."""
    waits = OrderItem.objects.filter(waiting(flow), pk=OuterRef("order_item"))
    return PlanItem.objects.filter(Exists(waits), destination=None)


def is_told(decision: Decision) -> bool:
    """Whether nobody may dispatch any of a decision, and the last plan of each line said so. One query."""
    if any(package.dispatching is not None for package in decision.packages):
        return False
    lines = [line.key for line in decision.demand.lines]
    rows = PlanItem.objects.filter(order_item__in=lines).order_by("pk")
    last = dict(rows.values_list("order_item_id", "destination_id"))
    return last.keys() == {*lines} and set(last.values()) == {None}
