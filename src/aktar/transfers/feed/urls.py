"""The route of the feed."""

from django.urls import path

from aktar.transfers.feed import api

urlpatterns = [
    path("events/", api.EventFeedView.as_view()),
]
