"""Stock locations in bulk: each row by itself, what does not differ untouched, one event for each change."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aktar.accounts.models import Reach
from aktar.edge.models import ReferenceVersion
from aktar.places.models import Address, City, Country, District, StockLocation, Township
from aktar.webhooks.models import Event, EventPosition, WebhookEvent
from tests.factories import a_caller, a_location, a_user, a_webhook

pytestmark = pytest.mark.django_db

PATH = "/api/v1/oms/stock_locations/bulk/"


def a_row(erp_code: str = "S34-001", **values: Any) -> dict[str, Any]:
    address = {
        "country": {"code": "tr", "name": "Türkiye"},
        "city": {"name": "İSTANBUL"},
        "township": {"name": "ŞİŞLİ"},
        "district": {"name": "MECİDİYEKÖY MAH"},
        "line": "Büyükdere Caddesi 1",
        "longitude": "28.98940280",
        "latitude": "41.12462960",
    }
    return {
        "erp_code": erp_code,
        "name": "Şişli",
        "stock_location_type": "store",
        "target_packing_interval": "1 00:00:00",
        "target_transfer_interval": "3 00:00:00",
        "address": address | values.pop("address", {}),
        **values,
    }


def post(rows: Any, caller: Client | None = None) -> Any:
    return (caller or a_caller()).post(PATH, {"stock_locations": rows}, content_type="application/json")


def outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [result["status"] for result in answer.json()["results"]]


def test_a_location_is_made_with_the_geography_that_it_names() -> None:
    answer = post([a_row(tags=["mall"], priority=3)])
    assert outcomes(answer) == ["created"]
    location = StockLocation.objects.select_related("address__city__country", "address__township").get()
    assert answer.json()["results"][0] == {
        "row": 1,
        "key": "S34-001",
        "status": "created",
        "id": location.pk,
        "errors": {},
    }
    assert (location.name, location.priority, location.tags) == ("Şişli", 3, ["mall"])
    assert (location.is_active, location.is_delivery_location, location.email) == (True, True, "")
    assert location.target_transfer_interval == timedelta(days=3)
    address = location.address
    assert (address.country.name, address.city.name, address.township.name) == (
        "Türkiye",
        "İSTANBUL",
        "ŞİŞLİ",
    )
    assert address.district is not None
    assert address.district.name == "MECİDİYEKÖY MAH"
    assert (address.title, address.longitude, address.latitude) == ("Şişli", 2898940280, 4112462960)


def test_places_are_known_by_their_names_in_any_spelling_of_their_letters() -> None:
    post([a_row()])
    other = {"country": {"code": "TR"}, "city": {"name": "Istanbul"}, "township": {"name": "şişli"}}
    assert outcomes(post([a_row("S34-002", address=other | {"district": None})])) == ["created"]
    assert [model.objects.count() for model in (Country, City, Township, District)] == [1, 1, 1, 1]
    assert outcomes(post([{"erp_code": "S34-001", "address": {"city": {"name": "istanbul"}}}])) == [
        "unchanged"
    ]


def test_what_does_not_differ_is_left_alone() -> None:
    rows = [a_row(f"S{number}") for number in range(3)]
    post(rows)
    before = list(StockLocation.objects.values()), list(Address.objects.values())
    version = ReferenceVersion.objects.get().version
    answer = post(rows)
    assert outcomes(answer) == ["unchanged"] * 3
    assert (answer.json()["created"], answer.json()["unchanged"]) == (0, 3)
    assert (list(StockLocation.objects.values()), list(Address.objects.values())) == before
    assert ReferenceVersion.objects.get().version == version
    assert Event.objects.count() == 3


def test_what_is_not_told_stays_as_it_is() -> None:
    post([a_row(priority=3, email="sisli@example.com")])
    before = StockLocation.objects.values().get()
    changed = {"erp_code": "S34-001", "name": "Şişli Meydan", "address": {"line": "Halaskargazi Caddesi 2"}}
    assert outcomes(post([changed])) == ["updated"]
    after = StockLocation.objects.values().get()
    assert {name for name in after if after[name] != before[name]} == {"name", "modified_date"}
    address = Address.objects.get()
    assert (address.line, address.latitude, address.title) == ("Halaskargazi Caddesi 2", 4112462960, "Şişli")


def test_an_address_that_others_share_is_not_changed_under_them() -> None:
    first = a_location(erp_code="S1")
    a_location(erp_code="S2", address=first.address)
    assert outcomes(post([{"erp_code": "S2", "address": {"line": "Yeni Sokak 7"}}])) == ["updated"]
    lines = dict(StockLocation.objects.values_list("erp_code", "address__line"))
    assert lines == {"S1": "Büyükdere Caddesi 1", "S2": "Yeni Sokak 7"}


def test_a_row_that_is_refused_stops_no_other() -> None:
    answer = post(
        [
            a_row("S1"),
            {"erp_code": "S2", "name": "Nothing else"},
            a_row("S3", priority="high"),
            a_row("S1", name="Again"),
            a_row("S4", address={"country": {"name": "Atlantis"}}),
            {"name": "Of no code"},
            {"erp_code": "S1", "address": {"city": {"name": "ANKARA"}}},
            a_row("S5", address={"longitude": 200, "line": None}),
        ]
    )
    assert outcomes(answer) == ["created", *["refused"] * 7]
    errors = [result["errors"] for result in answer.json()["results"]]
    assert set(errors[1]) == {
        "stock_location_type",
        "target_packing_interval",
        "target_transfer_interval",
        "address",
    }
    assert errors[2] == {"priority": ["Give a whole number."]}
    assert errors[3] == {"erp_code": ["An earlier row has the same."]}
    assert errors[4] == {
        "address": {
            "country": [
                'There is no country of this name. To make one, give its code of two letters, as "tr".'
            ]
        }
    }
    assert errors[5] == {"erp_code": ["This field is required."]}
    assert errors[6] == {"erp_code": ["An earlier row has the same."]}
    assert set(errors[7]["address"]) == {"longitude", "line"}
    assert list(StockLocation.objects.values_list("erp_code", flat=True)) == ["S1"]
    assert City.objects.count() == 1


def test_a_row_is_told_all_that_is_wrong_with_it_at_once() -> None:
    row = {
        "erp_code": "S1",
        "colour": "red",
        "target_packing_interval": "soon",
        "address": {"country": {"name": "Atlantis"}, "city": {"name": "X"}, "street": 7, "longitude": 200},
    }
    (result,) = post([row]).json()["results"]
    assert set(result["errors"]) == {
        "colour",
        "name",
        "stock_location_type",
        "target_packing_interval",
        "target_transfer_interval",
        "address",
    }
    assert set(result["errors"]["address"]) == {"country", "township", "line", "street", "longitude"}
    assert not any(model.objects.exists() for model in (Country, City, Township, StockLocation))


def test_a_row_whose_country_is_written_wrongly_is_refused_for_that() -> None:
    for country in ({"code": "turkey"}, {"code": 5}, {"code": "t1", "name": "Türkiye"}, {}, 5):
        (result,) = post([a_row(address={"country": country}, priority="high")]).json()["results"]
        assert (set(result["errors"]), set(result["errors"]["address"])) == (
            {"priority", "address"},
            {"country"},
        )
    assert not Country.objects.exists()


def test_a_city_without_its_township_is_half_an_address() -> None:
    post([a_row()])
    answer = post([{"erp_code": "S34-001", "address": {"city": {"name": "ANKARA"}}}])
    assert answer.json()["results"][0]["errors"] == {
        "address": {"township": ["Say where in the larger place."]}
    }
    assert StockLocation.objects.get().address.city.name == "İSTANBUL"


def test_each_change_is_an_event_that_those_hear_who_may() -> None:
    known = a_location(erp_code="S1")
    other = a_location(erp_code="S2")
    worker = a_user()
    worker.memberships.create(stock_location=known)
    everywhere = a_webhook("stock_location.updated")
    there = a_webhook("stock_location.updated", user=worker)
    made = a_webhook("stock_location.created")
    rows = [{"erp_code": "S1", "name": "One"}, {"erp_code": "S2", "name": "Two"}, a_row("S3")]
    assert outcomes(post(rows)) == ["updated", "updated", "created"]
    new = StockLocation.objects.get(erp_code="S3")
    heard = WebhookEvent.objects.order_by("webhook", "object_id").values_list("webhook", "object_id")
    assert list(heard) == [
        (everywhere.pk, known.pk),
        (everywhere.pk, other.pk),
        (there.pk, known.pk),
        (made.pk, new.pk),
    ]
    assert '"name":"One"' in Event.objects.get(object_id=known.pk).payload
    assert EventPosition.objects.count() == 3
    # The next change of one waits behind this one in its lane.
    post([{"erp_code": "S1", "name": "Eins"}])
    lane = WebhookEvent.objects.filter(webhook=everywhere, object_id=known.pk).order_by("sequence")
    assert list(lane.values_list("sequence", "standing")) == [(1, 1), (2, 0)]


def test_the_number_of_statements_does_not_grow_with_the_rows(
    django_assert_max_num_queries: Any,
) -> None:
    a_webhook("stock_location.created")
    caller = a_caller()
    counts = []
    for size, prefix in ((10, "A"), (60, "B")):
        rows = [a_row(f"{prefix}{number}") for number in range(size)]
        with django_assert_max_num_queries(80) as queries:
            assert outcomes(post(rows, caller)) == ["created"] * size
        assert isinstance(queries, CaptureQueriesContext)
        counts.append(len(queries))
    # Django cuts insertions into pieces on SQLite; what grows beyond that would grow by the row.
    assert counts[1] <= counts[0] + 6


def test_only_those_who_see_every_location_keep_them() -> None:
    location = a_location(erp_code="S1")
    row = {"erp_code": "S1", "name": "Renamed"}
    superuser = a_user(is_admin=True)
    refused = [
        a_caller(is_read_only=True),
        a_caller(locations=[location]),
        a_caller(superuser, locations=[location]),
        a_caller(reach=Reach.USER),
    ]
    assert [post([row], caller).status_code for caller in refused] == [403] * 4
    location.refresh_from_db()
    assert location.name != "Renamed"
    assert outcomes(post([row], a_caller(superuser, reach=Reach.USER))) == ["updated"]


def test_a_repeated_request_is_answered_from_memory() -> None:
    caller = a_caller()
    answers = [
        caller.post(
            PATH,
            {"stock_locations": [a_row()]},
            content_type="application/json",
            headers={"Idempotency-Key": "a"},
        )
        for _ in range(2)
    ]
    assert answers[0].content == answers[1].content
    assert answers[1].headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("rows", [[], [a_row(f"S{n}") for n in range(1001)], None, {}, "rows", ["S1"]])
def test_a_body_without_rows_or_with_too_many_is_refused_whole(rows: Any) -> None:
    answer = post(rows)
    assert answer.status_code == 400
    assert set(answer.json()) == {"stock_locations"}
    assert not StockLocation.objects.exists()
