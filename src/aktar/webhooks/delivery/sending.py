"""One attempt: the claimed event as a request, and what came of it as an Outcome."""

import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

import aiohttp

from aktar.edge.encryption import CannotDecrypt, Sealed
from aktar.webhooks.actions import Claimed, Kind, Outcome
from aktar.webhooks.delivery.connecting import post
from aktar.webhooks.delivery.limits import Limits
from aktar.webhooks.delivery.naming import AddressRefused
from aktar.webhooks.rules import Network, TargetRefused, check_target, envelope, request_headers

LONGEST_COMPLAINT = 500
Value = TypeVar("Value")


async def send(session: aiohttp.ClientSession, claimed: Claimed, limits: Limits) -> Outcome:
    """Send one event once. Whatever goes wrong is part of the outcome; only being cancelled is raised."""
    at = datetime.now(UTC)
    begun = time.monotonic()

    def outcome(kind: Kind, **rest: object) -> Outcome:
        spent = round((time.monotonic() - begun) * 1000)
        return Outcome(claimed, kind, at, duration_ms=spent, **rest)  # type: ignore[arg-type] # its fields

    def failed(error_kind: str, complaint: str, address: str = "") -> Outcome:
        words = complaint[:LONGEST_COMPLAINT].encode("utf-8", "replace")
        return outcome(Kind.FAILED, error_kind=error_kind, content=words, address=address)

    try:
        _require_target(claimed.listener.target_url, limits.allowed, limits.own)
        url, body, headers = _request(claimed, at)
    except TargetRefused as refusal:
        return failed("address_refused", str(refusal))
    except CannotDecrypt as error:
        return failed("secret_unreadable", str(error))
    try:
        answer = await post(session, url, body, headers, most=limits.answer_bytes, within=limits.timeout)
    except TimeoutError:
        return failed("timeout", f"No answer within {limits.timeout:g} seconds.")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return failed(*_blamed(error))
    return outcome(
        Kind.ANSWERED,
        status=answer.status,
        content=answer.content,
        address=answer.address[:64],
        retry_after=answer.retry_after,
    )


def _request(claimed: Claimed, at: datetime) -> tuple[str, bytes, dict[str, str]]:
    listener = claimed.listener
    body = envelope(claimed.event_type, claimed.uuid, claimed.payload).encode()
    headers = request_headers(
        body,
        event_type=claimed.event_type,
        uuid=claimed.uuid,
        sequence=claimed.sequence,
        at=at,
        secret=_opened(listener.secret),
        previous_secret=_opened(listener.previous_secret),
        additional=_opened(listener.headers),
        config=_opened(listener.config),
        is_replay=claimed.is_replay,
    )
    return listener.target_url, body, headers


@lru_cache(maxsize=1024)
def _require_target(url: str, allowed: tuple[Network, ...], own: frozenset[tuple[str, int]]) -> None:
    # Once more, though it was checked when it was kept: the rules, and where we answer, may be others by now.
    check_target(url, allowed=allowed, own=own)


@lru_cache(maxsize=1024)
def _open(sealed: Sealed[Value]) -> Value:
    # Opening costs more than signing; what is sealed never changes.
    return sealed.open()


def _opened(sealed: Any) -> Any:
    return None if sealed is None else _open(sealed)


def _blamed(error: Exception) -> tuple[str, str, str]:
    """The kind of error, what it says, and the address it says it of."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, AddressRefused):
            return ("address_refused", str(cause), cause.address[:64])
        cause = getattr(cause, "os_error", None) or cause.__cause__
    kinds: tuple[tuple[type[Exception], str], ...] = (
        (aiohttp.ClientConnectorDNSError, "name_unknown"),
        (aiohttp.ClientSSLError, "tls"),
        (aiohttp.ClientConnectorError, "connect"),
        (aiohttp.ServerDisconnectedError, "disconnected"),
        (aiohttp.InvalidURL, "address"),
        (aiohttp.ClientResponseError, "answer"),
        (aiohttp.ClientPayloadError, "answer"),
        (ConnectionError, "disconnected"),
        (aiohttp.ClientError, "connection"),
        (OSError, "connection"),
    )
    for kind, name in kinds:
        if isinstance(error, kind):
            return (name, str(error) or name, "")
    return ("request", str(error), "")
