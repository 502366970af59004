"""What a delivery looks like: its body, its headers, and how it is signed.

Two dialects stand side by side in the headers. `X-Whisperer-Signature` is one value over the body; its key is
the secret's text in UTF-8, whatever it begins with. The headers of Standard Webhooks sign id and time too,
with what stands in base64 behind `whsec_`, or with the text of a secret that does not begin so. Libraries of
Standard Webhooks take every text for base64: such a plain secret they want as bytes, or as `whsec_` and the
base64 of its text.
"""

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from aktar.webhooks.rules.additions import MOST_HEADERS, header_fault, key_of_whsec

PAYLOAD_LANGUAGE = "en-us"
USER_AGENT = "aktar"


def envelope(event_type: str, uuid: UUID, payload: str) -> str:
    """The body of a delivery: a fixed envelope around the payload's frozen text.

    The event's uuid is written without dashes, as the contract's samples do.
    """
    return f'{{"event":{{"type":"{event_type}","uuid":"{uuid.hex}"}},"payload":{payload}}}'


def request_headers(
    body: bytes,
    *,
    event_type: str,
    uuid: UUID,
    sequence: int | None,
    at: datetime,
    secret: str | None,
    previous_secret: str | None,
    additional: Mapping[str, Any],
    config: Mapping[str, Any],
    is_replay: bool,
) -> dict[str, str]:
    """The headers of one attempt, begun `at`; those that the owner added never replace ours.

    What of the additional headers and the configuration cannot be sent is left out, so that a row from
    before the rules cannot stop a delivery. Without a secret nothing is signed. While a secret is changed
    (`previous_secret`), `webhook-signature` carries both signatures, the newer first; `X-Whisperer-Signature`
    can hold but one and stays with the older secret, `X-Whisperer-Signature-Next` has the newer one's.
    """
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "X-Whisperer-Event": event_type,
        "webhook-id": f"msg_{uuid.hex}",
        "webhook-timestamp": str(int(at.timestamp())),
    }
    if sequence is not None:
        headers["X-Aktar-Sequence"] = str(sequence)
    if is_replay:
        headers["X-Aktar-Replay"] = "true"
    headers |= _signatures(headers, body, secret=secret, previous_secret=previous_secret)
    headers |= _log_in(config)
    taken = {name.lower() for name in headers}
    added = list(additional.items()) if isinstance(additional, Mapping) else []
    for name, value in added[:MOST_HEADERS]:
        if name.lower() not in taken and header_fault(name, value) is None:
            headers[name] = value
            taken.add(name.lower())
    return headers


def _signatures(
    headers: Mapping[str, str], body: bytes, *, secret: str | None, previous_secret: str | None
) -> dict[str, str]:
    if not secret:
        return {}
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    if not previous_secret or previous_secret == secret:
        return {
            "X-Whisperer-Signature": _whisperer(secret, body),
            "webhook-signature": _standard(secret, signed),
        }
    return {
        "X-Whisperer-Signature": _whisperer(previous_secret, body),
        "X-Whisperer-Signature-Next": _whisperer(secret, body),
        "webhook-signature": f"{_standard(secret, signed)} {_standard(previous_secret, signed)}",
    }


def _whisperer(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


def _standard(secret: str, signed: bytes) -> str:
    key = key_of_whsec(secret) or secret.encode()
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def _log_in(config: Mapping[str, Any]) -> dict[str, str]:
    auth = config.get("auth") if isinstance(config, Mapping) else None
    if not isinstance(auth, Mapping) or auth.get("auth_type") != "basic":
        return {}
    credentials = f"{auth.get('username') or ''}:{auth.get('password') or ''}"
    return {"Authorization": "Basic " + base64.b64encode(credentials.encode("utf-8", "replace")).decode()}
