"""Every page of the admin opens, at a cost that does not grow with its rows, and only for those who may."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType as DjangoContentType
from django.core import checks
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aktar.accounts.models import ApiToken
from aktar.edge.admin.lists import MOST_COUNTED
from aktar.orders.models import Channel, Order
from aktar.transfers.models import TransferOrder
from aktar.workflow.models import TransitionLog
from tests.admin.conftest import logged_in
from tests.admin.rows import a_full_house, address, pages
from tests.factories import a_transfer_order, a_user, a_webhook

# Of each page: the list, the page to add a row, the page of a row. Two queries are the session and its user,
# one counts and one fetches the list, filters look up their choices; the page of a row asks for the number of
# Django's own kind of object, for its history. `None` is a page that there is not.
COSTS = {
    "accounts.ApiToken": (4, 3, 5),  # the row with its user; its locations
    "accounts.User": (4, 3, 9),  # groups, permissions and locations: what there is and what was chosen
    "auth.Group": (4, 4, 6),
    "catalog.PriceList": (4, 3, 4),
    "catalog.Product": (4, 3, 5),  # its images
    "catalog.StockList": (4, 3, 4),
    "orders.Channel": (4, 3, 4),
    "orders.Customer": (4, 3, 5),
    "orders.Order": (5, None, 5),  # its items, with states and products
    "orders.OrderItem": (5, None, 4),
    "orders.Package": (5, None, 5),
    "orders.PackageItem": (5, None, 4),
    "orders.ShippingAddress": (4, None, 4),
    "places.Address": (4, 3, 8),  # a choice of four places
    "places.City": (4, 3, 5),
    "places.Country": (4, 3, 4),
    "places.District": (4, 3, 6),
    "places.StockLocation": (5, 3, 5),
    "places.TokenMembership": (4, 3, 6),
    "places.Township": (4, 3, 5),
    "places.UserMembership": (4, 3, 6),
    "stock.StockKeeping": (4, None, 4),
    "stock.StockLevel": (4, None, 4),
    "stock.StockMovement": (4, None, 4),
    "planning.FailedSource": (4, None, 4),
    "planning.Plan": (4, None, 5),  # its lines
    "planning.TransferScenario": (4, 3, 8),  # channels and cities
    "transfers.CargoCompany": (4, 3, 4),
    "transfers.TransferItem": (5, None, 4),
    "transfers.TransferOrder": (5, None, 8),  # items, shipment, moves, and the workflow's version and rows
    "transfers.TransferShipment": (5, None, 4),
    "webhooks.Endpoint": (4, None, 4),
    "webhooks.Event": (4, None, 5),
    "webhooks.Webhook": (6, 3, 5),  # those that were switched off by themselves
    "webhooks.WebhookAttempt": (4, None, 4),
    "webhooks.WebhookEvent": (4, None, 5),
    "workflow.Command": (7, 3, 6),  # and what is amiss in the workflow
    "workflow.State": (7, 3, 4),
    "workflow.TransitionLog": (4, None, 4),
}


def _cost(client: Client, path: str) -> tuple[int, int]:
    DjangoContentType.objects.clear_cache()  # a process asks once for each
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    return answer.status_code, len(queries)


def test_every_table_of_ours_has_a_page() -> None:
    assert {model._meta.label for model in pages()} == set(COSTS)


def test_the_admin_checks_itself() -> None:
    pages()
    assert checks.run_checks() == []


def test_every_page_opens_at_a_fixed_cost(desk: Client) -> None:
    a_full_house()
    found = {}
    for model in pages():
        newest = model._default_manager.latest("pk").pk
        costs = []
        for path in (
            address(model, "changelist"),
            address(model, "add"),
            address(model, "change", newest),
        ):
            status, queries = _cost(desk, path)
            assert status in (200, 403), path
            costs.append(queries if status == 200 else None)
        found[model._meta.label] = tuple(costs)
    assert found == COSTS


@pytest.mark.parametrize("model", [TransferOrder, Order, TransitionLog, ApiToken])
def test_a_longer_list_costs_no_more(desk: Client, model: type[Model]) -> None:
    order = a_full_house()
    before = _cost(desk, address(model, "changelist"))
    a_webhook()
    for _ in range(4):
        a_transfer_order(source=order.source)
    a_full_house()
    assert _cost(desk, address(model, "changelist")) == before


def test_whoever_is_no_staff_is_sent_to_the_log_in() -> None:
    a_full_house()
    for client in (Client(), logged_in(a_user("magaza"))):
        for model in pages():
            answer = client.get(address(model, "changelist"))
            assert answer.status_code == 302
            parts = urlsplit(answer.url)
            assert parts.path == "/admin/login/"
            assert parse_qs(parts.query)["next"] == [address(model, "changelist")]


def test_a_token_of_the_api_opens_no_page_and_a_session_no_api(desk: Client) -> None:
    assert desk.get("/api/v1/oms/transfer_orders/").status_code == 401


def test_staff_see_what_they_were_given_and_nothing_else() -> None:
    a_full_house()
    staff = a_user("depo-sefi")
    staff.is_staff = True
    staff.save()
    staff.user_permissions.add(Permission.objects.get(codename="view_product"))
    client = logged_in(staff)
    assert client.get("/admin/catalog/product/").status_code == 200
    assert client.get("/admin/transfers/transferorder/").status_code == 403
    assert client.get("/admin/accounts/apitoken/add/").status_code == 403


def test_staff_see_the_transfer_orders_of_their_locations_only() -> None:
    mine, other = a_transfer_order(), a_transfer_order()
    staff = a_user("depo-sefi")
    staff.is_staff = True
    staff.save()
    staff.user_permissions.add(Permission.objects.get(codename="view_transferorder"))
    staff.memberships.create(stock_location=mine.source)
    client = logged_in(staff)
    shown = client.get("/admin/transfers/transferorder/").content.decode()
    assert mine.number in shown
    assert other.number not in shown
    assert client.get(address(TransferOrder, "change", other.pk)).status_code == 302


def test_the_pages_speak_turkish_to_who_asks_for_it(desk: Client) -> None:
    a_full_house()
    english = desk.get("/admin/transfers/transferorder/").content.decode()
    turkish = desk.get("/admin/transfers/transferorder/", headers={"Accept-Language": "tr"}).content.decode()
    assert "Transfer orders" in english
    assert "Transfer siparişleri" in turkish
    assert "Sevke Hazır" in turkish


def test_the_fields_of_a_transfer_order_are_named_in_turkish(desk: Client) -> None:
    order = a_full_house()
    page = desk.get(address(TransferOrder, "change", order.pk), headers={"Accept-Language": "tr"})
    assert "Yerini aldığı" in page.content.decode()
    assert "Renews" not in page.content.decode()


def test_rows_without_a_name_are_called_after_what_they_refer_to(desk: Client) -> None:
    order = a_full_house()
    item = order.transferitem_set.get()
    for model in pages():
        if model._meta.app_label != "webhooks":
            newest = model._default_manager.latest("pk")
            shown = desk.get(address(model, "changelist")).content.decode()
            shown += desk.get(address(model, "change", newest.pk)).content.decode()
            assert f"{model.__name__} object" not in shown
            assert "Item object" not in shown
    page = desk.get(address(TransferOrder, "change", order.pk)).content.decode()
    assert f"{item.product} #{item.pk}" in page


def test_a_page_writes_its_instants_in_one_form_and_its_units_as_words(desk: Client) -> None:
    order = a_full_house()
    page = desk.get(address(TransferOrder, "change", order.pk)).content.decode()
    assert f"{order.created_date:%Y-%m-%d %H:%M:%S} UTC" in page
    assert " p.m." not in page
    assert " a.m." not in page
    assert "piece" in page
    turkish = desk.get(
        address(TransferOrder, "change", order.pk), headers={"Accept-Language": "tr"}
    ).content.decode()
    assert "adet" in turkish


def test_pages_may_not_be_framed_or_kept(desk: Client) -> None:
    answer = desk.get("/admin/")
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "no-store" in answer.headers["Cache-Control"]


def test_paths_of_the_api_get_no_session() -> None:
    answer = Client().get("/healthz")
    assert not answer.cookies
    assert not hasattr(answer.wsgi_request, "session")


def test_the_theme_is_served_from_its_package() -> None:
    answer = Client().get("/static/unfold/css/styles.css")
    assert answer.status_code == 200
    answer.close()


def test_lists_count_no_further_than_the_cap(desk: Client) -> None:
    Channel.objects.bulk_create(Channel(name=f"Kanal {number}") for number in range(MOST_COUNTED + 5))
    shown = "".join(desk.get("/admin/orders/channel/").content.decode().split())
    assert f"{MOST_COUNTED}+channels" in shown
    assert desk.get("/admin/orders/channel/", {"p": MOST_COUNTED // 50}).status_code == 200
    assert desk.get("/admin/orders/channel/", {"p": MOST_COUNTED // 50 + 1}).status_code == 302
