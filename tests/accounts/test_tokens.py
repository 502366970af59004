"""`Authorization: Token <key>`: one way in, one answer to everything else."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from aktar.accounts.actions import InvalidTokenName, create_token, create_user, note_use, revoke_token
from aktar.accounts.models import ApiToken, Reach, User
from aktar.accounts.queries import live_token, tokens, unrevoked_tokens
from aktar.accounts.rules import digest, new_key

pytestmark = [pytest.mark.urls("tests.edge.urls"), pytest.mark.django_db]
NOW = datetime(2026, 11, 2, 9, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def user() -> User:
    return create_user("erp", is_admin=False, now=NOW)


def _token(user: User, **values: object) -> tuple[ApiToken, str]:
    issued = create_token(user, name="erp", now=NOW, reach=Reach.ALL, **values)
    return issued.token, issued.key


def _get(header: str | None, path: str = "/hello/") -> tuple[int, str | None, dict[str, str]]:
    answer = Client().get(path, headers={} if header is None else {"Authorization": header})
    return answer.status_code, answer.headers.get("WWW-Authenticate"), answer.json()


def test_a_key_opens_and_only_its_digest_is_kept(user: User) -> None:
    token, key = _token(user)
    assert _get(f"Token {key}")[0] == 200
    assert _get(f"token {key}")[0] == 200
    kept = ApiToken.objects.values().get(pk=token.pk)
    assert kept["digest"] == digest(key)
    assert key.startswith(kept["prefix"])
    assert key not in repr(kept)


@pytest.mark.parametrize("name", ["", " ", "a" * 101, "a\x00", "a\n", "\udcff"])
def test_a_name_that_no_token_can_have_is_refused(user: User, name: str) -> None:
    with pytest.raises(InvalidTokenName):
        create_token(user, name=name, now=NOW, reach=Reach.ALL)
    assert create_token(user, name="ü" * 100, now=NOW, reach=Reach.ALL).token.name == "ü" * 100


def test_tokens_are_found_by_how_they_begin_in_the_letters_case(user: User) -> None:
    first, second, third = (_token(user)[0] for _ in range(3))
    for token, prefix in ((first, "akt_aAbbbb"), (second, "akt_aabbbb"), (third, "akt_aAcccc")):
        ApiToken.objects.filter(pk=token.pk).update(prefix=prefix)
    assert unrevoked_tokens("akt_aa") == [second]
    assert unrevoked_tokens("akt_aA") == [first, third]
    assert unrevoked_tokens("akt__A") == []
    revoke_token(third, now=NOW)
    assert unrevoked_tokens("akt_aA") == [first]
    assert list(tokens()) == [first, second, third]


def test_a_user_has_as_many_tokens_as_they_like(user: User) -> None:
    assert all(_get(f"Token {_token(user)[1]}")[0] == 200 for _ in range(3))


@pytest.mark.parametrize(
    "header",
    [
        "Token",
        "Token ",
        "Token  {}",
        "Token {} ",
        "Token {} {}",
        "Token {}\x00",
        "Token \x00",
        "Token akt_\x00" + "a" * 48,
        "Token ü",
        "Token \xff\xfe",
        "Token " + "a" * 100_000,
        'Token token="{}"',
    ],
)
def test_a_bad_key_is_401_without_a_query(
    user: User, header: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key = _token(user)[1]
    with django_assert_num_queries(0):
        assert _get(header.replace("{}", key)) == (401, "Token", {"detail": "Invalid token."})


@pytest.mark.parametrize(
    "header", [None, "", "Bearer {}", "Basic dTpw", "{}", "Token\t{}", "\x00", "TokenX {}"]
)
def test_no_key_is_401_and_the_scheme_is_told(user: User, header: str | None) -> None:
    status, scheme, body = _get(header.replace("{}", _token(user)[1]) if header else header)
    assert (status, scheme, list(body)) == (401, "Token", ["detail"])


def test_expired_revoked_inactive_and_unknown_look_alike(user: User) -> None:
    _, expired = _token(user, expires_at=NOW)
    revoked_token, revoked = _token(user)
    revoke_token(revoked_token, now=NOW)
    gone = create_user("gone", is_admin=True, now=NOW)
    _, inactive = _token(gone)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    answers = [_get(f"Token {key}") for key in (expired, revoked, inactive, new_key(), "x")]
    assert answers == [(401, "Token", {"detail": "Invalid token."})] * 5


def test_a_token_is_good_until_the_microsecond_it_expires(user: User) -> None:
    _, key = _token(user, expires_at=NOW)
    assert live_token(digest(key), now=NOW - timedelta(microseconds=1)) is not None
    assert live_token(digest(key), now=NOW) is None
    _, on_the_second = _token(user, expires_at=NOW.replace(microsecond=0))
    assert live_token(digest(on_the_second), now=NOW.replace(microsecond=0)) is None
    assert live_token(digest(on_the_second), now=NOW - timedelta(seconds=1)) is not None


def test_a_revoked_token_keeps_the_moment_it_was_first_revoked(user: User) -> None:
    token, _ = _token(user)
    revoke_token(token, now=NOW)
    revoke_token(token, now=NOW + timedelta(days=1))
    token.refresh_from_db()
    assert token.revoked_at == NOW


@pytest.mark.parametrize("name", ["token", "key", "auth", "access_token", "authorization"])
def test_a_key_in_the_query_opens_nothing_and_is_not_logged(
    user: User, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    _, key = _token(user)
    assert _get(None, f"/hello/?{name}={key}")[0] == 401
    assert _get(f"Token {key}", f"/hello/?{name}={key}")[0] == 400
    assert caplog.records
    assert key not in caplog.text


def test_a_read_only_token_reads_and_nothing_else(user: User) -> None:
    _, key = _token(user, is_read_only=True)
    client = Client(headers={"Authorization": f"Token {key}"})
    assert [getattr(client, method)("/hello/").status_code for method in ("get", "head", "options")] == [
        200
    ] * 3
    for answer in (client.post("/hello/", {}, content_type="application/json"), client.delete("/hello/")):
        assert (answer.status_code, answer.json()) == (403, {"detail": "This token may only read."})


def test_who_calls_costs_one_query(user: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    _, key = _token(user)
    client = Client(headers={"Authorization": f"Token {key}"})
    client.get("/hello/")
    with django_assert_num_queries(1):  # token and user
        client.get("/hello/")


def test_the_caller_is_known_whole_where_requests_need_it(
    user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user.first_name, user.last_name, user.email, user.is_staff = "Ayşe", "Kaya", "a@example.com", True
    user.save()
    made, key = _token(user)
    token = live_token(digest(key), now=NOW)
    assert token is not None
    with django_assert_num_queries(0):
        assert (token.pk, token.user_id) == (made.pk, user.pk)
        assert (token.name, token.prefix, token.reach, token.is_read_only) == (
            "erp",
            made.prefix,
            "all",
            False,
        )
        for field in ("username", "first_name", "last_name", "email"):
            assert getattr(token.user, field) == getattr(user, field) != ""
        assert (token.user.is_superuser, token.user.is_staff, token.user.is_active) == (False, True, True)
        assert token.user.is_authenticated
    assert token.created_at == NOW


def test_use_is_noted_once_in_five_minutes(
    user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token, key = _token(user)
    client = Client(headers={"Authorization": f"Token {key}"})
    with time_machine.travel(NOW, tick=False) as clock:
        with django_assert_num_queries(2):  # token and user, use
            client.get("/hello/")
        clock.shift(timedelta(minutes=4, seconds=59))
        with django_assert_num_queries(1):  # token and user
            client.get("/hello/")
        token.refresh_from_db()
        assert token.last_used_at == NOW
        clock.shift(timedelta(seconds=1))
        client.get("/hello/")
    token.refresh_from_db()
    assert token.last_used_at == NOW + timedelta(minutes=5)


def test_who_comes_second_does_not_set_the_use_back(user: User) -> None:
    token, _ = _token(user)
    note_use(token, now=NOW)
    # `token` still believes that it was never used, as a request that began at the same moment does.
    note_use(token, now=NOW - timedelta(seconds=1))
    token.refresh_from_db()
    assert token.last_used_at == NOW


def test_a_bad_key_notes_no_use(user: User) -> None:
    token, key = _token(user)
    revoke_token(token, now=NOW)
    _get(f"Token {key}")
    token.refresh_from_db()
    assert token.last_used_at is None
