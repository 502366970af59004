"""How transfer orders stand: how many are in which state, and how many of them are late."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from aktar.edge.content_types import ContentType
from aktar.edge.expressions import OneOf
from aktar.site.metrics.families import gauges
from aktar.transfers.models import TransferOrder
from aktar.transfers.rules import OPEN, TRANSFER_STATUS
from aktar.workflow.models import State


class OrderMetrics(Collector):
    """Transfer orders at an instant. Three queries; both counts read an index, one of them all of it."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        of_orders = State.objects.filter(content_type=ContentType.TRANSFER_ORDER, enum_class=TRANSFER_STATUS)
        states = dict(of_orders.order_by("pk").values_list("pk", "enum_value"))
        orders = TransferOrder.objects.order_by().values_list("state")
        counts = dict(orders.annotate(count=Count("pk")))
        yield gauges(
            "aktar_transfer_orders",
            "Transfer orders by their state.",
            "state",
            {states[pk]: counts.get(pk, 0) for pk in states},
        )
        still_open = [pk for pk in states if states[pk] in OPEN]
        late = orders.filter(OneOf("state", *still_open), target_transfer_date__lt=self._now)
        counts = dict(late.annotate(count=Count("pk"))) if still_open else {}
        yield gauges(
            "aktar_transfer_orders_overdue",
            "Transfer orders that are not there yet although their target date is past, by their state.",
            "state",
            {states[pk]: counts.get(pk, 0) for pk in still_open},
        )
