"""Promise 10: no webhook calls an internal network, whatever its address says and whoever is asked for it."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import aiohttp.connector
import pytest

from aktar.webhooks.delivery import Limits
from aktar.webhooks.models import Standing, Webhook, WebhookAttempt, WebhookEvent
from tests.factories import a_user
from tests.webhooks.deliveries import tell
from tests.webhooks.dispatching import delivering, limits, saved_before_the_rules, wait_until
from tests.webhooks.lines import OK, OK_AND_GOODBYE, Line, saying
from tests.webhooks.test_targets import INTERNAL, METADATA, REFUSED

# Stands for the public internet: the one address here that the operator's rules let through.
PUBLIC = "127.0.0.2"
OPEN = f"{PUBLIC}/32"

pytestmark = pytest.mark.django_db(transaction=True)

Names = dict[str, list[list[str]]]


@pytest.fixture
def within() -> Iterator[Line]:
    """A service of the inside, on one port of each of this machine's loopback addresses that there are."""
    with ExitStack() as stack:
        inside = stack.enter_context(Line(saying(OK)))
        if _has_ipv6():
            also = stack.enter_context(Line(saying(OK), host="::1", port=inside.port))
        yield inside
        assert inside.connections == 0
        if _has_ipv6():
            assert also.connections == 0


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """The answers that a name server under somebody's control gives, one after the other, the last for ever.

    Names of loopback are asked of the system; nothing else is known, and nobody outside is asked.
    """
    known: Names = {}
    ask = socket.getaddrinfo

    def answer(host: Any, port: Any, *given: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if name in known:
            answers = known[name]
            addresses = answers.pop(0) if len(answers) > 1 else answers[0]
            return [found for one in addresses for found in ask(one, port, type=socket.SOCK_STREAM)]
        if "localhost" in name or re.fullmatch("[0-9a-fx.:]+", name):
            return ask(host, port, *given, **more)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return known


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def _with_port(host: str, port: int) -> str:
    return f"http://{host}:{port}/hook"


def _attempts(webhook: Webhook | None = None) -> list[tuple[int | None, str]]:
    found = WebhookAttempt.objects.order_by("started_at", "id")
    if webhook is not None:
        found = found.filter(webhook_event__webhook=webhook)
    return list(found.values_list("response_http_status", "error_kind"))


def _tried(count: int) -> None:
    wait_until(lambda: WebhookAttempt.objects.count() >= count, or_say=WebhookAttempt.objects.count)


def _requires_failures(*kinds: str) -> None:
    """Every try failed in one of these ways, was kept in few bytes, and will be made again."""
    tries = WebhookAttempt.objects.values_list(
        "webhook_event__webhook__target_url", "error_kind", "response_http_status", "response_content"
    )
    wrong = {url: (kind, status) for url, kind, status, _ in tries if kind not in kinds or status is not None}
    assert wrong == {}
    assert all(0 < len(bytes(content)) <= 500 for *_, content in tries)
    owed = WebhookEvent.objects.values_list("standing", "delivered", "lease")
    assert set(owed) == {(Standing.DUE, False, None)}


def test_no_spelling_of_an_internal_address_is_called(within: Line, names: Names) -> None:
    """A service listens on loopback, and rows from before the rules name it in every way there is."""
    hosts = [*INTERNAL, *(f"[{one}]" if ":" in one else one for one in METADATA), "0", "[::]", "localhost."]
    targets = {_with_port(host, within.port) for host in hosts}
    owner = a_user(is_admin=True)
    for target in targets:
        saved_before_the_rules(target, user=owner)
    tell()
    with delivering(limits()):
        _tried(len(targets))
    _requires_failures("address_refused", "name_unknown", "address")
    kinds = dict(WebhookAttempt.objects.values_list("webhook_event__webhook__target_url", "error_kind"))
    # What leads to the listener is refused for what it is, not because it was not understood.
    loopback = ["127.0.0.1", "①②⑦．0．0．1", "0x7f.1", "[::]", "[::1]", "[::ffff:127.0.0.1]", "localhost"]
    for host in loopback:
        assert kinds[_with_port(host, within.port)] == "address_refused", host


def test_no_address_that_is_none_leads_inside(within: Line, names: Names) -> None:
    """Rows with a user name, another scheme, a port beyond the last, or signs where none belong."""
    targets = {
        target.replace("127.0.0.1", f"127.0.0.1:{within.port}")
        for targets in REFUSED.values()
        for target in targets
        # Not what no table takes, and not what leads out of here.
        if not re.search("\x00|\ud800|2606:", target) and len(target) <= 2000
    }
    targets |= {
        f"https://127.0.0.1:{within.port}/",
        f"ws://127.0.0.1:{within.port}/",
        f"tcp://127.0.0.1:{within.port}/",
        f"http://name:password@127.0.0.1:{within.port}/",
        f"http://erp.example.com:80\\@127.0.0.1:{within.port}/",
        f"http://127.0.0.1:{within.port}\r\nHost: erp.example.com/",
        f"http://[::ffff:127.0.0.1%25lo]:{within.port}/",
    }
    owner = a_user(is_admin=True)
    for target in targets:
        saved_before_the_rules(target, user=owner)
    tell()
    with delivering(limits()):
        _tried(len(targets))
    _requires_failures("address_refused", "name_unknown", "address")


def test_our_own_address_is_not_called_and_its_neighbours_are(names: Names) -> None:
    """A row from before the rules, or from before we moved there, leads to this service itself."""
    names["api.aktar.example"] = [[PUBLIC]]
    with Line(saying(OK), host=PUBLIC) as ours, Line(saying(OK), host=PUBLIC) as neighbour:
        own = frozenset({("api.aktar.example", ours.port)})
        loop = saved_before_the_rules(_with_port("API.aktar.example.", ours.port))
        beside = saved_before_the_rules(_with_port("api.aktar.example", neighbour.port))
        tell()
        with delivering(limits(allowed=OPEN, own=own)):
            _tried(2)
        assert (ours.connections, neighbour.connections) == (0, 1)
    assert _attempts(loop) == [(None, "address_refused")]
    assert _attempts(beside) == [(200, "")]


def test_an_installation_knows_its_own_address(settings: Any) -> None:
    settings.AKTAR_PUBLIC_URL = "https://aktar.example.com"
    assert Limits.from_settings().own == {("aktar.example.com", 443)}


def test_a_name_that_turns_inwards_after_it_was_called_is_called_no_more(
    within: Line, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    names["turning.example"] = [[PUBLIC], ["127.0.0.1"]]
    webhook = saved_before_the_rules(_with_port("turning.example", within.port))
    with (
        Line(saying(OK_AND_GOODBYE), host=PUBLIC, port=within.port) as outside,
        delivering(limits(allowed=OPEN)),
    ):
        tell(1)
        _tried(1)
        # An answer of the name server is believed for ten seconds.
        monkeypatch.setattr(aiohttp.connector, "monotonic", _later(11))
        tell(2)
        _tried(2)
        assert outside.connections == 1
    assert _attempts(webhook) == [(200, ""), (None, "address_refused")]


def test_of_a_name_with_addresses_inside_and_outside_only_those_outside_are_called(
    within: Line, names: Names
) -> None:
    answers = [["127.0.0.1", PUBLIC], [PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC, "::1", "10.0.0.1"]]
    owner = a_user(is_admin=True)
    for number, answer in enumerate(answers):
        names[f"both{number}.example"] = [answer]
        saved_before_the_rules(_with_port(f"both{number}.example", within.port), user=owner)
    with Line(saying(OK), host=PUBLIC, port=within.port) as outside, delivering(limits(allowed=OPEN)):
        for object_id in range(8):
            tell(object_id)
        _tried(8 * len(answers))
        assert len(outside.requests) == 8 * len(answers)
    assert set(_attempts()) == {(200, "")}
    assert set(WebhookAttempt.objects.values_list("address", flat=True)) == {PUBLIC}


def test_where_the_address_outside_does_not_answer_the_one_inside_is_not_taken_instead(
    within: Line, names: Names
) -> None:
    names["both.example"] = [[PUBLIC, "127.0.0.1", "::1"]]
    saved_before_the_rules(_with_port("both.example", within.port))
    tell()
    with delivering(limits(allowed=OPEN)):
        _tried(1)
    _requires_failures("connect")


def test_a_name_of_nothing_but_internal_addresses_is_refused_and_says_so(within: Line, names: Names) -> None:
    answers = [["127.0.0.1", "::1"], ["::ffff:127.0.0.1"], ["10.0.0.1", "169.254.169.254"]]
    owner = a_user(is_admin=True)
    for number, answer in enumerate(answers):
        names[f"inside{number}.example"] = [answer]
        saved_before_the_rules(_with_port(f"inside{number}.example", within.port), user=owner)
    tell()
    with delivering(limits()):
        _tried(len(answers))
    _requires_failures("address_refused")
    addresses = set(WebhookAttempt.objects.values_list("address", flat=True))
    assert addresses <= {one for answer in answers for one in answer} | {"127.0.0.1"}


def test_a_redirect_inside_is_not_followed_and_is_a_failure(within: Line, names: Names) -> None:
    """Also where the network that it leads to is open: the owner chose one address, and no other."""
    owner = a_user(is_admin=True)
    statuses = [301, 302, 303, 307, 308]
    with ExitStack() as stack:
        outside = []
        for status in statuses:
            answer = (
                f"HTTP/1.1 {status} Elsewhere\r\nLocation: {within.url('/secret')}\r\n"
                f"Refresh: 0; url={within.url()}\r\nContent-Length: 0\r\n\r\n"
            )
            outside.append(stack.enter_context(Line(saying(answer.encode()), host=PUBLIC)))
            saved_before_the_rules(outside[-1].url(), user=owner)
        tell()
        stack.enter_context(delivering(limits(allowed="127.0.0.0/8")))
        _tried(len(statuses))
        assert [len(one.requests) for one in outside] == [1] * len(statuses)
    assert sorted(_attempts()) == [(status, "") for status in statuses]
    assert not WebhookEvent.objects.filter(delivered=True).exists()


def test_a_connection_that_is_kept_for_one_host_is_not_used_for_another(within: Line, names: Names) -> None:
    names["outside.example"] = [[PUBLIC]]
    names["inside.example"] = [["127.0.0.1"]]
    owner = a_user(is_admin=True)
    with Line(saying(OK), host=PUBLIC, port=within.port) as outside, delivering(limits(allowed=OPEN)):
        good = saved_before_the_rules(_with_port("outside.example", within.port), user=owner)
        tell(1)
        _tried(1)
        bad = saved_before_the_rules(_with_port("inside.example", within.port), user=owner)
        tell(2)
        _tried(3)
        assert outside.connections == 1, "the connection was not kept, and nothing is shown by this test"
        hosts = {line for request in outside.requests for line in request.split(b"\r\n") if b"Host:" in line}
    assert hosts == {b"Host: outside.example:%d" % within.port}
    assert _attempts(good) == [(200, "")] * 2
    assert _attempts(bad) == [(None, "address_refused")]


def test_names_that_nobody_answers_for_hold_up_no_other(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever runs a name server may let it stay silent for as long as the system asks."""
    answer = socket.getaddrinfo
    names["good.example"] = [[PUBLIC]]
    with ExitStack() as stack:
        asked: list[str] = []
        hangs = stack.enter_context(_Hanging())

        def slowly(host: Any, *given: Any, **more: Any) -> Any:
            if str(host).startswith("silent"):
                asked.append(str(host))
                hangs.wait()
            return answer(host, *given, **more)

        monkeypatch.setattr(socket, "getaddrinfo", slowly)
        owner = a_user(is_admin=True)
        for number in range(20):
            saved_before_the_rules(_with_port(f"silent{number}.example", 80), user=owner)
        tell(1)
        stack.enter_context(delivering(limits(allowed=OPEN, timeout=3)))
        wait_until(lambda: len(asked) >= 20, seconds=2, or_say=lambda: len(asked))
        outside = stack.enter_context(Line(saying(OK), host=PUBLIC))
        good = saved_before_the_rules(_with_port("good.example", outside.port), user=owner)
        tell(2)
        wait_until(lambda: _attempts(good) == [(200, "")], seconds=2)


class _Hanging:
    """Entered, whoever waits on it hangs; left, nobody does."""

    def __enter__(self) -> Any:
        self._event = threading.Event()
        return self._event

    def __exit__(self, *_: object) -> None:
        self._event.set()


def _later(seconds: float) -> Callable[[], float]:
    return lambda: time.monotonic() + seconds
