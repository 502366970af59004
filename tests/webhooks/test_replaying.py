"""What is sent again has the same id and bytes, is marked and stands beside the lanes; none is owed twice."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.test import Client

from aktar.places.queries import heard_by, hears_of
from aktar.webhooks.actions import (
    WebhookNotActive,
    record_event,
    recover,
    replay,
    retry,
    send_test,
    switch_off,
)
from aktar.webhooks.actions import replaying as module
from aktar.webhooks.models import Endpoint, Event, Standing, Webhook, WebhookEvent
from tests.factories import a_caller, a_key, a_location, a_user, a_webhook
from tests.webhooks.deliveries import answered, claimed, make_due, standings, tell, turn

pytestmark = pytest.mark.django_db(transaction=True)

BLOCKED, DUE, REPLAY, HELD = Standing.BLOCKED, Standing.DUE, Standing.REPLAY, Standing.HELD
DELIVERED, GIVEN_UP = Standing.DELIVERED, Standing.GIVEN_UP
CREATED, TRANSITIONED = "transfer.status.created", "transfer.status.transitioned"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
TO_ALL = Q()


def now() -> datetime:
    return datetime.now(UTC)


def owed_to(webhook: Webhook) -> list[WebhookEvent]:
    return list(WebhookEvent.objects.filter(webhook=webhook).order_by("event"))


def post(caller: Client, path: str, body: Any, status: int = 200, **headers: str) -> Any:
    answer = caller.generic(
        "POST",
        f"/whisperer/{path}",
        json.dumps(body) if body is not None else b"",
        content_type="application/json",
        headers=headers,
    )
    assert answer.status_code == status, answer.content
    return answer.json()


@pytest.mark.parametrize("standing", [DELIVERED, GIVEN_UP, HELD])
def test_what_has_ended_goes_out_again_with_its_id_and_is_marked(standing: Standing) -> None:
    user = a_user()
    webhook = a_webhook(CREATED, user=user)
    tell()
    (first,) = claimed(webhook)
    turn([answered(first)])
    WebhookEvent.objects.update(standing=standing, delivered=standing == DELIVERED, tries=25)
    told = post(a_caller(user), f"hook_events/{first.id}/retry/", None)
    assert (told["id"], told["retry_count"], told["webhook"]["id"]) == (first.id, 1, webhook.pk)
    (again,) = claimed(webhook)
    assert (again.uuid, again.payload, again.event_type) == (first.uuid, first.payload, first.event_type)
    assert (again.is_replay, again.tries) == (True, 1)
    turn([answered(again)])
    assert standings(webhook) == [DELIVERED]


def test_what_is_due_later_is_made_due_now_and_stays_in_its_lane() -> None:
    webhook = a_webhook(CREATED)
    tell()
    tell()
    (first,) = claimed(webhook)
    turn([answered(first, 500)])
    assert claimed(webhook) == []
    second = owed_to(webhook)[1]
    for owed in (first.id, second.pk):  # the one that waits behind it hastens it too
        WebhookEvent.objects.filter(pk=first.id).update(due_at=now() + timedelta(hours=1))
        retry(WebhookEvent.objects.get(pk=owed), now=now())
        (again,) = claimed(webhook)
        assert (again.id, again.is_replay) == (first.id, False)
        assert standings(webhook) == [DUE, BLOCKED]
        turn([answered(again, 500)])


def test_what_is_claimed_is_left_to_its_claim() -> None:
    webhook = a_webhook(CREATED)
    tell()
    (first,) = claimed(webhook)
    before = WebhookEvent.objects.values().get()
    retry(WebhookEvent.objects.get(), now=now())
    assert recover(webhook, since=LONG_AGO, now=now()) == 0
    assert WebhookEvent.objects.values().get() == before
    turn([answered(first)])
    assert standings(webhook) == [DELIVERED]


def test_who_asks_for_a_retry_ends_the_endpoints_pause() -> None:
    webhook = a_webhook(CREATED)
    tell()
    Endpoint.objects.update(failures=7, paused_until=now() + timedelta(minutes=5))
    retry(owed_to(webhook)[0], now=now())
    assert Endpoint.objects.values_list("failures", "paused_until").get() == (7, None)


def test_nothing_is_sent_to_a_webhook_that_is_off() -> None:
    user = a_user()
    webhook, caller = a_webhook(CREATED, user=user), a_caller(user)
    tell()
    switch_off(webhook, now=now())
    since = {"since": "2020-01-01T00:00:00Z"}
    before = list(WebhookEvent.objects.values())
    for part, body in (("test", {}), ("recover", since), ("replay", since)):
        told = post(caller, f"hooks/{webhook.pk}/{part}/", body, 409)
        assert told == {"detail": "The webhook is not active. Resume it first."}
    post(caller, f"hook_events/{owed_to(webhook)[0].pk}/retry/", {}, 409)
    assert list(WebhookEvent.objects.values()) == before
    with pytest.raises(WebhookNotActive):
        send_test(webhook, now=now())
    assert Event.objects.count() == 1


def test_what_was_given_up_is_recovered_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    user = a_user()
    webhook, other = a_webhook(CREATED, user=user), a_webhook(CREATED)
    for object_id in (3, 1, 2, 1, 3):
        tell(object_id)
    while round_ := claimed(webhook):
        turn([answered(one, 500) for one in round_], attempts=1)
        make_due()
    assert standings(webhook) == [GIVEN_UP] * 5
    wanted = [owed.pk for owed in owed_to(webhook)]
    path = f"hooks/{webhook.pk}/recover/"
    later = {"since": (now() + timedelta(hours=1)).isoformat()}
    assert post(a_caller(user), path, later) == {"count": 0}
    since = {"since": "2020-01-01T03:00:00+03:00"}
    assert post(a_caller(user), path, since) == {"count": 5}
    assert post(a_caller(user), path, since) == {"count": 0}
    order = WebhookEvent.objects.filter(webhook=webhook).order_by("due_at")
    assert list(order.values_list("pk", flat=True)) == wanted
    assert [one.id for one in (*claimed(webhook, 1), *claimed(webhook, 1))] == wanted[:2]
    assert DUE in standings(other)


def test_what_is_still_tried_is_recovered_where_it_stands() -> None:
    webhook = a_webhook(CREATED)
    tell()
    tell()
    tell(2)  # of which nothing was tried yet
    (first,) = [one for one in claimed(webhook, 1) if one.object_id == 1]
    turn([answered(first, 500)])
    assert recover(webhook, since=LONG_AGO, now=now()) == 1
    assert standings(webhook) == [DUE, BLOCKED, DUE]
    assert first.id in {one.id for one in claimed(webhook)}


def test_a_replay_brings_what_was_never_owed_and_that_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    for object_id in (1, 2, 1):
        tell(object_id, "transfer.status.in_transit")
    tell(1)
    tell(1, "package.status.packed", content_type=4)
    webhook = a_webhook(TRANSITIONED)
    tell(2, "transfer.status.transferred", also_as=TRANSITIONED)
    assert len(owed_to(webhook)) == 1
    middle = Event.objects.order_by("pk")[1].created_at
    assert replay(webhook, visible=TO_ALL, since=middle, now=now()) == 2
    assert replay(webhook, visible=TO_ALL, since=LONG_AGO, now=now()) == 1
    assert replay(webhook, visible=TO_ALL, since=LONG_AGO, now=now()) == 0
    rows = owed_to(webhook)
    assert [(row.object_id, row.sequence, row.standing) for row in rows] == [
        (1, 1, REPLAY),
        (2, 1, REPLAY),
        (1, 2, REPLAY),
        (2, 2, DUE),
    ]
    assert {row.event_type for row in rows} == {TRANSITIONED}
    sent = claimed(webhook)
    assert {one.payload for one in sent} == {'{"id":1}', '{"id":2}'}
    turn([answered(one) for one in sent])
    assert set(standings(webhook)) == {DELIVERED}


def test_replays_at_once_owe_each_event_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 3)
    for object_id in range(40):
        tell(object_id)
    webhooks = [a_webhook(CREATED), a_webhook(CREATED)]

    def replayed(webhook: Webhook) -> int:
        try:
            return replay(webhook, visible=TO_ALL, since=LONG_AGO, now=now())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        counts = list(threads.map(replayed, webhooks * 2))
    assert counts[0] + counts[2] == counts[1] + counts[3] == 40
    for webhook in webhooks:
        assert standings(webhook) == [REPLAY] * 40


@pytest.mark.parametrize(
    ("listens_to", "gets"),
    [
        (CREATED, {CREATED}),
        (TRANSITIONED, {"transfer.status.in_transit", "transfer.status.transferred"}),
        ("transfer.status.in_transit", {"transfer.status.in_transit"}),
        ("package.status.transitioned", {"package.status.packed"}),
        ("package.created", {"package.created"}),
        ("shipment.created", set()),
    ],
)
def test_a_general_name_stands_for_its_own_and_no_other(listens_to: str, gets: set[str]) -> None:
    for event_type in (
        *(CREATED, "transfer.status.in_transit", "transfer.status.transferred"),
        *("package.status.packed", "package.created", "webhook.test"),
    ):
        tell(event_type=event_type)
    webhook = a_webhook(listens_to)
    assert replay(webhook, visible=TO_ALL, since=LONG_AGO, now=now()) == len(gets)
    assert {owed.event.type for owed in owed_to(webhook)} == gets


def happened_at(source: int | None, destination: int | None) -> Event:
    with transaction.atomic():
        return record_event(
            CREATED,
            content_type=6,
            object_id=1,
            payload="{}",
            audience=Q(pk__in=[]),
            source=source,
            destination=destination,
            now=now(),
        )


def test_a_replay_tells_of_what_the_webhook_may_hear_of_and_no_more() -> None:
    here, there, elsewhere = a_location(), a_location(), a_location()
    from_here, to_here = happened_at(here.pk, there.pk), happened_at(there.pk, here.pk)
    happened_at(there.pk, elsewhere.pk)
    happened_at(None, None)
    happened_at(None, elsewhere.pk)
    user = a_user()
    bound, wide = a_caller(user, locations=[here]), a_caller(user)
    path = "hooks/"
    wish = {"target_url": "https://a.example.com/", "event_type": CREATED}
    webhook = post(bound, path, wish, 201)["id"]
    since = {"since": "2020-01-01T00:00:00Z"}
    assert post(bound, f"hooks/{webhook}/replay/", since, idempotency_key="a") == {"count": 2}
    assert post(bound, f"hooks/{webhook}/replay/", since, idempotency_key="a") == {"count": 2}
    assert post(bound, f"hooks/{webhook}/replay/", since) == {"count": 0}
    assert {owed.event for owed in owed_to(Webhook.objects.get())} == {from_here, to_here}
    # Bound to another token of its owner, it hears of what that one sees.
    assert wide.patch(f"/whisperer/hooks/{webhook}/", {}, "application/json").status_code == 200
    assert post(wide, f"hooks/{webhook}/replay/", since) == {"count": 3}


def test_what_is_replayed_is_what_would_have_been_recorded() -> None:
    here, there = a_location(), a_location()
    users = {"nobody": a_user(), "gone": a_user(is_admin=True), "boss": a_user(is_admin=True)}
    for user in users.values():
        a_webhook(CREATED, user=user)
        for locations in (None, [here], [there], []):
            a_key(user, locations=locations)
            token = user.tokens.latest("pk")
            a_webhook(CREATED, user=user, token=token)
        user.tokens.filter(pk=user.tokens.earliest("pk").pk).update(revoked_at=now())
    type(users["gone"]).objects.filter(pk=users["gone"].pk).update(is_active=False)
    event = happened_at(here.pk, None)
    hear = set(Webhook.objects.filter(hears_of(here.pk)).values_list("pk", flat=True))
    assert len(hear) == 3
    for webhook in Webhook.objects.select_related("user", "token"):
        is_heard = Event.objects.filter(heard_by(webhook), pk=event.pk).exists()
        assert is_heard == (webhook.pk in hear)


def test_a_test_goes_to_its_webhook_alone_and_before_its_next_try() -> None:
    user = a_user()
    webhook = a_webhook(CREATED, user=user)
    a_webhook(TRANSITIONED, user=user, target_url=webhook.target_url)
    path = f"hooks/{webhook.pk}/test/"
    told = post(a_caller(user), path, None)
    assert told["request_payload"] == {
        "event": {"type": "webhook.test", "uuid": told["uuid"].replace("-", "")},
        "payload": {"webhook": webhook.pk, "event_type": CREATED},
    }
    assert (told["object_id"], told["content_type"], told["delivered"]) == (webhook.pk, 10, False)
    (first,) = claimed(webhook)
    assert (first.id, first.event_type, first.is_replay) == (told["id"], "webhook.test", False)
    turn([answered(first, 500)])
    assert claimed(webhook) == []
    # The next one waits behind it, and lets nobody wait for it.
    second = post(a_caller(user), path, {}, idempotency_key="a")
    assert post(a_caller(user), path, {})["id"] != second["id"]
    (again,) = claimed(webhook)
    assert again.id == first.id
    turn([answered(again)])
    (next_,) = claimed(webhook)
    assert next_.id == second["id"]
    assert WebhookEvent.objects.exclude(webhook=webhook).count() == 0


def test_the_same_request_under_one_key_sends_once() -> None:
    user = a_user()
    webhook, caller = a_webhook(CREATED, user=user), a_caller(user)
    path = f"hooks/{webhook.pk}/test/"
    first = post(caller, path, {}, idempotency_key="a")
    assert post(caller, path, {}, idempotency_key="a") == first
    assert Event.objects.count() == 1


@pytest.mark.parametrize("since", [None, "", "yesterday", 7, "2026-11-02", "2026-11-02T09:30:00", []])
def test_an_instant_that_is_none_is_refused(since: Any) -> None:
    user = a_user()
    webhook = a_webhook(CREATED, user=user)
    for part in ("recover", "replay"):
        told = post(a_caller(user), f"hooks/{webhook.pk}/{part}/", {"since": since}, 400)
        assert list(told) == ["since"]
