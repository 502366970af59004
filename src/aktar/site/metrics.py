"""What Prometheus reads at `/metrics`: how far deliveries are behind, and how the last ones went.

All of it is asked of the database, so that any process of any machine tells the same.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Max, Min, Q
from django.http import HttpResponse
from django.utils.translation import gettext as _
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from rest_framework.exceptions import PermissionDenied
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from aktar.accounts.authentication import token_of
from aktar.edge.api import ApiView
from aktar.edge.expressions import IsAmong
from aktar.edge.renderers import JsonRenderer
from aktar.places.queries import reach_of
from aktar.webhooks.models import Deactivation, Endpoint, Standing, Webhook, WebhookAttempt, WebhookEvent

RECENT = timedelta(minutes=5)


class MetricsView(ApiView):
    """The metrics, for a token that opens every location."""

    schema = None

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:
        # Prometheus's own form whatever is asked for, and refusals in JSON.
        return JsonRenderer(), JsonRenderer.media_type

    def get(self, request: Request) -> HttpResponse:
        token = token_of(request)
        if not reach_of(token.user, token).everything:
            raise PermissionDenied(_("This is for tokens that open every location."))
        registry = CollectorRegistry(auto_describe=False)
        registry.register(WebhookMetrics(now=self.now))
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class WebhookMetrics(Collector):
    """How webhooks stand at an instant. Six queries, each on an index or on a table of a few rows."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._backlog()
        yield from self._attempts()
        paused = Endpoint.objects.filter(paused_until__gt=self._now).count()
        yield _gauge("aktar_webhook_endpoints_paused", "Endpoints that rest after failures.", paused)
        off = dict.fromkeys(Deactivation.values, 0)
        inactive = Webhook.objects.filter(is_active=False).exclude(deactivation="")
        off |= dict(inactive.values_list("deactivation").annotate(count=Count("pk")))
        yield _gauges("aktar_webhooks_deactivated", "Webhooks that are off, by why.", "reason", off)

    def _backlog(self) -> Iterator[GaugeMetricFamily]:
        on_the_way = IsAmong("standing", numbers=(Standing.DUE, Standing.REPLAY))
        # What a paused endpoint is owed waits because of the receiver; what is leased is being sent.
        is_calm = Q(endpoint__paused_until=None) | Q(endpoint__paused_until__lte=self._now)
        due = WebhookEvent.objects.filter(on_the_way).aggregate(
            due=Count("pk", filter=Q(standing=Standing.DUE)),
            replay=Count("pk", filter=Q(standing=Standing.REPLAY)),
            oldest=Min("due_at", filter=Q(lease=None) & is_calm),
        )
        oldest: datetime | None = due.pop("oldest")
        counts = due | {
            "blocked": WebhookEvent.objects.filter(standing=Standing.BLOCKED).count(),
            "held": WebhookEvent.objects.filter(standing=Standing.HELD).count(),
        }
        yield _gauges(
            "aktar_webhook_events",
            "Webhook events that are not settled: due, blocked behind one that is, out again, kept.",
            "standing",
            counts,
        )
        late = (self._now - oldest).total_seconds() if oldest is not None else 0.0
        yield _gauge(
            "aktar_webhook_oldest_due_seconds",
            "For how long the event has been due that should have gone out first, paused endpoints aside.",
            max(0.0, late),
        )

    def _attempts(self) -> Iterator[GaugeMetricFamily]:
        since = self._now - RECENT
        is_delivered = Q(response_http_status__gte=200, response_http_status__lt=300)
        # A replay of something old and the end of a long outage say nothing of how prompt deliveries are.
        is_prompt = is_delivered & Q(webhook_event__created_date__gte=since)
        waited = F("started_at") - F("webhook_event__created_date")
        found: dict[str, Any] = WebhookAttempt.objects.filter(started_at__gte=since).aggregate(
            delivered=Count("pk", filter=is_delivered),
            refused=Count("pk", filter=~is_delivered & Q(response_http_status__isnull=False)),
            unanswered=Count("pk", filter=Q(response_http_status=None)),
            average=Avg(waited, filter=is_prompt),
            longest=Max(waited, filter=is_prompt),
            answer=Avg("duration_ms", filter=is_delivered),
        )
        outcomes = {name: found[name] for name in ("delivered", "refused", "unanswered")}
        yield _gauges(
            "aktar_webhook_recent_attempts", "Attempts of the last five minutes.", "outcome", outcomes
        )
        latency = {name: _seconds(found[name]) for name in ("average", "longest")}
        yield _gauges(
            "aktar_webhook_recent_latency_seconds",
            "From the change to the attempt that delivered it, both within the last five minutes.",
            "statistic",
            latency,
        )
        yield _gauge(
            "aktar_webhook_recent_answer_seconds",
            "How long receivers took to answer the attempts that delivered, on average.",
            float(found["answer"] or 0) / 1000,
        )


def _seconds(duration: timedelta | None) -> float:
    return max(0.0, duration.total_seconds()) if duration is not None else 0.0


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, value=value)


def _gauges(name: str, meaning: str, label: str, values: dict[str, Any]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for value in values:
        family.add_metric([value], values[value])
    return family
