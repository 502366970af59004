"""A name and a password give a key for thirty days."""

from datetime import timedelta
from typing import Any, ClassVar

import pytest
import time_machine
from django.conf import LazySettings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from aktar.accounts.actions import create_token, create_user
from aktar.accounts.models import ApiToken, Reach, User
from tests.accounts.test_tokens import NOW

pytestmark = [pytest.mark.urls("tests.edge.urls"), pytest.mark.django_db]
LOGIN = "/api/v1/auth/login/"
PASSWORD = " şifre 😀 "
REFUSED = {"non_field_errors": ["Wrong user name or password."]}


@pytest.fixture(autouse=True)
def patient(settings: LazySettings) -> None:
    settings.AKTAR_THROTTLE_LOGIN = None


@pytest.fixture
def user() -> User:
    return create_user("ayse@store", is_admin=False, password=PASSWORD, now=NOW)


def _log_in(body: Any, **extra: Any) -> tuple[int, Any]:
    answer = Client().post(LOGIN, body, content_type="application/json", **extra)
    return answer.status_code, answer.json()


def test_the_right_password_gives_a_key_for_thirty_days(user: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        status, body = _log_in({"username": "ayse@store", "password": PASSWORD})
        assert (status, list(body)) == (200, ["key"])
        caller = Client(headers={"Authorization": f"Token {body['key']}"})
        assert caller.get("/hello/").status_code == 200
        clock.shift(timedelta(days=30, microseconds=-1))
        assert caller.get("/hello/").status_code == 200
        clock.shift(timedelta(microseconds=1))
        assert caller.get("/hello/").status_code == 401
    token = ApiToken.objects.get()
    assert (token.user, token.reach, token.is_read_only) == (user, Reach.USER, False)
    user.refresh_from_db()
    assert user.last_login == NOW


def test_logging_in_again_leaves_the_other_keys_alone(user: User) -> None:
    keys = [_log_in({"username": "ayse@store", "password": PASSWORD})[1]["key"] for _ in range(2)]
    for key in keys:
        assert Client(headers={"Authorization": f"Token {key}"}).get("/hello/").status_code == 200


def test_a_stale_key_in_the_header_does_not_stand_in_the_way(user: User) -> None:
    body = {"username": "ayse@store", "password": PASSWORD}
    assert _log_in(body, headers={"Authorization": "Token stale"})[0] == 200


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("ayse@store", "wrong"),
        ("ayse@store", PASSWORD.strip()),
        ("AYSE@store", PASSWORD),
        ("nobody", PASSWORD),
        ("service", "!"),
        ("service", "None"),
        ("inactive", PASSWORD),
    ],
)
def test_anything_wrong_is_the_same_400(user: User, username: str, password: str) -> None:
    create_user("service", is_admin=False, now=NOW)
    create_user("inactive", is_admin=True, password=PASSWORD, now=NOW)
    User.objects.filter(username="inactive").update(is_active=False)
    assert _log_in({"username": username, "password": password}) == (400, REFUSED)
    assert not ApiToken.objects.exists()


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed."""

    algorithm = "counting"
    hashed: ClassVar[list[str]] = []

    def encode(self, password: str, salt: str) -> str:
        self.hashed.append(password)
        return super().encode(password, salt)


def test_an_unknown_name_takes_the_time_of_a_password(settings: LazySettings) -> None:
    settings.PASSWORD_HASHERS = ["tests.accounts.test_login.CountingHasher"]
    create_user("ayse", is_admin=False, password=PASSWORD, now=NOW)
    create_user("service", is_admin=False, now=NOW)
    for username in ("ayse", "service", "nobody"):
        CountingHasher.hashed.clear()
        _log_in({"username": username, "password": "wrong"})
        assert len(CountingHasher.hashed) == 1, username


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"username", "password"}),
        ({"username": "a"}, {"password"}),
        ({"username": "", "password": ""}, {"username", "password"}),
        ({"username": None, "password": None}, {"username", "password"}),
        ({"username": 1, "password": 2}, {"username", "password"}),
        ({"username": ["a"], "password": {"a": 1}}, {"username", "password"}),
        ({"username": "a\n", "password": "b"}, {"username"}),
        ({"username": "a" * 151, "password": "b" * 1001}, {"username", "password"}),
        ({"username": "a", "password": "b", "remember": True}, {"remember"}),
    ],
)
def test_a_body_that_is_not_a_name_and_a_password_is_400(body: Any, fields: set[str]) -> None:
    status, answer = _log_in(body)
    assert (status, set(answer)) == (400, fields)


def test_a_nul_never_reaches_the_database() -> None:
    status, answer = _log_in('{"username": "a\\u0000", "password": "b"}')
    assert (status, list(answer)) == (400, ["detail"])


def test_only_post_logs_in(user: User) -> None:
    assert Client().get(f"{LOGIN}?username=ayse@store&password=x").status_code == 405


def test_a_password_in_turkish_is_refused_in_turkish(user: User) -> None:
    body = {"username": "ayse@store", "password": "yanlış"}
    assert _log_in(body, headers={"Accept-Language": "tr"}) == (
        400,
        {"non_field_errors": ["Kullanıcı adı veya parola yanlış."]},
    )


def test_expired_tokens_of_everybody_are_cleared_away_a_batch_at_a_time(
    user: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    other = create_user("other", is_admin=False, now=NOW)
    for days in range(-1, 2):
        create_token(other, name=str(days), now=NOW, reach=Reach.USER, expires_at=NOW + timedelta(days=days))
    create_token(other, name="for ever", now=NOW, reach=Reach.USER)
    template = ApiToken.objects.get(name="-1")
    ApiToken.objects.bulk_create(
        ApiToken(
            user=other,
            name="old",
            prefix="akt_",
            digest=f"{number:064x}",
            created_at=NOW,
            expires_at=template.expires_at,
        )
        for number in range(300)
    )
    body = {"username": "ayse@store", "password": PASSWORD}
    with time_machine.travel(NOW, tick=False):
        with django_assert_max_num_queries(12):
            assert _log_in(body)[0] == 200
        assert ApiToken.objects.filter(user=other).count() == 304 - 200
        _log_in(body)
    assert set(ApiToken.objects.filter(user=other).values_list("name", flat=True)) == {"1", "for ever"}
