"""The endpoints of orders and packages; one call further down each."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from aktar.accounts.authentication import token_of
from aktar.edge.answering import Answering
from aktar.edge.api import ApiView
from aktar.edge.lists import LIST_PARAMETERS, ListView
from aktar.edge.operations import answers
from aktar.edge.references import reading
from aktar.edge.serializers import NoBody
from aktar.edge.shapes import Page, encode
from aktar.edge.upserts import plain
from aktar.fulfilment import actions
from aktar.fulfilment.bodies import (
    MOST_ORDERS,
    NUMBER_TAKEN,
    PackageCommandBody,
    number_of,
    orders_of,
)
from aktar.fulfilment.filters import OrderFilters, PackageFilters
from aktar.fulfilment.queries import (
    order_detail,
    orders_shown,
    package_detail,
    require_order_visible,
    require_package_visible,
    visible_orders,
)
from aktar.fulfilment.shapes import (
    IntakeResultShape,
    IntakeShape,
    OrderDetailShape,
    PackageDetailShape,
)
from aktar.orders.bodies import OrderBody
from aktar.orders.queries import package_shapes, short_package_shapes, visible_packages
from aktar.orders.rules import NewOrder
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
    write_parameters = frozenset({"plan"})
    own_parameters = {
        "plan": {
            "description": "0 leaves the order for `aktar plan`.",
            "schema": {"type": "string", "enum": ["0", "1"], "default": "1"},
        }
    }
    body_types = (dict, list)

    @answers(Page[OrderShape])
    def get(self, request: Request) -> Response:
        current = reading(self.language)
        return self.page(request, visible_orders(_reach(request)), lambda ids: orders_shown(ids, current))

    @answers(
        {201: OrderDetailShape, 200: (OrderDetailShape, IntakeShape)},
        takes=OrderBody,
        or_up_to=MOST_ORDERS,
        name="take_orders",
    )
    def post(self, request: Request) -> Response:
        """Put an order in, or up to a thousand in a list.

        An order is planned at once, unless `plan` is 0. One that is there with this content, by its number,
        is answered as it is (200). Each order of a list is a matter of its own: the answer, a 200, tells what
        became of each. The orders of a list are taken up to 10,000 pieces in all; one that goes beyond them
        is refused as its result (400), and can be sent in another request.
        """
        take = self._take(request)
        if isinstance(request.data, list):
            data: list[Any] = request.data
            rows = orders_of(data)
            answering: Answering[Sequence[actions.Taken | None]] = self.answering(
                lambda taken: Response(encode(_intake(data, rows, taken)))
            )
            good = [row for row in rows if isinstance(row, NewOrder)]
            actions.take_orders(good, take=take, then=answering)
            return answering.response
        body = OrderBody(data=request.data)
        body.is_valid(raise_exception=True)
        one = self.answering(self._taken)
        take(body.validated_data, then=one)
        return one.response

    def _take(self, request: Request) -> "partial[actions.Taken]":
        """The action that the query asks for; raises ValidationError."""
        wish = request.query_params.get("plan", "1")
        if wish not in ("0", "1"):
            raise ValidationError({"plan": [_("Give 1 to plan at once, or 0 to leave it for later.")]})
        take = actions.take_order if wish == "1" else actions.take_order_unplanned
        return partial(take, by=token_of(request).user, reach=_reach(request), now=self.now)

    def _taken(self, taken: actions.Taken) -> Response:
        shape = order_detail(taken.order, reading(self.language))
        if not taken.is_new:
            return Response(encode(shape))
        location = self.request.build_absolute_uri(f"{self.request.path}{taken.order}/")
        return Response(encode(shape), status=201, headers={"Location": location})


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


def _intake(
    rows: Sequence[Any], read: Sequence[NewOrder | Mapping[str, Any]], taken: Iterable[actions.Taken | None]
) -> IntakeShape:
    """What became of each row; `taken` tells it of those that were understood, in their order."""
    outcomes = iter(taken)
    results = []
    for row, new in zip(rows, read, strict=True):
        if not isinstance(new, NewOrder):
            results.append(IntakeResultShape(number_of(row), 400, None, plain(new)))
        elif (outcome := next(outcomes)) is None:
            results.append(IntakeResultShape(new.number, 409, None, {"number": [str(NUMBER_TAKEN)]}))
        else:
            results.append(IntakeResultShape(new.number, 201 if outcome.is_new else 200, outcome.order, {}))
    return IntakeShape(results)


def _nothing_to_say(_answer: None) -> Response:
    return Response(status=204)


def _reach(request: Request) -> Reach:
    token = token_of(request)
    return reach_of(token.user, token)
