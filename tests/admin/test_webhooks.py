"""Webhooks are kept in the admin without their secrets ever coming back out."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.admin.models import LogEntry
from django.db.models import Q
from django.test import Client

from aktar.accounts.models import ApiToken, User
from aktar.webhooks.actions import switch_off
from aktar.webhooks.models import Deactivation, Endpoint, Standing, Webhook, WebhookEvent
from aktar.webhooks.rules import parse_allowed
from tests.admin.conftest import a_member_of_staff
from tests.admin.rows import a_full_house, address
from tests.factories import NOW, a_key, a_user, a_webhook, an_owed_event
from tests.webhooks.deliveries import tell

BUTTONS = ("resume", "off", "end-overlap", "test")
FORMS = ("recover", "replay")


def a_body(user: User, **values: str) -> dict[str, str]:
    """A form of a webhook that is taken."""
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
    made = desk.post(address(Webhook, "add"), a_body(a_user(), new_secret="cok-gizli-anahtar"))
    assert made.status_code == 302
    webhook = Webhook.objects.get()
    assert webhook.secret_key == "cok-gizli-anahtar"
    for page in (address(Webhook, "change", webhook.pk), address(Webhook, "changelist")):
        assert "cok-gizli-anahtar" not in desk.get(page).content.decode()
    assert "gizli" not in repr(list(LogEntry.objects.values()))


def test_a_refused_form_does_not_repeat_the_secret(desk: Client) -> None:
    body = a_body(a_user(), new_secret="cok-gizli-anahtar", target_url="ftp://erp.example.com")
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
    body = a_body(webhook.user, target_url=webhook.target_url, **shown)
    assert desk.post(address(Webhook, "change", webhook.pk), body).status_code == 302
    kept = Webhook.objects.get()
    assert kept.secret_key == "gizli-anahtar"
    assert kept.additional_headers == {"Authorization": "Bearer gizli", "X-Store": "1"}
    assert kept.config["auth"]["password"] == "gizli"


def test_a_secret_that_is_changed_signs_on_for_a_day(desk: Client) -> None:
    webhook = a_webhook(secret_key="eski-anahtar")
    path = address(Webhook, "change", webhook.pk)
    desk.post(path, a_body(webhook.user, new_secret="yeni-anahtar"))
    kept = Webhook.objects.get()
    assert (kept.secret_key, kept.previous_secret_key) == ("yeni-anahtar", "eski-anahtar")
    assert kept.previous_secret_until is not None
    assert abs(kept.previous_secret_until - datetime.now(UTC) - timedelta(hours=24)) < timedelta(minutes=1)
    assert f"{path.removesuffix('change/')}end-overlap/" in desk.get(path).content.decode()


def test_the_overlap_can_be_ended_at_once(desk: Client) -> None:
    webhook = a_webhook(
        secret_key="yeni-anahtar",
        previous_secret_key="eski-anahtar",
        previous_secret_until=datetime.now(UTC) + timedelta(hours=20),
    )
    assert _press(desk, webhook, "end-overlap") == "The former secret signs no more."
    kept = Webhook.objects.get()
    assert (kept.secret_key, kept.previous_secret_key, kept.previous_secret_until) == (
        "yeni-anahtar",
        None,
        None,
    )
    assert "end-overlap" not in desk.get(address(Webhook, "change", webhook.pk)).content.decode()


def test_a_secret_can_be_taken_away_but_not_while_another_is_given(desk: Client) -> None:
    webhook = a_webhook(secret_key="eski-anahtar")
    path = address(Webhook, "change", webhook.pk)
    both = desk.post(path, a_body(webhook.user, new_secret="yeni-anahtar", without_secret="on"))
    assert set(both.context["adminform"].form.errors) == {"without_secret"}
    desk.post(path, a_body(webhook.user, without_secret="on"))
    kept = Webhook.objects.get()
    assert (kept.secret_key, kept.previous_secret_key) == (None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("target_url", "file:///etc/passwd"),
        ("target_url", "https://user:pass@erp.example.com/"),
        ("target_url", "https://erp.example.com:99999/"),
        ("target_url", "https://erp.example.com/\r\nX: 1"),
        ("target_url", "https://" + "x" * 2000),
        ("target_url", "https://erp.example.com/#here"),
        ("target_url", "https://10.0.0.7/hook"),
        ("target_url", "http://localhost:9000/hook"),
        ("target_url", "http://[::ffff:169.254.169.254]/"),
        ("target_url", "https:///hook"),
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
        ("additional_headers", '{"X-A": "1", "x-a": "2"}'),
        ("additional_headers", json.dumps({f"X-{number}": "1" for number in range(51)})),
        ("config", "[]"),
        ("config", '{"timeout": 3}'),
        ("config", '{"auth": "basic"}'),
        ("config", '{"auth": {"auth_type": "bearer"}}'),
        ("config", '{"auth": {"auth_type": "basic", "username": "a:b", "password": "x"}}'),
        ("config", '{"auth": {"auth_type": "basic", "username": "depo", "password": null}}'),
        ("new_secret", "x" * 501),
        ("new_secret", "short"),
        ("new_secret", "çok gizli bir şey"),
        ("new_secret", "whsec_abc"),
        ("new_secret", " spaced-out"),
        ("new_secret", "x\x00"),
    ],
)
def test_a_webhook_that_cannot_be_sent_is_refused(desk: Client, field: str, value: str) -> None:
    answer = desk.post(address(Webhook, "add"), a_body(a_user(), **{field: value}))
    assert answer.status_code == 200
    errors: dict[str, Any] = answer.context["adminform"].form.errors
    assert field in errors
    assert not Webhook.objects.exists()


def test_the_same_webhook_twice_is_refused(desk: Client) -> None:
    webhook = a_webhook()
    body = a_body(webhook.user, target_url=webhook.target_url)
    answer = desk.post(address(Webhook, "add"), body)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors


def test_a_twin_that_another_process_kept_meanwhile_is_a_forms_error(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = a_webhook()
    full_clean, asked = Webhook.full_clean, []

    def blind_at_first(row: Webhook, *args: Any, **options: Any) -> None:
        asked.append(row)
        if len(asked) > 1:
            full_clean(row, *args, **options)

    monkeypatch.setattr(Webhook, "full_clean", blind_at_first)
    answer = desk.post(address(Webhook, "add"), a_body(webhook.user, target_url=webhook.target_url))
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert len(asked) == 2


def test_our_own_address_is_no_target(desk: Client, settings: LazySettings) -> None:
    settings.AKTAR_PUBLIC_URL = "https://aktar.example.com"
    body = a_body(a_user(), target_url="https://aktar.example.com:443/api/v1/")
    assert "this service itself" in str(
        desk.post(address(Webhook, "add"), body).context["adminform"].form.errors
    )
    settings.AKTAR_WEBHOOK_ALLOWED_NETWORKS = parse_allowed("10.0.0.0/8")
    opened = a_body(a_user(), target_url="http://10.0.0.7/hook")
    assert desk.post(address(Webhook, "add"), opened).status_code == 302


def test_one_that_was_off_goes_on_with_what_was_kept_for_it(desk: Client) -> None:
    webhook = a_webhook("transfer.status.created")
    assert _press(desk, webhook, "off") == "The webhook is off; what it is owed is kept."
    off = Webhook.objects.get()
    assert (off.is_active, off.deactivation) == (False, Deactivation.BY_HAND)
    assert "switched off by hand" in desk.get(address(Webhook, "change", webhook.pk)).content.decode()
    Endpoint.objects.update(failures=9, paused_until=datetime.now(UTC) + timedelta(minutes=5))
    assert _press(desk, webhook, "resume") == "The webhook is on; 0 events that were kept for it go out."
    on = Webhook.objects.select_related("endpoint").get()
    assert (on.is_active, on.deactivation, on.endpoint.failures, on.endpoint.paused_until) == (
        True,
        "",
        0,
        None,
    )


def test_only_superusers_write_webhooks() -> None:
    webhook = a_webhook(token=_a_token(a_user(is_admin=True)))
    staff = a_member_of_staff("view_webhook", "add_webhook", "change_webhook")
    before = Webhook.objects.values().get()
    change = address(Webhook, "change", webhook.pk)
    assert staff.get(change).status_code == 200
    assert 'id="buttons"' not in staff.get(change).content.decode()
    # Neither a webhook of somebody who may see more, nor theirs led elsewhere.
    assert staff.post(address(Webhook, "add"), a_body(webhook.user)).status_code == 403
    assert staff.post(change, a_body(webhook.user)).status_code == 403
    for name in BUTTONS + FORMS:
        assert staff.post(f"/admin/webhooks/webhook/{webhook.pk}/{name}/").status_code == 403
    assert Webhook.objects.values().get() == before


def test_another_owners_webhook_hears_what_that_owner_may(desk: Client) -> None:
    former, next_one = a_user(is_admin=True), a_user()
    webhook = a_webhook(user=former, token=_a_token(former))
    path = address(Webhook, "change", webhook.pk)
    same = a_body(former, target_url=webhook.target_url)
    assert desk.post(path, same).status_code == 302
    assert Webhook.objects.get().token == webhook.token
    assert desk.post(path, same | {"user": str(next_one.pk)}).status_code == 302
    kept = Webhook.objects.get()
    assert (kept.user, kept.token) == (next_one, None)


def test_buttons_are_pressed_and_not_visited(desk: Client) -> None:
    webhook = a_webhook()
    for name in BUTTONS:
        assert desk.get(f"/admin/webhooks/webhook/{webhook.pk}/{name}/").status_code == 405
        assert desk.post(f"/admin/webhooks/webhook/999999/{name}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_test_goes_out_from_the_page(desk: Client) -> None:
    webhook = a_webhook()
    assert _press(desk, webhook, "test").startswith("A test goes out, as the webhook event ")
    assert WebhookEvent.objects.get().event_type == "webhook.test"
    switch_off(webhook, now=NOW)
    assert _press(desk, webhook, "test") == "The webhook is off: resume it first."
    page = desk.get(address(Webhook, "change", webhook.pk)).content.decode()
    for name in ("test", *FORMS):
        assert f"/{name}/" not in page


@pytest.mark.django_db(transaction=True)
def test_what_failed_and_what_it_never_got_goes_out_from_the_page(desk: Client) -> None:
    """What happened before it was made it may hear of, as it is a superuser's; a store's hears of its own."""
    missed = tell(1)
    webhook = a_webhook("transfer.status.created")
    a_strangers = a_webhook("transfer.status.created", user=a_user())
    failed = an_owed_event(tell(2, audience=Q(pk=-1)), webhook, standing=Standing.GIVEN_UP)
    paths = {name: f"/admin/webhooks/webhook/{webhook.pk}/{name}/" for name in FORMS}
    for path in paths.values():
        assert desk.get(path).status_code == 200
        turkish = desk.get(path, headers={"Accept-Language": "tr"}).content.decode()
        assert "Başlangıç anı" in turkish
        for wrong in ("", "yesterday", "2026-02-30 09:00", "0001-01-01T00:00+14:00", "\x00"):
            answer = desk.post(path, {"since": wrong})
            assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["since"]), wrong
    for name, said in (
        ("recover", "1 event that failed goes out again."),
        ("replay", "1 event that it never got goes out."),
    ):
        answer = desk.post(paths[name], {"since": "2020-01-01 09:00"}, follow=True)
        assert [str(each) for each in answer.context["messages"]] == [said]
    owed = webhook.webhook_events.order_by("event")
    assert list(owed.values_list("event", "standing")) == [
        (missed.pk, Standing.REPLAY),
        (failed.event_id, Standing.REPLAY),
    ]
    answer = desk.post(
        f"/admin/webhooks/webhook/{a_strangers.pk}/replay/", {"since": "2020-01-01"}, follow=True
    )
    assert [str(each) for each in answer.context["messages"]] == ["0 events that it never got go out."]
    switch_off(webhook, now=NOW)
    answer = desk.post(paths["replay"], {"since": "2020-01-01"}, follow=True)
    assert "resume it first" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_one_event_goes_out_again_from_its_page(desk: Client) -> None:
    a_webhook("transfer.status.created")
    tell()
    owed = WebhookEvent.objects.get()
    WebhookEvent.objects.update(standing=Standing.DELIVERED, delivered=True, due_at=None)
    page, retry = address(WebhookEvent, "change", owed.pk), f"/admin/webhooks/webhookevent/{owed.pk}/retry/"
    assert retry in desk.get(page).content.decode()
    assert desk.get(retry).status_code == 405
    staff = a_member_of_staff("view_webhookevent", "change_webhookevent", "change_webhook")
    assert retry not in staff.get(page).content.decode()
    assert staff.post(retry).status_code == 403
    answer = desk.post(retry, follow=True)
    assert [str(each) for each in answer.context["messages"]] == ["The event goes out."]
    assert WebhookEvent.objects.get().standing == Standing.REPLAY
    switch_off(owed.webhook, now=NOW)
    assert retry not in desk.get(page).content.decode()
    assert "resume it first" in desk.post(retry, follow=True).content.decode()
    assert desk.post("/admin/webhooks/webhookevent/999999/retry/").status_code == 404


def test_what_switched_itself_off_is_told_on_its_list_and_on_the_first_page(desk: Client) -> None:
    for reason in (Deactivation.GONE, Deactivation.FAILING, Deactivation.BY_HAND):
        row = a_webhook(target_url=f"https://{reason}.example.com/<b>")
        Webhook.objects.filter(pk=row.pk).update(
            is_active=False, deactivation=reason, deactivated_at=datetime(2026, 11, 20, tzinfo=UTC)
        )
    for page in ("/admin/", address(Webhook, "changelist")):
        shown = desk.get(page).content.decode()
        assert "was switched off on 2026-11-20: its address answered 410 Gone (https://gone." in shown
        assert "nothing but failures for five days (https://failing." in shown
        assert "by hand (" not in shown
        assert "<b>" not in shown
    staff = a_member_of_staff("view_product")
    assert "410" not in staff.get("/admin/").content.decode()


def test_no_more_than_a_few_notices_are_told_and_that_there_are_more(desk: Client) -> None:
    for _ in range(7):
        a_webhook()
    Webhook.objects.update(is_active=False, deactivation=Deactivation.GONE)
    shown = desk.get("/admin/").content.decode()
    assert shown.count("410 Gone") == 5
    assert "More webhooks</a> were switched off by themselves." in shown


def test_how_it_fares_stands_on_its_page(desk: Client) -> None:
    webhook = a_webhook()
    Webhook.objects.update(failing_since=datetime(2026, 11, 20, 8, tzinfo=UTC))
    Endpoint.objects.update(failures=17, paused_until=datetime.now(UTC) + timedelta(minutes=5))
    shown = desk.get(address(Webhook, "change", webhook.pk)).content.decode()
    for said in ("Nov. 20, 2026", "17", "The address rests until"):
        assert said in shown


def test_an_event_says_how_far_it_is_in_words(desk: Client) -> None:
    a_full_house()
    owed = WebhookEvent.objects.latest("pk")
    for page in (address(WebhookEvent, "changelist"), address(WebhookEvent, "change", owed.pk)):
        assert "goes out next" in desk.get(page).content.decode()
    WebhookEvent.objects.update(lease="28d0c015-b7d7-4bc9-a031-6379055bd4fd")
    shown = desk.get(address(WebhookEvent, "change", owed.pk)).content.decode()
    assert "is being sent" in shown
    assert "28d0c015" not in shown
    assert f"transfer_order {owed.object_id} #{owed.sequence}" in shown


def _press(client: Client, webhook: Webhook, name: str) -> str:
    """Press a button; answers what is said then."""
    answer = client.post(f"/admin/webhooks/webhook/{webhook.pk}/{name}/", follow=True)
    [(path, _status)] = answer.redirect_chain
    assert path == address(Webhook, "change", webhook.pk)
    [said] = answer.context["messages"]
    return str(said)


def _a_token(user: User) -> ApiToken:
    """A token of the user that opens every location."""
    a_key(user)
    return ApiToken.objects.latest("pk")
