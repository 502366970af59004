"""The endpoints of stock; everybody sees and writes that of their own stock locations."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from aktar.accounts.authentication import token_of
from aktar.catalog.models import Product
from aktar.edge.answering import Answering
from aktar.edge.api import ApiView
from aktar.edge.lists import LIST_PARAMETERS, ListView
from aktar.edge.operations import answers
from aktar.edge.shapes import DetailShape, Page, encode
from aktar.places.queries import reach_of
from aktar.places.rules import Reach
from aktar.stock import actions
from aktar.stock.bodies import NamedRow, StockAdjustBody, StockSetBody
from aktar.stock.filters import StockLevelFilters, StockMovementFilters
from aktar.stock.queries import (
    stock_availability,
    stock_levels,
    stock_movements,
    stock_verification,
    visible_levels,
    visible_movements,
)
from aktar.stock.results import refusals, results_of
from aktar.stock.rules import StockCount, StockDelta, StockOutcome
from aktar.stock.shapes import (
    StockAvailabilityShape,
    StockLevelShape,
    StockMovementShape,
    StockResultsShape,
    StockVerificationShape,
)

MOST_SKUS = 20


class StockLevelListView(ListView):
    """Levels, page by page: how much of which product is where."""

    filters = StockLevelFilters
    sorts = ("id", "modified_at")
    query_parameters = LIST_PARAMETERS | StockLevelFilters.names()

    @answers(Page[StockLevelShape])
    def get(self, request: Request) -> Response:
        return self.page(request, visible_levels(_reach(request)), stock_levels)


class StockMovementListView(ListView):
    """Movements, page by page: the ledger that levels are the sum of."""

    filters = StockMovementFilters
    sorts = ("id", "created_at")
    query_parameters = LIST_PARAMETERS | StockMovementFilters.names()

    @answers(Page[StockMovementShape])
    def get(self, request: Request) -> Response:
        return self.page(request, visible_movements(_reach(request)), stock_movements)


class StockAvailabilityView(ApiView):
    """What is on hand, reserved, in transit and available of some products, at each location."""

    query_parameters = frozenset({"sku"})
    own_parameters = {
        "sku": {
            "description": f"The SKUs, each as a parameter of its own; at most {MOST_SKUS}.",
            "required": True,
            "schema": {
                "type": "array",
                "items": {"type": "string", "minLength": 1, "maxLength": 100},
                "minItems": 1,
                "maxItems": MOST_SKUS,
            },
            "style": "form",
            "explode": True,
        }
    }

    @answers(StockAvailabilityShape)
    def get(self, request: Request) -> Response:
        skus = list(dict.fromkeys(request.query_params.getlist("sku")))
        if not 0 < len(skus) <= MOST_SKUS:
            raise ValidationError({"sku": [_("Give from 1 to {most} SKUs.").format(most=MOST_SKUS)]})
        known = dict(Product.objects.filter(sku__in=skus).values_list("sku", "pk"))
        unknown = [sku for sku in skus if sku not in known]
        if unknown:
            sentence = _("There is no product of this SKU: {sku}.")
            raise ValidationError({"sku": [sentence.format(sku=sku[:100]) for sku in unknown]})
        asked = {sku: known[sku] for sku in skus}
        return Response(encode(stock_availability(asked, _reach(request))))


class StockVerificationView(ApiView):
    """Whether the books balance: nothing came from nowhere, nothing went nowhere."""

    @answers(StockVerificationShape, refuses={403: DetailShape})
    def get(self, request: Request) -> Response:
        if not _reach(request).everything:
            raise PermissionDenied(_("This is for tokens that open every location."))
        return Response(encode(stock_verification()))


class _RowsView(ApiView):
    """What the two writes have in common: a result for each row, in the order of the rows."""

    def answering_rows(
        self, rows: Sequence[NamedRow], reach: Reach, *, about: str
    ) -> Answering[Sequence[StockOutcome]]:
        """Makes the answer of the outcomes; `about` is the field that says how much."""
        made = results_of(rows, reach, about=about)
        return self.answering(lambda outcomes: Response(encode(made(outcomes))))


class StockSetView(_RowsView):
    """Brings levels to what was counted; a result for each row."""

    @answers({200: StockResultsShape}, takes=StockSetBody, name="set_stock")
    def post(self, request: Request) -> Response:
        body = StockSetBody(data=request.data)
        body.is_valid(raise_exception=True)
        asked, reach = body.validated_data, _reach(request)
        answering = self.answering_rows(asked["stocks"], reach, about="on_hand")
        actions.set_stock(
            [
                StockCount(row.product, row.location, row.quantity)
                for row in asked["stocks"]
                if not refusals(reach, product=row.product, location=row.location)
            ],
            as_of=asked.get("as_of"),
            reason=asked["reason"],
            by=token_of(request).user,
            now=self.now,
            then=answering,
        )
        return answering.response


class StockAdjustView(_RowsView):
    """Changes what is on hand by so much; a result for each row."""

    @answers({200: StockResultsShape}, takes=StockAdjustBody, name="adjust_stock")
    def post(self, request: Request) -> Response:
        body = StockAdjustBody(data=request.data)
        body.is_valid(raise_exception=True)
        asked, reach = body.validated_data, _reach(request)
        answering = self.answering_rows(asked["stocks"], reach, about="change")
        actions.adjust_stock(
            [
                StockDelta(row.product, row.location, row.quantity, row.kind)
                for row in asked["stocks"]
                if not refusals(reach, product=row.product, location=row.location)
            ],
            reason=asked["reason"],
            by=token_of(request).user,
            now=self.now,
            then=answering,
        )
        return answering.response


def _reach(request: Request) -> Reach:
    token = token_of(request)
    return reach_of(token.user, token)
