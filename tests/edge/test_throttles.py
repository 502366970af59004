"""Who calls too often waits, and nobody else does."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client

from aktar.accounts.rules import new_key
from aktar.edge import throttles
from aktar.edge.addresses import parse_networks
from aktar.edge.rates import Buckets, Rate, parse_rate
from tests.factories import a_key

START = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("50/s burst 200", Rate(interval=0.02, burst=200)),
        (" 10/min ", Rate(interval=6.0, burst=10)),
        ("3600/h  BURST 5", Rate(interval=1.0, burst=5)),
        ("off", None),
    ],
)
def test_a_rate_is_written_as_people_say_it(text: str, rate: Rate | None) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    "text", ["", "50", "50/day", "0/s", "-1/s", "1/s burst 0", "1/s burst", "٣/s", "1.5/s"]
)
def test_what_is_no_rate_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write it like"):
        parse_rate(text)


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    buckets, now = Buckets(Rate(interval=0.5, burst=4)), START.timestamp()
    assert [buckets.take("a", now=now) for _ in range(4)] == [0.0] * 4
    assert buckets.take("a", now=now) == pytest.approx(0.5, abs=1e-3)
    assert buckets.take("b", now=now) == 0.0
    assert buckets.take("a", now=now + 0.5) == 0.0
    assert buckets.take("a", now=now + 0.6) > 0
    assert [buckets.take("a", now=now + 60) for _ in range(5)][3:] == [0.0, pytest.approx(0.5, abs=1e-3)]


def test_being_refused_costs_nothing() -> None:
    buckets = Buckets(Rate(interval=1.0, burst=1))
    assert buckets.take("a", now=0) == 0.0
    assert all(buckets.take("a", now=0.5) for _ in range(100))
    assert buckets.take("a", now=1) == 0.0


def test_a_clock_set_back_locks_nobody_out() -> None:
    buckets = Buckets(Rate(interval=1.0, burst=2))
    buckets.take("a", now=10_000)
    assert buckets.take("a", now=0) <= 1.0
    assert buckets.take("a", now=1) == 0.0


def test_a_million_callers_do_not_fill_the_memory() -> None:
    buckets = Buckets(Rate(interval=1.0, burst=1), limit=10)
    for caller in range(1000):
        buckets.take(caller, now=0)
        assert buckets.take("regular", now=0) >= 0
    assert len(buckets) == 10
    assert buckets.take("regular", now=0) > 0


def test_threads_together_get_no_more_than_the_burst() -> None:
    buckets, given = Buckets(Rate(interval=1000.0, burst=50)), []

    def call() -> None:
        given.extend(buckets.take("a", now=0) == 0.0 for _ in range(100))

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(given) == 50


def _statuses(client: Client, path: str, times: int, **extra: str) -> list[int]:
    return [client.get(path, **extra).status_code for _ in range(times)]


@pytest.mark.urls("tests.edge.urls")
@pytest.mark.django_db
class TestOverHttp:
    """The same, from outside."""

    @pytest.fixture(autouse=True)
    def rates(self, settings: LazySettings) -> None:
        settings.AKTAR_THROTTLE_TOKEN = parse_rate("50/s burst 6")
        settings.AKTAR_THROTTLE_ADDRESS = parse_rate("1/s burst 3")
        settings.AKTAR_THROTTLE_LOGIN = parse_rate("10/min burst 2")
        throttles.forget()

    def test_a_token_has_its_burst_and_another_token_its_own(self) -> None:
        one, other = (Client(headers={"Authorization": f"Token {a_key()}"}) for _ in range(2))
        with time_machine.travel(START, tick=False) as clock:
            assert _statuses(one, "/hello/", 7) == [200] * 6 + [429]
            assert _statuses(other, "/hello/", 1) == [200]
            clock.shift(timedelta(seconds=0.1))
            assert _statuses(one, "/hello/", 6) == [200] * 5 + [429]

    def test_an_answer_says_when_to_come_again(self) -> None:
        client = Client()
        with time_machine.travel(START, tick=False) as clock:
            assert _statuses(client, "/open/", 3) == [200] * 3
            answer = client.get("/open/")
            assert answer.status_code == 429
            assert answer.json() == {"detail": "Too many requests; try again in 1 second."}
            assert answer.headers["Retry-After"] == "1"
            clock.shift(timedelta(seconds=1))
            assert client.get("/open/").status_code == 200

    def test_strangers_and_wrong_keys_count_against_the_address(self) -> None:
        wrong = {"Authorization": f"Token {new_key()}"}
        client = Client()
        with time_machine.travel(START, tick=False):
            assert client.get("/hello/").status_code == 401
            assert client.get("/hello/", headers=wrong).status_code == 401
            assert client.get("/hello/", headers={"Authorization": "Token x"}).status_code == 401
            assert client.get("/hello/", headers=wrong).status_code == 429
            assert client.get("/hello/", headers={"Authorization": "Token x"}).status_code == 429
            assert client.get("/hello/").status_code == 429

    def test_a_good_token_is_served_beside_a_flood_from_its_address(self) -> None:
        key = a_key()
        with time_machine.travel(START, tick=False):
            _statuses(Client(), "/hello/", 10)
            assert Client().get("/hello/", headers={"Authorization": f"Token {key}"}).status_code == 200

    def test_a_read_only_token_that_keeps_writing_is_slowed_down_too(self) -> None:
        client = Client(headers={"Authorization": f"Token {a_key(is_read_only=True)}"})
        with time_machine.travel(START, tick=False):
            assert [client.delete("/hello/").status_code for _ in range(7)] == [403] * 6 + [429]

    def test_addresses_do_not_share_a_bucket_but_an_ipv6_network_does(self) -> None:
        client = Client()
        with time_machine.travel(START, tick=False):
            assert _statuses(client, "/open/", 4, REMOTE_ADDR="10.1.1.1")[-1] == 429
            assert _statuses(client, "/open/", 1, REMOTE_ADDR="10.1.1.2") == [200]
            assert _statuses(client, "/open/", 3, REMOTE_ADDR="2001:db8::1") == [200] * 3
            assert _statuses(client, "/open/", 1, REMOTE_ADDR="2001:db8::ffff:2") == [429]
            assert _statuses(client, "/open/", 1, REMOTE_ADDR="2001:db8:0:1::1") == [200]

    def test_a_forwarded_address_is_nobodys_word_but_a_trusted_proxys(self, settings: LazySettings) -> None:
        client = Client()
        with time_machine.travel(START, tick=False):
            for number in range(3):
                client.get("/open/", REMOTE_ADDR="10.1.1.1", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
            lied = client.get("/open/", REMOTE_ADDR="10.1.1.1", HTTP_X_FORWARDED_FOR="203.0.113.9")
            assert lied.status_code == 429
            settings.AKTAR_TRUSTED_PROXIES = parse_networks(["10.0.0.0/8"])
            told = client.get("/open/", REMOTE_ADDR="10.1.1.1", HTTP_X_FORWARDED_FOR="203.0.113.9")
            assert told.status_code == 200

    def test_a_rate_can_be_switched_off(self, settings: LazySettings) -> None:
        settings.AKTAR_THROTTLE_ADDRESS = parse_rate("off")
        assert _statuses(Client(), "/open/", 50) == [200] * 50

    def test_logging_in_is_slower_than_anything(self) -> None:
        def attempt() -> tuple[int, str | None]:
            answer = Client().post(
                "/api/v1/auth/login/", {"username": "a", "password": "b"}, content_type="application/json"
            )
            return answer.status_code, answer.headers.get("Retry-After")

        with time_machine.travel(START, tick=False):
            assert [attempt() for _ in range(3)] == [(400, None), (400, None), (429, "6")]
