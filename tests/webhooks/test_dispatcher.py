"""The dispatcher's manners: it rests while it waits, probes with one request, and gives up what kills it."""

import time
from datetime import UTC, datetime

import pytest

from aktar.webhooks.models import Endpoint, Standing, WebhookAttempt, WebhookEvent
from tests.webhooks.deliveries import claimed, make_due, tell
from tests.webhooks.dispatching import delivering, limits, saved_before_the_rules, wait_until
from tests.webhooks.lines import OK, Line, saying

LOOPBACK = "127.0.0.0/8"

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_dispatcher_rests_while_all_that_it_may_send_is_under_way() -> None:
    with Line(lambda _: time.sleep(30)) as receiver:
        saved_before_the_rules(receiver.url())
        for number in range(20):
            tell(number)
        with delivering(limits(allowed=LOOPBACK, timeout=3.0)):
            wait_until(lambda: len(receiver.requests) >= 16)
            spent, begun = time.process_time(), time.monotonic()
            time.sleep(1.0)
            # Spinning, it took more than half of a processor, however busy the machine was.
            assert time.process_time() - spent < 0.3 * (time.monotonic() - begun)


def test_an_endpoint_that_rested_is_probed_with_one_request() -> None:
    refusing = saying(b"HTTP/1.1 500 no\r\nContent-Length: 0\r\n\r\n")
    with Line(refusing) as receiver:
        saved_before_the_rules(receiver.url())
        Endpoint.objects.update(failures=5)
        for number in range(40):
            tell(number)
        with delivering(limits(allowed=LOOPBACK)):
            wait_until(lambda: Endpoint.objects.get().failures == 6)
            time.sleep(0.3)
        assert len(receiver.requests) == 1


def test_an_endpoint_whose_probe_is_answered_well_gets_the_rest() -> None:
    with Line(saying(OK)) as receiver:
        saved_before_the_rules(receiver.url())
        Endpoint.objects.update(failures=5)
        for number in range(40):
            tell(number)
        with delivering(limits(allowed=LOOPBACK)):
            wait_until(lambda: WebhookEvent.objects.filter(delivered=True).count() == 40)


def test_an_event_that_no_dispatcher_survived_is_given_up_and_the_next_goes_out() -> None:
    with Line(saying(OK)) as receiver:
        webhook = saved_before_the_rules(receiver.url())
        tell()
        tell()
        for _ in range(3):
            assert [one.sequence for one in claimed(webhook)] == [1]
            make_due()
        with delivering(limits(allowed=LOOPBACK, attempts=3)):
            wait_until(lambda: WebhookEvent.objects.filter(delivered=True).exists())
        first, second = WebhookEvent.objects.order_by("sequence")
        assert first.standing == Standing.GIVEN_UP
        assert second.standing == Standing.DELIVERED
        assert len(receiver.requests) == 1
        attempt = WebhookAttempt.objects.get(webhook_event=first)
        assert attempt.error_kind == "never_settled"
        assert attempt.started_at <= datetime.now(UTC)
