"""A token made in the admin works, its key is shown in one answer and never again, and it can be closed."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.test import Client

from aktar.accounts.models import ApiToken, User
from aktar.accounts.rules import digest, is_key
from aktar.places.models import StockLocation
from tests.admin.conftest import logged_in
from tests.admin.rows import address
from tests.factories import a_location, a_user

ORDERS = "/api/v1/oms/transfer_orders/"
_KEY = re.compile(r"akt_[0-9A-Za-z]{49}")


def _body(owner: User, /, *locations: StockLocation, **values: Any) -> dict[str, Any]:
    rows = {
        f"memberships-{place}-stock_location": str(location.pk) for place, location in enumerate(locations)
    }
    filled = {
        "user": str(owner.pk),
        "name": "ERP",
        "reach": "all",
        "expires_at_0": "",
        "expires_at_1": "",
        "memberships-TOTAL_FORMS": str(len(locations)),
        "memberships-INITIAL_FORMS": "0",
    }
    return {**filled, **rows, **values}


def test_the_key_is_shown_once_and_opens_the_api(desk: Client) -> None:
    made = desk.post(address(ApiToken, "add"), _body(a_user("erp")))
    assert made.status_code == 200
    assert "no-store" in made.headers["Cache-Control"]
    (key,) = _KEY.findall(made.content.decode())
    assert is_key(key)
    assert Client(headers={"Authorization": f"Token {key}"}).get(ORDERS).status_code == 200
    token = ApiToken.objects.get()
    assert token.digest == digest(key)
    for page in (
        address(ApiToken, "changelist"),
        address(ApiToken, "change", token.pk),
        address(ApiToken, "history", token.pk),
        "/admin/",
    ):
        shown = desk.get(page).content.decode()
        assert key not in shown
        assert token.digest not in shown
    kept = [
        *LogEntry.objects.values_list("object_repr", "change_message"),
        *(session.get_decoded() for session in Session.objects.all()),
    ]
    assert key not in repr(kept)


def test_a_token_is_bound_to_the_chosen_locations(desk: Client) -> None:
    location = a_location()
    desk.post(address(ApiToken, "add"), _body(a_user(), location, reach="locations"))
    token = ApiToken.objects.get()
    assert token.reach == "locations"
    assert [it.stock_location for it in token.memberships.all()] == [location]


@pytest.mark.parametrize(("reach", "locations"), [("all", 1), ("user", 1), ("locations", 0)])
def test_locations_that_contradict_the_reach_make_no_token(desk: Client, reach: str, locations: int) -> None:
    chosen = [a_location() for _ in range(locations)]
    answer = desk.post(address(ApiToken, "add"), _body(a_user(), *chosen, reach=reach))
    assert answer.status_code == 200
    assert not _KEY.search(answer.content.decode())
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "E\x00RP"}, "name"),
        ({"user": str(2**70)}, "user"),
        ({"user": "x\x00"}, "user"),
        ({"reach": "everything"}, "reach"),
        ({"expires_at_0": "2001-01-01", "expires_at_1": "00:00"}, "expires_at"),
        ({"expires_at_0": "99999-01-01", "expires_at_1": "00:00"}, "expires_at"),
    ],
)
def test_a_token_that_cannot_be_is_not_made(desk: Client, values: dict[str, str], field: str) -> None:
    answer = desk.post(address(ApiToken, "add"), _body(a_user(), **values))
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    assert not ApiToken.objects.exists()


def test_a_token_that_is_made_does_not_change(desk: Client) -> None:
    desk.post(address(ApiToken, "add"), _body(a_user()))
    token = ApiToken.objects.get()
    body = _body(a_user(), name="Another", is_read_only="on") | {"memberships-TOTAL_FORMS": "0"}
    desk.post(address(ApiToken, "change", token.pk), body)
    assert ApiToken.objects.values().get() == {**ApiToken.objects.values().get(), "name": "ERP"}


def test_a_revoked_token_opens_nothing_and_says_so(desk: Client) -> None:
    key = _KEY.findall(desk.post(address(ApiToken, "add"), _body(a_user())).content.decode())[0]
    token = ApiToken.objects.get()
    revoke = f"/admin/accounts/apitoken/{token.pk}/revoke/"
    assert revoke in desk.get(address(ApiToken, "change", token.pk)).content.decode()
    assert desk.get(revoke).status_code == 405
    assert desk.post(revoke).status_code == 302
    assert ApiToken.objects.get().revoked_at is not None
    assert Client(headers={"Authorization": f"Token {key}"}).get(ORDERS).status_code == 401
    assert revoke not in desk.get(address(ApiToken, "change", token.pk)).content.decode()


def test_several_tokens_are_revoked_at_once(desk: Client) -> None:
    for _ in range(3):
        desk.post(address(ApiToken, "add"), _body(a_user()))
    chosen = list(ApiToken.objects.values_list("pk", flat=True))[:2]
    desk.post(address(ApiToken, "changelist"), {"action": "revoke", "_selected_action": chosen})
    assert ApiToken.objects.filter(revoked_at__isnull=False).count() == 2


def test_only_superusers_make_tokens_and_users() -> None:
    staff = a_user("sef")
    staff.is_staff = True
    staff.save()
    staff.user_permissions.set(Permission.objects.filter(content_type__app_label__in=["accounts", "places"]))
    client = logged_in(staff)
    assert client.get(address(ApiToken, "changelist")).status_code == 200
    assert client.post(address(ApiToken, "add"), _body(staff)).status_code == 403
    assert client.post(address(User, "add"), {}).status_code == 403
    assert client.post(address(User, "change", staff.pk), {"is_superuser": "on"}).status_code == 403
    assert client.post("/admin/places/usermembership/add/", {}).status_code == 403
    staff.refresh_from_db()
    assert not staff.is_superuser
    assert not ApiToken.objects.exists()
