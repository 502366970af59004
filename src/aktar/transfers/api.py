"""The endpoints of transfer orders: nine reads, four writes; one call further down each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from aktar.accounts.authentication import reading_of, token_of
from aktar.edge.api import ApiView
from aktar.edge.conditions import expected_versions, version_tag
from aktar.edge.content_types import ContentType
from aktar.edge.exports import ExportView
from aktar.edge.lists import LIST_PARAMETERS
from aktar.edge.operations import answers
from aktar.edge.pages import PAGE_PARAMETERS, envelope, page_request
from aktar.edge.references import reading
from aktar.edge.shapes import DetailShape, Page, encode
from aktar.places.queries import reach_of
from aktar.places.rules import Reach
from aktar.transfers import actions, exports
from aktar.transfers.bodies import CommandBody, InvoiceNumberBody, RemoteIdBody, TransferOrderBody
from aktar.transfers.effects import Answer
from aktar.transfers.filters import TransferOrderFilters
from aktar.transfers.models import TransferOrder
from aktar.transfers.queries import (
    SORTS,
    detailed_transfer_orders,
    listed_transfer_orders,
    require_log_visible,
    require_visible,
    transfer_order_detail,
    transfer_order_version,
    transfer_order_versions,
    transfer_orders_simple,
    visible_transfer_orders,
)
from aktar.transfers.rules import TransferOrderUnknown
from aktar.transfers.shapes import (
    CommandAnswerShape,
    TransferOrderDetailShape,
    TransferOrderShape,
    TransferOrderSimpleShape,
)
from aktar.webhooks.queries import short_webhook_event_shapes, webhook_event_shapes, webhook_events
from aktar.webhooks.shapes import ShortWebhookEventShape, WebhookEventShape
from aktar.workflow.queries import short, transition_log_shapes, transition_logs
from aktar.workflow.shapes import CommandRefusalShape, ShortTransitionLogShape, TransitionLogShape


class TransferOrderLists(ExportView):
    """What the two lists of transfer orders have in common."""

    filters = TransferOrderFilters
    sorts = SORTS
    query_parameters = LIST_PARAMETERS | TransferOrderFilters.names()

    def orders(self, request: Request) -> QuerySet[TransferOrder]:
        """All that the caller may see."""
        return visible_transfer_orders(_reach(request))

    def as_table(self, request: Request) -> HttpResponseBase:
        """The list as a table, a page of it or the whole."""
        current = reading(self.language)
        return self.table(
            request,
            self.orders(request),
            title="transfer_orders",
            columns=exports.columns(),
            rows=lambda ids: exports.rows(ids, current),
        )


class TransferOrderListView(TransferOrderLists):
    """Transfer orders in full, page by page, or as a table; a new one is posted here."""

    @answers(Page[TransferOrderShape])
    def get(self, request: Request) -> HttpResponseBase:
        if self.is_table(request):
            return self.as_table(request)
        return self.page_of_documents(
            request,
            self.orders(request),
            listed_transfer_orders,
            versions=transfer_order_versions,
            reading=reading_of(request, self.language),
        )

    @answers({201: TransferOrderDetailShape}, takes=TransferOrderBody, name="create_transfer_order")
    def post(self, request: Request) -> Response:
        """Make a transfer order, with its package and order where they are new."""
        body = TransferOrderBody(data=request.data)
        body.is_valid(raise_exception=True)
        answering = self.answering(self._created)
        actions.request_transfer_order(
            body.validated_data,
            by=token_of(request).user,
            reach=_reach(request),
            now=self.now,
            then=answering,
        )
        return answering.response

    def _created(self, order: TransferOrder) -> Response:
        current = reading(self.language)
        headers = {
            "ETag": version_tag(order.version, current),
            "Location": self.request.build_absolute_uri(f"{order.pk}/"),
        }
        return Response(encode(transfer_order_detail(order.pk, current)), status=201, headers=headers)


class TransferOrderSimpleListView(TransferOrderLists):
    """Transfer orders in brief, page by page, or as a table."""

    @answers(Page[TransferOrderSimpleShape])
    def get(self, request: Request) -> HttpResponseBase:
        if self.is_table(request):
            return self.as_table(request)
        return self.page(request, self.orders(request), transfer_orders_simple)


class TransferOrderDetailView(ApiView):
    """One transfer order with the customer's side."""

    @answers(TransferOrderDetailShape)
    def get(self, request: Request, pk: int) -> Response:
        current = reading_of(request, self.language)
        # Before the content: a tag may be older than what it stands for, never newer.
        version = transfer_order_version(pk, _reach(request))

        def document() -> bytes:
            for made in detailed_transfer_orders.of({pk: version}, current):
                return made
            raise TransferOrderUnknown

        return self.tagged(request, version_tag(version, current), document)


class TransitionLogListView(ApiView):
    """The moves of a transfer order, newest first."""

    query_parameters = PAGE_PARAMETERS

    @answers(Page[TransitionLogShape])
    def get(self, request: Request, pk: int) -> Response:
        require_visible(pk, _reach(request))
        current = reading(self.language)
        logs = transition_logs(ContentType.TRANSFER_ORDER, pk)
        return _page(request, logs, lambda page: transition_log_shapes(page, current))


class ShortTransitionLogListView(ApiView):
    """The moves of a transfer order, newest first, without naming it again."""

    query_parameters = PAGE_PARAMETERS

    @answers(Page[ShortTransitionLogShape])
    def get(self, request: Request, pk: int) -> Response:
        require_visible(pk, _reach(request))
        current = reading(self.language)
        logs = transition_logs(ContentType.TRANSFER_ORDER, pk)
        return _page(request, logs, lambda page: short(transition_log_shapes(page, current)))


class TransitionLogDetailView(ApiView):
    """One move of a transfer order."""

    content_types: tuple[ContentType, ...] = (ContentType.TRANSFER_ORDER,)

    @answers(TransitionLogShape)
    def get(self, request: Request, pk: int, log_id: int) -> Response:
        log = require_log_visible(log_id, object_id=pk, kinds=self.content_types, reach=_reach(request))
        return Response(encode(transition_log_shapes(log, reading(self.language))[0]))


class PrintedTransitionLogDetailView(TransitionLogDetailView):
    """One move by the path that the contract prints, under packages: the log's id says of what it is."""

    content_types = (ContentType.TRANSFER_ORDER, ContentType.PACKAGE)


class WebhookEventListView(ApiView):
    """What the webhooks are owed of a transfer order, newest first."""

    query_parameters = PAGE_PARAMETERS

    @answers(Page[WebhookEventShape])
    def get(self, request: Request, pk: int) -> Response:
        require_visible(pk, _reach(request))
        return _page(request, webhook_events(ContentType.TRANSFER_ORDER, pk), webhook_event_shapes)


class ShortWebhookEventListView(ApiView):
    """What the webhooks are owed of a transfer order, in brief."""

    query_parameters = PAGE_PARAMETERS

    @answers(Page[ShortWebhookEventShape])
    def get(self, request: Request, pk: int) -> Response:
        require_visible(pk, _reach(request))
        return _page(request, webhook_events(ContentType.TRANSFER_ORDER, pk), short_webhook_event_shapes)


class WebhookEventDetailView(ApiView):
    """One event that one webhook is owed of a transfer order."""

    @answers(WebhookEventShape)
    def get(self, request: Request, pk: int, webhook_event_id: int) -> Response:
        require_visible(pk, _reach(request))
        owed = webhook_event_shapes(
            webhook_events(ContentType.TRANSFER_ORDER, pk).filter(pk=webhook_event_id)
        )
        if not owed:
            raise Http404
        return Response(encode(owed[0]))


class CommandView(ApiView):
    """Runs a command: 204, or 200 with what the command has to say.

    Renewing reads two more parameters: a `reason` (`not_found`, `wrong_product`, `damaged`, `other`) and
    `declare_loss`, true where the goods are to be written off at their source: for those who work there.
    """

    @answers(
        {204: None, 200: CommandAnswerShape},
        takes=CommandBody,
        refuses={409: CommandRefusalShape, 412: DetailShape},
        name="run_command",
    )
    def post(self, request: Request, pk: int) -> Response:
        body = CommandBody(data=request.data, context={"transfer": pk})
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        answering = self.answering(_command_answer)
        actions.run_command(
            pk,
            transition=asked.get("transition"),
            slug=asked.get("slug"),
            package=asked.get("package"),
            parameters=asked["input_parameters"],
            by=token_of(request).user,
            reach=_reach(request),
            now=self.now,
            expected=expected_versions(request),
            then=answering,
        )
        return answering.response


class SetInvoiceNumberView(ApiView):
    """Sets the invoice number."""

    @answers({204: None}, takes=InvoiceNumberBody, refuses={412: DetailShape})
    def post(self, request: Request, pk: int) -> Response:
        body = InvoiceNumberBody(data=request.data)
        body.is_valid(raise_exception=True)
        answering = self.answering(_nothing_to_say)
        actions.set_invoice_number(
            pk,
            body.validated_data["invoice_number"],
            reach=_reach(request),
            now=self.now,
            expected=expected_versions(request),
            then=answering,
        )
        return answering.response


class SetRemoteIdView(ApiView):
    """Sets the id that another system knows the transfer order by."""

    @answers({204: None}, takes=RemoteIdBody, refuses={412: DetailShape})
    def post(self, request: Request, pk: int) -> Response:
        body = RemoteIdBody(data=request.data)
        body.is_valid(raise_exception=True)
        answering = self.answering(_nothing_to_say)
        actions.set_remote_id(
            pk,
            body.validated_data["remote_id"],
            reach=_reach(request),
            now=self.now,
            expected=expected_versions(request),
            then=answering,
        )
        return answering.response


def _command_answer(answer: Answer) -> Response:
    if answer is None:
        return Response(status=204)
    said = CommandAnswerShape(answer["transfer_order"], answer.get("transfer_orders", msgspec.UNSET))
    if answer["transfer_order"] is None:
        said.detail = _why_none(answer)
    return Response(encode(said))


def _why_none(answer: Mapping[str, Any]) -> str:
    if not answer.get("is_there"):
        return _("No other source was found; the goods are out of stock.")
    if answer.get("is_short"):
        return _("The dispatching location has a part of the goods itself; the rest is out of stock.")
    return _("No other transfer is needed: the dispatching location has the goods itself.")


def _nothing_to_say(_answer: Answer) -> Response:
    return Response(status=204)


def _reach(request: Request) -> Reach:
    token = token_of(request)
    return reach_of(token.user, token)


def _page(
    request: Request, found: QuerySet[Any], shapes: Callable[[QuerySet[Any]], Sequence[msgspec.Struct]]
) -> Response:
    """One page of `found`. One query for the count, and those of `shapes`."""
    page = page_request(request.query_params)
    count = found.count()
    offset = page.offset_within(count)
    results = shapes(found[offset : offset + page.limit]) if count else []
    return Response(envelope(request, page=page, count=count, results=results))
