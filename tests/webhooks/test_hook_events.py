"""What the webhooks are owed, listed for their owners: every filter, what it costs, and who sees it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aktar.accounts.models import ApiToken
from aktar.edge.filters import filtered
from aktar.webhooks.filters import WebhookEventFilters
from aktar.webhooks.models import Event, WebhookAttempt, WebhookEvent
from tests.analyzing import analyze
from tests.factories import NOW, a_caller, a_location, a_user, a_webhook
from tests.reads.test_filter_plans import whole_table_reads
from tests.webhooks.deliveries import tell

pytestmark = pytest.mark.django_db

EVENTS = "/whisperer/hook_events/"
CREATED, PACKED = "transfer.status.created", "package.status.packed"
LATER = NOW + timedelta(days=1)
NOON = (NOW + timedelta(hours=12)).isoformat()
NEVER = "2031-01-01"
LONG = "x" * 201


def attempt(owed: WebhookEvent, status: int | None, at: datetime) -> None:
    WebhookAttempt.objects.create(
        webhook_event=owed, started_at=at, response_http_status=status, response_content=b"x"
    )


@pytest.fixture
def pair() -> tuple[Client, WebhookEvent, WebhookEvent]:
    """A superuser, an event that filters are to find, and one of another webhook, to be left out."""
    user = a_user(is_admin=True)
    one, other = a_webhook(PACKED, user=user), a_webhook(CREATED, user=user)
    tell(7)
    tell(70, PACKED, content_type=4)
    wanted, rest = WebhookEvent.objects.get(webhook=one), WebhookEvent.objects.get(webhook=other)
    WebhookEvent.objects.filter(pk=rest.pk).update(created_date=NOW)
    WebhookEvent.objects.filter(pk=wanted.pk).update(created_date=LATER, delivered=True)
    attempt(rest, 404, LATER)
    attempt(wanted, 404, NOW)
    attempt(wanted, 201, LATER)
    wanted.refresh_from_db()
    return a_caller(user), wanted, rest


Value = Callable[[WebhookEvent], Any]
CASES: dict[str, tuple[Value | str, str, str]] = {
    "uuid": (lambda owed: owed.uuid, str(uuid4()), "28d0c015b7d74bc9a0316379055bd4f"),
    "event_type": (PACKED, "package.status", LONG),
    "response_http_status": ("201", "404", "OK"),
    "delivered": ("true", "false", "yes"),
    "created_date__gt": (NOON, NEVER, "yesterday"),
    "created_date__gte": (LATER.isoformat(), NEVER, "2026-13-01"),
    "created_date__lt": (NEVER, NOON, "2026-02-30T00:00:00Z"),
    "created_date__lte": (LATER.isoformat(), NOON, "1e5"),
    "object_id": ("70", "71", "7a"),
    "content_type": ("4", "5", "package"),
    "webhook": (lambda owed: owed.webhook_id, "987654", "mine"),
}
WIDE = {"created_date__lt", "created_date__lte"}


def found(caller: Client, **query: Any) -> list[int]:
    answer = caller.get(EVENTS, query)
    assert answer.status_code == 200, answer.content
    return [each["id"] for each in answer.json()["results"]]


@pytest.mark.parametrize("name", CASES)
def test_a_filter_finds_what_it_names_and_refuses_rubbish(
    name: str, pair: tuple[Client, WebhookEvent, WebhookEvent]
) -> None:
    caller, wanted, other = pair
    hit, miss, rubbish = CASES[name]
    value = str(hit(wanted)) if callable(hit) else hit
    both = [wanted.pk, other.pk] if name in WIDE else [wanted.pk]
    assert found(caller, **{name: value}) == both
    assert wanted.pk not in found(caller, **{name: miss})
    for wrong in (rubbish, f"{value}\x00"):
        answer = caller.get(EVENTS, {name: wrong})
        assert (answer.status_code, list(answer.json())) == (400, [name])
    assert caller.get(f"{EVENTS}?{name}={value}&{name}={value}").status_code == 400


def test_every_filter_is_tried() -> None:
    assert CASES.keys() == WebhookEventFilters.names()


def test_the_newest_attempt_decides_and_no_answer_is_a_500(
    pair: tuple[Client, WebhookEvent, WebhookEvent],
) -> None:
    caller, wanted, other = pair
    assert found(caller, response_http_status="404") == [other.pk]
    assert found(caller, response_http_status="500") == []
    attempt(other, None, LATER + timedelta(seconds=1))
    assert found(caller, response_http_status="500") == [other.pk]
    assert found(caller, response_http_status="404") == []
    attempt(wanted, 500, LATER)  # at the same instant: the later row
    assert found(caller, response_http_status="500") == [wanted.pk, other.pk]
    for owed in caller.get(EVENTS).json()["results"]:
        assert owed["response_http_status"] == 500


def test_a_uuid_is_found_with_dashes_and_without(pair: tuple[Client, WebhookEvent, WebhookEvent]) -> None:
    caller, wanted, _ = pair
    for text in (str(wanted.uuid), wanted.uuid.hex, wanted.uuid.hex.upper()):
        assert found(caller, uuid=text) == [wanted.pk]


def test_everybody_sees_what_their_own_are_owed_and_a_superuser_all() -> None:
    mine = a_user()
    own, other = a_webhook(CREATED, user=mine), a_webhook(CREATED)
    tell()
    caller, boss = a_caller(mine), a_caller(a_user(is_admin=True))
    owed, others = own.webhook_events.get(), other.webhook_events.get()
    assert found(caller) == [owed.pk]
    assert found(caller, webhook=other.pk) == []
    assert sorted(found(boss)) == [owed.pk, others.pk]
    for path in ("", "retry/"):
        send = caller.post if path else caller.get
        assert send(f"{EVENTS}{others.pk}/{path}").status_code == 404
    assert caller.get(f"{EVENTS}{owed.pk}/").json() == caller.get(EVENTS).json()["results"][0]
    assert caller.get(EVENTS).json()["results"][0]["webhook"]["id"] == own.pk
    assert found(a_caller()) == []
    # What a wide webhook is owed may tell of what a bound token does not open.
    assert found(a_caller(mine, locations=[a_location()])) == []


def test_a_cursor_leads_through_all_of_them(pair: tuple[Client, WebhookEvent, WebhookEvent]) -> None:
    caller, wanted, other = pair
    newest_first = sorted([wanted.pk, other.pk], reverse=True)
    for sort, order in (("created_date", [other.pk, wanted.pk]), ("-id", newest_first)):
        first = caller.get(EVENTS, {"sort": sort, "limit": "1", "cursor": ""}).json()
        second = caller.get(first["next"]).json()
        assert [page["results"][0]["id"] for page in (first, second)] == order


def test_a_page_costs_as_many_queries_whatever_its_size(django_assert_num_queries: Any) -> None:
    user = a_user()
    for _ in range(3):
        a_webhook(CREATED, user=user)
    for object_id in range(3):
        tell(object_id)
    for row in WebhookEvent.objects.all():
        attempt(row, 500, NOW)
    own, boss = a_caller(user), a_caller(a_user(is_admin=True))
    for caller in (own, boss):
        caller.get(EVENTS)  # the token's first use is noted
    owed = WebhookEvent.objects.latest("pk").pk
    filters = "&event_type=transfer.status.created&delivered=false&created_date__gt=2020-01-01"
    for query in ("?limit=1", "?limit=9", f"?limit=9{filters}"):
        # 1 token, 2 count, 3 ids, 4 events, 5 webhooks, 6 attempts, 7 answers to the newest of these; for who
        # sees their own: their webhooks.
        with django_assert_num_queries(7):
            boss.get(f"{EVENTS}{query}")
        with django_assert_num_queries(8):
            own.get(f"{EVENTS}{query}")
    # 1 token, 2 own webhooks, 3 the event, 4 with its payload, 5 its webhook, 6 its attempts, 7 the answer.
    with django_assert_num_queries(7):
        own.get(f"{EVENTS}{owed}/")


def test_of_many_answers_only_the_newest_are_fetched() -> None:
    user = a_user()
    for _ in range(2):
        a_webhook(CREATED, user=user)
    tell()
    for owed in WebhookEvent.objects.all():
        WebhookAttempt.objects.bulk_create(
            WebhookAttempt(
                webhook_event=owed,
                started_at=NOW + timedelta(minutes=minutes),
                response_http_status=500 + minutes,
                response_content=b"%d" % minutes,
            )
            for minutes in (3, 7, 5, 7)
        )
    with CaptureQueriesContext(connection) as captured:
        shown = a_caller(user).get(EVENTS).json()["results"]
    assert [(each["response_content"], each["response_http_status"]) for each in shown] == [("b'7'", 507)] * 2
    assert [len(each["request_datetimes"]) for each in shown] == [4, 4]
    [answers] = [query["sql"] for query in captured if "response_content" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(answers)
        assert len(cursor.fetchall()) == len(shown)


@pytest.mark.usefixtures("unchecked")
def test_each_filter_uses_an_index_among_very_many(subtests: pytest.Subtests) -> None:
    count, first = 20_000, 1_000_000
    webhooks = [a_webhook(CREATED).pk for _ in range(100)]
    tell(1)
    event, owed = Event.objects.get(), WebhookEvent.objects.order_by("pk")[0]
    attempt(owed, 200, NOW)
    tried = WebhookAttempt.objects.get()

    def many(original: Any, changed: Callable[[int], dict[str, Any]]) -> None:
        same = {field.attname: getattr(original, field.attname) for field in original._meta.concrete_fields}
        kind = type(original)
        rows = (kind(**(same | {"id": first + n} | changed(n))) for n in range(count))
        kind.objects.bulk_create(rows, batch_size=2000)

    many(event, lambda n: {"object_id": first + n, "created_at": NOW + timedelta(minutes=n)})
    many(
        owed,
        lambda n: {
            "event_id": first + n,
            "webhook_id": webhooks[n % 100],
            "uuid": uuid4(),
            "object_id": first + n,
            "content_type": 6 if n % 200 else 4,
            "event_type": f"type.{n % 100}",
            "created_date": NOW + timedelta(minutes=n),
            "standing": 4,
            "due_at": None,
            "delivered": n % 200 != 0,
        },
    )
    many(
        tried,
        lambda n: {"webhook_event_id": first + n, "response_http_status": 200 if n % 200 else 404},
    )
    analyze()
    asked = {
        "uuid": str(WebhookEvent.objects.get(pk=first + 77).uuid),
        "event_type": "type.7",
        "response_http_status": "404",
        "delivered": "false",
        "created_date__gt": (NOW + timedelta(minutes=count - 9)).isoformat(),
        "created_date__gte": (NOW + timedelta(minutes=count - 9)).isoformat(),
        "created_date__lt": (NOW + timedelta(minutes=9)).isoformat(),
        "created_date__lte": (NOW + timedelta(minutes=9)).isoformat(),
        "object_id": str(first + 77),
        "content_type": "4",
        "webhook": str(webhooks[7]),
    }
    assert asked.keys() == WebhookEventFilters.names()
    for name, value in asked.items():
        with subtests.test(name):
            query = QueryDict(mutable=True)
            query[name] = value
            rows = filtered(WebhookEvent.objects.all(), WebhookEventFilters, query, now=datetime.now(UTC))
            assert 0 < rows.count() <= count / 50
            assert whole_table_reads(rows) == []


def test_events_of_a_token_that_was_revoked_are_still_their_users() -> None:
    user = a_user()
    caller = a_caller(user)
    a_webhook(CREATED, user=user, token=ApiToken.objects.get())
    tell()
    assert len(found(caller)) == 1
    ApiToken.objects.update(revoked_at=NOW)
    assert len(found(a_caller(user))) == 1
