"""Routes of webhooks; that of the replay stands with `site`."""

from django.urls import path

from aktar.edge import ids  # noqa: F401 - registers the `id` converter
from aktar.webhooks import api

urlpatterns = [
    path("hooks/", api.HookListView.as_view()),
    path("hooks/registry/", api.HookRegistryView.as_view()),
    path("hooks/<id:webhook_id>/", api.HookDetailView.as_view()),
    path("hooks/<id:webhook_id>/test/", api.HookTestView.as_view()),
    path("hooks/<id:webhook_id>/resume/", api.HookResumeView.as_view()),
    path("hooks/<id:webhook_id>/recover/", api.HookRecoverView.as_view()),
    path("hook_events/", api.HookEventListView.as_view()),
    path("hook_events/<id:webhook_event_id>/", api.HookEventDetailView.as_view()),
    path("hook_events/<id:webhook_event_id>/retry/", api.HookEventRetryView.as_view()),
]
