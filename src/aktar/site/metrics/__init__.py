"""What Prometheus reads at `/metrics`.

Requests and commands are counted by the processes of one `aktar serve`, and add up here. How orders and
deliveries stand is asked of the database, so that any process of any machine tells the same.
"""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from rest_framework.exceptions import PermissionDenied
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from aktar.accounts.authentication import token_of
from aktar.edge.api import ApiView
from aktar.edge.counting import counted
from aktar.edge.renderers import JsonRenderer
from aktar.places.queries import reach_of
from aktar.site.metrics.keeping import Kept
from aktar.site.metrics.orders import OrderMetrics
from aktar.site.metrics.webhooks import WebhookMetrics


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
        asked = CollectorRegistry(auto_describe=False)
        asked.register(Kept("orders", OrderMetrics(now=self.now).collect, now=self.now))
        asked.register(Kept("webhooks", WebhookMetrics(now=self.now).collect, now=self.now))
        return HttpResponse(
            generate_latest(asked) + generate_latest(counted()), content_type=CONTENT_TYPE_PLAIN_0_0_4
        )
