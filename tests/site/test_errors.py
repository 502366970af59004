"""Every refusal has the contract's form; what nobody expected is logged and told to nobody."""

import logging

import pytest
from django.db import transaction
from django.test import Client

from tests.factories import a_caller

pytestmark = [pytest.mark.urls("tests.edge.urls"), pytest.mark.django_db]


@pytest.mark.parametrize("path", ["/broken/", "/broken/?format=html", "/broken-plain/"])
def test_an_unexpected_error_is_500_in_json_and_in_the_log_only(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    caller = a_caller()
    caller.raise_request_exception = False
    with caplog.at_level(logging.ERROR, logger="django.request"):
        answer = caller.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/json")
    assert answer.json() == {"detail": "Something went wrong here; it has been logged."}
    assert [record.exc_info is not None for record in caplog.records] == [True]
    assert "secret detail" in caplog.text


def test_a_page_is_told_that_the_database_is_busy_in_the_language_of_the_reader() -> None:
    caller = a_caller()
    caller.raise_request_exception = False
    answer = caller.get("/busy-plain/", headers={"Accept-Language": "tr"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json() == {"detail": "Veritabanı meşgul veya ulaşılamıyor. Yeniden deneyin."}


def test_what_no_repetition_helps_is_not_told_as_busy() -> None:
    caller = a_caller()
    caller.raise_request_exception = False
    with transaction.atomic():
        answer = caller.get("/overflowing/")
        transaction.set_rollback(True)
    assert (answer.status_code, answer.get("Retry-After")) == (500, None)


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1/", "/api/v1/oms/", "/api/v1/oms/nothing/"])
def test_a_path_below_the_api_that_is_not_there_points_to_those_that_are(client: Client, path: str) -> None:
    assert (client.get(path).status_code, client.get(path).json()) == (
        404,
        {"detail": "There is nothing at this address; /api/docs/ shows what there is."},
    )


@pytest.mark.parametrize("path", ["/nowhere/", "/apiary/", "/things/x/", "/%00", "/%ff/", "/things/1"])
def test_a_path_that_is_not_there_is_404_in_json(client: Client, path: str) -> None:
    answer = client.post(path, {}, content_type="application/json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/json")
    assert answer.json() == {"detail": "There is nothing at this address."}
