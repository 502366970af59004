"""Where a sample prints null we may answer a value, and the reverse: every such field, and in what format."""

import json
from typing import Any

import pytest
from django.test import Client

from aktar.edge.references import reading
from aktar.edge.shapes import encode_document
from aktar.transfers.queries import transfer_order_payload
from aktar.webhooks.models import WebhookAttempt, WebhookEvent
from aktar.workflow.models import Command, State, TransitionLog
from tests.contract.comparison import differences, other_formats
from tests.contract.printed import in_language, sample, with_values
from tests.contract.rows import store_transfer_order
from tests.contract.test_transfer_orders import DETAIL_SAYS_TWICE, FRONT_ENDS
from tests.factories import a_caller, a_state, a_transfer_order, a_webhook, a_workflow

pytestmark = pytest.mark.django_db

TWO_NAMES = {"en-us": {"name": "Ready, set"}, "tr-tr": {"name": "Hazır"}}
TWO_LABELS = {"en-us": {"label": "Renew"}, "tr-tr": {"label": "Yenile"}}
ITEM = "transferitem_set[0]"
PACKAGE_ITEM = f"{ITEM}.package_item"
ORDER_ITEM = f"{PACKAGE_ITEM}.order_item"
SHIPMENT: dict[str, Any] = {
    "id": 12,
    "created_date": "2023-04-03T08:00:00.000001Z",
    "modified_date": "2023-04-03T08:00:00.000002Z",
    "state": {
        "id": 91,
        "created_date": "2026-11-23T00:00:00.000000Z",
        "modified_date": "2026-11-23T00:00:00.000000Z",
        "translations": {"en-us": {"name": "Created"}, "tr-tr": {"name": "Oluşturuldu"}},
        "name": "Oluşturuldu",
        "config": {},
        "enum_class": "ShipmentStatus",
        "enum_value": "created",
        "content_type": 8,
    },
    "cargo_company": {"pk": 7, "name": "Hızlı Kargo", "erp_code": "HK", "shipping_company": "hizli"},
    "awb_number": "AWB-1",
    "tracking_url": "https://cargo.example.com/AWB-1",
}

NULL_IN_PRINT: dict[str, tuple[Any, str]] = {
    "source.address.mapping": ({"region": 3}, "dict"),
    "source.address.postcode": ("34000", "text"),
    "source.address.notes": ("Arka kapı", "text"),
    "destination.address.mapping": ({"region": 4}, "dict"),
    "destination.address.postcode": ("26000", "text"),
    "destination.address.notes": ("Ön kapı", "text"),
    f"{ITEM}.product.barcode": ("8690000000017", "text"),
    f"{ITEM}.stock_code": ("ST-1", "text"),
    f"{ITEM}.barcode": ("8690000000024", "text"),
    f"{PACKAGE_ITEM}.state.translations": (TWO_NAMES, "dict"),
    f"{PACKAGE_ITEM}.selected_barcode": ("8690000000031", "text"),
    f"{PACKAGE_ITEM}.serial_no": ("SN-1", "text"),
    f"{PACKAGE_ITEM}.unit_weight": ("0.25", "decimal 2"),
    f"{PACKAGE_ITEM}.denial_reason": ("Lekeli", "text"),
    f"{ORDER_ITEM}.product.barcode": ("8690000000017", "text"),
    f"{ORDER_ITEM}.tax_amount": ("740.74", "decimal 2"),
    f"{ORDER_ITEM}.without_net_amount": ("9259.26", "decimal 2"),
    f"{ORDER_ITEM}.installment_interest_amount": ("-0.05", "decimal 2"),
    f"{ORDER_ITEM}.image": ("https://cdn.example.com/1.jpg", "address"),
    f"{ORDER_ITEM}.stock_list.code": ("pz_stok_list", "text"),
    f"{ORDER_ITEM}.parent_omnitron_id": (53_000, "int"),
    "customer.erp_code": ("M-1", "text"),
    "shipping_address.customer.erp_code": ("M-1", "text"),
    "shipping_address.mapping": ({"region": 5}, "dict"),
    "shipping_address.notes": ("Zile basmayın", "text"),
    "commands[0].translations": (TWO_LABELS, "dict"),
    "invoice_number": ("123-XYZ-ABC", "text"),
    "remote_id": ("123", "text"),
    "transfer_shipment": (SHIPMENT, "dict"),
}
"""Null in the detail's sample; a value that may stand there instead, and the format that it has."""

NEVER_NULL_IN_PRINT = {
    f"{where}.address.{field}": None
    for where in ("source", "destination")
    for field in ("district", "longitude", "latitude")
} | {
    "source.engine": None,
    "source.omnitron_id": None,
    "destination.engine": None,
    "destination.omnitron_id": None,
    f"{ITEM}.product.omnitron_id": None,
    f"{ITEM}.product.remote_modified_date": None,
    f"{ORDER_ITEM}.product.omnitron_id": None,
    f"{ORDER_ITEM}.product.remote_modified_date": None,
    f"{ORDER_ITEM}.omnitron_id": None,
    f"{ORDER_ITEM}.retail_price": None,
    f"{ORDER_ITEM}.tax_rate": None,
    f"{ORDER_ITEM}.discount_amount": None,
    f"{ORDER_ITEM}.price_list": None,
    f"{ORDER_ITEM}.stock_list": None,
    "shipping_address.district": None,
    "shipping_address.omnitron_id": None,
    "shipping_address.postcode": None,
}
"""A value in every sample, and null with us where nobody has given one."""

EXPECTED = FRONT_ENDS | DETAIL_SAYS_TWICE


@pytest.fixture
def caller() -> Client:
    a_workflow()
    return a_caller()


def test_every_field_that_is_null_in_print_answers_its_value_in_its_format(caller: Client) -> None:
    printed = sample("transfer_orders.detail")
    full = with_values(printed, {path: value for path, (value, _) in NULL_IN_PRINT.items()})
    State.objects.filter(pk=56).update(translations=TWO_NAMES)
    Command.objects.filter(pk=694).update(translations=TWO_LABELS)
    store_transfer_order(full)
    full = in_language(full, "tr-tr")
    full["commands"][0]["label"] = "Yenile"

    answer = caller.get("/api/v1/oms/transfer_orders/1358/", headers={"Accept-Language": "tr"}).json()

    assert set(differences(full, answer)) == EXPECTED
    assert other_formats(printed, answer) == {
        path: f"null → {form}" for path, (_, form) in NULL_IN_PRINT.items()
    }


def test_every_field_that_nobody_must_give_answers_null(caller: Client) -> None:
    printed = with_values(sample("transfer_orders.detail"), NEVER_NULL_IN_PRINT)
    store_transfer_order(printed)

    answer = caller.get("/api/v1/oms/transfer_orders/1358/", headers={"Accept-Language": "tr"}).json()

    assert set(differences(printed, answer)) == EXPECTED
    assert {path for path, (_, found) in differences(sample("transfer_orders.detail"), answer).items()} == (
        EXPECTED | set(NEVER_NULL_IN_PRINT)
    )


def test_the_list_tells_of_full_rows_what_the_detail_tells(caller: Client) -> None:
    values = {path: value for path, (value, _) in NULL_IN_PRINT.items()}
    store_transfer_order(with_values(sample("transfer_orders.detail"), values))

    detail = caller.get("/api/v1/oms/transfer_orders/1358/").json()
    [listed] = caller.get("/api/v1/oms/transfer_orders/").json()["results"]

    assert set(detail) - set(listed) == {"channel_name", "customer", "shipping_address"}
    assert set(listed) - set(detail) == {"order_date_placed"}
    assert {key: detail[key] for key in listed if key in detail} == {
        key: listed[key] for key in listed if key in detail
    }


def test_an_events_payload_tells_of_full_rows_what_the_list_tells(caller: Client) -> None:
    values = {path: value for path, (value, _) in NULL_IN_PRINT.items()}
    store_transfer_order(with_values(sample("transfer_orders.detail"), values))

    [listed] = caller.get("/api/v1/oms/transfer_orders/").json()["results"]
    payload = json.loads(encode_document(transfer_order_payload(1358, reading("en-us"))))

    assert payload == {
        key: value for key, value in listed.items() if key not in ("created_date", "modified_date")
    }


def test_the_brief_list_answers_the_two_outside_numbers_as_text_and_no_plan_item_as_null(
    caller: Client,
) -> None:
    store_transfer_order(sample("transfer_orders.detail") | {"invoice_number": "F-1", "remote_id": "9"})

    [result] = caller.get("/api/v1/oms/transfer_orders/list-simple/").json()["results"]

    [printed, _] = sample("transfer_orders.list-simple")["results"]
    assert other_formats(printed, result) == {
        "invoice_number": "null → text",
        "remote_id": "null → text",
        "plan_item": "int → null",
    }


def test_an_instant_on_the_second_still_has_six_digits(caller: Client) -> None:
    on_the_second = "2023-04-03T06:47:01.000000Z"
    store_transfer_order(sample("transfer_orders.detail") | {"created_date": on_the_second})

    for path in ("transfer_orders/", "transfer_orders/list-simple/"):
        assert caller.get(f"/api/v1/oms/{path}").json()["results"][0]["created_date"] == on_the_second
    assert caller.get("/api/v1/oms/transfer_orders/1358/").json()["created_date"] == on_the_second


def test_a_log_of_nobodys_move_has_a_null_user(caller: Client) -> None:
    order = a_transfer_order()

    logs = caller.get(f"/api/v1/oms/transfer_orders/{order.pk}/transition_logs/").json()
    assert logs == {"count": 0, "next": None, "previous": None, "results": []}

    of_package = TransitionLog.objects.get(content_type=4, object_id=order.package_id)
    found = caller.get(f"/api/v1/oms/packages/{order.package_id}/transition_logs/{of_package.pk}/").json()
    printed = sample("transition_logs.detail") | {"attributes": found["attributes"]}
    assert other_formats(printed, found) == {"user": "dict → null"}


def test_an_event_that_was_never_attempted_has_no_status_and_no_content(caller: Client) -> None:
    a_webhook("transfer.status.created", secret_key="hush", additional_headers={"Authorization": "hush"})
    order = a_transfer_order()

    [owed] = caller.get(f"/api/v1/oms/transfer_orders/{order.pk}/webhook_events/").json()["results"]

    assert owed["webhook"]["secret_key"] is None
    assert owed["webhook"]["additional_headers"] == {"Authorization": None}
    assert {
        key: owed[key]
        for key in (
            "response_content",
            "response_http_status",
            "delivered",
            "request_datetimes",
            "retry_count",
        )
    } == {
        "response_content": "",
        "response_http_status": None,
        "delivered": False,
        "request_datetimes": [],
        "retry_count": 0,
    }


def test_what_was_answered_last_stands_as_the_repr_of_its_bytes(caller: Client) -> None:
    a_webhook("transfer.status.created")
    order = a_transfer_order()
    owed = WebhookEvent.objects.get()
    for second, status, content in ((1, 500, b"\xff'\"\n"), (2, 503, "Sıra".encode())):
        WebhookAttempt.objects.create(
            webhook_event=owed,
            started_at=order.created_date.replace(second=second),
            response_http_status=status,
            response_content=content,
        )

    [found] = caller.get(f"/api/v1/oms/transfer_orders/{order.pk}/webhook_events/").json()["results"]

    assert (found["response_http_status"], found["response_content"]) == (503, "b'S\\xc4\\xb1ra'")
    assert found["retry_count"] == 2
    assert found["request_datetimes"] == ["2026-11-02T09:30:02.123456Z", "2026-11-02T09:30:01.123456Z"]


def test_a_state_without_a_translation_keeps_its_own_name(caller: Client) -> None:
    a_transfer_order()
    assert a_state(5, "150").translations is None

    for language in ("en-us", "tr-tr"):
        listed = caller.get("/api/v1/oms/transfer_orders/", headers={"Accept-Language": language}).json()
        state = listed["results"][0]["transferitem_set"][0]["package_item"]["state"]
        assert state["name"] == "Selected for Transfer"
