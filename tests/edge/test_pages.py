"""Pages: which one an address means, what is past the end, and the addresses of the neighbours."""

from typing import Any

import pytest
from django.test import Client

pytestmark = [pytest.mark.urls("tests.edge.urls"), pytest.mark.django_db]
HUGE = "1" + "0" * 30


def _page(client: Client, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    assert list(answer.json()) == ["count", "next", "previous", "results"]
    found: dict[str, Any] = answer.json()
    return found


def test_a_list_begins_with_twenty(client: Client) -> None:
    page = _page(client, "/numbers/45/")
    assert page == {
        "count": 45,
        "next": "http://testserver/numbers/45/?page=2",
        "previous": None,
        "results": list(range(20)),
    }


def test_the_neighbours_addresses_keep_the_query(client: Client) -> None:
    page = _page(client, "/numbers/45/?sort=-id%26&page=2&limit=2")
    assert page["next"] == "http://testserver/numbers/45/?limit=2&page=3&sort=-id%26"
    assert page["previous"] == "http://testserver/numbers/45/?limit=2&sort=-id%26"
    assert page["results"] == [2, 3]


def test_walking_by_next_meets_every_result_once(client: Client) -> None:
    address, seen = "/numbers/45/?limit=7", []
    while address:
        page = _page(client, address)
        seen += page["results"]
        address = page["next"]
    assert seen == list(range(45))


def test_walking_back_comes_to_the_first_page(client: Client) -> None:
    page = _page(client, "/numbers/45/?limit=10&page=5")
    assert (page["next"], page["results"]) == (None, [40, 41, 42, 43, 44])
    for number in (4, 3, 2, 1):
        page = _page(client, page["previous"])
        assert page["results"][0] == (number - 1) * 10
    assert page["previous"] is None


def test_the_first_page_of_nothing_is_there(client: Client) -> None:
    assert _page(client, "/numbers/0/") == {"count": 0, "next": None, "previous": None, "results": []}


def test_a_page_that_is_exactly_full_is_the_last(client: Client) -> None:
    assert _page(client, "/numbers/40/?page=2")["next"] is None


@pytest.mark.parametrize(
    ("limit", "results"), [("1", 1), ("007", 7), ("100", 100), ("101", 100), (HUGE, 100), ("9" * 5000, 100)]
)
def test_over_a_hundred_counts_as_a_hundred(client: Client, limit: str, results: int) -> None:
    assert len(_page(client, f"/numbers/300/?limit={limit}")["results"]) == results


@pytest.mark.parametrize("limit", ["0", "000", "-1", "1e9", "1.0", "", "x", "%2B5", "%205", "٣", "²", "0x10"])
def test_a_limit_below_one_or_no_whole_number_is_400(client: Client, limit: str) -> None:
    answer = client.get(f"/numbers/300/?limit={limit}")
    assert (answer.status_code, list(answer.json())) == (400, ["limit"])


@pytest.mark.parametrize(
    "page", ["0", "-1", "16", HUGE, "9" * 5000, "", "x", "last", "1.0", "1e0", "%2B1", "٣", "²", "1%20"]
)
def test_a_page_that_is_not_there_is_404(client: Client, page: str) -> None:
    answer = client.get(f"/numbers/300/?page={page}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "There is no such page."})


@pytest.mark.parametrize("pk", ["1", "9223372036854775807", "007"])
def test_an_id_is_ascii_digits(client: Client, pk: str) -> None:
    assert client.get(f"/things/{pk}/").content == str(int(pk)).encode()


@pytest.mark.parametrize(
    "pk",
    ["9223372036854775808", "9" * 19, "9" * 5000, "%D9%A3", "%00", "1%00", "-1", "1.0", "x", "1%0A", "%ff"],
)
def test_what_no_column_can_hold_is_404(client: Client, pk: str) -> None:
    answer = client.get(f"/things/{pk}/")
    assert (answer.status_code, list(answer.json())) == (404, ["detail"])
