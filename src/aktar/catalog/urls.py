"""Routes of products."""

from django.urls import path

from aktar.catalog import api
from aktar.edge import ids  # noqa: F401 - registers the `id` converter

urlpatterns = [
    path("products/", api.ProductListView.as_view()),
    path("products/bulk/", api.ProductBulkView.as_view()),
    path("products/<id:product_id>/", api.ProductDetailView.as_view()),
]
