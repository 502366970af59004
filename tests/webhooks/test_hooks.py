"""Webhooks by the API: kept by their owners, checked field by field, their secrets taken and never told."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from aktar.accounts.models import ApiToken, Reach
from aktar.places.models import UserMembership
from aktar.webhooks.actions import switch_off
from aktar.webhooks.models import Deactivation, Endpoint, Standing, Webhook, WebhookEvent
from tests.factories import NOW, a_caller, a_location, a_user, a_webhook
from tests.webhooks.deliveries import standings, tell

pytestmark = pytest.mark.django_db

HOOKS, EVENTS = "/whisperer/hooks/", "/whisperer/hook_events/"
CREATED = "transfer.status.created"
WISH: dict[str, Any] = {"target_url": "https://erp.example.com/in", "event_type": CREATED}
SECRET, NEXT_SECRET = "correct horse battery", "another horse battery"


def send(caller: Client, method: str, path: str, body: Any, status: int, **headers: str) -> Any:
    answer = caller.generic(method, path, json.dumps(body), content_type="application/json", headers=headers)
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None


def one(webhook: Webhook) -> str:
    return f"{HOOKS}{webhook.pk}/"


def test_a_webhook_is_made_shown_and_found_at_its_address() -> None:
    user = a_user()
    caller = a_caller(user)
    answer = caller.post(HOOKS, WISH, "application/json")
    assert answer.status_code == 201
    made = answer.json()
    assert list(made) == [
        "id",
        "retry_countdown_config",
        "created_date",
        "modified_date",
        "target_url",
        "is_active",
        "secret_key",
        "event_type",
        "callback",
        "additional_headers",
        "config",
    ]
    assert made["retry_countdown_config"] == {"choice": "fixed", "kwargs": {"seconds": 60}}
    assert (made["is_active"], made["secret_key"], made["callback"]) == (True, None, None)
    assert caller.get(answer.headers["Location"]).json() == made
    assert caller.get(HOOKS).json()["results"] == [made]
    webhook = Webhook.objects.get()
    assert (webhook.user, webhook.token) == (user, ApiToken.objects.get())
    assert webhook.endpoint == Endpoint.objects.get(user=user, target_url=WISH["target_url"])


def test_secrets_go_in_and_never_come_back() -> None:
    caller = a_caller()
    secrets = {
        "secret_key": SECRET,
        "additional_headers": {"Authorization": "hush-1", "X-Store": "34"},
        "config": {"auth": {"auth_type": "basic", "username": "depo", "password": "hush-2"}},
    }
    told = send(caller, "POST", HOOKS, WISH | secrets, 201)
    webhook = Webhook.objects.get()
    assert webhook.secret_key == SECRET
    assert told["additional_headers"] == {"Authorization": None, "X-Store": None}
    assert told["config"] == {"auth": {"auth_type": "basic", "username": "depo", "password": None}}

    # What was told can be sent back whole, but for what cannot be changed.
    sent_back = {
        name: value for name, value in told.items() if name not in ("id", "created_date", "modified_date")
    }
    assert (
        send(caller, "PUT", one(webhook), sent_back, 200)["additional_headers"] == told["additional_headers"]
    )
    webhook = Webhook.objects.get()
    assert webhook.secret_key == SECRET
    assert webhook.additional_headers == secrets["additional_headers"]
    assert webhook.config == secrets["config"]

    send(caller, "PATCH", one(webhook), {"additional_headers": {"X-Store": None, "X-New": "1"}}, 200)
    assert Webhook.objects.get().additional_headers == {"X-Store": "34", "X-New": "1"}
    send(caller, "PATCH", one(webhook), {"config": {}, "additional_headers": None, "secret_key": ""}, 200)
    webhook = Webhook.objects.get()
    assert (webhook.config, webhook.secret_key) == ({}, None)
    assert webhook.additional_headers == {"X-Store": "34", "X-New": "1"}


def test_a_new_secret_leaves_the_old_one_a_day() -> None:
    caller = a_caller()
    send(caller, "POST", HOOKS, WISH | {"secret_key": SECRET}, 201)
    webhook = Webhook.objects.get()
    before = datetime.now(UTC)
    send(caller, "PATCH", one(webhook), {"secret_key": NEXT_SECRET}, 200)
    webhook = Webhook.objects.get()
    assert (webhook.secret_key, webhook.previous_secret_key) == (NEXT_SECRET, SECRET)
    assert webhook.previous_secret_until is not None
    assert timedelta(hours=23) < webhook.previous_secret_until - before < timedelta(hours=25)


def test_put_wants_address_and_type_and_leaves_the_rest_as_patch_does() -> None:
    caller = a_caller()
    send(caller, "POST", HOOKS, WISH | {"callback": "log_answer"}, 201)
    webhook = Webhook.objects.get()
    assert set(send(caller, "PUT", one(webhook), {"callback": None}, 400)) == {"target_url", "event_type"}
    told = send(caller, "PUT", one(webhook), WISH | {"target_url": "https://b.example.com/"}, 200)
    assert (told["target_url"], told["callback"]) == ("https://b.example.com/", "log_answer")
    assert Webhook.objects.get().endpoint.target_url == "https://b.example.com/"
    assert send(caller, "PATCH", one(webhook), {}, 200)["callback"] == "log_answer"


@pytest.mark.parametrize("is_active", [True, False])
def test_a_twin_is_a_406_be_it_active_or_not(is_active: bool) -> None:
    user = a_user()
    caller = a_caller(user)
    twin = a_webhook(CREATED, user=user, target_url=WISH["target_url"], is_active=is_active)
    other = a_webhook("package.created", user=user, target_url=WISH["target_url"])
    for method, path, body in (
        ("POST", HOOKS, WISH),
        ("PUT", one(other), WISH),
        ("PATCH", one(other), {"event_type": CREATED}),
    ):
        for language in ("en-us", "tr-tr"):
            told = send(caller, method, path, body, 406, accept_language=language)
            assert told == {
                "code": "webhook_100_2",
                "en": f"You have a webhook for this target_url and event_type already: {twin.pk}.",
            }
    assert Webhook.objects.count() == 2
    assert Webhook.objects.get(pk=other.pk).event_type == "package.created"
    send(a_caller(), "POST", HOOKS, WISH, 201)


def test_delete_switches_off_and_keeps_the_row() -> None:
    user = a_user()
    caller, webhook = a_caller(user), a_webhook(user=user)
    for _ in range(2):
        send(caller, "DELETE", one(webhook), {}, 204)
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.deactivation) == (False, Deactivation.BY_HAND)
    assert send(caller, "PATCH", one(webhook), {"callback": "log_answer"}, 200)["is_active"] is False
    assert send(caller, "PATCH", one(webhook), {"is_active": True}, 200)["is_active"] is True
    webhook.refresh_from_db()
    assert webhook.deactivation == ""


def test_everybody_sees_their_own_and_a_superuser_all() -> None:
    mine, hers = a_user(), a_user()
    own, other = a_webhook(user=mine), a_webhook(user=hers)
    caller, boss = a_caller(mine), a_caller(a_user(is_admin=True))
    assert [each["id"] for each in caller.get(HOOKS).json()["results"]] == [own.pk]
    assert [each["id"] for each in boss.get(HOOKS).json()["results"]] == [other.pk, own.pk]
    assert caller.get(one(own)).status_code == boss.get(one(own)).status_code == 200
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert caller.generic(method, one(other), "{}", content_type="application/json").status_code == 404
    for part in ("test", "resume", "recover", "replay"):
        assert caller.post(f"{one(other)}{part}/", {}, "application/json").status_code == 404
    # A superuser's change does not make it a webhook of the superuser.
    send(boss, "PATCH", one(other), {"callback": "log_answer"}, 200)
    other.refresh_from_db()
    assert (other.user, other.token, other.callback) == (hers, None, "log_answer")


def test_a_token_keeps_the_webhooks_of_its_user_that_hear_no_more_than_it_opens() -> None:
    user = a_user()
    here, there = a_location(), a_location()
    UserMembership.objects.create(user=user, stock_location=here)
    callers = {
        "all": a_caller(user),
        "user": a_caller(user, reach=Reach.USER),
        "here": a_caller(user, locations=[here]),
        "there": a_caller(user, locations=[there]),
        "both": a_caller(user, locations=[here, there]),
    }
    made = {}
    for name, caller in callers.items():
        wish = WISH | {"target_url": f"https://erp.example.com/{name}"}
        made[name] = send(caller, "POST", HOOKS, wish, 201)["id"]
    made["admin's"] = a_webhook(CREATED, user=user).pk
    tell()
    assert WebhookEvent.objects.count() == len(made)
    keeps = {
        "all": set(made),
        "user": {"user", "admin's", "here"},
        "here": {"here"},
        "there": {"there"},
        "both": {"here", "there", "both"},
    }
    for name, caller in callers.items():
        assert kept_by(caller, made) == keeps[name], name
    # A superuser keeps everybody's; through a bound token, what is bound within it.
    boss = a_user(is_admin=True)
    for caller in (a_caller(boss), a_caller(boss, reach=Reach.USER)):
        assert kept_by(caller, made) == set(made)
    bound = a_caller(boss, locations=[here])
    assert kept_by(bound, made) == set()
    made = {"own": send(bound, "POST", HOOKS, WISH, 201)["id"], "wide": a_webhook(user=boss).pk}
    assert kept_by(bound, made) == {"own"}


def kept_by(caller: Client, webhooks: dict[str, int]) -> set[str]:
    """Which of these webhooks the caller keeps, and sees what they are owed of: in lists and one by one."""
    listed = {each["id"] for each in caller.get(HOOKS, {"limit": 100}).json()["results"]}
    owed = {each["webhook"]["id"] for each in caller.get(EVENTS, {"limit": 100}).json()["results"]}
    for webhook in webhooks.values():
        expected = 200 if webhook in listed else 404
        assert caller.get(f"{HOOKS}{webhook}/").status_code == expected
        for row in WebhookEvent.objects.filter(webhook=webhook):
            assert (webhook in owed) == (webhook in listed)
            assert caller.get(f"{EVENTS}{row.pk}/").status_code == expected
    return {name for name, webhook in webhooks.items() if webhook in listed}


def test_a_change_binds_a_webhook_to_the_token_that_calls() -> None:
    user = a_user()
    first = a_caller(user, reach=Reach.USER)
    send(first, "POST", HOOKS, WISH, 201)
    webhook = Webhook.objects.get()
    second = a_caller(user)
    for method, body in (("PATCH", {}), ("PUT", WISH)):
        Webhook.objects.update(token=None)
        send(second, method, one(webhook), body, 200)
        assert Webhook.objects.get().token == ApiToken.objects.latest("pk")


ELSEWHERE = "The address leads to another host: enter what is kept here anew."


@pytest.mark.parametrize(
    "address",
    ["https://elsewhere.example.com/in", "http://erp.example.com/in", "https://erp.example.com:8443/in"],
)
def test_what_is_kept_does_not_move_to_another_host(address: str, settings: Any) -> None:
    user = a_user()
    caller = a_caller(user)
    auth = {"auth_type": "basic", "username": "depo", "password": "hush-hush"}
    kept = {"additional_headers": {"Authorization": "Bearer hush"}, "config": {"auth": auth}}
    webhook = a_webhook(user=user, target_url="https://erp.example.com/in", **kept)
    moved = {"target_url": address, "event_type": webhook.event_type}
    told = {"additional_headers": [ELSEWHERE], "config": [ELSEWHERE]}
    nothing_new = {"additional_headers": None, "config": None}
    as_shown = {
        "additional_headers": {"Authorization": None},
        "config": {"auth": auth | {"password": None}},
    }
    for method in ("PATCH", "PUT"):
        for body in (moved, moved | nothing_new, moved | as_shown):
            assert send(caller, method, one(webhook), body, 400) == told
    turkish = send(caller, "PATCH", one(webhook), moved, 400, accept_language="tr-tr")
    assert turkish["config"] == ["Adres başka bir sunucuya gidiyor: burada saklananı yeniden girin."]
    half = moved | {"additional_headers": {}}
    assert list(send(caller, "PATCH", one(webhook), half, 400)) == ["config"]
    with_lost_key = settings.SECRET_COLUMN_KEYS
    settings.SECRET_COLUMN_KEYS = ["another key that is long enough for the tests"]
    assert send(caller, "PATCH", one(webhook), moved, 400) == told  # the key may come back
    settings.SECRET_COLUMN_KEYS = with_lost_key
    webhook.refresh_from_db()
    assert (webhook.target_url, webhook.config) == ("https://erp.example.com/in", kept["config"])
    # On the same host it goes with the webhook, and entered anew it goes anywhere.
    send(caller, "PATCH", one(webhook), {"target_url": "https://ERP.example.com/another"}, 200)
    anew = {"additional_headers": {"Authorization": "other"}, "config": {}}
    send(caller, "PATCH", one(webhook), moved | anew, 200)
    webhook.refresh_from_db()
    assert webhook.additional_headers == {"Authorization": "other"}
    assert (webhook.target_url, webhook.config) == (address, {})


@pytest.mark.parametrize(
    ("field", "values"),
    [
        (
            "target_url",
            [
                *("", None, 7, "erp.example.com", "ftp://erp.example.com/", "file:///etc/passwd", "https://"),
                *("https://a:b@erp.example.com/", "https://erp.example.com/#a", "https://erp.example.com:0/"),
                *("https://erp.example.com:99999/", "http://127.0.0.1/", "http://0x7f.1/", "http://[::1]/"),
                *("http://169.254.169.254/", "http://10.0.0.1/", "http://localhost/", "http://a b.example/"),
                "https://erp.example.com/" + "a" * 2000,
            ],
        ),
        ("event_type", [None, "", "nonsense", "webhook.test", "transfer.status", 7, ["a"]]),
        ("is_active", [None, 0, 1, "true", [], {}]),
        (
            "secret_key",
            ["short", " leading space", "Turkish ş in it", "whsec_short", "x" * 501, 12345678, []],
        ),
        ("callback", ["", "os.system", "aktar.webhooks.actions.callbacks.log_answer", 1]),
        (
            "retry_countdown_config",
            [
                *(None, {}, [], "fixed", {"choice": "fixed"}, {"choice": "never", "kwargs": {}}),
                *({"choice": "fixed", "kwargs": {"seconds": s}} for s in (-1, 10**12, True, 1.5, "1", None)),
                {"choice": ["fixed"], "kwargs": {"seconds": 1}},
                {"choice": "fixed", "kwargs": {"seconds": 1, "more": 1}},
                {"choice": "fixed", "kwargs": {"seconds": 1}, "more": 1},
            ],
        ),
        (
            "additional_headers",
            [
                *([], "a", 1, {"": "a"}, {"a b": "c"}, {"X-A": 1}, {"X-A": None}, {"X-A": "a\r\nb: c"}),
                *({"Host": "a"}, {"content-length": "1"}, {"webhook-id": "a"}, {"X-Whisperer-Event": "a"}),
                *({"X-A": "a", "x-a": "b"}, {f"X-{n}": "a" for n in range(51)}, {"{name}": "{0}"}),
            ],
        ),
        (
            "config",
            [
                *([], "a", {"timeout": 3}, {"auth": []}, {"auth": {"auth_type": "digest"}}),
                {"auth": {"auth_type": "basic", "username": "a:b", "password": "c"}},
                {"auth": {"auth_type": "basic", "username": "a", "password": None}},
                {"{field}": {}},
            ],
        ),
    ],
)
def test_what_cannot_be_taken_is_refused_by_its_field(field: str, values: list[Any]) -> None:
    user = a_user()
    caller, webhook = a_caller(user), a_webhook(user=user)
    for value in values:
        assert list(send(caller, "POST", HOOKS, WISH | {field: value}, 400)) == [field], value
        assert list(send(caller, "PATCH", one(webhook), {field: value}, 400)) == [field], value
        turkish = send(caller, "POST", HOOKS, WISH | {field: value}, 400, accept_language="tr-tr")
        assert turkish != send(caller, "POST", HOOKS, WISH | {field: value}, 400), value
    assert Webhook.objects.count() == 1


def test_every_fault_is_told_at_once_and_what_is_not_asked_for_with_them() -> None:
    wrong = dict.fromkeys(
        (
            *("target_url", "event_type", "is_active", "secret_key", "callback", "retry_countdown_config"),
            *("additional_headers", "config", "id", "user", "token", "created_date"),
        ),
        7,
    )
    assert set(send(a_caller(), "POST", HOOKS, wrong, 400)) == set(wrong)


def test_a_webhook_cannot_point_at_the_service_itself() -> None:
    told = send(a_caller(), "POST", HOOKS, WISH | {"target_url": f"{settings.AKTAR_PUBLIC_URL}/x/"}, 400)
    assert list(told) == ["target_url"]


def test_what_the_operator_opened_is_open(settings: Any) -> None:
    from aktar.webhooks.rules import parse_allowed

    settings.AKTAR_WEBHOOK_ALLOWED_NETWORKS = parse_allowed("10.0.0.0/8")
    send(a_caller(), "POST", HOOKS, WISH | {"target_url": "http://10.1.2.3:8080/in"}, 201)


def test_the_same_wish_under_one_key_makes_one_webhook() -> None:
    caller = a_caller()
    first = send(caller, "POST", HOOKS, WISH, 201, idempotency_key="a")
    assert send(caller, "POST", HOOKS, WISH, 201, idempotency_key="a") == first
    send(caller, "POST", HOOKS, WISH, 406, idempotency_key="b")
    assert Webhook.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_webhook_that_is_resumed_gets_what_was_kept() -> None:
    user = a_user()
    caller, webhook = a_caller(user), a_webhook(CREATED, user=user)
    tell()
    tell()
    switch_off(webhook, now=NOW)
    webhook.webhook_events.update(standing=Standing.HELD, due_at=None)
    path = f"{one(webhook)}resume/"
    assert send(caller, "POST", path, {}, 200, idempotency_key="a") == {"count": 2}
    assert send(caller, "POST", path, {}, 200, idempotency_key="a") == {"count": 2}
    assert send(caller, "POST", path, {}, 200) == {"count": 0}
    assert standings(webhook) == [Standing.DUE, Standing.BLOCKED]
    webhook.refresh_from_db()
    assert webhook.is_active


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"event_type": CREATED}, 1),
        ({"event_type": "package.created"}, 0),
        ({"event_type": "x" * 201}, None),
        ({"is_active": "false"}, 1),
        ({"is_active": "false", "event_type": CREATED}, 0),
        ({"is_active": "nonsense"}, None),
        ({"target_url": "a"}, None),
    ],
)
def test_webhooks_are_found_by_type_and_by_whether_they_are_active(
    query: dict[str, str], count: int | None
) -> None:
    user = a_user()
    a_webhook(CREATED, user=user)
    a_webhook("shipment.created", user=user, is_active=False)
    answer = a_caller(user).get(HOOKS, query)
    if count is None:
        assert (answer.status_code, set(answer.json())) == (400, set(query))
    else:
        assert answer.json()["count"] == count


def test_reads_of_webhooks_cost_as_many_queries_however_many_there_are(
    django_assert_num_queries: Any,
) -> None:
    user = a_user()
    webhooks = [a_webhook(user=user) for _ in range(3)]
    caller = a_caller(user)
    caller.get(HOOKS)  # the token's first use is noted
    for limit in (1, 3):
        # 1 token, 2 count, 3 ids, 4 webhooks.
        with django_assert_num_queries(4):
            caller.get(HOOKS, {"limit": limit})
    # 1 token, 2 the webhook, 3 its shape.
    with django_assert_num_queries(3):
        caller.get(one(webhooks[0]))
    # 1 token, 2 the states.
    with django_assert_num_queries(2):
        caller.get(f"{HOOKS}registry/")
