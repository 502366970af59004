"""Every route of the product."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from aktar.edge import ids  # noqa: F401 - registers the `id` converter
from aktar.places.queries import heard_by, webhooks_opened_by
from aktar.site import errors, health, metrics, openapi
from aktar.site.front_page import front_page
from aktar.webhooks import urls as webhooks
from aktar.webhooks.admin import WebhookPage

admin.autodiscover()  # here and not when Django wakes: commands have no pages
# Who may hear of which location is known on a higher floor than that of webhooks.
WebhookPage.heard_by = staticmethod(heard_by)
urlpatterns: list[URLPattern | URLResolver] = [
    # The API first: a path is held against one route after another. The document has them in this order.
    path("api/v1/oms/", include("aktar.transfers.urls")),
    path("api/v1/oms/", include("aktar.fulfilment.urls")),
    path("api/v1/oms/", include("aktar.planning.urls")),
    path("api/v1/oms/", include("aktar.places.urls")),
    path("api/v1/oms/", include("aktar.catalog.urls")),
    path("api/v1/oms/", include("aktar.stock.urls")),
    path("api/v1/oms/", include("aktar.workflow.urls")),
    path("", include("aktar.accounts.urls")),
    path("whisperer/", include(webhooks.routes(opened_by=webhooks_opened_by, heard_by=heard_by))),
    path("", front_page),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.MetricsView.as_view()),
    path("api/schema/", openapi.DocumentView.as_view(), name="openapi-document"),
    path("api/docs/", openapi.swagger_ui),
    path("api/redoc/", openapi.redoc),
    path("admin/", admin.site.urls),
]
handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error
