"""Every secret can be encrypted under the first key, and none is lost on the way."""

import pytest
from django.apps import apps
from django.conf import LazySettings

from aktar.edge.encryption import secret_columns, unreadable
from aktar.webhooks.actions import rekey, rekeying
from aktar.webhooks.models import Webhook
from tests.factories import a_webhook

NEW = "the new key, which is long enough for it"
SECRETS = {
    "secret_key": "hush-hush",
    "previous_secret_key": "hush-before",
    "additional_headers": {"Authorization": "Bearer hush"},
    "config": {"auth": {"auth_type": "basic", "username": "depo", "password": "hush"}},
}


def test_webhooks_alone_have_secrets() -> None:
    assert {model for model in apps.get_models() if secret_columns(model)} == {Webhook}
    assert set(secret_columns(Webhook)) == set(SECRETS)


@pytest.mark.django_db(transaction=True)
def test_a_former_key_is_needed_no_more(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rekeying, "REKEYED_AT_ONCE", 2)
    rows = [a_webhook(**SECRETS) for _ in range(3)] + [a_webhook()]
    settings.SECRET_COLUMN_KEYS = [NEW, *settings.SECRET_COLUMN_KEYS]
    done = rekey()
    assert (done.webhooks, done.lost) == (4, {})
    settings.SECRET_COLUMN_KEYS = [NEW]
    for row in Webhook.objects.filter(pk__in=[row.pk for row in rows[:3]]):
        assert {name: getattr(row, name) for name in SECRETS} == SECRETS
        assert row.modified_date == rows[0].modified_date
    bare = Webhook.objects.get(pk=rows[3].pk)
    assert (bare.secret_key, bare.previous_secret_key, bare.additional_headers) == (None, None, {})


@pytest.mark.django_db(transaction=True)
def test_what_no_key_opens_stays_as_it_is_and_is_named(settings: LazySettings) -> None:
    ours = settings.SECRET_COLUMN_KEYS
    lost = a_webhook(**SECRETS)
    settings.SECRET_COLUMN_KEYS = [NEW]
    kept = a_webhook(secret_key="hush-hush")
    Webhook.objects.filter(pk=lost.pk).update(config={})
    done = rekey()
    closed = ("secret_key", "previous_secret_key", "additional_headers")
    assert (done.webhooks, done.lost) == (2, {lost.pk: closed})
    assert Webhook.objects.get(pk=kept.pk).secret_key == "hush-hush"
    settings.SECRET_COLUMN_KEYS = [*ours, NEW]
    again = Webhook.objects.get(pk=lost.pk)
    assert unreadable(again) == ()
    assert (again.secret_key, again.config) == ("hush-hush", {})
