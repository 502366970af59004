"""Endpoints of plans; who sends or dispatches something in a plan sees all of it."""

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from aktar.accounts.authentication import token_of
from aktar.edge.api import ApiView
from aktar.edge.lists import LIST_PARAMETERS, ListView
from aktar.edge.operations import answers
from aktar.edge.shapes import Page, encode
from aktar.places.queries import reach_of
from aktar.planning.filters import PlanFilters
from aktar.planning.queries import SORTS, plan_shapes, visible_plans
from aktar.planning.shapes import PlanShape


class PlanListView(ListView):
    """How orders were planned, and why so, page by page."""

    filters = PlanFilters
    sorts = SORTS
    query_parameters = LIST_PARAMETERS | PlanFilters.names()

    @answers(Page[PlanShape])
    def get(self, request: Request) -> Response:
        token = token_of(request)
        return self.page(request, visible_plans(reach_of(token.user, token)), plan_shapes)


class PlanDetailView(ApiView):
    """How one order was planned, and why so."""

    @answers(PlanShape)
    def get(self, request: Request, plan_id: int) -> Response:
        token = token_of(request)
        reach = reach_of(token.user, token)
        if not reach.everything and not visible_plans(reach).filter(pk=plan_id).exists():
            raise Http404
        found = plan_shapes([plan_id])
        if not found:
            raise Http404
        return Response(encode(found[0]))
