"""The list, the brief list and the detail of transfer orders are the contract's, value for value."""

from typing import Any

import pytest
from django.test import Client

from aktar.places.models import StockLocation
from aktar.transfers.models import TransferOrder
from tests.contract.comparison import differences, format_of
from tests.contract.printed import in_language, sample
from tests.contract.rows import store_transfer_order
from tests.factories import NOW, a_caller, a_workflow

pytestmark = pytest.mark.django_db

COMMANDS = 3
PLAN_ITEM = 6905
FRONT_ENDS = {f"commands[{n}].ui_visibility" for n in range(COMMANDS)}
"""These arrays lost their elements in print: ours hold the front ends that show the command."""

SECOND_SAYS_OTHERWISE = {
    "source.address.city.latitude",
    "source.address.township.name",
    "source.address.township.longitude",
    "source.address.district.latitude",
    "source.address.line",
    "source.address.longitude",
    "source.address.latitude",
    "destination.address.township.longitude",
    "destination.address.township.latitude",
    "destination.address.district.longitude",
    "destination.address.district.latitude",
    "destination.address.line",
    "destination.address.longitude",
    "destination.address.latitude",
}
"""The list prints two locations twice, and these of them differently: only one can be true."""

DETAIL_SAYS_TWICE = {
    # The country stands under both locations and under the customer's address; ours is the destination's.
    "source.address.country.longitude",
    "shipping_address.country.longitude",
    "shipping_address.country.latitude",
    # One picture under two hosts; ours is the order item's.
    "transferitem_set[0].product.productimage_set[0].url",
}
"""What the detail prints in two places with two values."""


@pytest.fixture
def caller() -> Client:
    a_workflow()
    return a_caller()


def ours(caller: Client, path: str, language: str) -> Any:
    answer = caller.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"] == "application/json"
    return answer.json()


def store_older_ones(count: int) -> None:
    """So many transfer orders before the printed ones, for the count and the next page."""
    source, destination = StockLocation.objects.order_by("id")[:2]
    first = TransferOrder.objects.get(pk=1358)
    TransferOrder.objects.bulk_create(
        TransferOrder(
            id=number,
            number=f"older {number}",
            source=source,
            destination=destination,
            order_id=first.order_id,
            package_id=first.package_id,
            state_id=first.state_id,
            target_transfer_date=NOW,
            created_date=NOW,
            modified_date=NOW,
        )
        for number in range(1, count + 1)
    )


@pytest.mark.parametrize("language", ["en-us", "tr-tr"])
def test_the_list_is_the_samples(caller: Client, language: str) -> None:
    printed = sample("transfer_orders.list")
    for result in reversed(printed["results"]):
        store_transfer_order(result)
    store_older_ones(printed["count"] - len(printed["results"]))

    found = differences(
        in_language(printed, language), ours(caller, "/api/v1/oms/transfer_orders/?limit=2", language)
    )

    assert set(found) == {f"results[0].{path}" for path in FRONT_ENDS} | {
        f"results[1].{path}" for path in FRONT_ENDS | SECOND_SAYS_OTHERWISE
    }
    assert_lost_and_contradictory_only(found)


@pytest.mark.parametrize("language", ["en-us", "tr-tr"])
def test_the_brief_list_is_the_samples(caller: Client, language: str) -> None:
    printed = sample("transfer_orders.list-simple")
    for result in sample("transfer_orders.list")["results"]:
        store_transfer_order(result)
    store_older_ones(printed["count"] - len(printed["results"]))
    TransferOrder.objects.filter(pk__gte=1357).update(plan_item=PLAN_ITEM)

    answer = ours(caller, "/api/v1/oms/transfer_orders/list-simple/?limit=2", language)

    assert differences(printed, answer) == {}


@pytest.mark.parametrize("language", ["en-us", "tr-tr"])
def test_the_detail_is_the_samples(caller: Client, language: str) -> None:
    printed = sample("transfer_orders.detail")
    store_transfer_order(printed)

    found = differences(
        in_language(printed, language), ours(caller, "/api/v1/oms/transfer_orders/1358/", language)
    )

    assert set(found) == FRONT_ENDS | DETAIL_SAYS_TWICE
    assert_lost_and_contradictory_only(found)


def assert_lost_and_contradictory_only(found: dict[str, tuple[Any, Any]]) -> None:
    """What may differ is an array that lost its texts, or a value in the printed one's format."""
    for path, (printed, answered) in found.items():
        if path.endswith("ui_visibility"):
            assert printed == []
            assert answered
            assert all(type(front_end) is str for front_end in answered)
        else:
            assert format_of(answered) == format_of(printed), path


def test_the_turkish_answers_are_the_printed_ones() -> None:
    """The samples themselves are in Turkish, so the translation that the tests make is no invention."""
    for name in ("transfer_orders.list", "transfer_orders.detail"):
        assert in_language(sample(name), "tr-tr") == sample(name)
        assert in_language(sample(name), "en-us") != sample(name)
