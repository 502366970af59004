"""Endpoints of transfer items; who sees a transfer order sees its items."""

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from aktar.accounts.authentication import token_of
from aktar.edge.api import ApiView
from aktar.edge.lists import LIST_PARAMETERS, ListView
from aktar.edge.operations import answers
from aktar.edge.references import reading
from aktar.edge.shapes import Page, encode
from aktar.places.queries import reach_of
from aktar.transfers.items.filters import TransferItemFilters
from aktar.transfers.items.queries import transfer_items, transfer_items_simple, visible_transfer_items
from aktar.transfers.shapes import TransferItemShape, TransferItemSimpleShape

SORTS = ("id", "created_date", "modified_date", "quantity", "transfer_order_id")


class TransferItemListView(ListView):
    """Transfer items in full, page by page."""

    filters = TransferItemFilters
    sorts = SORTS
    query_parameters = LIST_PARAMETERS | TransferItemFilters.names()

    @answers(Page[TransferItemShape])
    def get(self, request: Request) -> Response:
        current = reading(self.language)
        token = token_of(request)
        visible = visible_transfer_items(reach_of(token.user, token))
        return self.page(request, visible, lambda ids: transfer_items(ids, current))


class TransferItemSimpleListView(ListView):
    """Transfer items in brief, page by page."""

    filters = TransferItemFilters
    sorts = SORTS
    query_parameters = LIST_PARAMETERS | TransferItemFilters.names()

    @answers(Page[TransferItemSimpleShape])
    def get(self, request: Request) -> Response:
        token = token_of(request)
        return self.page(request, visible_transfer_items(reach_of(token.user, token)), transfer_items_simple)


class TransferItemDetailView(ApiView):
    """One transfer item."""

    @answers(TransferItemShape)
    def get(self, request: Request, item_id: int) -> Response:
        token = token_of(request)
        reach = reach_of(token.user, token)
        if not reach.everything and not visible_transfer_items(reach).filter(pk=item_id).exists():
            raise Http404
        found = transfer_items([item_id], reading(self.language))
        if not found:
            raise Http404
        return Response(encode(found[0]))
