"""`Accept-Language` chooses between English and Turkish, whatever it holds."""

import pytest
from django.test import Client
from django.utils import translation

pytestmark = [pytest.mark.urls("tests.edge.urls"), pytest.mark.django_db]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en-us"),
        ("", "en-us"),
        ("tr", "tr-tr"),
        ("TR-tr", "tr-tr"),
        ("tr-tr", "tr-tr"),
        ("tr-TR,en;q=0.8", "tr-tr"),
        ("en;q=0.8, tr", "tr-tr"),
        ("tr;q=0.5,en;q=0.9", "en-us"),
        ("en-GB", "en-us"),
        ("de-DE, tr;q=0.1", "tr-tr"),
        ("de-DE, fr", "en-us"),
        ("tr;q=0", "en-us"),
        ("tr;q=nan", "en-us"),
        ("tr;q=2", "en-us"),
        ("tr;q=x", "en-us"),
        ("tr;level=1", "en-us"),
        ("*", "en-us"),
        ("trrr", "en-us"),
        (",;=;,,", "en-us"),
        ("x" * 5000 + ", tr", "en-us"),
        ("tr\xff", "en-us"),
    ],
)
def test_the_language_liked_best_is_spoken(client: Client, header: str | None, language: str) -> None:
    headers = {} if header is None else {"Accept-Language": header}
    assert client.get("/open/", headers=headers).json()["language"] == language


def test_messages_are_in_that_language_and_it_does_not_stay(client: Client) -> None:
    before = translation.get_language()
    answer = client.get("/open/?x=1", headers={"Accept-Language": "tr"})
    assert answer.json() == {"x": ["Böyle bir parametre yok; olanlar /api/docs/ adresinde."]}
    assert translation.get_language() == before
    assert client.get("/open/?x=1").json() == {
        "x": ["There is no such parameter; /api/docs/ names those there are."]
    }


def test_a_path_that_is_not_there_is_told_in_that_language(client: Client) -> None:
    assert client.get("/nowhere/", headers={"Accept-Language": "tr"}).json() == {
        "detail": "Bu adreste bir şey yok."
    }


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("get", "/hello/", {}, 401),
        ("get", "/hello/", {"Authorization": "Token x"}, 401),
        ("put", "/open/", {}, 405),
        ("get", "/open/?format=xml", {}, 406),
        ("get", "/open/", {"Accept": "text/xml"}, 406),
        ("get", "/numbers/0/?page=2", {}, 404),
        ("get", "/numbers/0/?limit=0", {}, 400),
        ("post", "/open/", {}, 415),
    ],
)
def test_no_refusal_is_in_the_wrong_language(
    client: Client, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    english = getattr(client, method)(path, headers=headers)
    turkish = getattr(client, method)(path, headers=headers | {"Accept-Language": "tr-TR"})
    assert english.status_code == turkish.status_code == status
    assert english.json() != turkish.json()
