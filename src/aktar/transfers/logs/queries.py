"""Reads of transition logs over all objects that the caller may see."""

from django.db.models import QuerySet

from aktar.edge.content_types import ContentType
from aktar.orders.models import Package
from aktar.places.rules import Reach
from aktar.transfers.queries import visible_transfer_orders
from aktar.workflow.models import TransitionLog


def visible_transition_logs(reach: Reach) -> QuerySet[TransitionLog]:
    """The moves of the transfer orders that the caller sees, and of the packages and orders they belong to.

    A package and its order are seen by whoever sees one of its transfers or dispatches it.
    """
    logs = TransitionLog.objects
    if reach.everything:
        return logs.all()
    orders = visible_transfer_orders(reach).order_by()
    dispatched = Package.objects.filter(stock_location_id__in=reach.locations)
    # Five reads of the index by object; one condition with `or` between them would read every log there is.
    own = (
        logs.filter(content_type=ContentType.TRANSFER_ORDER, object_id__in=orders.values("pk")),
        logs.filter(content_type=ContentType.PACKAGE, object_id__in=orders.values("package_id")),
        logs.filter(content_type=ContentType.PACKAGE, object_id__in=dispatched.values("pk")),
        logs.filter(content_type=ContentType.ORDER, object_id__in=orders.values("order_id")),
        logs.filter(content_type=ContentType.ORDER, object_id__in=dispatched.values("order_id")),
    )
    first, *others = (found.values("pk") for found in own)
    return logs.filter(pk__in=first.union(*others, all=True))
