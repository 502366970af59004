"""The contract's endpoints of transfer orders: nine reads, three writes; one call further down each."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from aktar.accounts.authentication import token_of
from aktar.edge.api import ApiView
from aktar.edge.content_types import ContentType
from aktar.edge.pages import PAGE_PARAMETERS, envelope, page_request
from aktar.edge.references import reading
from aktar.edge.shapes import encode
from aktar.places.queries import reach_of
from aktar.places.rules import Reach
from aktar.transfers import actions
from aktar.transfers.bodies import CommandBody, InvoiceNumberBody, RemoteIdBody
from aktar.transfers.queries import (
    NEWEST_FIRST,
    SORTS,
    require_log_visible,
    require_visible,
    sorted_by,
    transfer_order_detail,
    transfer_orders,
    transfer_orders_simple,
    visible_transfer_orders,
)
from aktar.webhooks.queries import short_webhook_event_shapes, webhook_event_shapes, webhook_events
from aktar.workflow.queries import short, transition_log_shapes, transition_logs


class TransferOrderListView(ApiView):
    """Transfer orders in full, page by page."""

    query_parameters = PAGE_PARAMETERS | {"sort"}

    def get(self, request: Request) -> Response:
        current = reading(self.language)
        found = sorted_by(visible_transfer_orders(_reach(request)), _sort(request))
        return _page(request, found, lambda page: transfer_orders(_ids(page), current))


class TransferOrderSimpleListView(ApiView):
    """Transfer orders in brief, page by page."""

    query_parameters = PAGE_PARAMETERS | {"sort"}

    def get(self, request: Request) -> Response:
        found = sorted_by(visible_transfer_orders(_reach(request)), _sort(request))
        return _page(request, found, lambda page: transfer_orders_simple(_ids(page)))


class TransferOrderDetailView(ApiView):
    """One transfer order with the customer's side."""

    def get(self, request: Request, pk: int) -> Response:
        reach = _reach(request)
        if not reach.everything:
            require_visible(pk, reach)
        return Response(encode(transfer_order_detail(pk, reading(self.language))))


class TransitionLogListView(ApiView):
    """The moves of a transfer order, newest first."""

    query_parameters = PAGE_PARAMETERS

    def get(self, request: Request, pk: int) -> Response:
        require_visible(pk, _reach(request))
        current = reading(self.language)
        logs = transition_logs(ContentType.TRANSFER_ORDER, pk)
        return _page(request, logs, lambda page: transition_log_shapes(page, current))


class ShortTransitionLogListView(ApiView):
    """The moves of a transfer order, newest first, without naming it again."""

    query_parameters = PAGE_PARAMETERS

    def get(self, request: Request, pk: int) -> Response:
        require_visible(pk, _reach(request))
        current = reading(self.language)
        logs = transition_logs(ContentType.TRANSFER_ORDER, pk)
        return _page(request, logs, lambda page: short(transition_log_shapes(page, current)))


class TransitionLogDetailView(ApiView):
    """One move of a transfer order."""

    content_types: tuple[ContentType, ...] = (ContentType.TRANSFER_ORDER,)

    def get(self, request: Request, pk: int, log_id: int) -> Response:
        log = require_log_visible(log_id, object_id=pk, kinds=self.content_types, reach=_reach(request))
        return Response(encode(transition_log_shapes(log, reading(self.language))[0]))


class PrintedTransitionLogDetailView(TransitionLogDetailView):
    """One move by the path that the contract prints, under packages: the log's id says of what it is."""

    content_types = (ContentType.TRANSFER_ORDER, ContentType.PACKAGE)


class WebhookEventListView(ApiView):
    """What the webhooks are owed of a transfer order, newest first."""

    query_parameters = PAGE_PARAMETERS

    def get(self, request: Request, pk: int) -> Response:
        require_visible(pk, _reach(request))
        return _page(request, webhook_events(ContentType.TRANSFER_ORDER, pk), webhook_event_shapes)


class ShortWebhookEventListView(ApiView):
    """What the webhooks are owed of a transfer order, in brief."""

    query_parameters = PAGE_PARAMETERS

    def get(self, request: Request, pk: int) -> Response:
        require_visible(pk, _reach(request))
        return _page(request, webhook_events(ContentType.TRANSFER_ORDER, pk), short_webhook_event_shapes)


class WebhookEventDetailView(ApiView):
    """One event that one webhook is owed of a transfer order."""

    def get(self, request: Request, pk: int, webhook_event_id: int) -> Response:
        require_visible(pk, _reach(request))
        owed = webhook_event_shapes(
            webhook_events(ContentType.TRANSFER_ORDER, pk).filter(pk=webhook_event_id)
        )
        if not owed:
            raise Http404
        return Response(encode(owed[0]))


class CommandView(ApiView):
    """Runs a command: 204, or 200 with what the command has to say."""

    def post(self, request: Request, pk: int) -> Response:
        body = CommandBody(data=request.data, context={"transfer": pk})
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        answer = actions.run_command(
            pk,
            transition=asked.get("transition"),
            slug=asked.get("slug"),
            package=asked.get("package"),
            parameters=asked["input_parameters"],
            by=token_of(request).user,
            reach=_reach(request),
            now=self.now,
        )
        if answer is None:
            return Response(status=204)
        if answer["transfer_order"] is None:
            answer = {**answer, "detail": _("No other source was left; the goods are out of stock.")}
        return Response(encode(answer))


class SetInvoiceNumberView(ApiView):
    """Sets the invoice number."""

    def post(self, request: Request, pk: int) -> Response:
        body = InvoiceNumberBody(data=request.data)
        body.is_valid(raise_exception=True)
        actions.set_invoice_number(
            pk, body.validated_data["invoice_number"], reach=_reach(request), now=self.now
        )
        return Response(status=204)


class SetRemoteIdView(ApiView):
    """Sets the id that another system knows the transfer order by."""

    def post(self, request: Request, pk: int) -> Response:
        body = RemoteIdBody(data=request.data)
        body.is_valid(raise_exception=True)
        actions.set_remote_id(pk, body.validated_data["remote_id"], reach=_reach(request), now=self.now)
        return Response(status=204)


def _reach(request: Request) -> Reach:
    token = token_of(request)
    return reach_of(token.user, token)


def _sort(request: Request) -> str:
    """The `sort` asked for; raises ValidationError for one that is not offered."""
    sort: str = request.query_params.get("sort", NEWEST_FIRST)
    if sort.removeprefix("-") not in SORTS:
        offered = ", ".join(SORTS)
        raise ValidationError(
            {"sort": [_("Sort by one of {offered}, each also with -.").format(offered=offered)]}
        )
    return sort


def _ids(page: QuerySet[Any]) -> list[int]:
    return list(page.values_list("pk", flat=True))


def _page(
    request: Request, found: QuerySet[Any], shapes: Callable[[QuerySet[Any]], Sequence[msgspec.Struct]]
) -> Response:
    """One page of `found`. One query for the count, and those of `shapes`."""
    page = page_request(request.query_params)
    count = found.count()
    offset = page.offset_within(count)
    results = shapes(found[offset : offset + page.limit]) if count else []
    return Response(envelope(request, page=page, count=count, results=results))
