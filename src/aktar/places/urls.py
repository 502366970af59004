"""Routes of stock locations."""

from django.urls import path

from aktar.edge import ids  # noqa: F401 - registers the `id` converter
from aktar.places import api

urlpatterns = [
    path("stock_locations/", api.StockLocationListView.as_view()),
    path("stock_locations/list-simple/", api.StockLocationSimpleListView.as_view()),
    path("stock_locations/bulk/", api.StockLocationBulkView.as_view()),
    path("stock_locations/<id:location_id>/", api.StockLocationDetailView.as_view()),
]
