"""Routes of states and commands."""

from django.urls import path

from aktar.edge import ids  # noqa: F401 - registers the `id` converter
from aktar.workflow import api

urlpatterns = [
    path("states/", api.StateListView.as_view()),
    path("states/<id:state_id>/", api.StateDetailView.as_view()),
    path("commands/", api.CommandListView.as_view()),
    path("commands/<id:command_id>/", api.CommandDetailView.as_view()),
]
