"""Every operation × every status: each cell of one table is tried, or says why it cannot be."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from aktar.accounts.models import ApiToken
from aktar.edge import idempotency, throttles
from aktar.edge.models import IdempotencyKey
from aktar.edge.rates import Rate
from aktar.orders.models import Order, Package
from aktar.transfers.models import TransferOrder
from aktar.webhooks.actions import prune
from aktar.webhooks.models import Standing, Webhook, WebhookEvent
from aktar.workflow.models import Command
from tests.factories import NOW
from tests.openapi.conformity import require_documented
from tests.walk.operations import (
    BULKS,
    LISTS_BESIDE,
    OPERATIONS,
    ORDER_POSTS,
    PREPARE_PACKAGE,
    ROWS_BESIDE,
    WISH,
    Ask,
    of_nobody,
)
from tests.walk.scene import (
    DISPATCH,
    RATES,
    RENEW,
    VARY,
    Scene,
    footprint,
    require_error_form,
    sentences,
)

STATUSES = (200, 201, 204, 301, 304, 400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 429, 503)


@dataclass(frozen=True)
class Impossible:
    """A status that this operation never answers with, and why."""

    reason: str


Cell = Mapping[str, Any] | Impossible


def but(**changes: Any) -> Cell:
    """The operation's own request, changed so."""
    return changes


def impossible(reason: str) -> Cell:
    return Impossible(reason)


def _forget_what_is_owed() -> None:
    WebhookEvent.objects.all().delete()


def _give_up_what_is_owed() -> None:
    WebhookEvent.objects.update(
        standing=Standing.GIVEN_UP, due_at=None, modified_date=NOW - timedelta(minutes=1)
    )


def _without_last_slash(path: str) -> str:
    return path.removesuffix("/")


NO_503 = impossible("only /readyz speaks for the whole service; a failed part elsewhere is a 500")
READ: dict[int, Cell] = {
    200: but(),
    201: impossible("a read makes nothing"),
    204: impossible("a read has something to show, be it an empty page"),
    301: but(path=_without_last_slash),
    304: but(headers={"if-none-match": "*"}),
    400: but(query="?nonsense=1"),
    401: but(key=None),
    403: impossible("every key may read; what it may not see is not there for it: 404"),
    404: but(path=of_nobody),
    405: but(method="DELETE"),
    406: but(query="?format=xml"),
    409: impossible("a read asks for no state"),
    410: impossible("what is kept no more is as if it had never been there: 404"),
    412: impossible("a read changes no version"),
    413: impossible("no body is read"),
    415: impossible("no body is read"),
    422: impossible("a read needs no key to be repeated"),
    429: but(),
    503: NO_503,
}
LIST = READ | {404: but(query="?page=99")}
FEED = READ | {
    404: impossible("it stands at one address, and what is not to be seen is passed"),
    410: but(query="?after=0", prepare=lambda: prune(before=NOW + timedelta(days=1))),
}
WRITE: dict[int, Cell] = {
    200: impossible("there is nothing to say"),
    201: impossible("it changes what is there"),
    204: but(),
    301: impossible("clients repeat a redirected POST as a GET, so writes are not redirected"),
    304: impossible("a write is no copy of something at hand"),
    400: but(body={}),
    401: but(key="expired"),
    403: but(key="read only"),
    404: but(key="elsewhere"),
    405: but(method="GET", body=None),
    406: but(headers={"accept": "application/xml"}),
    409: but(headers={"idempotency-key": "taken"}, prepare=lambda: _take_keys(is_running=True)),
    410: impossible("what is kept no more is as if it had never been there: 404"),
    412: but(headers={"if-match": '"v0-0-en-us"'}),
    413: but(body=b" " * (1024 * 1024 + 1)),
    415: but(body=b"<a/>", headers={"content-type": "application/xml"}),
    422: but(headers={"idempotency-key": "taken"}, prepare=lambda: _take_keys(is_running=False)),
    429: but(),
    503: NO_503,
}
COMMAND = WRITE | {
    200: but(body={"transition": RENEW, "input_parameters": {}}),
    409: but(order="ready"),
}
PACKAGE_COMMAND = WRITE | {
    409: but(body={"transition": PREPARE_PACKAGE, "input_parameters": {}}),
    412: impossible("packages have no versions"),
}
CANCEL = WRITE | {
    400: but(body={"nonsense": 1}),
    412: impossible("orders have no versions"),
}
CREATE = WRITE | {
    201: but(),
    204: impossible("what was made is shown"),
    404: impossible("it stands at one address; what a body names and is not there is a 400"),
    405: but(method="DELETE", body=None),
    412: impossible("what is not there yet has no version"),
}
TAKE = CREATE | {
    200: but(body=[WISH["order"]]),
    412: impossible("orders have no versions"),
}
LOGIN = WRITE | {
    200: but(),
    201: impossible("a key has no address of its own"),
    204: impossible("it answers with the key"),
    400: but(body={"username": "ayse", "password": "wrong"}),
    401: impossible("no key is asked for; a wrong password is a 400, as the contract's clients expect"),
    403: impossible("anybody may try"),
    404: impossible("it stands at one address for everybody"),
    409: impossible("logging in has no state"),
    412: impossible("logging in has no version"),
    422: impossible("keys belong to tokens, and there is none yet"),
}
CHANGE = WRITE | {
    200: but(),
    204: impossible("what was changed is shown"),
    400: but(body={"target_url": "ftp://erp.example.com/"}),
    405: but(method="POST", body=None),
    409: impossible("it stands in no state that forbids it, and needs no key to be repeated"),
    412: impossible("webhooks have no versions"),
    422: impossible("it needs no key to be repeated"),
}
SWITCH_OFF = CHANGE | {
    200: impossible("there is nothing to say"),
    204: but(),
    400: but(query="?nonsense=1"),
    413: impossible("no body is read"),
    415: impossible("no body is read"),
}
SEND = WRITE | {
    200: but(),
    204: impossible("it says what it did"),
    400: but(body={"nonsense": 1}),
    412: impossible("webhooks have no versions"),
}
BULK = WRITE | {
    200: but(),
    204: impossible("it tells of each row"),
    404: impossible("it stands at one address for everybody"),
    412: impossible("what is told in bulk has no version"),
}
KEEP_BOOKS = SEND | {
    400: but(body={"stocks": []}),
    404: impossible("it stands at one address; a row that names what is not there has a result that says so"),
    412: impossible("levels have no versions"),
}
AVAILABILITY = READ | {404: impossible("a product that is not there is a 400, for it stands in the query")}
VERIFICATION = READ | {
    403: but(key="elsewhere"),
    404: impossible("it stands at one address for everybody"),
}
METRICS = READ | {
    301: impossible("its path has no slash at its end"),
    304: impossible("each answer is of its moment"),
    403: but(key="elsewhere"),
    404: impossible("it stands at one address for everybody"),
    406: impossible("it has one form, whatever is asked for"),
}
_PROBED = "a probe looks at nothing of the request"
PROBE: dict[int, Cell] = {status: impossible(_PROBED) for status in STATUSES} | {
    200: but(),
    503: impossible("a process that can answer lives"),
}
PAGE = PROBE | {301: but(path=_without_last_slash)}
PAGES = ("front page", "Swagger UI", "Redoc")
DOCUMENT = READ | {
    401: impossible("everybody may read it"),
    404: impossible("it stands at one address for everybody"),
}
TABLE: dict[str, dict[int, Cell]] = {
    "transfer orders": LIST,
    "transfer orders in brief": LIST,
    "transfer order": READ,
    "logs": READ,
    "logs in brief": READ,
    "log": READ,
    "log by the printed path": READ,
    "webhook events": READ,
    "webhook events in brief": READ,
    "webhook event": READ,
    "new transfer order": CREATE,
    "command": COMMAND,
    "set invoice number": WRITE,
    "set remote id": WRITE,
    "new order": TAKE,
    "cancel order": CANCEL,
    "package command": PACKAGE_COMMAND,
    "log in": LOGIN,
    **dict.fromkeys(LISTS_BESIDE, LIST),
    **dict.fromkeys(ROWS_BESIDE, READ),
    **dict.fromkeys(BULKS, BULK),
    "stock levels": LIST,
    "set stock": KEEP_BOOKS,
    "adjust stock": KEEP_BOOKS,
    "stock availability": AVAILABILITY,
    "stock movements": LIST,
    "stock verification": VERIFICATION,
    "webhooks": LIST,
    "new webhook": CREATE,
    "event types": READ | {404: impossible("it stands at one address for everybody")},
    "webhook": READ | {405: but(method="POST")},
    "replace webhook": CHANGE,
    "change webhook": CHANGE,
    "switch webhook off": SWITCH_OFF,
    "test webhook": SEND,
    "resume webhook": SEND,
    "recover": SEND | {200: but(prepare=_give_up_what_is_owed)},
    "replay": SEND | {200: but(prepare=_forget_what_is_owed)},
    "events owed": LIST,
    "event owed": READ,
    "retry": SEND,
    "feed": FEED,
    "metrics": METRICS,
    "alive": PROBE,
    "ready": PROBE | {503: but(prepare=lambda: Command.objects.all().delete())},
    "OpenAPI document": DOCUMENT,
    "front page": PAGE | {301: impossible("its path is its last slash")},
    "Swagger UI": PAGE,
    "Redoc": PAGE,
}
WRITES = [
    pytest.param(name, status, id=f"{name} {status}")
    for name, row in TABLE.items()
    for status, cell in row.items()
    if not isinstance(cell, Impossible) and status in (200, 201, 204) and OPERATIONS[name].method != "GET"
]


def _take_keys(*, is_running: bool) -> None:
    """Every token has used the key `taken` at every write: for the same body, still running, or another."""
    now = datetime.now(UTC)
    places: dict[str, Any] = {
        "order_id": Order.objects.values_list("pk", flat=True),
        "package_id": Package.objects.values_list("pk", flat=True),
        "pk": TransferOrder.objects.values_list("pk", flat=True),
        "webhook_id": Webhook.objects.values_list("pk", flat=True),
        "webhook_event_id": WebhookEvent.objects.values_list("pk", flat=True),
    }
    bodies = {
        "/" + asked.route.replace(f"<id:{place}>", str(id_)): asked.body
        for asked in ORDER_POSTS.values()
        for place, ids in places.items()
        for id_ in ids
    }
    IdempotencyKey.objects.all().delete()
    IdempotencyKey.objects.bulk_create(
        IdempotencyKey(
            caller=token,
            method="POST",
            path=path,
            key="taken",
            digest=idempotency.digest_of("", json.dumps(body).encode()) if is_running else "another",
            leased_until=now + timedelta(minutes=1),
            created_at=now,
        )
        for token in ApiToken.objects.values_list("pk", flat=True)
        for path, body in bodies.items()
    )


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A twin of a request that never ends is not waited for."""
    monkeypatch.setattr(idempotency, "_LOOK_EVERY", 0.0)


def _request(name: str, status: int) -> Ask:
    cell = TABLE[name][status]
    assert not isinstance(cell, Impossible)
    return replace(OPERATIONS[name], **cell)


def _routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
            continue
        view = getattr(pattern.callback, "view_class", None)
        for method in ("get", "post", "put", "patch", "delete") if view else ("get",):
            if view is None or hasattr(view, method):
                yield method.upper(), route


def test_the_table_names_every_operation_and_every_status() -> None:
    # The admin's pages are for people; tests/admin walks them.
    served = sorted(route for route in _routes(get_resolver().url_patterns) if route[1][:6] != "admin/")
    assert sorted((asked.method, asked.route) for asked in OPERATIONS.values()) == served
    assert list(TABLE) == list(OPERATIONS)
    for name, row in TABLE.items():
        assert set(row) == set(STATUSES), name
        assert all(cell.reason for cell in row.values() if isinstance(cell, Impossible)), name


@pytest.mark.django_db
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_read_or_a_refusal_answers_in_its_form_and_writes_nothing(
    name: str, client: Client, scene: Scene, subtests: pytest.Subtests
) -> None:
    for status, cell in TABLE[name].items():
        if isinstance(cell, Impossible) or (name, status) in [write.values for write in WRITES]:
            continue
        with subtests.test(status=status):
            asked = _request(name, status)
            asked.prepare()
            before = footprint()
            with _one_call_only(asked, client, scene) if status == 429 else nullcontext():
                english, turkish = (asked.send(client, scene, language) for language in ("en-us", "tr-tr"))
            for answer in (english, turkish):
                assert answer.status_code == status, answer.content
                _require_headers(answer, name, status)
                require_documented(asked.method, OPERATIONS[name].route, answer)
            assert footprint() == before
            if 400 <= status < 500:
                require_error_form(english.json())
                require_error_form(turkish.json())
                pairs = list(zip(sentences(english.json()), sentences(turkish.json()), strict=True))
                assert all(one != other for one, other in pairs), f"not translated: {pairs}"


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "status"), WRITES)
def test_a_write_answers_in_its_form(name: str, status: int, client: Client, scene: Scene) -> None:
    asked = _request(name, status)
    asked.prepare()
    before = footprint()
    answer = asked.send(client, scene, "en-us")
    assert answer.status_code == status, answer.content
    _require_headers(answer, name, status)
    require_documented(asked.method, asked.route, answer)
    assert footprint() != before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [name for name, row in TABLE.items() if name not in PAGES and row not in (PROBE, DOCUMENT, METRICS)],
)
def test_a_page_for_the_browser_has_the_status_of_the_json(name: str, client: Client, scene: Scene) -> None:
    for status, cell in TABLE[name].items():
        if isinstance(cell, Impossible) or status not in (400, 401, 403, 404, 405, 413, 415):
            continue
        asked = _request(name, status)
        query = f"{asked.query}&format=html" if asked.query else "?format=html"
        answer = replace(asked, query=query).send(client, scene, "en-us")
        assert answer.status_code == status
        assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row in (READ, LIST)])
def test_a_head_says_what_the_get_would(name: str, client: Client, scene: Scene) -> None:
    asked = OPERATIONS[name]
    got = asked.send(client, scene, "en-us")
    head = replace(asked, method="HEAD").send(client, scene, "en-us")
    assert (head.status_code, head.content) == (200, b"")
    for header in ("Content-Type", "Content-Length", "Vary"):
        assert head.headers[header] == got.headers[header]


@pytest.mark.django_db
def test_a_probe_looks_at_nothing_of_the_request(
    client: Client, scene: Scene, subtests: pytest.Subtests
) -> None:
    oddities: tuple[dict[str, Any], ...] = (
        {"method": "POST", "body": b"{"},
        {"method": "DELETE"},
        {"query": "?nonsense=1&format=xml"},
        {"headers": {"accept": "application/xml"}},
        {"headers": {"authorization": "Token nonsense"}},
        {"headers": {"host": "10.0.0.1:8000"}},
        {"headers": {"content_type": "application/xml"}, "body": b" " * (1024 * 1024 + 1), "method": "POST"},
    )
    for name in ("alive", "ready"):
        for odd in oddities:
            with subtests.test(name, odd=str(odd)[:60]):
                assert replace(OPERATIONS[name], **odd).send(client, scene, "tr-tr").status_code == 200


@pytest.mark.django_db
def test_strangers_are_slowed_down_too(client: Client, scene: Scene) -> None:
    asked = _request("transfer orders", 401)
    with _one_call_only(asked, client, scene):
        answer = asked.send(client, scene, "en-us")
        wrong = replace(asked, headers={"authorization": "Token nonsense"}).send(client, scene, "en-us")
    assert (answer.status_code, wrong.status_code) == (429, 429)
    _require_headers(answer, "transfer orders", 429)


@pytest.mark.django_db
def test_a_refused_command_says_the_state_and_what_is_allowed_from_it(client: Client, scene: Scene) -> None:
    asked = _request("command", 409)
    for language, name in (("en-us", "Ready for Shipping"), ("tr-tr", "Sevke Hazır")):
        body = asked.send(client, scene, language).json()
        assert body["state"] == {
            "id": scene.ready.state_id,
            "name": name,
            "enum_value": "ready_to_shipment",
        }
        assert name in body["detail"]
        assert {command["id"] for command in body["allowed"]} == {DISPATCH, 103}


@contextmanager
def _one_call_only(asked: Ask, client: Client, scene: Scene) -> Iterator[None]:
    """Let nobody call a second time; the first is made here, and is none that could write."""
    throttles.forget()
    with override_settings(**dict.fromkeys(RATES, Rate(interval=30.0, burst=1))):
        assert replace(asked, query="?nonsense=1").send(client, scene, "en-us").status_code in (400, 401)
        yield
    throttles.forget()


def _require_headers(answer: Any, name: str, status: int) -> None:
    """Hold the headers that go with a status."""
    if status in (204, 304):
        assert answer.content == b""
    elif status != 301:
        kind = "text/html; charset=utf-8" if name in PAGES else "application/json"
        if (name, status) == ("metrics", 200):
            kind = "text/plain; version=0.0.4; charset=utf-8"
        assert answer.headers["Content-Type"] == kind
    if TABLE[name][401] != impossible(_PROBED) and status != 301:
        assert {part.strip() for part in answer.headers["Vary"].split(",")} == VARY
    if status == 301:
        assert answer.headers["Location"].partition("?")[0].endswith("/")
    if status == 401:
        assert answer.headers["WWW-Authenticate"] == "Token"
    if status == 405:
        allowed = {method.strip() for method in answer.headers["Allow"].split(",")}
        assert OPERATIONS[name].method in allowed
        assert _request(name, 405).method not in allowed
    if status == 429:
        assert 1 <= int(answer.headers["Retry-After"]) <= 30
        assert answer.headers["Retry-After"] in answer.json()["detail"]
