"""A dispatcher within the test's process, and webhooks that no rule has looked at."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from aktar.accounts.models import User
from aktar.webhooks.actions import endpoint_of
from aktar.webhooks.delivery import Dispatcher, Limits
from aktar.webhooks.models import Webhook
from aktar.webhooks.rules import parse_allowed
from tests import factories


def limits(*, allowed: str = "", timeout: float = 2.0, **values: Any) -> Limits:
    """Short ones; no internal network is open unless it is named."""
    return Limits(timeout=timeout, lease=timedelta(seconds=10), allowed=parse_allowed(allowed), **values)


@contextmanager
def delivering(bounds: Limits) -> Iterator[Dispatcher]:
    """A dispatcher that works in a thread; left, it has ended in good order."""
    dispatcher = Dispatcher(bounds, chance=random.Random(1))
    broke: list[BaseException] = []

    def run() -> None:
        try:
            dispatcher.run()
        except BaseException as error:
            broke.append(error)
            raise

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield dispatcher
    finally:
        dispatcher.stop()
        thread.join(30)
    assert not thread.is_alive()
    assert not broke, broke


def saved_before_the_rules(target_url: str, *, user: User | None = None, **values: Any) -> Webhook:
    """A webhook put straight into the table, where nothing refuses anything."""
    owner = user or factories.a_user(is_admin=True)
    filled = {"event_type": "transfer.status.created", "created_date": factories.NOW} | values
    return Webhook.objects.create(
        user=owner,
        endpoint=endpoint_of(owner, target_url),
        target_url=target_url,
        modified_date=factories.NOW,
        **filled,
    )


def wait_until(
    is_so: Callable[[], object], *, seconds: float = 20, or_say: Callable[[], object] = str
) -> None:
    """Wait until it is so; fails, saying more, when it does not become so."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, or_say()
        time.sleep(0.02)
