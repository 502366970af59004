"""A delivery says what it is and proves whose it is, in either dialect, also while secrets change."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from aktar.webhooks.rules import (
    ConfigRefused,
    HeaderFault,
    HeaderRefused,
    check_config,
    check_headers,
    envelope,
    is_secret,
    request_headers,
)

UUID_ = UUID("28d0c015-b7d7-4bc9-a031-6379055bd4fd")
AT = datetime(2026, 11, 2, 9, 0, 0, 999_999, tzinfo=UTC)
IN_TRANSIT = "transfer.status.in_transit"
BODY = envelope(IN_TRANSIT, UUID_, '{"id":1358,"name":"Sıra ş"}').encode()
PLAIN, OLD = "a plain secret, long enough", "the one before"
KEY = bytes(range(32))
WHSEC = "whsec_" + base64.b64encode(KEY).decode()
BASIC = {"auth": {"auth_type": "basic", "username": "depo", "password": "şifre:1"}}


def headers(body: bytes = BODY, **values: Any) -> dict[str, str]:
    usual: dict[str, Any] = {
        "event_type": IN_TRANSIT,
        "uuid": UUID_,
        "sequence": 7,
        "at": AT,
        "secret": None,
        "previous_secret": None,
        "additional": {},
        "config": {},
        "is_replay": False,
    }
    return request_headers(body, **usual | values)


def whisperer(secret: str, body: bytes = BODY) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_a_delivery_without_a_secret_says_what_it_is_and_signs_nothing() -> None:
    assert headers() == {
        "Content-Type": "application/json",
        "User-Agent": "aktar",
        "X-Whisperer-Event": IN_TRANSIT,
        "X-Aktar-Sequence": "7",
        "webhook-id": "msg_28d0c015b7d74bc9a0316379055bd4fd",
        "webhook-timestamp": "1793610000",
    }
    assert headers(secret="") == headers(previous_secret=OLD) == headers()


def test_what_has_no_sequence_names_none_and_a_replay_says_so() -> None:
    assert "X-Aktar-Sequence" not in headers(sequence=None)
    assert headers(is_replay=True) == headers() | {"X-Aktar-Replay": "true"}


def test_the_signature_of_the_contract_is_over_the_exact_body() -> None:
    assert headers(secret=PLAIN)["X-Whisperer-Signature"] == whisperer(PLAIN)
    assert headers(secret=WHSEC)["X-Whisperer-Signature"] == whisperer(WHSEC)
    assert "X-Whisperer-Signature-Next" not in headers(secret=PLAIN)


def test_the_example_of_standard_webhooks_comes_out() -> None:
    made = headers(
        b'{"test": 2432232314}',
        uuid=UUID(int=0),
        at=datetime.fromtimestamp(1614265330, tz=UTC),
        secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = b'msg_00000000000000000000000000000000.1614265330.{"test": 2432232314}'
    assert made["webhook-signature"] == "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def test_the_library_of_standard_webhooks_takes_what_is_signed() -> None:
    now = datetime.now(UTC)
    # A plain secret is given as bytes, or in the form that every library reads.
    as_whsec = "whsec_" + base64.b64encode(PLAIN.encode()).decode()
    receivers = [(WHSEC, Webhook(WHSEC)), (WHSEC, Webhook(KEY))]
    receivers += [(PLAIN, Webhook(PLAIN.encode())), (PLAIN, Webhook(as_whsec))]
    for secret, receiver in receivers:
        receiver.verify(BODY, headers(secret=secret, at=now))
        with pytest.raises(WebhookVerificationError):
            receiver.verify(BODY + b" ", headers(secret=secret, at=now))
        with pytest.raises(WebhookVerificationError):
            receiver.verify(BODY, headers(secret=secret, at=now - timedelta(minutes=6)))
        with pytest.raises(WebhookVerificationError):
            receiver.verify(BODY, headers(secret=OLD, at=now))


def test_while_secrets_change_the_library_takes_a_delivery_with_either() -> None:
    made = headers(secret=WHSEC, previous_secret=OLD, at=datetime.now(UTC))
    Webhook(WHSEC).verify(BODY, made)
    Webhook(OLD.encode()).verify(BODY, made)
    with pytest.raises(WebhookVerificationError):
        Webhook(PLAIN.encode()).verify(BODY, made)
    alone = headers(secret=WHSEC, at=datetime.now(UTC))["webhook-signature"]
    assert made["webhook-signature"].split(" ")[0].startswith("v1,")
    assert len(made["webhook-signature"].split(" ")) == 2
    assert len(alone.split(" ")) == 1


def test_the_newer_signature_stands_first() -> None:
    made = headers(secret=WHSEC, previous_secret=OLD)["webhook-signature"]
    newer, older = headers(secret=WHSEC), headers(secret=OLD)
    assert made == f"{newer['webhook-signature']} {older['webhook-signature']}"


def test_a_receiver_of_the_contract_takes_every_delivery_across_a_change_of_secrets() -> None:
    """Before, during and after the overlap, for each of the receivers that the guide tells how to build."""
    phases = [
        headers(secret=OLD),
        headers(secret=PLAIN, previous_secret=OLD),
        headers(secret=PLAIN, previous_secret=OLD),
        headers(secret=PLAIN),
    ]

    def by_one_header(made: dict[str, str], *secrets: str) -> bool:
        return made["X-Whisperer-Signature"] in [whisperer(secret) for secret in secrets]

    def by_both_headers(made: dict[str, str], secret: str) -> bool:
        return whisperer(secret) in (made["X-Whisperer-Signature"], made.get("X-Whisperer-Signature-Next"))

    # One that knows both secrets from somewhere in the overlap on looks at the contract's header alone.
    known = [(OLD,), (OLD,), (PLAIN, OLD), (PLAIN, OLD)]
    assert all(by_one_header(made, *secrets) for made, secrets in zip(phases, known, strict=True))
    # One that knows a single secret at a time looks at both headers.
    known = [(OLD,), (OLD,), (PLAIN,), (PLAIN,)]
    assert all(by_both_headers(made, *secrets) for made, secrets in zip(phases, known, strict=True))
    # One that changes nothing is served until the overlap ends, not shut out when it begins.
    assert [by_one_header(made, OLD) for made in phases] == [True, True, True, False]


def test_a_change_to_the_same_secret_is_none() -> None:
    assert headers(secret=PLAIN, previous_secret=PLAIN) == headers(secret=PLAIN)


def test_the_log_in_goes_as_basic_authentication() -> None:
    made = headers(config=BASIC, additional={"authorization": "Bearer x"})
    assert made["Authorization"] == "Basic " + base64.b64encode("depo:şifre:1".encode()).decode()
    assert "authorization" not in made
    assert headers(additional={"Authorization": "Bearer x"})["Authorization"] == "Bearer x"


@pytest.mark.parametrize(
    "config", [{}, {"auth": None}, {"auth": "x"}, {"auth": {"auth_type": "digest"}}, {"a": 1}]
)
def test_without_a_log_in_none_is_sent(config: dict[str, object]) -> None:
    assert "Authorization" not in headers(config=config)


def test_additional_headers_go_along_and_never_over_ours() -> None:
    ours = headers(secret=PLAIN)
    theirs = {"X-Store": "34", "Cookie": "a=b", "x-store": "35"}
    forged: dict[str, str | None] = dict.fromkeys(
        [*(name.upper() for name in ours), *(name.lower() for name in ours)], "forged"
    )
    forged |= {"Host": "x", "X-A": "a\r\nX-B: b", "X C": "c", "X-Aktar-Replay": "true", "webhook-x": "1"}
    forged |= {"X-N": None, "X-Whisperer-Signature-Next": "sha256=0"}
    assert headers(secret=PLAIN, additional=forged | theirs) == ours | {"X-Store": "34", "Cookie": "a=b"}


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=12) | st.none() | st.integers(), max_size=8))
def test_whatever_stands_in_a_row_a_delivery_stays_one_request(additional: dict[str, Any]) -> None:
    made = headers(additional=additional)
    assert made | headers() == made
    assert all(text.isascii() and not set(text) & set("\r\n\0") for pair in made.items() for text in pair)
    assert len({name.lower() for name in made}) == len(made)


@pytest.mark.parametrize(
    ("additional", "fault"),
    [
        ({"": "1"}, HeaderFault.NAME),
        ({"X A": "1"}, HeaderFault.NAME),
        ({"X-A:": "1"}, HeaderFault.NAME),
        ({"X-A\r\nX-B": "1"}, HeaderFault.NAME),
        ({"X-A\n": "1"}, HeaderFault.NAME),
        ({"X-\x00": "1"}, HeaderFault.NAME),
        ({"X-ş": "1"}, HeaderFault.NAME),
        ({"x" * 101: "1"}, HeaderFault.NAME),
        ({"X-A": "a\r\nX-B: b"}, HeaderFault.VALUE),
        ({"X-A": "a\n"}, HeaderFault.VALUE),
        ({"X-A": "\x00"}, HeaderFault.VALUE),
        ({"X-A": "ş"}, HeaderFault.VALUE),
        ({"X-A": "a" * 2001}, HeaderFault.VALUE),
        ({"X-A": 1}, HeaderFault.VALUE),
        ({"X-A": None}, HeaderFault.VALUE),
        ({"X-A": ["a"]}, HeaderFault.VALUE),
        ({"X-A": "1", "x-a": "2"}, HeaderFault.TWICE),
        ({f"X-{n}": "" for n in range(51)}, HeaderFault.TOO_MANY),
    ]
    + [
        ({name: "1"}, HeaderFault.RESERVED)
        for name in [
            "Host",
            "content-length",
            "CONTENT-TYPE",
            "Content-Encoding",
            "Transfer-Encoding",
            "Connection",
            "Keep-Alive",
            "TE",
            "Trailer",
            "Upgrade",
            "Expect",
            "Proxy-Connection",
            "Proxy-Authorization",
            "Accept-Encoding",
            "User-Agent",
            "webhook-id",
            "Webhook-Anything",
            "X-Whisperer-Signature",
            "x-whisperer-x",
            "X-AKTAR-Sequence",
        ]
    ],
)
def test_a_header_that_cannot_be_set_is_refused_by_name(
    additional: dict[str, Any], fault: HeaderFault
) -> None:
    with pytest.raises(HeaderRefused) as refused:
        check_headers(additional)
    assert refused.value.fault is fault
    assert refused.value.name == list(additional)[-1]


def test_headers_that_a_receiver_may_want_are_taken() -> None:
    check_headers({})
    check_headers(
        {"Authorization": "Bearer x", "Cookie": "a=b", "X-Store": "", "Accept": "*/*", "x_y.z": "\t~"}
    )
    check_headers({f"X-{n}": "" for n in range(50)})


@pytest.mark.parametrize("config", [{}, {"auth": None}, BASIC, {"auth": BASIC["auth"] | {"password": ""}}])
def test_a_log_in_by_name_and_password_is_taken(config: dict[str, Any]) -> None:
    check_config(config)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"timeout": 3}, "timeout"),
        ({"auth": "Basic x"}, "auth"),
        ({"auth": []}, "auth"),
        ({"auth": {}}, "auth.auth_type"),
        ({"auth": BASIC["auth"] | {"auth_type": "digest"}}, "auth.auth_type"),
        ({"auth": BASIC["auth"] | {"auth_type": ["basic"]}}, "auth.auth_type"),
        ({"auth": BASIC["auth"] | {"realm": "x"}}, "auth.realm"),
        ({"auth": {"auth_type": "basic", "password": "x"}}, "auth.username"),
        ({"auth": BASIC["auth"] | {"username": ""}}, "auth.username"),
        ({"auth": BASIC["auth"] | {"username": "a:b"}}, "auth.username"),
        ({"auth": BASIC["auth"] | {"username": "a\r\nb"}}, "auth.username"),
        ({"auth": BASIC["auth"] | {"username": 1}}, "auth.username"),
        ({"auth": BASIC["auth"] | {"username": "x" * 501}}, "auth.username"),
        ({"auth": {"auth_type": "basic", "username": "x"}}, "auth.password"),
        ({"auth": BASIC["auth"] | {"password": None}}, "auth.password"),
        ({"auth": BASIC["auth"] | {"password": "\x00"}}, "auth.password"),
        ({"auth": BASIC["auth"] | {"password": "\ud800"}}, "auth.password"),
    ],
)
def test_any_other_configuration_is_refused_by_its_field(config: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigRefused) as refused:
        check_config(config)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "secret", ["12345678", "x" * 500, "a b c d e", WHSEC, PLAIN, "WHSEC_xy", "whsec-12345"]
)
def test_a_secret_that_will_do_is_taken(secret: str) -> None:
    assert is_secret(secret)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "1234567",
        "x" * 501,
        " 12345678",
        "12345678 ",
        "1234\n5678",
        "12345678\n",
        "1234567\x00",
        "çok gizli bir",
        "whsec_",
        "whsec_!!!!",
        "whsec_" + base64.b64encode(KEY[:23]).decode(),
        "whsec_" + base64.b64encode(KEY * 3).decode(),
        WHSEC.rstrip("="),
        WHSEC + "=",
        WHSEC + "\n",
        "whsec_" + base64.urlsafe_b64encode(b"\xff" * 24).decode(),
        WHSEC.replace("8=", "9="),
    ],
)
def test_a_secret_that_receivers_would_read_differently_is_refused(secret: str) -> None:
    assert not is_secret(secret)


@given(st.binary(min_size=24, max_size=64))
def test_every_key_of_24_to_64_bytes_makes_a_secret_that_the_library_reads(key: bytes) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    assert is_secret(secret)
    Webhook(secret).verify(BODY, headers(secret=secret, at=datetime.now(UTC)))


def test_a_secret_that_only_looks_encoded_still_signs_as_its_text() -> None:
    odd = "whsec_not base64"
    assert (
        Webhook(odd.encode()).sign("msg_" + UUID_.hex, AT, BODY.decode())
        == (headers(secret=odd)["webhook-signature"])
    )
