"""Whoever opens the printed address in a browser finds the way on, in their language."""

import re

import pytest
from django.test import Client


def test_the_address_that_is_printed_leads_to_documents_and_admin(client: Client, db: None) -> None:
    page = client.get("/")
    assert page.status_code == 200
    ways = re.findall(r'<a href="([^"]+)"', page.content.decode())
    assert set(ways) == {"/api/docs/", "/api/redoc/", "/admin/", "/readyz"}
    for way in ways:
        assert client.get(way, follow=True).status_code in (200, 503), way


@pytest.mark.parametrize(
    ("header", "language", "word"), [("tr-tr", "tr", "depo"), ("en", "en", "warehouses")]
)
def test_the_front_page_speaks_the_callers_language(
    client: Client, header: str, language: str, word: str
) -> None:
    page = client.get("/", headers={"accept-language": header}).content.decode()
    assert f'<html lang="{language}">' in page
    assert word in page


def test_the_front_page_takes_nothing(client: Client) -> None:
    assert client.post("/").status_code == 405
