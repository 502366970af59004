"""Logging in to the admin: counted like at the API, with cookies that stay where they belong."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from aktar.accounts.actions import set_password
from aktar.edge import throttles
from aktar.edge.rates import parse_rate
from aktar.site.environment import origin
from tests.factories import a_user

LOGIN = "/admin/login/"


def _tried(client: Client, password: str) -> int:
    return client.post(LOGIN, {"username": "yonetici", "password": password, "next": "/admin/"}).status_code


def test_an_administrator_logs_in_and_out() -> None:
    a_user("yonetici", is_admin=True, password="uzun bir parola")
    client = Client()
    assert _tried(client, "uzun bir parola") == 302
    cookie = client.cookies["aktar_session"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/admin/", True, "Lax")
    assert client.get("/admin/").status_code == 200
    client.post("/admin/logout/")
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "yonetici", "password": "yanlış"},
        {"username": "yonetici\x00", "password": "x\x00"},
        {"username": "y" * 1000, "password": "x" * 10_000},
        {"username": "yonetici", "password": "uzun bir parola", "next": "https://elsewhere.example.com/"},
    ],
)
def test_a_bad_log_in_gets_the_page_again_or_stays_here(body: dict[str, str]) -> None:
    a_user("yonetici", is_admin=True, password="uzun bir parola")
    answer = Client().post(LOGIN, body)
    assert answer.status_code == 200 or answer.url == "/admin/"


def test_another_password_ends_the_sessions_under_the_old_one() -> None:
    client, user = Client(), a_user(is_admin=True)
    client.force_login(user)
    assert client.get("/admin/").status_code == 200
    set_password(user, password="something else entirely")
    assert client.get("/admin/").status_code == 302


def test_guesses_are_counted_together_with_those_at_the_api(settings: object) -> None:
    settings.AKTAR_THROTTLE_LOGIN = parse_rate("2/min")
    throttles.forget()
    a_user("yonetici", is_admin=True, password="uzun bir parola")
    client = Client()
    assert _tried(client, "yanlış") == 200
    body = {"username": "yonetici", "password": "yanlış"}
    assert client.post("/api/v1/auth/login/", body, "application/json").status_code == 400
    refused = client.post(LOGIN, {"username": "yonetici", "password": "uzun bir parola"})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert "Too many requests" in refused.content.decode()
    assert client.get("/admin/").status_code == 302


def test_logging_in_clears_sessions_that_have_ended() -> None:
    a_user("yonetici", is_admin=True, password="uzun bir parola")
    Session.objects.create(
        session_key="e" * 32, session_data="", expire_date=timezone.now() - timedelta(days=1)
    )
    _tried(Client(), "uzun bir parola")
    assert not Session.objects.filter(session_key="e" * 32).exists()
    assert Session.objects.count() == 1


def test_a_stranger_costs_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert Client().get(LOGIN).status_code == 200


def test_browsers_name_the_public_address_as_its_origin() -> None:
    assert origin("https://aktar.example.com:8443/oms") == "https://aktar.example.com:8443"
