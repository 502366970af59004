"""Routes of transition logs over all objects."""

from django.urls import path

from aktar.edge import ids  # noqa: F401 - registers the `id` converter
from aktar.transfers.logs import api

urlpatterns = [
    path("state-transition-logs/", api.StateTransitionLogListView.as_view()),
    path("state-transition-logs/<id:log_id>/", api.StateTransitionLogDetailView.as_view()),
]
