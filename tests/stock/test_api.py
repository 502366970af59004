"""Stock by the API: what is read, what is written row by row, and whose it is."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client

from aktar.catalog.models import Product
from aktar.edge.expressions import Among
from aktar.places.models import StockLocation
from aktar.stock.actions import reserve
from aktar.stock.models import StockLevel, StockMovement
from aktar.stock.queries import stock_verification
from aktar.stock.rules import Kind, StockLine
from tests.factories import NOW, a_caller, a_location, a_product
from tests.stock.books import a_stock, level, require_balance

STOCKS = "/api/v1/oms/stocks/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def caller(db: None) -> Client:
    return a_caller()


def put(caller: Client, how: str, stocks: Any, **more: Any) -> Any:
    return caller.post(
        f"{STOCKS}{how}/", {"stocks": stocks} | more.pop("body", {}), "application/json", headers=more
    )


def row(product: Product, location: StockLocation, **said: Any) -> dict[str, Any]:
    return {"sku": product.sku, "erp_code": location.erp_code} | said


def test_stock_is_set_row_by_row_and_each_row_has_its_result(caller: Client) -> None:
    product, location, promised = a_product(), a_location(), a_product()
    a_stock(promised, location, 5)
    reserve([StockLine(promised.pk, location.pk, 500)], by=None, now=NOW)
    answer = put(
        caller,
        "set",
        [
            row(product, location, on_hand="7.00"),
            {"sku": "nothing", "erp_code": "nowhere", "on_hand": 1},
            row(promised, location, on_hand="4.00"),
            row(promised, location, on_hand="6.00"),
        ],
    )
    assert answer.status_code == 200
    body = answer.json()
    assert (body["count"], body["refused"]) == (4, 3)
    assert [result["status"] for result in body["results"]] == ["changed", "refused", "refused", "refused"]
    assert body["results"][0] | {"sku": "", "erp_code": ""} == {
        "sku": "",
        "erp_code": "",
        "status": "changed",
        "on_hand": "7.00",
        "reserved": "0.00",
        "in_transit": "0.00",
        "available": "7.00",
        "errors": None,
    }
    assert body["results"][1]["errors"] == {
        "sku": ["There is no product of this SKU."],
        "erp_code": ["There is no such stock location."],
    }
    assert body["results"][2]["errors"] == {
        "on_hand": ["5.00 of these are reserved here: cancel what they are for first."]
    }
    assert (level(product, location)[0], level(promised, location)[0]) == (7, 5)
    require_balance()


def test_who_takes_more_than_there_is_hears_how_much_that_is(caller: Client) -> None:
    product, promised, location = a_product(), a_product(), a_location()
    a_stock(product, location, 5)
    a_stock(promised, location, 5)
    reserve([StockLine(promised.pk, location.pk, 300)], by=None, now=NOW)
    changes = [(product, "-6.00"), (promised, "-6.00"), (promised, "-3.00")]
    answer = put(caller, "adjust", [row(each, location, change=change) for each, change in changes])
    assert [each["errors"]["change"] for each in answer.json()["results"]] == [
        ["Only 5.00 are on hand, and this location may not go below zero."],
        ["Only 5.00 are on hand, and this location may not go below zero."],
        ["3.00 of these are reserved here: cancel what they are for first."],
    ]


def test_an_adjustment_sent_twice_under_one_key_is_made_once(caller: Client) -> None:
    product, location = a_product(), a_location()
    rows = [row(product, location, change="3.00", kind="received"), row(product, location, change="-1.00")]
    first, second = (put(caller, "adjust", rows, idempotency_key="delivery-1") for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    assert level(product, location) == (2, 0, 0)


def test_what_was_received_is_above_zero_and_what_was_lost_below(caller: Client) -> None:
    product, location = a_product(), a_location()
    rows = [
        row(product, location, change="-3.00", kind="received"),
        row(product, location, change="5.00", kind="lost"),
        row(product, location, change="2.00"),
    ]
    answer = put(caller, "adjust", rows)
    assert (answer.status_code, answer.json()["stocks"]) == (
        400,
        {
            "0": {
                "change": [
                    'What was received is above zero, as "1.00"; to take it back, give the kind adjusted.'
                ]
            },
            "1": {
                "change": [
                    'What was lost is below zero, as "-1.00"; what was found again is of the kind adjusted.'
                ]
            },
        },
    )
    assert not StockMovement.objects.exists()
    rows = [
        row(product, location, change="3.00", kind="received"),
        row(product, location, change="-1.00", kind="lost"),
    ]
    assert put(caller, "adjust", rows).status_code == 200
    assert stock_verification().went_out == "1.00"


def test_what_is_wrong_with_the_form_is_told_of_every_row_and_nothing_is_done(caller: Client) -> None:
    product, location = a_product(), a_location()
    answer = put(
        caller,
        "set",
        [
            row(product, location, on_hand="1.00"),
            row(product, location, on_hand="-1"),
            row(product, location, on_hand="1.001", warehouse=3),
        ],
    )
    assert answer.status_code == 400
    assert set(answer.json()["stocks"]) == {"1", "2"}
    assert set(answer.json()["stocks"]["2"]) == {"on_hand", "warehouse"}
    assert not StockMovement.objects.exists()


@pytest.mark.parametrize(
    ("how", "stocks", "body", "field"),
    [
        ("set", [], {}, "stocks"),
        ("set", "5", {}, "stocks"),
        ("set", [7], {}, "stocks"),
        ("set", [{"sku": "A", "erp_code": "B", "on_hand": 1}], {"as_of": "2999-01-01T00:00:00Z"}, "as_of"),
        ("set", [{"sku": "A", "erp_code": "B", "on_hand": 1}], {"as_of": "yesterday"}, "as_of"),
        ("set", [{"sku": "A", "erp_code": "B", "on_hand": 1}], {"reason": "x" * 201}, "reason"),
        ("set", [{"sku": "A", "erp_code": "B", "on_hand": "9" * 40}], {}, "stocks"),
        ("set", [{"sku": "A", "erp_code": "B", "on_hand": True}], {}, "stocks"),
        ("adjust", [{"sku": "A", "erp_code": "B", "change": "--1"}], {}, "stocks"),
        ("adjust", [{"sku": "A", "erp_code": "B", "change": "1", "kind": "reserved"}], {}, "stocks"),
        ("adjust", [{"sku": "A", "erp_code": "B", "change": 1e300}], {}, "stocks"),
        ("adjust", [{"sku": "A", "erp_code": "B", "change": "1", "kind": "lost"}], {}, "stocks"),
        ("adjust", [{"sku": "A", "erp_code": "B", "change": "-1", "kind": "received"}], {}, "stocks"),
        ("adjust", [{"sku": "A\x00", "erp_code": "B", "change": 1}], {}, None),
        ("adjust", [{"sku": "A", "erp_code": "B", "change": "1"}] * 10_001, {}, "stocks"),
    ],
)
def test_odd_bodies_are_refused_by_field(
    how: str, stocks: Any, body: dict[str, Any], field: str | None, caller: Client
) -> None:
    answer = put(caller, how, stocks, body=body)
    assert answer.status_code == 400
    assert field is None or set(answer.json()) == {field}
    assert not StockMovement.objects.exists()


def test_amounts_at_the_edge_of_a_column_are_taken_or_refused_by_row(caller: Client) -> None:
    product, location = a_product(), a_location()
    most = "9999999999999.99"
    answer = put(caller, "adjust", [row(product, location, change=most) for _ in range(3)])
    assert [result["status"] for result in answer.json()["results"]] == ["changed", "refused", "refused"]
    assert StockLevel.objects.get().on_hand == 10**15 - 1


def test_everybody_reads_and_writes_the_stock_of_their_own_locations(caller: Client) -> None:
    product, here, there = a_product(), a_location(), a_location()
    a_stock(product, here, 3)
    a_stock(product, there, 4)
    clerk = a_caller(locations=[here])
    assert [found["erp_code"] for found in clerk.get(STOCKS).json()["results"]] == [here.erp_code]
    assert clerk.get(f"{STOCKS}movements/").json()["count"] == 1
    (found,) = clerk.get(f"{STOCKS}query-stock-availability/?sku={product.sku}").json()["results"]
    assert (found["on_hand"], len(found["stock_locations"])) == ("3.00", 1)
    answer = put(clerk, "set", [row(product, here, on_hand=5), row(product, there, on_hand=5)]).json()
    assert [result["status"] for result in answer["results"]] == ["changed", "refused"]
    assert answer["results"][1]["errors"] == {"erp_code": ["You do not work at this stock location."]}
    assert answer["results"][1]["on_hand"] is None
    assert (level(product, here)[0], level(product, there)[0]) == (5, 4)
    assert clerk.get(f"{STOCKS}verify/").status_code == 403
    assert caller.get(f"{STOCKS}verify/").json()["is_balanced"] is True


def test_the_availability_of_products_is_told_by_location(caller: Client) -> None:
    one, other, here, there = a_product(), a_product(), a_location(), a_location()
    a_stock(one, here, 3)
    a_stock(one, there, 4)
    reserve([StockLine(one.pk, there.pk, 100)], by=None, now=NOW)
    answer = caller.get(f"{STOCKS}query-stock-availability/?sku={other.sku}&sku={one.sku}&sku={one.sku}")
    nothing, found = answer.json()["results"]
    assert (nothing["sku"], nothing["available"], nothing["stock_locations"]) == (other.sku, "0.00", [])
    assert (found["on_hand"], found["reserved"], found["available"]) == ("7.00", "1.00", "6.00")
    assert [row["available"] for row in found["stock_locations"]] == ["3.00", "3.00"]


@pytest.mark.parametrize(
    "query", ["", "?sku=", "?sku=nothing", "?" + "&".join(f"sku={n}" for n in range(21))]
)
def test_availability_wants_some_products_that_there_are(query: str, caller: Client) -> None:
    answer = caller.get(f"{STOCKS}query-stock-availability/{query}")
    assert answer.status_code == 400
    assert set(answer.json()) == {"sku"}


def test_levels_and_movements_are_filtered(caller: Client) -> None:
    one, other, here, there = a_product(), a_product(), a_location(), a_location()
    a_stock(one, here, 3)
    a_stock(other, there, 4)
    reserve([StockLine(one.pk, here.pk, 100, 12)], transfer_order=11, by=None, now=NOW)
    for query in (
        f"sku={one.sku}",
        f"erp_code={here.erp_code}",
        f"product={one.pk}",
        f"stock_location={here.pk}",
        "available__lt=3",
        "available__lte=2.00",
        f"id__lt={StockLevel.objects.get(product=other).pk}",
    ):
        found = caller.get(f"{STOCKS}?{query}").json()["results"]
        assert [level["sku"] for level in found] == [one.sku], query
    for query in ("available__gt=2", "available__gte=4", "modified_at__gte=2026-01-01&sku=" + other.sku):
        found = caller.get(f"{STOCKS}?{query}").json()["results"]
        assert [level["sku"] for level in found] == [other.sku], query
    for query in ("kind=reserved", "transfer_order=11", "package_item=12"):
        (found,) = caller.get(f"{STOCKS}movements/?{query}").json()["results"]
        assert (found["kind"], found["reserved_change"], found["user"]) == ("reserved", "1.00", None)
    assert caller.get(f"{STOCKS}movements/?created_at__gt=2027-01-01").json()["count"] == 0
    assert caller.get(f"{STOCKS}?available__gt=x").status_code == 400
    odd = caller.get(f"{STOCKS}movements/?kind=gone")
    offered = ", ".join(Kind)
    assert (odd.status_code, odd.json()) == (400, {"kind": [f"Give one of {offered}."]})


def _plan(sql: str, *parameters: object) -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        else:
            # Whatever other tests told of the table, and so that the index can answer alone.
            cursor.execute("VACUUM ANALYZE stock_stocklevel")
            cursor.execute(f"EXPLAIN {sql}", parameters)
        return "\n".join(str(line[-1]) for line in cursor.fetchall())


def test_candidates_are_found_by_an_index_alone(no_statistics: None) -> None:
    products, locations = [a_product().pk for _ in range(30)], [a_location().pk for _ in range(30)]
    StockLevel.objects.bulk_create(
        StockLevel(
            product_id=product,
            stock_location_id=location,
            on_hand=100 * (place % 10 == 0),
            modified_at=NOW,
        )
        for product in products
        for place, location in enumerate(locations)
    )
    found = StockLevel.objects.filter(Among("product_id", products[:2]), on_hand__gt=F("reserved"))
    sql, parameters = found.values_list(
        "product_id", "stock_location_id", F("on_hand") - F("reserved")
    ).query.sql_with_params()
    assert "stock_level_available" in _plan(sql, *parameters)
