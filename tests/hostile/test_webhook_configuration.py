"""What the owner of a webhook may add to its deliveries cannot break them, nor smuggle anything along."""

from contextlib import ExitStack
from typing import Any

import pytest

from aktar.webhooks.models import Webhook, WebhookAttempt, WebhookEvent
from aktar.webhooks.queries import webhook_shapes
from aktar.webhooks.rules import ConfigRefused, HeaderRefused, check_config, check_headers, is_retry_config
from tests.factories import a_user
from tests.webhooks.deliveries import tell
from tests.webhooks.dispatching import delivering, limits, saved_before_the_rules, wait_until
from tests.webhooks.lines import OK, Line, saying

SMUGGLED = "a\r\nX-Smuggled: 1"
HEADERS: list[Any] = [
    {"X-A": SMUGGLED},
    {"X-A": "a\nX-Smuggled: 1"},
    {"X-A": "a\rX-Smuggled: 1"},
    {"X-A": "a\x00X-Smuggled: 1"},
    {"X-A": "a\r\n\r\nPOST /other HTTP/1.1\r\nHost: x\r\nX-Smuggled: 1\r\n\r\n"},
    {"X-A\r\nX-Smuggled": "1"},
    {"X-A: 1\r\nX-Smuggled": "1"},
    {"X-Smuggled: 1\x00": "1"},
    {"X-Smuggled ": "1"},
    {" X-Smuggled": "1"},
    {"": "X-Smuggled"},
    {"X-Smuggled": "ş"},
    {"X-Smuggled": "a\x85b"},
    {"X-Smuggled": "a\u2028b"},
    {"X-Smuggled": "a" * 5000},
    {"X-Smuggled" * 100: "a"},
    {"X-Smuggled": 1},
    {"X-Smuggled": None},
    {"X-Smuggled": ["a", "b"]},
    {"X-Smuggled": {"a": "b"}},
    {"Host": "smuggled.example"},
    {"host": "smuggled.example"},
    {"Content-Length": "1"},
    {"CONTENT-LENGTH": "99999"},
    {"Transfer-Encoding": "chunked"},
    {"Content-Encoding": "gzip"},
    {"Content-Type": "text/smuggled"},
    {"Connection": "upgrade"},
    {"Upgrade": "smuggled"},
    {"Expect": "100-continue"},
    {"webhook-id": "msg_smuggled"},
    {"Webhook-Signature": "v1,smuggled"},
    {"webhook-timestamp": "1"},
    {"X-Whisperer-Signature": "sha256=smuggled"},
    {"X-Aktar-Replay": "smuggled"},
]
NO_HEADERS_AT_ALL: list[Any] = [[], ["X-Smuggled"], "X-Smuggled: 1", 5, True]
CONFIGS: list[Any] = [
    {"auth": "Basic smuggled"},
    {"auth": ["basic", "smuggled"]},
    {"auth": {"auth_type": "bearer", "token": "smuggled"}},
    {"auth": {"auth_type": "basic", "username": 5, "password": "p"}},
    {"auth": {"auth_type": "basic", "username": "a:b", "password": "p"}},
    {"auth": {"auth_type": "basic", "username": "a\r\nX-Smuggled: 1", "password": "p"}},
    {"auth": {"auth_type": "basic", "username": "a", "password": "p\x00"}},
    {"auth": {"auth_type": "basic", "username": "a", "password": ["p"]}},
    {"auth": {"auth_type": "basic", "username": "a" * 501, "password": "p"}},
    {"auth": {"auth_type": ["basic"], "username": "a", "password": "p"}},
    {"auth": {"auth_type": "basic", "username": "a", "password": "p", "url": "http://127.0.0.1/"}},
    {"proxy": "http://127.0.0.1:1/"},
    {"timeout": 10**12},
]
NO_CONFIG_AT_ALL: list[Any] = [[], "auth", 5, True, [["auth", {}]]]
RETRIES: list[Any] = [
    {"choice": "fixed", "kwargs": {"seconds": -1}},
    {"choice": "fixed", "kwargs": {"seconds": 10**12}},
    {"choice": "fixed", "kwargs": {"seconds": 10**400}},
    {"choice": "fixed", "kwargs": {"seconds": 1.5}},
    {"choice": "fixed", "kwargs": {"seconds": True}},
    {"choice": "fixed", "kwargs": {"seconds": "60"}},
    {"choice": "fixed", "kwargs": {"seconds": None}},
    {"choice": "fixed", "kwargs": {"seconds": [60]}},
    {"choice": "fixed", "kwargs": {"seconds": 60, "jitter": 1}},
    {"choice": "fixed", "kwargs": {}},
    {"choice": "fixed", "kwargs": []},
    {"choice": "fixed"},
    {"choice": "fixed", "kwargs": {"seconds": 60}, "more": 1},
    {"choice": "never", "kwargs": {"seconds": 60}},
    {"choice": "os.system", "kwargs": {"command": "true"}},
    {"choice": ["fixed"], "kwargs": {"seconds": 60}},
    {"choice": {"fixed": 1}, "kwargs": {"seconds": 60}},
    {"choice": "exponential", "kwargs": {"base": 10**9, "factor": 10**9}},
    {"choice": "exponential", "kwargs": {"base": 2, "factor": 0}},
    {"choice": "random", "kwargs": {"min_value": 9, "max_value": 1}},
    {"choice": "linear", "kwargs": {"base": 1, "limit": -1}},
    {},
    [],
    "fixed",
    5,
]


@pytest.mark.parametrize("headers", HEADERS)
def test_a_header_that_would_break_or_replace_anything_is_refused(headers: dict[str, Any]) -> None:
    with pytest.raises(HeaderRefused):
        check_headers(headers)


@pytest.mark.parametrize("config", CONFIGS)
def test_a_configuration_that_says_anything_odd_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ConfigRefused):
        check_config(config)


@pytest.mark.parametrize("config", RETRIES)
def test_a_way_to_wait_that_is_none_is_refused(config: Any) -> None:
    assert not is_retry_config(config)


@pytest.mark.django_db(transaction=True)
def test_rows_from_before_the_rules_are_delivered_whole_and_carry_nothing_more() -> None:
    """Seen byte by byte, by a receiver that believes nothing."""
    owner = a_user(is_admin=True)
    with ExitStack() as stack:
        receiver = stack.enter_context(Line(saying(OK)))
        odd: list[dict[str, Any]] = [
            *({"additional_headers": one} for one in [*HEADERS, *NO_HEADERS_AT_ALL]),
            *({"config": one} for one in [*CONFIGS, *NO_CONFIG_AT_ALL]),
            *({"retry_countdown_config": one} for one in RETRIES),
            {"callback": "os.system"},
            {"secret_key": ""},
            {"secret_key": "whsec_not base64"},
            {"secret_key": "ş\r\nX-Smuggled: 1"},
            {"additional_headers": {f"X-{number}": "a" for number in range(500)}},
        ]
        for number, values in enumerate(odd):
            saved_before_the_rules(receiver.url(f"/{number}"), user=owner, **values)
        tell()
        count = Webhook.objects.count()
        with delivering(limits(allowed="127.0.0.0/8")):
            wait_until(lambda: WebhookAttempt.objects.count() >= count, or_say=WebhookAttempt.objects.count)
    tries = WebhookAttempt.objects.values_list(
        "response_http_status", "error_kind", "webhook_event__webhook__target_url"
    )
    assert [one for one in tries if one[:2] != (200, "")] == []
    assert len(receiver.requests) == count == WebhookEvent.objects.filter(delivered=True).count()
    assert len(webhook_shapes(Webhook.objects.values_list("pk", flat=True))) == count
    for request in receiver.requests:
        _requires_plainness(request, port=receiver.port)


@pytest.mark.django_db(transaction=True)
def test_an_address_from_before_the_rules_that_breaks_them_is_not_called() -> None:
    owner = a_user(is_admin=True)
    with Line(saying(OK)) as receiver:
        for path in ("/a b", "/a\r\nX-Smuggled: 1", "/ HTTP/1.1\r\nX-Smuggled: 1\r\n\r\n", "/?\x01\x7fş#x"):
            saved_before_the_rules(receiver.url(path), user=owner)
        tell()
        with delivering(limits(allowed="127.0.0.0/8")):
            wait_until(lambda: WebhookAttempt.objects.count() >= 4, or_say=WebhookAttempt.objects.count)
    assert set(WebhookAttempt.objects.values_list("error_kind", flat=True)) == {"address_refused"}
    assert receiver.connections == 0


def _requires_plainness(request: bytes, *, port: int) -> None:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    method, path, version = first.split(b" ")
    assert (method, version) == (b"POST", b"HTTP/1.1")
    assert path.isascii()
    names = [line.partition(b": ")[0].lower() for line in lines]
    values = dict(zip(names, (line.partition(b": ")[2] for line in lines), strict=True))
    assert len(set(names)) == len(names) <= 60
    assert values[b"host"] == b"127.0.0.1:%d" % port
    assert int(values[b"content-length"]) == len(body)
    assert values[b"content-type"] == b"application/json"
    assert values[b"webhook-id"] == b"msg_" + body[body.index(b'"uuid":"') + 8 :][:32]
    assert {b"transfer-encoding", b"upgrade", b"expect", b"x-aktar-replay", b"x-smuggled"} & set(
        names
    ) == set()
    rest = b"\r\n".join(line for line in lines if not line.startswith(b"Authorization: Basic "))
    assert b"smuggled" not in rest.lower()
    assert all(byte in b"\t\r\n" or 0x20 <= byte < 0x7F for byte in head)
