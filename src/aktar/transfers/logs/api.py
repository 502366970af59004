"""Endpoints of transition logs over all objects; who sees an object sees its moves."""

from rest_framework.request import Request
from rest_framework.response import Response

from aktar.accounts.authentication import token_of
from aktar.edge.api import ApiView
from aktar.edge.lists import LIST_PARAMETERS, ListView
from aktar.edge.operations import answers
from aktar.edge.references import reading
from aktar.edge.shapes import Page, encode
from aktar.places.queries import reach_of
from aktar.transfers.logs.filters import TransitionLogFilters
from aktar.transfers.logs.queries import visible_transition_logs
from aktar.transfers.rules import TransitionLogUnknown
from aktar.workflow.queries import transition_log_shapes, transition_log_shapes_of
from aktar.workflow.shapes import TransitionLogShape


class StateTransitionLogListView(ListView):
    """The moves of every object, newest first, page by page."""

    filters = TransitionLogFilters
    sorts = ("id", "created_date")
    query_parameters = LIST_PARAMETERS | TransitionLogFilters.names()

    @answers(Page[TransitionLogShape])
    def get(self, request: Request) -> Response:
        current = reading(self.language)
        token = token_of(request)
        visible = visible_transition_logs(reach_of(token.user, token))
        return self.page(request, visible, lambda ids: transition_log_shapes_of(ids, current))


class StateTransitionLogDetailView(ApiView):
    """One move of any object."""

    @answers(TransitionLogShape)
    def get(self, request: Request, log_id: int) -> Response:
        current = reading(self.language)
        token = token_of(request)
        visible = visible_transition_logs(reach_of(token.user, token))
        found = transition_log_shapes(visible.filter(pk=log_id), current)
        if not found:
            raise TransitionLogUnknown
        return Response(encode(found[0]))
