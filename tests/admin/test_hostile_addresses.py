"""Whatever is put into an address of the admin, the answer is a page, a redirect or a refusal."""

import pytest
from django.test import Client

from tests.admin.rows import a_full_house
from tests.factories import a_transfer_order

LONG = "9" * 5000


@pytest.mark.parametrize(
    "path",
    [
        "/admin/transfers/transferorder/?q=%00",
        "/admin/transfers/transferorder/?q=" + "x" * 3000,
        "/admin/transfers/transferorder/?q=%25_%27%22",
        "/admin/transfers/transferorder/?number__exact=%00",
        "/admin/transfers/transferorder/?id__exact=99999999999999999999",
        "/admin/transfers/transferorder/?id__in=99999999999999999999,1",
        "/admin/transfers/transferorder/?id__gt=x",
        "/admin/transfers/transferorder/?version__lt=-99999999999999999999",
        "/admin/transfers/transferorder/?created_date__gte=0001-01-01T00:00:00%2B14:00",
        "/admin/transfers/transferorder/?created_date__gte=rubbish",
        "/admin/transfers/transferorder/?created_date__year=99999999999",
        "/admin/transfers/transferorder/?state=999999",
        "/admin/transfers/transferorder/?state=x",
        "/admin/transfers/transferorder/?number__regex=(",
        "/admin/transfers/transferorder/?source__address__city__name=x",
        "/admin/transfers/transferorder/?nothing=1",
        "/admin/transfers/transferorder/?p=99999999999999999999",
        "/admin/transfers/transferorder/?p=-1",
        "/admin/transfers/transferorder/?p=x",
        "/admin/transfers/transferorder/?o=99999999.x.-",
        "/admin/transfers/transferorder/?all=",
        "/admin/transfers/transferorder/?_to_field=number",
        "/admin/transfers/transferorder/x/change/",
        "/admin/transfers/transferorder/%00/change/",
        "/admin/transfers/transferorder/99999999999999999999/change/",
        f"/admin/transfers/transferorder/{LONG}/change/",
        "/admin/transfers/transferorder/99999999999999999999/history/",
        "/admin/transfers/transferorder/x/delete/",
        "/admin/transfers/transferorder/1/change/?_changelist_filters=%00",
        "/admin/workflow/transitionlog/?q=99999999999999999999",
        "/admin/workflow/transitionlog/?q=x",
        "/admin/workflow/transitionlog/?q=1",
        "/admin/webhooks/webhook/?event_type__exact=%ED%A0%80",
        "/admin/accounts/user/99999999999999999999/password/",
        "/admin/autocomplete/",
        "/admin/autocomplete/?app_label=places&model_name=address&field_name=city&term=%00",
        "/admin/autocomplete/?app_label=places&model_name=address&field_name=city&term=x&page=x",
        "/admin/autocomplete/?app_label=places&model_name=address&field_name=city&page=99999999999999999999",
        "/admin/autocomplete/?app_label=accounts&model_name=user&field_name=password&term=x",
        "/admin/search/?s=x&page=x",
        "/admin/search/?s=x&page=0",
        "/admin/search/?s=%00",
        "/admin/search/?s=x&extended=1&page=99999999999999999999",
        "/admin/jsi18n/",
        "/admin/r/1/99999999999999999999/",
        "/admin/nothing/",
        "/admin/nothing",
        "/admin/%ff/",
        "/admin",
    ],
)
def test_an_address_never_breaks_the_admin(desk: Client, path: str) -> None:
    a_full_house()
    assert desk.get(path, follow=True).status_code < 500


@pytest.mark.parametrize(
    "body",
    [
        {"action": "delete_selected", "_selected_action": "x"},
        {"action": "delete_selected", "_selected_action": "99999999999999999999"},
        {"action": "delete_selected", "_selected_action": "1\x00"},
        {"action": "nothing", "_selected_action": "1"},
        {"action": "delete_selected", "select_across": "1", "index": "x"},
        {"action": "delete_selected", "_selected_action": LONG, "post": "yes"},
    ],
)
@pytest.mark.parametrize("table", ["workflow/command", "transfers/transferorder", "accounts/apitoken"])
def test_chosen_rows_that_are_none_break_nothing(desk: Client, table: str, body: dict[str, str]) -> None:
    a_transfer_order()
    assert desk.post(f"/admin/{table}/", body, follow=True).status_code < 500


@pytest.mark.parametrize(
    "values",
    [
        {"productimage_set-TOTAL_FORMS": "x"},
        {"productimage_set-TOTAL_FORMS": "99999999999999999999"},
        {"productimage_set-INITIAL_FORMS": "-5"},
        {"productimage_set-TOTAL_FORMS": "1", "productimage_set-0-id": "99999999999999999999"},
        {"productimage_set-TOTAL_FORMS": "1", "productimage_set-0-product": "x"},
        {"_popup": "1", "_to_field": "sku\x00"},
    ],
)
def test_rows_beside_a_form_break_nothing(desk: Client, values: dict[str, str]) -> None:
    filled = {"productimage_set-TOTAL_FORMS": "0", "productimage_set-INITIAL_FORMS": "0"}
    assert desk.post("/admin/catalog/product/add/", filled | values).status_code < 500


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/"])
def test_a_session_key_with_a_nul_is_refused(path: str) -> None:
    # A NUL as a quoted cookie may write it; PostgreSQL takes none in a text.
    cookie = r'aktar_session="\000aaaaaaaaaaaaaaaa"'
    assert Client().get(path, headers={"Cookie": cookie}).status_code == 400
