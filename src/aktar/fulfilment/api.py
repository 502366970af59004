"""The endpoints of orders and packages; one call further down each."""

from rest_framework.request import Request
from rest_framework.response import Response

from aktar.accounts.authentication import token_of
from aktar.edge.api import ApiView
from aktar.edge.lists import LIST_PARAMETERS, ListView
from aktar.edge.operations import answers
from aktar.edge.references import reading
from aktar.edge.serializers import NoBody
from aktar.edge.shapes import Page, encode
from aktar.fulfilment import actions
from aktar.fulfilment.bodies import PackageCommandBody
from aktar.fulfilment.filters import OrderFilters, PackageFilters
from aktar.fulfilment.queries import (
    order_detail,
    package_detail,
    require_order_visible,
    require_package_visible,
    visible_orders,
)
from aktar.fulfilment.shapes import OrderDetailShape, PackageDetailShape
from aktar.orders.queries import order_shapes, package_shapes, short_package_shapes, visible_packages
from aktar.orders.shapes import OrderShape, PackageShape, ShortPackageShape
from aktar.places.queries import reach_of
from aktar.places.rules import Reach
from aktar.workflow.shapes import CommandRefusalShape

ORDER_SORTS = ("id", "created_date", "modified_date", "date_placed")
PACKAGE_SORTS = ("id", "created_date", "modified_date")


class OrderListView(ListView):
    """Orders, page by page; a new one is posted here."""

    filters = OrderFilters
    sorts = ORDER_SORTS
    query_parameters = LIST_PARAMETERS | OrderFilters.names()

    @answers(Page[OrderShape])
    def get(self, request: Request) -> Response:
        current = reading(self.language)
        return self.page(request, visible_orders(_reach(request)), lambda ids: order_shapes(ids, current))


class OrderDetailView(ApiView):
    """One order with everything that was ordered."""

    @answers(OrderDetailShape)
    def get(self, request: Request, order_id: int) -> Response:
        require_order_visible(order_id, _reach(request))
        return Response(encode(order_detail(order_id, reading(self.language))))


class OrderCancelView(ApiView):
    """Cancels an order, its packages and their transfer orders."""

    @answers({204: None}, takes=NoBody, name="cancel_order")
    def post(self, request: Request, order_id: int) -> Response:
        self.require_no_body(request)
        answering = self.answering(_nothing_to_say)
        actions.cancel_order(
            order_id, by=token_of(request).user, reach=_reach(request), now=self.now, then=answering
        )
        return answering.response


class PackageListView(ListView):
    """Packages with their items, page by page."""

    filters = PackageFilters
    sorts = PACKAGE_SORTS
    query_parameters = LIST_PARAMETERS | PackageFilters.names()

    @answers(Page[PackageShape])
    def get(self, request: Request) -> Response:
        current = reading(self.language)
        return self.page(request, visible_packages(_reach(request)), lambda ids: package_shapes(ids, current))


class ShortPackageListView(ListView):
    """Packages in brief, page by page."""

    filters = PackageFilters
    sorts = PACKAGE_SORTS
    query_parameters = LIST_PARAMETERS | PackageFilters.names()

    @answers(Page[ShortPackageShape])
    def get(self, request: Request) -> Response:
        return self.page(request, visible_packages(_reach(request)), short_package_shapes)


class PackageDetailView(ApiView):
    """One package with the customer's side and its transfer orders."""

    @answers(PackageDetailShape)
    def get(self, request: Request, package_id: int) -> Response:
        require_package_visible(package_id, _reach(request))
        return Response(encode(package_detail(package_id, reading(self.language))))


class PackageCommandView(ApiView):
    """Runs a command on a package: prepare, ready, pack or cancel."""

    @answers(
        {204: None},
        takes=PackageCommandBody,
        refuses={409: CommandRefusalShape},
        name="run_package_command",
    )
    def post(self, request: Request, package_id: int) -> Response:
        body = PackageCommandBody(data=request.data, context={"package": package_id})
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        answering = self.answering(_nothing_to_say)
        actions.run_package_command(
            package_id,
            transition=asked.get("transition"),
            slug=asked.get("slug"),
            parameters=asked["input_parameters"].given,
            by=token_of(request).user,
            reach=_reach(request),
            now=self.now,
            then=answering,
        )
        return answering.response


def _nothing_to_say(_answer: None) -> Response:
    return Response(status=204)


def _reach(request: Request) -> Reach:
    token = token_of(request)
    return reach_of(token.user, token)
