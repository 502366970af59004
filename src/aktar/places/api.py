"""Endpoints of stock locations; whoever has a token may read them, for transfer orders carry them whole.

Only those whose reach is everywhere may keep them.
"""

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from aktar.accounts.authentication import MayKeepMasterData
from aktar.edge.api import ApiView
from aktar.edge.bulk import BulkShape, bulk_answer
from aktar.edge.lists import LIST_PARAMETERS, ListView
from aktar.edge.operations import answers
from aktar.edge.references import reading
from aktar.edge.shapes import Page, encode
from aktar.places.actions import keep_stock_locations
from aktar.places.bodies import StockLocationsBody
from aktar.places.filters import StockLocationFilters
from aktar.places.models import StockLocation
from aktar.places.queries import stock_location_shapes, stock_locations_simple
from aktar.places.shapes import StockLocationShape, StockLocationSimpleShape

SORTS = ("id", "created_date", "modified_date", "name", "erp_code", "priority")


class StockLocationListView(ListView):
    """Stock locations in full, page by page."""

    filters = StockLocationFilters
    sorts = SORTS
    query_parameters = LIST_PARAMETERS | StockLocationFilters.names()

    @answers(Page[StockLocationShape])
    def get(self, request: Request) -> Response:
        current = reading(self.language)
        return self.page(
            request, StockLocation.objects.all(), lambda ids: stock_location_shapes(ids, current)
        )


class StockLocationSimpleListView(ListView):
    """Stock locations in brief, page by page."""

    filters = StockLocationFilters
    sorts = SORTS
    query_parameters = LIST_PARAMETERS | StockLocationFilters.names()

    @answers(Page[StockLocationSimpleShape])
    def get(self, request: Request) -> Response:
        return self.page(request, StockLocation.objects.all(), stock_locations_simple)


class StockLocationDetailView(ApiView):
    """One stock location."""

    @answers(StockLocationShape)
    def get(self, request: Request, location_id: int) -> Response:
        found = stock_location_shapes([location_id], reading(self.language))
        if not found:
            raise Http404
        return Response(encode(found[0]))


class StockLocationBulkView(ApiView):
    """Keep stock locations as another system has them."""

    permission_classes = (MayKeepMasterData,)

    @answers(BulkShape, takes=StockLocationsBody, name="keep_stock_locations")
    def post(self, request: Request) -> Response:
        """Make and change stock locations by their ERP codes

        Each row is taken or refused by itself, and the answer tells of each. What is not said of a location
        stays as it is; one in which nothing differs is left alone. Every change is an event.
        """
        body = StockLocationsBody(data=request.data)
        body.is_valid(raise_exception=True)
        answering = self.answering(bulk_answer)
        keep_stock_locations(body.validated_data["stock_locations"], now=self.now, then=answering)
        return answering.response
