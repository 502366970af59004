"""The receivers that docs/receiving-webhooks.md shows run, take what we send, and refuse everything else."""

import base64
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from standardwebhooks import WebhookVerificationError

from aktar.webhooks.rules import envelope, request_headers
from tests.conftest import free_port

GUIDE = Path(__file__).parents[2] / "docs" / "receiving-webhooks.md"
STARTING = 30  # seconds
IN_TRANSIT = "transfer.status.in_transit"
WHSEC = "whsec_" + base64.b64encode(bytes(range(200, 232))).decode()
PLAIN, OTHER = "a plain secret, long enough", "a secret of somebody else"

# What runs each of the guide's programs. Those that `required` names are installed for the continuous checks.
RUN_BY = {
    "receiver.py": sys.executable,
    "receiver.mjs": "node",
    "receiver.php": "php",
    "Receiver.java": "java",
}
REQUIRED = {"receiver.py", "receiver.mjs"}


def program(name: str) -> str:
    """The code block of the guide whose first line names it."""
    blocks = re.findall(
        r"^```(?:python|js|php|java)\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL
    )
    found: str
    (found,) = [block for block in blocks if name in block.partition("\n")[0]]
    return found


@dataclass(frozen=True)
class Receiver:
    """A running program of the guide, which knows two secrets, and the folder where it keeps deliveries."""

    port: int
    inbox: Path

    def hear(self, body: bytes, headers: Mapping[str, str], *, method: str = "POST") -> int:
        """The status of its answer."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            line.request(method, "/aktar", body=body, headers=dict(headers))
            return line.getresponse().status
        finally:
            line.close()

    def kept(self) -> dict[str, bytes]:
        """What it keeps, by the names of the files."""
        return {file.name: file.read_bytes() for file in self.inbox.iterdir()}


@pytest.fixture(scope="module", params=RUN_BY)
def receiver(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """Each receiver of the guide in its turn."""
    name: str = request.param
    runs = shutil.which(RUN_BY[name])
    if runs is None and name in REQUIRED and os.environ.get("AKTAR_TEST_REQUIRE"):
        pytest.fail(f"{RUN_BY[name]} is required (AKTAR_TEST_REQUIRE) and not installed.")
    if runs is None:
        pytest.skip(f"{name} of the guide does not run without {RUN_BY[name]}.")
    folder = tmp_path_factory.mktemp("receiver")
    inbox, port, log = folder / "inbox", free_port(), folder / "log"
    inbox.mkdir()
    (folder / name).write_text(program(name))
    options = ["-S", f"127.0.0.1:{port}"] if name == "receiver.php" else []
    with log.open("wb") as file:
        process = subprocess.Popen(
            [runs, *options, name],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PORT": str(port), "INBOX": str(inbox)}
            | {"AKTAR_SECRET": WHSEC, "AKTAR_SECRET_NEXT": PLAIN},
            stdout=file,
            stderr=file,
        )
    try:
        _wait_until_listening(port, process, log)
        yield Receiver(port, inbox)
    finally:
        process.kill()
        process.wait()


def _wait_until_listening(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"The receiver does not listen:\n{log.read_text()}")


@dataclass(frozen=True)
class Delivery:
    """A delivery as it is sent: its id, its body and its headers."""

    uuid: UUID
    body: bytes
    headers: dict[str, str]

    @property
    def name(self) -> str:
        return f"msg_{self.uuid.hex}"


def a_delivery(*, uuid: UUID | None = None, age: float = 0, **values: Any) -> Delivery:
    """A delivery that was begun so many seconds ago."""
    uuid = uuid or uuid4()
    body = envelope(IN_TRANSIT, uuid, '{"id":1358,"name":"Sıra ş 𝟙","price":1.00}').encode()
    usual: dict[str, Any] = {
        "event_type": IN_TRANSIT,
        "uuid": uuid,
        "sequence": 7,
        "at": datetime.now(UTC) - timedelta(seconds=age),
        "secret": WHSEC,
        "previous_secret": None,
        "additional": {},
        "config": {},
        "is_replay": False,
    }
    return Delivery(uuid, body, request_headers(body, **usual | values))


def without(headers: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in names}


GENUINE: dict[str, dict[str, Any]] = {
    "signed with a secret in base64": {"secret": WHSEC},
    "signed with a plain secret": {"secret": PLAIN},
    "while both secrets are known": {"secret": PLAIN, "previous_secret": WHSEC},
    "while the older is known": {"secret": OTHER, "previous_secret": WHSEC},
    "while the newer is known": {"secret": WHSEC, "previous_secret": OTHER},
    "four minutes old": {"age": 240},
    "four minutes ahead": {"age": -240},
    "a replay": {"is_replay": True},
    "with headers of the owner's": {"additional": {"X-Store": "34"}},
}


def test_the_guides_receivers_take_and_keep_what_is_genuine(
    receiver: Receiver, subtests: pytest.Subtests
) -> None:
    for what, values in GENUINE.items():
        with subtests.test(what):
            delivery = a_delivery(**values)
            assert receiver.hear(delivery.body, delivery.headers) == 204
            assert receiver.kept()[delivery.name] == b"7\n" + delivery.body


def test_what_comes_again_is_welcome_and_kept_once(receiver: Receiver) -> None:
    before, uuid = receiver.kept(), uuid4()
    for age in (60, 30, 0):
        delivery = a_delivery(uuid=uuid, age=age)
        assert receiver.hear(delivery.body, delivery.headers) == 204
    assert receiver.kept() == before | {delivery.name: b"7\n" + delivery.body}


def test_what_has_no_sequence_is_kept_without(receiver: Receiver) -> None:
    delivery = a_delivery(sequence=None)
    assert receiver.hear(delivery.body, delivery.headers) == 204
    assert receiver.kept()[delivery.name] == b"\n" + delivery.body


def _forgeries() -> dict[str, tuple[bytes, dict[str, str]]]:
    genuine, another = a_delivery(), a_delivery()
    body, headers = genuine.body, genuine.headers
    signature = headers["webhook-signature"]
    old, ahead = a_delivery(age=600), a_delivery(age=-600)
    others, unsigned = a_delivery(secret=OTHER), a_delivery(secret=None)

    def told(**changed: str) -> tuple[bytes, dict[str, str]]:
        return body, headers | {name.replace("_", "-"): value for name, value in changed.items()}

    return {
        "another amount": (body.replace(b"1.00", b"9.00"), headers),
        "a byte more": (body + b" ", headers),
        "no body": (b"", headers),
        "the body of another": (another.body, headers),
        "the id of another": told(webhook_id=another.headers["webhook-id"]),
        "an id that leads elsewhere": told(webhook_id="../msg_" + "0" * 32),
        "ten minutes old": (old.body, old.headers),
        "ten minutes ahead": (ahead.body, ahead.headers),
        "old, with the time of now": (
            old.body,
            old.headers | {"webhook-timestamp": headers["webhook-timestamp"]},
        ),
        "a time in words": told(webhook_timestamp="now"),
        "a time that is none": told(webhook_timestamp="NaN"),
        "a time as a fraction": told(webhook_timestamp=headers["webhook-timestamp"] + ".0"),
        "a time of 5000 digits": told(webhook_timestamp="9" * 5000),
        "somebody else's secret": (others.body, others.headers),
        "nothing signed": (unsigned.body, unsigned.headers),
        "an empty signature": told(webhook_signature=""),
        "a signature of an unknown kind": told(webhook_signature=signature.replace("v1,", "v2,")),
        "a bare signature": told(webhook_signature=signature.removeprefix("v1,")),
        "half a signature": told(webhook_signature=signature[:20]),
        "rubbish for a signature": told(webhook_signature="v1,!!! v1, , \xff v1"),
        "the signature of the other dialect": told(webhook_signature=headers["X-Whisperer-Signature"]),
        "without id": (body, without(headers, "webhook-id")),
        "without time": (body, without(headers, "webhook-timestamp")),
        "without signature": (body, without(headers, "webhook-signature")),
    }


def test_the_guides_receivers_refuse_and_keep_nothing_that_is_not(
    receiver: Receiver, subtests: pytest.Subtests
) -> None:
    before = receiver.kept()
    for what, (body, headers) in _forgeries().items():
        with subtests.test(what):
            assert receiver.hear(body, headers) == 401
    assert receiver.hear(b"", {}, method="GET") in (405, 501)
    assert receiver.kept() == before


def test_the_guide_names_every_header_that_we_send() -> None:
    whole = a_delivery(secret=PLAIN, previous_secret=WHSEC, is_replay=True).headers
    named = GUIDE.read_text().partition("## What to answer")[0]
    assert [name for name in whole if name not in named] == []


def _functions_of(name: str) -> SimpleNamespace:
    names: dict[str, Any] = {}
    exec(compile(program(name), name, "exec"), names)  # noqa: S102 (the guide is ours)
    return SimpleNamespace(**names)


@pytest.mark.parametrize("secret", [WHSEC, PLAIN])
def test_the_guides_way_with_the_library_takes_every_kind_of_secret(secret: str) -> None:
    read, delivery = _functions_of("with_library.py").read, a_delivery(secret=secret)
    assert read(secret, delivery.headers, delivery.body)["payload"]["id"] == 1358
    for forged in (delivery.body + b" ", delivery.body.replace(b"1.00", b"9.00")):
        with pytest.raises(WebhookVerificationError):
            read(secret, delivery.headers, forged)
    late = a_delivery(secret=secret, age=600)
    with pytest.raises(WebhookVerificationError):
        read(secret, late.headers, late.body)


def test_the_guides_way_with_the_contracts_header_loses_nothing_while_secrets_change() -> None:
    is_genuine = _functions_of("whisperer.py").is_genuine
    changes = [(WHSEC, None), (PLAIN, WHSEC), (PLAIN, None)]
    before, overlap, after = (a_delivery(secret=new, previous_secret=old) for new, old in changes)
    for known, deliveries in ((WHSEC, [before, overlap]), (PLAIN, [overlap, after])):
        for delivery in deliveries:
            assert is_genuine(known, delivery.headers, delivery.body)
            assert not is_genuine(known, delivery.headers, delivery.body + b" ")
            assert not is_genuine(OTHER, delivery.headers, delivery.body)
    assert not is_genuine(WHSEC, {}, before.body)
