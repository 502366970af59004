"""A reader is not sent what it has, and a writer does not change what it has not seen."""

import json
from typing import Any

import pytest
from django.test import Client

from aktar.orders.models import Channel, Customer, ShippingAddress
from aktar.places.models import StockLocation
from aktar.transfers.models import TransferOrder
from aktar.workflow.models import TransitionLog
from tests.factories import a_caller, a_location, a_transfer_order
from tests.transfers.running import ADVANCE, DELIVER, DISPATCH, ORDERS, READY, done

pytestmark = pytest.mark.django_db

WRITES: dict[str, dict[str, Any]] = {
    "command": {"transition": READY, "input_parameters": {}},
    "set_invoice_number": {"invoice_number": "INV-1"},
    "set_remote_id": {"remote_id": "R-1"},
}


def path_of(order: TransferOrder) -> str:
    return f"{ORDERS}{order.pk}/"


def tag_of(caller: Client, order: TransferOrder, **headers: str) -> str:
    """The tag of a transfer order's detail."""
    answer = caller.get(path_of(order), headers=headers)
    assert answer.status_code == 200
    tag: str = answer.headers["ETag"]
    return tag


def write(caller: Client, order: TransferOrder, name: str, **headers: str) -> Any:
    """The answer to a write; header names with _ for -."""
    named = {header.replace("_", "-"): value for header, value in headers.items()}
    body = json.dumps(WRITES[name]).encode()
    return caller.post(f"{path_of(order)}{name}/", body, "application/json", headers=named)


def test_who_has_the_detail_is_not_sent_it_again(caller: Client) -> None:
    order = a_transfer_order()
    first = caller.get(path_of(order))
    tag = first.headers["ETag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*", f',{tag} , W/"x"'):
        answer = caller.get(path_of(order), headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b""), known
        assert answer.headers["ETag"] == tag
        assert answer.headers["Vary"] == first.headers["Vary"]
        assert "Content-Type" not in answer.headers
        assert "Content-Length" not in answer.headers
    for other in ('"v9-1-en-us"', tag.strip('"'), "", '"', f"{tag} {tag}", "é"):
        assert caller.get(path_of(order), headers={"If-None-Match": other}).status_code == 200, other


def test_a_tag_says_version_reference_version_and_language(caller: Client) -> None:
    order = a_transfer_order()
    english, turkish = tag_of(caller, order), tag_of(caller, order, **{"Accept-Language": "tr"})
    assert english.startswith('"v1-')
    assert english.endswith('-en-us"')
    assert turkish == english.replace("en-us", "tr-tr")


@pytest.mark.parametrize("name", WRITES)
def test_every_write_makes_a_tag_old(caller: Client, name: str) -> None:
    order = a_transfer_order()
    before = tag_of(caller, order)
    assert write(caller, order, name).status_code == 204
    assert caller.get(path_of(order), headers={"If-None-Match": before}).status_code == 200


def test_every_step_of_items_and_shipment_makes_a_tag_old(caller: Client) -> None:
    order = a_transfer_order()
    tags = [tag_of(caller, order)]
    for step in (ADVANCE, DISPATCH, DELIVER):
        done(caller, order, step)
        tags.append(tag_of(caller, order))
    assert len(set(tags)) == 4


def test_whatever_else_the_detail_shows_makes_a_tag_old(caller: Client, subtests: pytest.Subtests) -> None:
    order = a_transfer_order()
    shown = (
        (StockLocation, {"name": "Elsewhere"}),
        (Channel, {"name": "Marketplace"}),
        (Customer, {"first_name": "Fatma"}),
        (ShippingAddress, {"line": "Another street"}),
    )
    for model, values in shown:
        with subtests.test(model=model.__name__):
            before = tag_of(caller, order)
            model._default_manager.update(**values)
            answer = caller.get(path_of(order), headers={"If-None-Match": before})
            assert answer.status_code == 200
            assert next(iter(values.values())) in answer.content.decode()


def test_nobody_learns_by_a_tag_that_an_order_is_there() -> None:
    stranger = a_caller(locations=[a_location()])
    order = a_transfer_order()
    answer = stranger.get(path_of(order), headers={"If-None-Match": "*"})
    assert answer.status_code == 404


def test_lists_and_logs_are_not_sent_again_either(caller: Client) -> None:
    order = a_transfer_order()
    done(caller, order, READY)
    for path in (ORDERS, f"{ORDERS}list-simple/", f"{path_of(order)}transition_logs/"):
        first = caller.get(path)
        tag = first.headers["ETag"]
        again = caller.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert caller.get(f"{path}?limit=1&page=1", headers={"If-None-Match": '"x"'}).status_code == 200
    known = caller.get(ORDERS).headers["ETag"]
    a_transfer_order()
    assert caller.get(ORDERS, headers={"If-None-Match": known}).status_code == 200


def test_other_forms_than_json_have_no_tag(caller: Client) -> None:
    path = path_of(a_transfer_order())
    answer = caller.get(f"{path}?format=html", headers={"If-None-Match": "*"})
    assert answer.status_code == 304 or "ETag" not in answer.headers


@pytest.mark.parametrize("name", WRITES)
def test_who_writes_what_it_has_seen_may(caller: Client, name: str) -> None:
    for condition in ("{tag}", "*", '"x", {tag}', "{turkish}", '"v1-0-en-us"', " {tag} ,"):
        order = a_transfer_order()
        tag = tag_of(caller, order)
        header = condition.format(tag=tag, turkish=tag.replace("en-us", "tr-tr"))
        assert write(caller, order, name, If_Match=header).status_code == 204, header


@pytest.mark.parametrize("name", WRITES)
def test_who_writes_what_has_changed_may_not(caller: Client, name: str) -> None:
    order = a_transfer_order()
    tag = tag_of(caller, order)
    write(caller, order, "set_remote_id")
    version = TransferOrder.objects.get(pk=order.pk).version
    current = tag_of(caller, order)
    for header in (tag, f"W/{current}", '"x"', '"v2"', f'"v{10**17}-1-en-us"', f'"v{10**30}-1-en-us"', '""'):
        answer = write(caller, order, name, If_Match=header)
        assert (answer.status_code, set(answer.json())) == (412, {"detail"}), header
    assert TransferOrder.objects.get(pk=order.pk).version == version
    assert not TransitionLog.objects.filter(content_type=6).exists()


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("header", ["", "v1-1-en-us", '"', '"a" "b"', "*, *", '"a", b', 'w/"a"', "1"])
def test_a_condition_that_cannot_be_read_is_refused(caller: Client, name: str, header: str) -> None:
    order = a_transfer_order()
    answer = write(caller, order, name, If_Match=header)
    assert (answer.status_code, set(answer.json())) == (400, {"detail"})
    assert TransferOrder.objects.get(pk=order.pk).version == 1


def test_what_is_not_there_is_not_there_whatever_the_condition(caller: Client) -> None:
    order = a_transfer_order()
    stranger = a_caller(locations=[a_location()])
    for condition in ("*", '"v1-1-en-us"', '"x"'):
        for name in WRITES:
            assert write(stranger, order, name, If_Match=condition).status_code == 404


def test_a_repetition_is_answered_before_its_condition_is_asked(caller: Client) -> None:
    order = a_transfer_order()
    headers = {"If_Match": tag_of(caller, order), "Idempotency_Key": "k"}
    assert write(caller, order, "command", **headers).status_code == 204
    assert write(caller, order, "command", **headers).status_code == 204
    assert write(caller, order, "command", If_Match=headers["If_Match"]).status_code == 412
