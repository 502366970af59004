"""Endpoints of states and commands; whoever has a token may read them."""

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from aktar.edge.api import ApiView
from aktar.edge.lists import LIST_PARAMETERS, ListView
from aktar.edge.operations import answers
from aktar.edge.references import reading
from aktar.edge.shapes import Page, encode
from aktar.workflow.filters import CommandFilters, StateFilters
from aktar.workflow.models import Command, State
from aktar.workflow.queries import command_shapes, state_shapes
from aktar.workflow.shapes import CommandShape, StateShape


class StateListView(ListView):
    """The states that objects can be in, page by page."""

    filters = StateFilters
    sorts = ("id", "created_date", "modified_date", "content_type", "enum_value")
    query_parameters = LIST_PARAMETERS | StateFilters.names()

    @answers(Page[StateShape])
    def get(self, request: Request) -> Response:
        current = reading(self.language)
        return self.page(request, State.objects.all(), lambda ids: state_shapes(ids, current))


class StateDetailView(ApiView):
    """One state."""

    @answers(StateShape)
    def get(self, request: Request, state_id: int) -> Response:
        found = state_shapes([state_id], reading(self.language))
        if not found:
            raise Http404
        return Response(encode(found[0]))


class CommandListView(ListView):
    """The commands that lead from state to state, page by page; also those that no front end shows."""

    filters = CommandFilters
    sorts = ("id", "slug")
    query_parameters = LIST_PARAMETERS | CommandFilters.names()

    @answers(Page[CommandShape])
    def get(self, request: Request) -> Response:
        current = reading(self.language)
        return self.page(request, Command.objects.all(), lambda ids: command_shapes(ids, current))


class CommandDetailView(ApiView):
    """One command."""

    @answers(CommandShape)
    def get(self, request: Request, command_id: int) -> Response:
        found = command_shapes([command_id], reading(self.language))
        if not found:
            raise Http404
        return Response(encode(found[0]))
