"""Routes of webhooks, with what a higher floor knows of locations and who works at them."""

from collections.abc import Callable

from django.db.models import Q
from django.urls import URLPattern, path

from aktar.accounts.models import ApiToken
from aktar.edge import ids  # noqa: F401 - registers the `id` converter
from aktar.webhooks import api
from aktar.webhooks.models import Webhook


def routes(*, opened_by: Callable[[ApiToken], Q], heard_by: Callable[[Webhook], Q]) -> list[URLPattern]:
    """The routes of webhooks.

    `opened_by` selects the webhooks that a token opens, `heard_by` the events that a webhook may hear of.
    """
    kept = {"opened_by": opened_by}
    return [
        path("hooks/", api.HookListView.as_view(**kept)),
        path("hooks/registry/", api.HookRegistryView.as_view()),
        path("hooks/<id:webhook_id>/", api.HookDetailView.as_view(**kept)),
        path("hooks/<id:webhook_id>/test/", api.HookTestView.as_view(**kept)),
        path("hooks/<id:webhook_id>/resume/", api.HookResumeView.as_view(**kept)),
        path("hooks/<id:webhook_id>/recover/", api.HookRecoverView.as_view(**kept)),
        path("hooks/<id:webhook_id>/replay/", api.HookReplayView.as_view(**kept, heard_by=heard_by)),
        path("hook_events/", api.HookEventListView.as_view(**kept)),
        path("hook_events/<id:webhook_event_id>/", api.HookEventDetailView.as_view(**kept)),
        path("hook_events/<id:webhook_event_id>/retry/", api.HookEventRetryView.as_view(**kept)),
    ]
