"""What each list beside transfer orders costs in queries, warm and cold, for pages of any size."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aktar.edge import references
from tests.factories import a_caller, a_location, a_plan, a_product, a_transfer_order
from tests.reads.lists import API, LOGS
from tests.stock.books import a_stock

pytestmark = pytest.mark.django_db

COSTS = {
    # 1 token, 2 reference version, 3 count, 4 ids; cold, besides: 5 locations with addresses.
    "stock_locations/": (4, 5),
    # 1 token, 2 count, 3 ids, 4 locations; it refers to nothing.
    "stock_locations/list-simple/": (4, 4),
    # 1 token, 2 reference version, 3 count, 4 ids; cold, besides: 5 products, 6 images.
    "products/": (4, 6),
    # 1 token, 2 reference version, 3 count, 4 ids; cold, besides: 5 cargo companies.
    "cargo_companies/": (4, 5),
    # 1 token, 2 reference version, 3 count, 4 ids; cold, besides: 5 states, 6 commands.
    "states/": (4, 6),
    "commands/": (4, 6),
    # 1 token, 2 reference version, 3 count, 4 ids, 5 items; cold, besides: 6 states, 7 commands, 8 products,
    # 9 images, 10 price lists, 11 stock lists.
    "transfer-items/": (5, 11),
    # 1 token, 2 count, 3 ids, 4 items.
    "transfer-items/list-simple/": (4, 4),
    # 1 token, 2 count, 3 ids, 4 plans, 5 lines, 6 locations.
    "orderexecutionplans/": (6, 6),
    # 1 token, 2 reference version, 3 count, 4 ids, 5 logs with users; cold, besides: 6 states, 7 commands.
    "state-transition-logs/": (5, 7),
    # 1 token, 2 reference version, 3 count, 4 ids, 5 orders, 6 packages, 7 what is out of stock.
    # Cold, besides: 8 states, 9 commands.
    "orders/": (7, 9),
    # 1 token, 2 reference version, 3 count, 4 ids, 5 packages, 6 items; cold, besides: 7 states, 8 commands,
    # 9 locations, 10 products, 11 images, 12 price lists, 13 stock lists.
    "packages/": (6, 13),
    # 1 token, 2 count, 3 ids, 4 packages.
    "packages/short/": (4, 4),
    # 1 token, 2 count, 3 ids, 4 levels or movements, with what they are of.
    "stocks/": (4, 4),
    "stocks/movements/": (4, 4),
}


def queries(caller: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = caller.get(path)
    assert answer.status_code == 200, answer.content
    return len(captured)


def cost(caller: Client, path: str) -> tuple[int, int]:
    """The number of queries of a read whose references are at hand, and in a process that knows nothing."""
    queries(caller, path)
    warm = queries(caller, path)
    references.forget()
    return warm, queries(caller, path)


def some_rows() -> None:
    for _ in range(3):
        a_transfer_order(items=2)
        a_plan()
        a_stock(a_product(), a_location())


@pytest.mark.parametrize("path", COSTS)
def test_a_page_costs_as_many_queries_whatever_its_size(caller: Client, path: str) -> None:
    some_rows()
    for limit in (1, 2, 100):
        assert cost(caller, f"{API}/{path}?limit={limit}") == COSTS[path]


@pytest.mark.parametrize("products", [1, 3])
def test_stock_costs_as_many_queries_whatever_there_is_of_it(caller: Client, products: int) -> None:
    made = [a_product() for _ in range(products)]
    for product in made:
        for _ in range(products):
            a_stock(product, a_location())
    asked = "&".join(f"sku={product.sku}" for product in made)
    # 1 token, 2 products, 3 levels with their locations.
    assert cost(caller, f"{API}/stocks/query-stock-availability/?{asked}") == (3, 3)
    # 1 token, 2 levels beside the sums of their movements, 3 products.
    assert cost(caller, f"{API}/stocks/verify/") == (3, 3)


def test_filters_cost_nothing_but_those_that_look_states_up(caller: Client) -> None:
    some_rows()
    caller.get(LOGS.path)  # the token's first use is noted
    for query in ("id__gt=0", "search=s", "name=x", "created_date__gt=2020-01-01&is_active=true"):
        assert queries(caller, f"{API}/stock_locations/?{query}") <= 5
    plain, filtered = (
        cost(caller, f"{API}/transfer-items/{query}") for query in ("", "?state__enum_value=waiting")
    )
    # The reference version once more.
    assert filtered == (plain[0] + 1, plain[1] + 1)


DETAILS: dict[str, tuple[Callable[[Any], int], tuple[int, int]]] = {
    # 1 token, 2 reference version; cold, besides: what the list's page costs.
    "stock_locations": (lambda order: order.source_id, (2, 3)),
    "products": (lambda order: order.transferitem_set.first().product_id, (2, 4)),
    "cargo_companies": (lambda _order: 1, (2, 3)),
    "states": (lambda _order: 73, (2, 4)),
    "commands": (lambda _order: 100, (2, 4)),
    # 1 token, 2 reference version, 3 the row.
    "transfer-items": (lambda order: order.transferitem_set.first().pk, (3, 9)),
    # 1 token, 2 whether it may be seen, 3 reference version, 4 order, 5 packages, 6 what is out of stock,
    # 7 customer's side, 8 items. Cold, besides: states, commands, products, images, two lists (6), and each
    # kind of geography (4).
    "orders": (lambda order: order.order_id, (8, 18)),
    # 1 token, 2 whether it may be seen, 3 reference version, 4 package, 5 items, 6 customer's side,
    # 7 transfers; cold, besides: as for an order, and locations.
    "packages": (lambda order: order.package_id, (7, 18)),
}


@pytest.mark.parametrize("name", DETAILS)
def test_a_detail_costs_little(caller: Client, name: str) -> None:
    pk, costs = DETAILS[name]
    assert cost(caller, f"{API}/{name}/{pk(a_transfer_order(items=2))}/") == costs


def test_a_token_that_is_bound_to_locations_costs_one_query_more(caller: Client) -> None:
    order = a_transfer_order(source=a_location())
    bound = a_caller(locations=[order.source])
    bound.get(LOGS.path)  # the token's first use is noted
    for path in ("transfer-items/", "transfer-items/list-simple/", "state-transition-logs/", "orders/"):
        # Its memberships.
        assert cost(bound, f"{API}/{path}") == tuple(count + 1 for count in COSTS[path])
    for path in ("stock_locations/", "products/", "states/"):
        assert cost(bound, f"{API}/{path}") == COSTS[path]
    # Its memberships, and whether one of them is an end of the order.
    assert cost(bound, f"{API}/transfer-items/{order.transferitem_set.get().pk}/")[0] == 5
