"""Webhooks are kept in the admin without their secrets ever coming back out."""

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from aktar.accounts.models import User
from aktar.webhooks.models import Webhook
from tests.admin.rows import address
from tests.factories import a_user, a_webhook


def _body(user: User, **values: str) -> dict[str, str]:
    return {
        "user": str(user.pk),
        "target_url": "https://erp.example.com/hook",
        "event_type": "transfer.status.transitioned",
        "is_active": "on",
        "retry_countdown_config": '{"choice": "fixed", "kwargs": {"seconds": 60}}',
        "additional_headers": "{}",
        "config": "{}",
        **values,
    }


def test_a_secret_is_taken_and_never_shown(desk: Client) -> None:
    made = desk.post(address(Webhook, "add"), _body(a_user(), new_secret="cok-gizli-anahtar"))
    assert made.status_code == 302
    webhook = Webhook.objects.get()
    assert webhook.secret_key == "cok-gizli-anahtar"
    for page in (address(Webhook, "change", webhook.pk), address(Webhook, "changelist")):
        assert "cok-gizli-anahtar" not in desk.get(page).content.decode()
    assert "gizli" not in repr(list(LogEntry.objects.values()))


def test_a_refused_form_does_not_repeat_the_secret(desk: Client) -> None:
    body = _body(a_user(), new_secret="cok-gizli-anahtar", target_url="ftp://erp.example.com")
    answer = desk.post(address(Webhook, "add"), body)
    assert answer.status_code == 200
    assert "cok-gizli-anahtar" not in answer.content.decode()


def test_secrets_stay_when_a_form_is_saved_as_it_was_shown(desk: Client) -> None:
    webhook = a_webhook(
        secret_key="gizli-anahtar",
        additional_headers={"Authorization": "Bearer gizli", "X-Store": "1"},
        config={"auth": {"auth_type": "basic", "username": "erp", "password": "gizli"}},
    )
    page = desk.get(address(Webhook, "change", webhook.pk))
    assert "gizli" not in page.content.decode()
    form = page.context["adminform"].form
    shown = {
        name: json.dumps(form.initial[name])
        for name in ("additional_headers", "config", "retry_countdown_config")
    }
    body = _body(webhook.user, target_url=webhook.target_url, **shown)
    assert desk.post(address(Webhook, "change", webhook.pk), body).status_code == 302
    kept = Webhook.objects.get()
    assert kept.secret_key == "gizli-anahtar"
    assert kept.additional_headers == {"Authorization": "Bearer gizli", "X-Store": "1"}
    assert kept.config["auth"]["password"] == "gizli"


def test_a_secret_can_be_changed_and_taken_away(desk: Client) -> None:
    webhook = a_webhook(secret_key="eski-anahtar")
    path = address(Webhook, "change", webhook.pk)
    desk.post(path, _body(webhook.user, new_secret="yeni-anahtar"))
    assert Webhook.objects.get().secret_key == "yeni-anahtar"
    desk.post(path, _body(webhook.user, without_secret="on"))
    assert Webhook.objects.get().secret_key is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("target_url", "file:///etc/passwd"),
        ("target_url", "https://user:pass@erp.example.com/"),
        ("target_url", "https://erp.example.com:99999/"),
        ("target_url", "https://erp.example.com/\r\nX: 1"),
        ("target_url", "https://" + "x" * 2000),
        ("event_type", "transfer status"),
        ("event_type", 'x","uuid":"'),
        ("retry_countdown_config", '{"choice": "fixed", "kwargs": {"seconds": -1}}'),
        ("retry_countdown_config", '{"choice": "fixed", "kwargs": {"seconds": 1000000000000}}'),
        ("retry_countdown_config", '{"choice": "fixed", "kwargs": {"seconds": true}}'),
        ("retry_countdown_config", '{"choice": "fixed", "kwargs": {"seconds": 1, "more": 1}}'),
        ("retry_countdown_config", '{"choice": "never", "kwargs": {}}'),
        ("retry_countdown_config", '{"choice": ["fixed"], "kwargs": {}}'),
        ("retry_countdown_config", ""),
        ("additional_headers", '{"X-A": "a\\r\\nX-B: b"}'),
        ("additional_headers", '{"Host": "elsewhere.example.com"}'),
        ("additional_headers", '{"webhook-id": "1"}'),
        ("additional_headers", '{"X A": "1"}'),
        ("additional_headers", '{"X-A": 1}'),
        ("additional_headers", '{"X-A": null}'),
        ("config", "[]"),
        ("new_secret", "x" * 501),
        ("new_secret", "x\x00"),
    ],
)
def test_a_webhook_that_cannot_be_sent_is_refused(desk: Client, field: str, value: str) -> None:
    answer = desk.post(address(Webhook, "add"), _body(a_user(), **{field: value}))
    assert answer.status_code == 200
    errors: dict[str, Any] = answer.context["adminform"].form.errors
    assert field in errors
    assert not Webhook.objects.exists()


def test_the_same_webhook_twice_is_refused(desk: Client) -> None:
    webhook = a_webhook()
    body = _body(webhook.user, target_url=webhook.target_url)
    answer = desk.post(address(Webhook, "add"), body)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
