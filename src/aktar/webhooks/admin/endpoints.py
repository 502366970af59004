"""The page of endpoints: the addresses that are called, and how they fare."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from aktar.edge.admin.pages import ReadOnlyPage
from aktar.webhooks.models import Endpoint


@admin.register(Endpoint)
class EndpointPage(ReadOnlyPage):
    """The addresses that are called, and how they fare."""

    names = (_("endpoint"), _("endpoints"))
    words = {
        "target_url": _("address"),
        "failures": _("failures since the last success"),
        "paused_until": _("rests until"),
    }
    list_display = ("target_url", "user", "failures", "paused_until")
    list_select_related = ("user",)
    search_fields = ("target_url", "user__username")
    sortable_by = ("failures", "paused_until")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The endpoints with their users."""
        return super().get_queryset(request).select_related("user")


def rest(endpoint: Endpoint) -> datetime | None:
    """Until when an endpoint is left alone; None when it is not."""
    until = endpoint.paused_until
    return until if until is not None and until > datetime.now(UTC) else None
