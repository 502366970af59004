"""Who may only look at webhooks sees none of their secrets, and a lost key breaks no page."""

import pytest
from django.conf import LazySettings
from django.test import Client

from aktar.webhooks.models import Webhook
from tests.admin.conftest import a_member_of_staff
from tests.admin.rows import address
from tests.admin.test_webhooks import a_body
from tests.factories import a_webhook

SECRETS = {
    "secret_key": "hush-hush-1",
    "previous_secret_key": "hush-hush-2",
    "additional_headers": {"Authorization": "Bearer hush", "X-Store": "hush-34"},
    "config": {"auth": {"auth_type": "basic", "username": "depo", "password": "hush-hush-3"}},
}


@pytest.fixture
def onlooker() -> Client:
    """The browser of staff who may look at webhooks and change nothing."""
    return a_member_of_staff("view_webhook")


def _pages(webhook: Webhook) -> list[str]:
    return [
        address(Webhook, "changelist"),
        address(Webhook, "change", webhook.pk),
        address(Webhook, "history", webhook.pk),
    ]


def test_who_may_only_look_sees_no_secret(onlooker: Client) -> None:
    webhook = a_webhook(**SECRETS)
    for page in _pages(webhook):
        answer = onlooker.get(page)
        assert answer.status_code == 200
        assert "hush" not in answer.content.decode()
    page = onlooker.get(address(Webhook, "change", webhook.pk)).content.decode()
    for shown in ("Authorization", "X-Store", "basic", "depo"):
        assert shown in page


def test_who_may_change_sees_no_secret_either(desk: Client) -> None:
    webhook = a_webhook(**SECRETS)
    for page in [*_pages(webhook), "/admin/"]:
        assert "hush" not in desk.get(page).content.decode()


def test_who_may_only_look_has_no_buttons_and_changes_nothing(onlooker: Client) -> None:
    webhook = a_webhook(**SECRETS)
    path = address(Webhook, "change", webhook.pk)
    assert 'id="buttons"' not in onlooker.get(path).content.decode()
    before = Webhook.objects.values().get()
    assert onlooker.post(path, a_body(webhook.user, new_secret="another-secret")).status_code == 403
    for name in ("resume", "off", "end-overlap"):
        assert onlooker.post(f"/admin/webhooks/webhook/{webhook.pk}/{name}/").status_code == 403
    assert Webhook.objects.values().get() == before


def test_a_lost_key_opens_the_page_with_empty_fields_and_says_so(
    desk: Client, onlooker: Client, settings: LazySettings
) -> None:
    webhook = a_webhook(**SECRETS)
    settings.SECRET_COLUMN_KEYS = ["another key that is long enough for the tests"]
    for client in (desk, onlooker):
        for page in _pages(webhook):
            assert client.get(page).status_code == 200
        shown = client.get(address(Webhook, "change", webhook.pk)).content.decode()
        assert "X-Store" not in shown
        for column in ("secret", "additional headers", "configuration"):
            assert f"Cannot be read any more: {column}." in shown
    form = desk.get(address(Webhook, "change", webhook.pk)).context["adminform"].form
    assert (form.initial["additional_headers"], form.initial["config"]) == ({}, {})


def test_what_was_lost_is_replaced_by_saving_and_the_secret_only_by_another(
    desk: Client, settings: LazySettings
) -> None:
    webhook = a_webhook(**SECRETS)
    sealed = vars(Webhook.objects.get())["secret_key"]
    settings.SECRET_COLUMN_KEYS = ["another key that is long enough for the tests"]
    path = address(Webhook, "change", webhook.pk)
    body = a_body(webhook.user, target_url=webhook.target_url, additional_headers='{"X-Store": "35"}')
    assert desk.post(path, body).status_code == 302
    kept = Webhook.objects.get()
    assert (kept.additional_headers, kept.config) == ({"X-Store": "35"}, {})
    assert vars(kept)["secret_key"] == sealed  # never unsigned by the way
    assert desk.post(path, body | {"new_secret": "a-new-secret"}).status_code == 302
    kept = Webhook.objects.get()
    assert (kept.secret_key, kept.previous_secret_key) == ("a-new-secret", None)
    assert "Cannot be read any more" not in desk.get(path).content.decode()


def test_null_stands_for_nothing_that_was_lost(desk: Client, settings: LazySettings) -> None:
    webhook = a_webhook(**SECRETS)
    settings.SECRET_COLUMN_KEYS = ["another key that is long enough for the tests"]
    body = a_body(webhook.user, target_url=webhook.target_url, additional_headers='{"X-Store": null}')
    answer = desk.post(address(Webhook, "change", webhook.pk), body)
    assert set(answer.context["adminform"].form.errors) == {"additional_headers"}


def test_what_is_kept_does_not_move_to_another_host(desk: Client) -> None:
    webhook = a_webhook(**SECRETS)
    path = address(Webhook, "change", webhook.pk)
    shown = {"additional_headers": '{"Authorization": null}', "config": "{}"}
    moved = a_body(webhook.user, target_url="https://elsewhere.example.com/hook", **shown)
    assert set(desk.post(path, moved).context["adminform"].form.errors) == {"additional_headers"}
    moved["additional_headers"] = '{"Authorization": "another"}'
    moved["config"] = '{"auth": {"auth_type": "basic", "username": "depo", "password": null}}'
    assert set(desk.post(path, moved).context["adminform"].form.errors) == {"config"}
    near = a_body(webhook.user, target_url="https://erp.example.com/another", **shown)
    assert desk.post(path, near).status_code == 302
    assert Webhook.objects.get().additional_headers == {"Authorization": "Bearer hush"}
