"""Routes of cargo companies."""

from django.urls import path

from aktar.edge import ids  # noqa: F401 - registers the `id` converter
from aktar.transfers.carriers import api

urlpatterns = [
    path("cargo_companies/", api.CargoCompanyListView.as_view()),
    path("cargo_companies/bulk/", api.CargoCompanyBulkView.as_view()),
    path("cargo_companies/<id:cargo_company_id>/", api.CargoCompanyDetailView.as_view()),
]
