"""Endpoints of webhooks and of what they are owed; who keeps a webhook sees what it is owed."""

from collections.abc import Callable

from django.db.models import Q, QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from aktar.accounts.authentication import token_of
from aktar.accounts.models import ApiToken
from aktar.edge.api import ApiView
from aktar.edge.lists import LIST_PARAMETERS, ListView
from aktar.edge.operations import answers
from aktar.edge.serializers import NoBody
from aktar.edge.shapes import Page, encode
from aktar.webhooks import actions
from aktar.webhooks.bodies import SinceBody, WebhookBody, WebhookChangeBody
from aktar.webhooks.filters import WebhookEventFilters, WebhookFilters
from aktar.webhooks.models import Webhook, WebhookEvent
from aktar.webhooks.queries import (
    event_registry,
    kept_webhook_events,
    kept_webhooks,
    webhook_event_shapes_of,
    webhook_shapes_of,
)
from aktar.webhooks.shapes import (
    CountShape,
    EventRegistryShape,
    WebhookEventShape,
    WebhookExistsShape,
    WebhookShape,
)


class _KeptView(ApiView):
    """A view of what the caller keeps.

    `opened_by` says which webhooks tell of nothing but what a token opens. `site` hands it in with the
    routes, for locations and who works at them are known on a higher floor; without it, nothing is kept.
    """

    opened_by: Callable[[ApiToken], Q] = staticmethod(lambda _token: Q(pk__in=[]))

    def webhooks(self, request: Request) -> QuerySet[Webhook]:
        """The webhooks that the caller keeps."""
        token = token_of(request)
        return kept_webhooks(token, opened=self.opened_by(token))

    def webhook_events(self, request: Request) -> QuerySet[WebhookEvent]:
        """What they are owed. At most one query."""
        token = token_of(request)
        return kept_webhook_events(token, opened=self.opened_by(token))

    def webhook(self, request: Request, webhook_id: int) -> Webhook:
        """One of the webhooks. One query; raises Http404."""
        found = self.webhooks(request).select_related("user", "token").filter(pk=webhook_id).first()
        if found is None:
            raise Http404
        return found

    def webhook_event(self, request: Request, webhook_event_id: int) -> WebhookEvent:
        """One event that one of them is owed. At most two queries; raises Http404."""
        found = self.webhook_events(request).filter(pk=webhook_event_id).first()
        if found is None:
            raise Http404
        return found


class HookListView(_KeptView, ListView):
    """The webhooks that the caller keeps, page by page; a new one is posted here."""

    filters = WebhookFilters
    sorts = ("id", "created_date", "modified_date")
    query_parameters = LIST_PARAMETERS | WebhookFilters.names()

    @answers(Page[WebhookShape])
    def get(self, request: Request) -> Response:
        return self.page(request, self.webhooks(request), webhook_shapes_of)

    @answers({201: WebhookShape}, takes=WebhookBody, refuses={406: WebhookExistsShape}, name="create_hook")
    def post(self, request: Request) -> Response:
        """Make a webhook, which hears of what the calling token may see.

        A user has one webhook for an address and an event type, active or not; another one is a 406.
        """
        body = WebhookBody(data=request.data)
        body.is_valid(raise_exception=True)
        answering = self.answering(self._made)
        actions.make_webhook(body.validated_data, token=token_of(request), now=self.now, then=answering)
        return answering.response

    def _made(self, webhook: Webhook) -> Response:
        headers = {"Location": self.request.build_absolute_uri(f"{webhook.pk}/")}
        return Response(encode(webhook_shapes_of([webhook.pk])[0]), status=201, headers=headers)


class HookRegistryView(ApiView):
    """The event types that a webhook can listen to, and the callbacks that it may name."""

    @answers(EventRegistryShape)
    def get(self, request: Request) -> Response:
        return Response(encode(event_registry(actions.CALLBACKS)))


class HookDetailView(_KeptView):
    """One webhook."""

    @answers(WebhookShape)
    def get(self, request: Request, webhook_id: int) -> Response:
        return _webhook_answer(self.webhook(request, webhook_id))

    @answers(WebhookShape, takes=WebhookBody, refuses={406: WebhookExistsShape}, name="replace_hook")
    def put(self, request: Request, webhook_id: int) -> Response:
        """Change a webhook, its address and event type named; what is left out stays as it is.

        It hears from now on of what the calling token may see, if that is one of its own user's. A secret
        that is replaced signs on for a day beside the new one. An address on another host needs the
        additional headers and the password anew: what is kept is sent nowhere else.
        """
        return self._changed(request, webhook_id, WebhookBody)

    @answers(WebhookShape, takes=WebhookChangeBody, refuses={406: WebhookExistsShape}, name="change_hook")
    def patch(self, request: Request, webhook_id: int) -> Response:
        """Change what is named of a webhook.

        It hears from now on of what the calling token may see, if that is one of its own user's. A secret
        that is replaced signs on for a day beside the new one. An address on another host needs the
        additional headers and the password anew: what is kept is sent nowhere else.
        """
        return self._changed(request, webhook_id, WebhookChangeBody)

    @answers({204: None}, name="switch_off_hook")
    def delete(self, request: Request, webhook_id: int) -> Response:
        """Switch a webhook off; what it is owed is kept for when it is resumed."""
        actions.switch_off(self.webhook(request, webhook_id), now=self.now)
        return Response(status=204)

    def _changed(self, request: Request, webhook_id: int, takes: type[WebhookBody]) -> Response:
        webhook = self.webhook(request, webhook_id)
        body = takes(data=request.data, context={"webhook": webhook})
        body.is_valid(raise_exception=True)
        return _webhook_answer(
            actions.change_webhook(webhook, body.validated_data, token=token_of(request), now=self.now)
        )


class HookTestView(_KeptView):
    """Sends a test, which this webhook alone is owed; answers with it as it is on its way."""

    @answers(WebhookEventShape, takes=NoBody, name="send_hook_test")
    def post(self, request: Request, webhook_id: int) -> Response:
        webhook = self.webhook(request, webhook_id)
        self.require_no_body(request)
        answering = self.answering(_event_answer)
        actions.send_test(webhook, now=self.now, then=answering)
        return answering.response


class HookResumeView(_KeptView):
    """Switches a webhook on again; what was kept for it goes out, in its order."""

    @answers(CountShape, takes=NoBody, name="resume_hook")
    def post(self, request: Request, webhook_id: int) -> Response:
        webhook = self.webhook(request, webhook_id)
        self.require_no_body(request)
        answering = self.answering(_count_answer)
        actions.resume(webhook, now=self.now, then=answering)
        return answering.response


class HookRecoverView(_KeptView):
    """Sends again what was given up since an instant, and tries now what is still tried."""

    @answers(CountShape, takes=SinceBody, name="recover_hook")
    def post(self, request: Request, webhook_id: int) -> Response:
        webhook = self.webhook(request, webhook_id)
        body = SinceBody(data=request.data)
        body.is_valid(raise_exception=True)
        answering = self.answering(_count_answer)
        actions.recover(webhook, since=body.validated_data["since"], now=self.now, then=answering)
        return answering.response


class HookReplayView(_KeptView):
    """Sends what a webhook never got since an instant, though it could have heard of it.

    `heard_by` says which events a webhook may hear of; it is handed in as `opened_by` is.
    """

    heard_by: Callable[[Webhook], Q] = staticmethod(lambda _webhook: Q(pk__in=[]))

    @answers(CountShape, takes=SinceBody, name="replay_hook")
    def post(self, request: Request, webhook_id: int) -> Response:
        """Send what a webhook never got since an instant, though it could have heard of it.

        That is every kept event of its type that happened where it may hear of it today. One that it was owed
        before, delivered or not, is not sent again: that is what `recover` and `retry` are for.
        """
        webhook = self.webhook(request, webhook_id)
        body = SinceBody(data=request.data)
        body.is_valid(raise_exception=True)
        answering = self.answering(_count_answer)
        actions.replay(
            webhook,
            visible=self.heard_by(webhook),
            since=body.validated_data["since"],
            now=self.now,
            then=answering,
        )
        return answering.response


class HookEventListView(_KeptView, ListView):
    """What the caller's webhooks are owed, newest first, page by page."""

    filters = WebhookEventFilters
    sorts = ("id", "created_date")
    query_parameters = LIST_PARAMETERS | WebhookEventFilters.names()

    @answers(Page[WebhookEventShape])
    def get(self, request: Request) -> Response:
        return self.page(request, self.webhook_events(request), webhook_event_shapes_of)


class HookEventDetailView(_KeptView):
    """One event that one of the caller's webhooks is owed."""

    @answers(WebhookEventShape)
    def get(self, request: Request, webhook_event_id: int) -> Response:
        return _event_answer(self.webhook_event(request, webhook_event_id))


class HookEventRetryView(_KeptView):
    """Sends an event once more, with the id and the bytes of the first time; one that waits, now."""

    @answers(WebhookEventShape, takes=NoBody, name="retry_hook_event")
    def post(self, request: Request, webhook_event_id: int) -> Response:
        owed = self.webhook_event(request, webhook_event_id)
        self.require_no_body(request)
        answering = self.answering(_event_answer)
        actions.retry(owed, now=self.now, then=answering)
        return answering.response


def _webhook_answer(webhook: Webhook) -> Response:
    return Response(encode(webhook_shapes_of([webhook.pk])[0]))


def _event_answer(owed: WebhookEvent) -> Response:
    return Response(encode(webhook_event_shapes_of([owed.pk])[0]))


def _count_answer(count: int) -> Response:
    return Response(encode(CountShape(count)))
