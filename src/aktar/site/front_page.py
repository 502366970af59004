"""The page at `/`: what this is, and where its documents and its admin are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@require_safe
def front_page(request: HttpRequest) -> HttpResponse:
    """For whoever opens the address that `aktar serve` printed; asks no database."""
    page = render(
        request,
        "aktar/front_page.html",
        {
            "what": _("The transfer-order service for many stores and warehouses."),
            "ways": [
                ("/api/docs/", _("Try the API")),
                ("/api/redoc/", _("Read about the API")),
                ("/admin/", _("Master data, workflow, users, tokens, webhooks")),
                ("/readyz", _("Whether it is ready to serve")),
            ],
        },
    )
    page.headers["Content-Security-Policy"] = _POLICY
    return page
