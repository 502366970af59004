"""Endpoints of cargo companies; whoever has a token may read them, those who see everything may keep them."""

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
from aktar.transfers.carriers.actions import keep_cargo_companies
from aktar.transfers.carriers.bodies import CargoCompaniesBody
from aktar.transfers.carriers.filters import CargoCompanyFilters
from aktar.transfers.models import CargoCompany
from aktar.transfers.queries import cargo_company_shapes
from aktar.transfers.shapes import CargoCompanyShape


class CargoCompanyListView(ListView):
    """The companies that carry transfers, page by page."""

    filters = CargoCompanyFilters
    sorts = ("id", "name")
    query_parameters = LIST_PARAMETERS | CargoCompanyFilters.names()

    @answers(Page[CargoCompanyShape])
    def get(self, request: Request) -> Response:
        current = reading(self.language)
        return self.page(request, CargoCompany.objects.all(), lambda ids: cargo_company_shapes(ids, current))


class CargoCompanyDetailView(ApiView):
    """One company that carries transfers."""

    @answers(CargoCompanyShape)
    def get(self, request: Request, cargo_company_id: int) -> Response:
        found = cargo_company_shapes([cargo_company_id], reading(self.language))
        if not found:
            raise Http404
        return Response(encode(found[0]))


class CargoCompanyBulkView(ApiView):
    """Keep cargo companies as another system has them."""

    permission_classes = (MayKeepMasterData,)

    @answers(BulkShape, takes=CargoCompaniesBody, name="keep_cargo_companies")
    def post(self, request: Request) -> Response:
        """Make and change cargo companies by their ERP codes

        Each row is taken or refused by itself, and the answer tells of each. What is not said of a company
        stays as it is; one in which nothing differs is left alone.
        """
        body = CargoCompaniesBody(data=request.data)
        body.is_valid(raise_exception=True)
        answering = self.answering(bulk_answer)
        keep_cargo_companies(body.validated_data["cargo_companies"], then=answering)
        return answering.response
