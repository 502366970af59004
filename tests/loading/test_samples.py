"""The contract's own answers, loaded into an empty database, are answered again, key for key, in order."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.contract.comparison import differences, format_of
from tests.contract.printed import sample
from tests.factories import a_caller, a_workflow
from tests.loading.loads import contents, load

pytestmark = pytest.mark.django_db

FRONT_ENDS = {f"commands[{n}].ui_visibility" for n in range(3)}
"""These arrays lost their elements in print: ours hold the front ends that show the command."""

LIST_TELLS_TWICE = {
    # The list prints two stock locations twice with different geography; the first telling of each is kept.
    *(f"source.address.{key}" for key in ("line", "longitude", "latitude")),
    "source.address.city.latitude",
    "source.address.township.name",
    "source.address.township.longitude",
    "source.address.district.latitude",
    *(f"destination.address.{key}" for key in ("line", "longitude", "latitude")),
    *(f"destination.address.{place}.longitude" for place in ("township", "district")),
    *(f"destination.address.{place}.latitude" for place in ("township", "district")),
}

DETAIL_TELLS_TWICE = {
    # The country stands under both locations and the customer's address; the source's, told first, is kept.
    "destination.address.country.longitude",
    "shipping_address.country.longitude",
    "shipping_address.country.latitude",
    # One picture under two hosts; the order item's is told first.
    "transferitem_set[0].product.productimage_set[0].url",
}


@pytest.fixture
def caller() -> Client:
    a_workflow()
    return a_caller()


def answer(caller: Client, path: str) -> Any:
    answered = caller.get(f"/api/v1/oms/transfer_orders/{path}", headers={"Accept-Language": "tr-tr"})
    assert answered.status_code == 200, answered.content
    return json.loads(answered.content)


def test_the_list_is_answered_as_it_was_told(caller: Client) -> None:
    told = sample("transfer_orders.list")
    loaded = load(told)
    assert loaded.counts == (2, 0, 0, 0, 0)
    assert all("is told in two ways; the first is kept" in note for note in loaded.notes)

    found = differences(told["results"], answer(caller, "?limit=2")["results"])

    assert set(found) == {f"[0].{path}" for path in FRONT_ENDS} | {
        f"[1].{path}" for path in FRONT_ENDS | LIST_TELLS_TWICE
    }
    assert_same_formats(found)


def test_the_detail_is_answered_as_it_was_told(caller: Client) -> None:
    told = sample("transfer_orders.detail")
    assert load(told).counts == (1, 0, 0, 0, 0)

    found = differences(told, answer(caller, "1358/"))

    assert set(found) == FRONT_ENDS | DETAIL_TELLS_TWICE
    assert_same_formats(found)


def test_loaded_again_they_change_nothing(caller: Client) -> None:
    told = [sample("transfer_orders.list"), sample("transfer_orders.detail")]
    assert load(*told).counts == (2, 0, 1, 0, 0)
    before = contents()
    assert load(*told).counts == (0, 0, 3, 0, 0)
    assert contents() == before


def assert_same_formats(found: dict[str, tuple[Any, Any]]) -> None:
    for path, (told, answered) in found.items():
        if path.endswith("ui_visibility"):
            assert told == []
            assert answered
        else:
            assert format_of(answered) == format_of(told), path
