"""How deliveries stand: how far they are behind, and how the last ones went; all asked of the database."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Max, Min, Q
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from aktar.edge.expressions import OneOf
from aktar.site.metrics.families import gauge, gauges
from aktar.webhooks.models import Deactivation, Endpoint, Standing, Webhook, WebhookAttempt, WebhookEvent
from aktar.webhooks.queries import oldest_unplaced_at

RECENT = timedelta(minutes=5)


class WebhookMetrics(Collector):
    """How webhooks stand at an instant. Seven queries, each on an index or on a table of a few rows."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._backlog()
        yield from self._attempts()
        yield gauge(
            "aktar_feed_oldest_unplaced_seconds",
            "For how long an event has waited for its place in the feed, which dispatchers give.",
            self._since(oldest_unplaced_at()),
        )
        paused = Endpoint.objects.filter(paused_until__gt=self._now).count()
        yield gauge("aktar_webhook_endpoints_paused", "Endpoints that rest after failures.", paused)
        off = dict.fromkeys(Deactivation.values, 0)
        inactive = Webhook.objects.filter(is_active=False).exclude(deactivation="")
        off |= dict(inactive.values_list("deactivation").annotate(count=Count("pk")))
        yield gauges("aktar_webhooks_deactivated", "Webhooks that are off, by why.", "reason", off)

    def _since(self, instant: datetime | None) -> float:
        return _seconds(self._now - instant) if instant is not None else 0.0

    def _backlog(self) -> Iterator[GaugeMetricFamily]:
        on_the_way = OneOf("standing", Standing.DUE, Standing.REPLAY)
        # What a paused endpoint is owed waits because of the receiver; what is leased is being sent.
        is_calm = Q(endpoint__paused_until=None) | Q(endpoint__paused_until__lte=self._now)
        due = WebhookEvent.objects.filter(on_the_way).aggregate(
            due=Count("pk", filter=Q(standing=Standing.DUE)),
            replay=Count("pk", filter=Q(standing=Standing.REPLAY)),
            oldest=Min("due_at", filter=Q(lease=None) & is_calm),
        )
        oldest: datetime | None = due.pop("oldest")
        counts = due | {
            "blocked": WebhookEvent.objects.filter(OneOf("standing", Standing.BLOCKED)).count(),
            "held": WebhookEvent.objects.filter(OneOf("standing", Standing.HELD)).count(),
        }
        yield gauges(
            "aktar_webhook_events",
            "Webhook events that are not settled: due, blocked behind one that is, out again, kept.",
            "standing",
            counts,
        )
        yield gauge(
            "aktar_webhook_oldest_due_seconds",
            "For how long the event has been due that should have gone out first, paused endpoints aside.",
            self._since(oldest),
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
        yield gauges(
            "aktar_webhook_recent_attempts", "Attempts of the last five minutes.", "outcome", outcomes
        )
        latency = {name: _seconds(found[name]) for name in ("average", "longest")}
        yield gauges(
            "aktar_webhook_recent_latency_seconds",
            "From the change to the attempt that delivered it, both within the last five minutes.",
            "statistic",
            latency,
        )
        yield gauge(
            "aktar_webhook_recent_answer_seconds",
            "How long receivers took to answer the attempts that delivered, on average.",
            float(found["answer"] or 0) / 1000,
        )


def _seconds(duration: timedelta | None) -> float:
    return max(0.0, duration.total_seconds()) if duration is not None else 0.0
