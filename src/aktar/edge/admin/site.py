"""The admin site: log-in counted like the API's, and a search that takes any text."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from aktar.edge.admin.pages import TablePage
from aktar.edge.throttles import TooManyRequests, by_login_form

if TYPE_CHECKING:  # the theme brings no types
    from django.contrib.admin import AdminSite

    class UnfoldAdminSite(AdminSite):
        """The theme's site."""

        def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
            """Find pages by their names."""
            raise NotImplementedError

else:
    from unfold.sites import UnfoldAdminSite

_PRUNED_AT_ONCE = 200


class AktarAdminSite(UnfoldAdminSite):
    """Master data, workflow, access and webhooks, for staff who have logged in."""

    index_title = _("Administration")
    final_catch_all_view = False

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Log in. Attempts are counted for the address together with those at the API (429 beyond)."""
        now = datetime.now(UTC)
        wait = None
        if request.method == "POST":
            try:
                by_login_form(request, now=now)
            except TooManyRequests as refusal:
                wait = refusal.wait
                messages.error(request, str(refusal.detail))
                request.method = "GET"  # the same page again, nothing tried
        response = super().login(request, extra_context)
        if wait is not None:
            response.status_code = 429
            response.headers["Retry-After"] = str(wait)
        elif request.method == "POST" and response.status_code == 302:
            _prune_sessions(now=now)
        return response

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The first page, with the notices of every page that the user may see."""
        for page in self._registry.values():
            if isinstance(page, TablePage) and page.has_view_permission(request):
                for sentence in page.notices(request):
                    messages.warning(request, sentence)
        return super().index(request, extra_context)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The rooms from the top floor down, as they are installed from the ground up."""
        floors = {config.label: floor for floor, config in enumerate(apps.get_app_configs())}
        found = super().get_app_list(request, app_label)
        return sorted(found, key=lambda room: -floors[room["app_label"]])

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Find pages by their names; a page number that is none is a 404."""
        try:
            return super().search(request, extra_context)
        except (ValueError, InvalidPage) as error:
            raise Http404 from error


def _prune_sessions(*, now: datetime) -> None:
    # A batch, so that no login pays for a year of forgotten sessions.
    ended = Session.objects.filter(expire_date__lte=now).order_by("expire_date").values_list("pk", flat=True)
    Session.objects.filter(pk__in=list(ended[:_PRUNED_AT_ONCE])).delete()
