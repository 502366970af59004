"""A key makes a POST safe to repeat: it is carried out once, and its first answer comes again."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aktar.edge import idempotency
from aktar.edge.idempotency import (
    KEPT,
    LEASE,
    PRUNED_AT_ONCE,
    Claim,
    KeyInUse,
    KeyReused,
    Scope,
    StoredAnswer,
    claim,
)
from aktar.edge.models import IdempotencyKey
from aktar.transfers.models import TransferOrder
from aktar.webhooks.models import Event
from aktar.workflow.models import TransitionLog
from tests.factories import NOW, a_caller, a_carrier, a_transfer_order, a_user, a_workflow

pytestmark = pytest.mark.django_db

ORDERS = "/api/v1/oms/transfer_orders/"
READY, DISPATCH, RENEW = 100, 101, 694
SCOPE = Scope(caller=1, method="POST", path="/here/", key="k")
ANSWER = StoredAnswer(204, {}, b"")


@pytest.fixture(autouse=True)
def _installation() -> None:
    a_workflow()
    a_carrier()


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a twin."""
    monkeypatch.setattr(idempotency, "_LOOKS", 1)


@pytest.fixture
def caller() -> Client:
    return a_caller()


def post(caller: Client, path: str, body: Any, key: str | None = "key-1", **headers: str) -> Any:
    """The answer to a POST; `body` as JSON unless it is bytes already."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    keyed = {} if key is None else {"Idempotency-Key": key}
    return caller.post(path, raw, "application/json", headers=keyed | named)


def command(order: TransferOrder, transition: int) -> tuple[str, dict[str, Any]]:
    return f"{ORDERS}{order.pk}/command/", {"transition": transition, "input_parameters": {}}


def claimed(found: Claim | StoredAnswer) -> Claim:
    assert isinstance(found, Claim)
    return found


# -- What a caller sees


def test_a_repeated_command_is_run_once_and_answered_the_same(caller: Client) -> None:
    order = a_transfer_order()
    path, body = command(order, READY)
    answers = [post(caller, path, body) for _ in range(3)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 3
    assert [answer.headers.get("Idempotent-Replayed") for answer in answers] == [None, "true", "true"]
    assert TransitionLog.objects.filter(content_type=6).count() == 1
    assert TransferOrder.objects.get(pk=order.pk).version == 2
    assert Event.objects.filter(content_type=6, type="transfer.status.ready_to_shipment").count() == 1


def test_an_answer_with_a_body_comes_again_to_the_byte(caller: Client) -> None:
    path, body = command(a_transfer_order(), RENEW)
    first, second = post(caller, path, body, Accept_Language="tr"), post(caller, path, body)
    assert (first.status_code, second.status_code) == (200, 200)
    # In the language of the first one: it is the first answer again.
    assert first.content == second.content != b""
    assert second.headers["Content-Type"] == first.headers["Content-Type"] == "application/json"


def test_a_refusal_comes_again_even_when_it_would_be_granted_now(caller: Client) -> None:
    order = a_transfer_order()
    path, body = command(order, DISPATCH)
    assert post(caller, path, body).status_code == 409
    assert post(caller, path, command(order, READY)[1], key="key-2").status_code == 204
    again = post(caller, path, body)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (409, "true")
    assert post(caller, path, body, key="key-3").status_code == 204


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("set_invoice_number", {"invoice_number": "INV-1"}, 204),
        ("set_invoice_number", {"invoice_number": ""}, 400),
        ("set_remote_id", {"remote_id": "R-1"}, 204),
        ("set_remote_id", b"{broken", 400),
        ("command", {"transition": 7, "input_parameters": {}}, 400),
    ],
)
def test_every_write_keeps_its_answer(caller: Client, name: str, body: Any, status: int) -> None:
    order = a_transfer_order()
    path = f"{ORDERS}{order.pk}/{name}/"
    first, second = post(caller, path, body), post(caller, path, body)
    assert (first.status_code, second.status_code) == (status, status)
    assert first.content == second.content
    assert second.headers["Idempotent-Replayed"] == "true"
    assert TransferOrder.objects.get(pk=order.pk).version == order.version + (status == 204)


def test_a_transfer_order_is_made_once(caller: Client) -> None:
    order = a_transfer_order()
    post(caller, *command(order, 105), key=None)
    item = order.transferitem_set.get()
    wish = {
        "source": order.source_id,
        "destination": order.destination_id,
        "package": order.package_id,
        "items": [{"sku": item.product.sku}],
    }
    first, second = post(caller, ORDERS, wish), post(caller, ORDERS, wish)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert [first.headers[name] == second.headers[name] for name in ("Location", "ETag")] == [True, True]
    assert TransferOrder.objects.count() == 2


def test_a_key_stands_for_one_body(caller: Client) -> None:
    order = a_transfer_order()
    path, body = command(order, READY)
    assert post(caller, path, body).status_code == 204
    answer = post(caller, path, json.dumps(body).encode() + b" ")
    assert (answer.status_code, set(answer.json())) == (422, {"detail"})
    assert TransitionLog.objects.filter(content_type=6).count() == 1


def test_a_key_stands_for_one_query(caller: Client) -> None:
    path = "/api/v1/oms/orders/"
    first, second, again = (post(caller, f"{path}?plan={wish}", {}) for wish in (0, 1, 0))
    assert (first.status_code, second.status_code, again.content) == (400, 422, first.content)
    assert second.json() == {"detail": "This Idempotency-Key was used with another body or query."}
    # Nor is a query taken for the beginning of a body.
    assert post(caller, path, b"plan=0\n{}").status_code == 422


def test_a_key_is_the_callers_and_the_paths_own(caller: Client) -> None:
    orders = [a_transfer_order() for _ in range(2)]
    for order in orders:
        assert post(caller, *command(order, READY)).status_code == 204
    path, body = command(orders[0], READY)
    assert post(a_caller(), path, body).status_code == 409
    assert post(caller, f"{ORDERS}{orders[0].pk}/set_remote_id/", {"remote_id": "R"}).status_code == 204


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "Schlüssel", "a\tb", "é", "\x7f"])
def test_a_key_is_short_printable_ascii(caller: Client, key: str) -> None:
    path, body = command(a_transfer_order(), READY)
    answer = post(caller, path, body, key=key)
    assert (answer.status_code, set(answer.json())) == (400, {"detail"})
    assert not IdempotencyKey.objects.exists()
    assert not TransitionLog.objects.filter(content_type=6).exists()


@pytest.mark.parametrize("key", ["x", "x" * 255, '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "a b ~!"])
def test_any_short_printable_key_will_do(caller: Client, key: str) -> None:
    path, body = command(a_transfer_order(), READY)
    assert [post(caller, path, body, key=key).status_code for _ in range(2)] == [204, 204]


def test_without_a_key_nothing_is_asked_or_kept(caller: Client) -> None:
    order = a_transfer_order()
    post(caller, f"{ORDERS}{order.pk}/set_remote_id/", {"remote_id": "0"}, key=None)
    with CaptureQueriesContext(connection) as captured:
        post(caller, f"{ORDERS}{order.pk}/set_remote_id/", {"remote_id": "1"}, key=None)
    assert not [query for query in captured if "idempotency" in query["sql"]]
    # 1 token, 2 savepoint of the test's own transaction, 3 the update, 4 its release.
    assert len(captured) == 4
    assert not IdempotencyKey.objects.exists()


def test_reads_and_logging_in_take_no_notice_of_a_key(caller: Client) -> None:
    a_user("ayse", password="correct horse battery")
    login = {"username": "ayse", "password": "correct horse battery"}
    keys = [
        Client().post("/api/v1/auth/login/", login, "application/json", headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert keys[0].json()["key"] != keys[1].json()["key"]
    assert caller.get(ORDERS, headers={"Idempotency-Key": "ü"}).status_code == 200
    assert not IdempotencyKey.objects.exists()


def test_who_is_turned_away_at_the_door_uses_no_key_up(caller: Client) -> None:
    path, body = command(a_transfer_order(), READY)
    assert post(Client(), path, body).status_code == 401
    assert post(a_caller(is_read_only=True), path, body).status_code == 403
    assert not IdempotencyKey.objects.exists()


def test_a_flood_uses_no_key_up(caller: Client, settings: Any) -> None:
    from aktar.edge import throttles
    from aktar.edge.rates import parse_rate

    settings.AKTAR_THROTTLE_TOKEN = parse_rate("1/min")
    throttles.forget()
    order = a_transfer_order()
    path, body = command(order, READY)
    assert [post(caller, path, body, key=key).status_code for key in ("a", "b")] == [204, 429]
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["a"]


@pytest.mark.usefixtures("_impatient")
def test_a_twin_of_a_running_request_is_told_when_to_come_again(caller: Client) -> None:
    order = a_transfer_order()
    path, body = command(order, READY)
    post(caller, path, body)
    IdempotencyKey.objects.update(status=None, leased_until=datetime.now(UTC) + LEASE)
    answer = post(caller, path, body)
    assert (answer.status_code, answer.headers["Retry-After"]) == (409, "1")
    # That it was running says nothing of the request: it is not kept.
    assert IdempotencyKey.objects.get().status is None


def test_a_fault_of_ours_leaves_the_key_free(caller: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    order = a_transfer_order()
    path, body = command(order, READY)
    caller.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("aktar.transfers.actions.commands.tell", lambda *_args, **_named: 1 / 0)
        assert post(caller, path, body).status_code == 500
    assert not IdempotencyKey.objects.exists()
    assert post(caller, path, body).status_code == 204


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_fails_leaves_the_key_free(caller: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    order = a_transfer_order()
    path, body = f"{ORDERS}{order.pk}/set_remote_id/", {"remote_id": "R-1"}
    commit = connection.commit

    def lose() -> None:
        # The claim is committed, the change with its answer is not.
        if IdempotencyKey.objects.filter(status__isnull=False).exists():
            raise OperationalError("the connection is lost")
        commit()

    with monkeypatch.context() as broken:
        broken.setattr(connection, "commit", lose)
        assert post(caller, path, body).status_code == 503
    assert not IdempotencyKey.objects.exists()
    assert post(caller, path, body).status_code == 204


@pytest.mark.django_db(transaction=True)
def test_a_database_that_stays_away_is_a_503_with_a_key_too(
    caller: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = a_transfer_order()
    commit = connection.commit
    lost = False

    def lose() -> None:
        nonlocal lost
        lost = lost or IdempotencyKey.objects.filter(status__isnull=False).exists()
        if lost:
            raise OperationalError("the connection is lost")
        commit()

    with monkeypatch.context() as broken:
        broken.setattr(connection, "commit", lose)
        answer = post(caller, f"{ORDERS}{order.pk}/set_remote_id/", {"remote_id": "R-1"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_an_answer_is_kept_for_a_day(caller: Client) -> None:
    path, body = command(a_transfer_order(), READY)
    with time_machine.travel(NOW, tick=False) as clock:
        assert post(caller, path, body).status_code == 204
        clock.shift(KEPT - timedelta(seconds=1))
        assert post(caller, path, body).status_code == 204
        clock.shift(timedelta(seconds=1))
        # Forgotten: the command is run anew, and its state has been left.
        assert post(caller, path, body).status_code == 409
        # And the new answer is kept for a day of its own.
        clock.shift(KEPT - timedelta(seconds=1))
        assert post(caller, path, body).headers["Idempotent-Replayed"] == "true"


# -- What the table holds


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("seconds", [0, 1, 30, 59.999])
def test_a_lease_holds_for_a_minute(seconds: float) -> None:
    claimed(claim(SCOPE, body=b"", now=NOW))
    with pytest.raises(KeyInUse):
        claim(SCOPE, body=b"", now=NOW + timedelta(seconds=seconds))


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("seconds", [60, 61, 3600, 86_399])
def test_after_the_lease_a_repetition_may_run_and_the_late_one_may_not_finish(seconds: float) -> None:
    late = claimed(claim(SCOPE, body=b"", now=NOW))
    second = claimed(claim(SCOPE, body=b"", now=NOW + timedelta(seconds=seconds)))
    with pytest.raises(KeyInUse), transaction.atomic():
        late.keep(ANSWER)
    late.release()
    second.keep(ANSWER)
    assert claim(SCOPE, body=b"", now=NOW + timedelta(seconds=seconds)) == ANSWER


@pytest.mark.django_db(transaction=True)
def test_a_key_that_is_given_back_while_a_twin_looks_at_it_is_the_twins() -> None:
    claimed(claim(SCOPE, body=b"", now=NOW))
    found: list[Claim | StoredAnswer] = []

    def look() -> None:
        try:
            found.append(claim(SCOPE, body=b"", now=NOW))
        finally:
            connection.close()

    twin = threading.Thread(target=look)
    with transaction.atomic():
        IdempotencyKey.objects.select_for_update().get()
        twin.start()
        time.sleep(0.3)  # until it waits for the row
        IdempotencyKey.objects.all().delete()
    twin.join()
    (held,) = found
    claimed(held).keep(ANSWER)


def test_a_key_whose_lease_is_over_still_stands_for_its_body() -> None:
    claimed(claim(SCOPE, body=b"a", now=NOW))
    with pytest.raises(KeyReused):
        claim(SCOPE, body=b"b", now=NOW + 2 * LEASE)
    claimed(claim(SCOPE, body=b"b", now=NOW + KEPT))


def test_an_answer_goes_with_the_change_that_was_undone() -> None:
    held = claimed(claim(SCOPE, body=b"", now=NOW))
    with transaction.atomic():
        held.keep(ANSWER)
        transaction.set_rollback(True)
    assert IdempotencyKey.objects.get().status is None
    claimed(claim(SCOPE, body=b"", now=NOW + LEASE))


def test_old_keys_go_in_batches_as_new_ones_come() -> None:
    IdempotencyKey.objects.bulk_create(
        IdempotencyKey(
            caller=1,
            method="POST",
            path="/here/",
            key=f"old-{number}",
            digest="",
            holder="",
            leased_until=NOW,
            created_at=NOW - timedelta(microseconds=number),
        )
        for number in range(2 * PRUNED_AT_ONCE + 10)
    )
    young = Scope(caller=1, method="POST", path="/here/", key="young")
    claimed(claim(young, body=b"", now=NOW + KEPT - timedelta(hours=1))).keep(ANSWER)
    left = []
    for turn in range(3):
        claimed(claim(Scope(1, "POST", "/here/", f"new-{turn}"), body=b"", now=NOW + KEPT)).keep(ANSWER)
        left.append(IdempotencyKey.objects.filter(key__startswith="old").count())
    assert left == [PRUNED_AT_ONCE + 10, 10, 0]
    assert claim(young, body=b"", now=NOW + KEPT) == ANSWER


def test_a_new_key_costs_four_queries() -> None:
    with CaptureQueriesContext(connection) as captured:
        held = claimed(claim(SCOPE, body=b"", now=NOW))
    # The claim, its row, keys to prune; and the savepoint that stands for the transaction here.
    assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) == 3
    with CaptureQueriesContext(connection) as captured:
        held.keep(ANSWER)
    assert len(captured) == 1
