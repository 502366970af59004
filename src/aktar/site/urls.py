"""Every route of the product."""

from django.urls import URLPattern, URLResolver, include, path

from aktar.site import errors, health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("", include("aktar.accounts.urls")),
    path("api/v1/oms/", include("aktar.transfers.urls")),
]
handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error
