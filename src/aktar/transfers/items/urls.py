"""Routes of transfer items."""

from django.urls import path

from aktar.edge import ids  # noqa: F401 - registers the `id` converter
from aktar.transfers.items import api

urlpatterns = [
    path("transfer-items/", api.TransferItemListView.as_view()),
    path("transfer-items/list-simple/", api.TransferItemSimpleListView.as_view()),
    path("transfer-items/<id:item_id>/", api.TransferItemDetailView.as_view()),
]
