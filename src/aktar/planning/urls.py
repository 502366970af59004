"""Routes of plans."""

from django.urls import path

from aktar.edge import ids  # noqa: F401 - registers the `id` converter
from aktar.planning import api

urlpatterns = [
    path("orderexecutionplans/", api.PlanListView.as_view()),
    path("orderexecutionplans/<id:plan_id>/", api.PlanDetailView.as_view()),
]
