"""Routes of orders and packages."""

from django.urls import path

from aktar.edge import ids  # noqa: F401 - registers the `id` converter
from aktar.fulfilment import api

urlpatterns = [
    path("orders/", api.OrderListView.as_view()),
    path("orders/<id:order_id>/", api.OrderDetailView.as_view()),
    path("orders/<id:order_id>/cancel/", api.OrderCancelView.as_view()),
    path("packages/", api.PackageListView.as_view()),
    path("packages/short/", api.ShortPackageListView.as_view()),
    path("packages/<id:package_id>/", api.PackageDetailView.as_view()),
    path("packages/<id:package_id>/command/", api.PackageCommandView.as_view()),
]
