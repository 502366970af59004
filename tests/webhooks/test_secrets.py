"""A secret of a webhook never comes back out, however it is called."""

from uuid import UUID

import pytest
from pytest_django import Settings

from aktar.webhooks.actions import change_secret
from aktar.webhooks.models import Webhook
from aktar.webhooks.queries import newest_that_is_lost
from aktar.webhooks.rules import config_without_secrets, envelope, headers_without_secrets
from tests.factories import NOW, a_caller, a_transfer_order, a_webhook, a_workflow


def test_of_the_additional_headers_only_the_names_are_told() -> None:
    headers = {"Authorization": "hush", "X-Api-Pass": "hush", "X-Store": "34"}
    assert headers_without_secrets(headers) == {"Authorization": None, "X-Api-Pass": None, "X-Store": None}


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({}, {}),
        ({"timeout": 3, "password": "hush"}, {"timeout": None, "password": None}),
        (
            {"auth": {"auth_type": "basic", "username": "depo", "password": "hush"}, "a": 1},
            {"auth": {"auth_type": "basic", "username": "depo", "password": None}, "a": None},
        ),
        (
            {"auth": {"auth_type": "bearer", "token": "hush"}},
            {"auth": {"auth_type": "bearer", "token": None}},
        ),
        ({"auth": "Basic hush"}, {"auth": None}),
    ],
)
def test_of_a_configuration_only_the_kind_of_authentication_and_the_name_are_told(
    config: dict[str, object], told: dict[str, object]
) -> None:
    assert config_without_secrets(config) == told


def test_the_envelope_keeps_the_payload_to_the_byte_and_the_uuid_without_dashes() -> None:
    uuid = UUID("28d0c015-b7d7-4bc9-a031-6379055bd4fd")
    assert envelope("transfer.status.created", uuid, '{ "b": 1 }') == (
        '{"event":{"type":"transfer.status.created","uuid":"28d0c015b7d74bc9a0316379055bd4fd"},'
        '"payload":{ "b": 1 }}'
    )


@pytest.mark.django_db
def test_no_read_tells_a_secret() -> None:
    a_workflow()
    a_webhook(
        "transfer.status.created",
        secret_key="hush-1",
        additional_headers={"Authorization": "hush-2", "X-Store": "34"},
        config={"auth": {"auth_type": "basic", "username": "depo", "password": "hush-3"}},
    )
    order, caller = a_transfer_order(), a_caller()
    path = f"/api/v1/oms/transfer_orders/{order.pk}/webhook_events/"
    [owed] = caller.get(path).json()["results"]
    for address in (path, f"{path}short/", f"{path}{owed['id']}/"):
        assert b"hush" not in caller.get(address).content
    assert owed["webhook"]["additional_headers"] == {"Authorization": None, "X-Store": None}


@pytest.mark.django_db
def test_a_webhook_is_lost_only_while_no_key_opens_anything_of_it(settings: Settings) -> None:
    assert newest_that_is_lost() is None
    settings.SECRET_COLUMN_KEYS = ["the key that is given up, long enough"]
    webhook = a_webhook("transfer.status.created", secret_key="hush-hush")
    assert newest_that_is_lost() is None
    settings.SECRET_COLUMN_KEYS = ["another key, which is long enough too"]
    assert newest_that_is_lost() == webhook
    # Its secret is entered anew, its headers and its configuration are not.
    change_secret(webhook := Webhook.objects.get(), "said once more", now=NOW)
    webhook.save()
    assert newest_that_is_lost() is None
