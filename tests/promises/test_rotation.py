"""Secrets change under a stream of deliveries and none is refused; without its key none goes out unsigned."""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from aiohttp import web
from standardwebhooks import Webhook as StandardWebhook
from standardwebhooks import WebhookVerificationError

from aktar.webhooks.actions import change_secret, keep_webhook
from aktar.webhooks.models import Standing, Webhook, WebhookAttempt, WebhookEvent
from tests import factories
from tests.promises.load import RETRY_AT_ONCE, left
from tests.promises.processes import Start
from tests.webhooks.deliveries import make_due, tell
from tests.webhooks.dispatching import wait_until
from tests.webhooks.receiver import Delivery, Receiver

CREATED = "transfer.status.created"
SECRETS = [
    "the first one, in plain text",
    "whsec_" + base64.b64encode(bytes(range(32))).decode(),
    "the third",
]

pytestmark = pytest.mark.django_db(transaction=True)


class Verifier:
    """A receiver's part: it knows one secret, and answers 401 to what that does not verify."""

    def __init__(self) -> None:
        self.secret = SECRETS[0]
        self.accepted = 0
        self.refused: list[Delivery] = []

    async def __call__(self, delivery: Delivery) -> web.StreamResponse:
        if not self.is_genuine(delivery):
            self.refused.append(delivery)
            return web.Response(status=401)
        self.accepted += 1
        return web.Response(status=204)

    def is_genuine(self, delivery: Delivery) -> bool:
        raise NotImplementedError


class ByStandard(Verifier):
    """With the library, as docs/receiving-webhooks.md says."""

    def is_genuine(self, delivery: Delivery) -> bool:
        secret = self.secret
        if not secret.startswith("whsec_"):
            secret = "whsec_" + base64.b64encode(secret.encode()).decode()
        try:
            StandardWebhook(secret).verify(delivery.body, dict(delivery.headers))
        except WebhookVerificationError:
            return False
        return True


class ByWhisperer(Verifier):
    """The program whisperer.py of docs/receiving-webhooks.md: both headers, one secret."""

    def is_genuine(self, delivery: Delivery) -> bool:
        expected = "sha256=" + hmac.new(self.secret.encode(), delivery.body, hashlib.sha256).hexdigest()
        names = ("X-Whisperer-Signature", "X-Whisperer-Signature-Next")
        return any(hmac.compare_digest(expected, delivery.headers.get(name, "")) for name in names)


class ByWhispererAlone(Verifier):
    """Looks at the one header of the contract, and keeps the secret before beside its own."""

    def is_genuine(self, delivery: Delivery) -> bool:
        given: Mapping[str, str] = delivery.headers
        newest = SECRETS.index(self.secret)
        return any(
            hmac.compare_digest(
                "sha256=" + hmac.new(one.encode(), delivery.body, hashlib.sha256).hexdigest(),
                given.get("X-Whisperer-Signature", ""),
            )
            for one in SECRETS[max(0, newest - 1) : newest + 1]
        )


def test_no_delivery_is_refused_while_secrets_change(receiver: Receiver, start_dispatcher: Start) -> None:
    """Twice, with receivers that each take up the new secret when they come to it."""
    owner = factories.a_user(is_admin=True)
    verifiers = {"/standard": ByStandard(), "/whisperer": ByWhisperer(), "/alone": ByWhispererAlone()}
    receiver.by_path.update(verifiers)
    webhooks = [
        factories.a_webhook(CREATED, user=owner, target_url=receiver.url(path), secret_key=SECRETS[0])
        for path in verifiers
    ]
    start_dispatcher()
    told = 0

    def stream(count: int) -> None:
        nonlocal told
        for _ in range(count):
            told += 1
            tell(told % 10)

    stream(20)
    receiver.wait_for(10)
    for secret in SECRETS[1:]:
        for pk in [webhook.pk for webhook in webhooks]:
            # Committed between deliveries, while others are on their way.
            webhook = Webhook.objects.get(pk=pk)
            change_secret(webhook, secret, now=datetime.now(UTC))
            keep_webhook(webhook, now=datetime.now(UTC))
            stream(5)
        # What was claimed with the one secret alone arrives before anybody lets go of it.
        wait_until(lambda: left() == 0, or_say=left)
        for verifier in verifiers.values():
            stream(5)
            verifier.secret = secret
            stream(5)
        wait_until(lambda: left() == 0, or_say=left)
    assert [len(verifier.refused) for verifier in verifiers.values()] == [0, 0, 0]
    assert [verifier.accepted for verifier in verifiers.values()] == [told] * 3
    signatures = {one.headers["webhook-signature"].count("v1,") for one in receiver.arrived}
    assert signatures == {1, 2}


def test_without_its_key_nothing_goes_out_and_with_it_everything_does(
    receiver: Receiver, start_dispatcher: Start
) -> None:
    webhook = factories.a_webhook(
        CREATED, target_url=receiver.url(), secret_key=SECRETS[0], retry_countdown_config=RETRY_AT_ONCE
    )
    factories.a_webhook(CREATED, target_url=receiver.url("/unsigned"), additional_headers={"X-A": "b"})
    for object_id in range(4):
        tell(object_id)
    with_another_key = start_dispatcher(AKTAR_WEBHOOK_KEY="another key that fits nothing here")
    wait_until(lambda: WebhookAttempt.objects.count() >= 8)
    time.sleep(0.2)
    with_another_key.stop()
    assert receiver.arrived == []
    tries = WebhookAttempt.objects.values_list("error_kind", "response_http_status", "address")
    assert set(tries) == {("secret_unreadable", None, "")}
    [said] = set(
        WebhookAttempt.objects.filter(webhook_event__webhook=webhook).values_list(
            "response_content", flat=True
        )
    )
    assert b"AKTAR_WEBHOOK_KEY" in bytes(said)
    assert SECRETS[0].encode() not in bytes(said)
    assert set(WebhookEvent.objects.values_list("standing", "delivered")) == {(Standing.DUE, False)}
    make_due()
    start_dispatcher()
    receiver.wait_for(8)
    wait_until(lambda: left() == 0, or_say=left)
    signed = [one for one in receiver.arrived if one.path == "/hook"]
    verifier = ByStandard()
    assert len(signed) == 4
    assert all(verifier.is_genuine(one) for one in signed)
