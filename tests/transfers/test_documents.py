"""Documents kept in memory are never stale, take no more room than they may, and save work."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aktar.catalog.models import Product
from aktar.edge import references
from aktar.edge.documents import Key, Shelf, shelf
from aktar.edge.references import Reading, reading
from aktar.orders.models import Channel, Customer, ShippingAddress
from aktar.places.models import StockLocation
from aktar.transfers import queries
from aktar.transfers.actions import ItemToMove, create_transfer_order
from aktar.transfers.models import TransferOrder
from tests.factories import NOW, a_location, a_transfer_order
from tests.loading.loads import detailed, load
from tests.transfers.running import (
    ADVANCE,
    CANCEL_IN_TRANSIT,
    CANCEL_READY,
    CANCEL_WAITING,
    DELIVER,
    DISPATCH,
    ORDERS,
    READY,
    RENEW,
    done,
)

pytestmark = pytest.mark.django_db
Write = Callable[[Client, TransferOrder], Any]


def told(caller: Client) -> list[Any]:
    """The list and every detail, in both languages."""
    answers = []
    for language in ("en-us", "tr-tr"):
        # Asked for twice it is kept whole, and so sent the third time.
        listed, *again = (caller.get(ORDERS, headers={"Accept-Language": language}).json() for _ in range(3))
        assert again == [listed, listed]
        answers.append(listed)
        answers += (
            caller.get(f"{ORDERS}{row['id']}/", headers={"Accept-Language": language}).json()
            for row in listed["results"]
        )
    return answers


def told_afresh(caller: Client) -> list[Any]:
    """The same from a process that remembers nothing; what this one remembers is left as it is."""
    held, shelf._held = shelf._held, type(shelf._held)()
    size, shelf.size = shelf.size, 0
    references.forget()
    answers = told(caller)
    shelf._held, shelf.size = held, size
    return answers


def commands(*transitions: int) -> Write:
    return lambda caller, order: done(caller, order, *transitions)


def number(name: str) -> Write:
    def set_it(caller: Client, order: TransferOrder) -> None:
        answer = caller.post(f"{ORDERS}{order.pk}/set_{name}/", {name: "X-1"}, "application/json")
        assert answer.status_code == 204

    return set_it


def brought_again(_caller: Client, order: TransferOrder) -> None:
    """Another transfer order brings the same package item, which then is in another state."""
    create_transfer_order(
        order.package_id,
        source=a_location(),
        items=[ItemToMove(order.transferitem_set.get().package_item)],
        planned_at=NOW,
        by=None,
        now=NOW,
    )


WRITES: dict[str, tuple[tuple[int, ...], Write]] = {
    "ready": ((), commands(READY)),
    "ready with a shipment": ((), commands(ADVANCE)),
    "renewed": ((), commands(RENEW)),
    "dispatched": ((ADVANCE,), commands(DISPATCH)),
    "delivered": ((ADVANCE, DISPATCH), commands(DELIVER)),
    "cancelled while it waits": ((), commands(CANCEL_WAITING)),
    "cancelled while it is ready": ((ADVANCE,), commands(CANCEL_READY)),
    "cancelled on its way": ((ADVANCE, DISPATCH), commands(CANCEL_IN_TRANSIT)),
    "an invoice number": ((), number("invoice_number")),
    "an id elsewhere": ((), number("remote_id")),
    "its item in another transfer": ((CANCEL_WAITING,), brought_again),
    "its source": ((), lambda *_: StockLocation.objects.update(name="New")),
    "a product": ((), lambda *_: Product.objects.update(name="New")),
    "the channel": ((), lambda *_: Channel.objects.update(name="New")),
    "the customer": ((), lambda *_: Customer.objects.update(first_name="New")),
    "the address": ((), lambda *_: ShippingAddress.objects.update(line="New")),
}


@pytest.mark.parametrize(("before", "write"), WRITES.values(), ids=WRITES)
def test_what_is_written_is_in_the_next_answer(caller: Client, before: tuple[int, ...], write: Write) -> None:
    order = a_transfer_order()
    done(caller, order, *before)
    old = told(caller)
    write(caller, order)
    new = told(caller)
    assert new != old
    assert new == told_afresh(caller)


# Something of each table that the answers are made of.
# The contract's sample has no shipment; commands write those.
MOVED_IN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "transfer order": lambda order: order.update(invoice_number="X-1"),
    "transfer item": lambda order: order["transferitem_set"][0].update(name="X"),
    "package item": lambda order: order["transferitem_set"][0]["package_item"].update(serial_no="X"),
    "order item": lambda order: order["transferitem_set"][0]["package_item"]["order_item"].update(
        image="https://example.com/x.png"
    ),
    "order": lambda order: order.update(channel_name="X"),
    "customer": lambda order: [
        side.update(first_name="X") for side in (order["customer"], order["shipping_address"]["customer"])
    ],
    "address": lambda order: order["shipping_address"].update(line="X"),
}


@pytest.mark.parametrize("change", MOVED_IN.values(), ids=MOVED_IN)
def test_what_is_moved_in_anew_is_in_the_next_answer(
    caller: Client, change: Callable[[dict[str, Any]], Any]
) -> None:
    first, second = detailed(), detailed()
    change(second)
    assert not load(first).refusals
    old = told(caller)
    second["modified_date"] = "2030-01-01T00:00:00.000000Z"
    assert not load(second).refusals
    new = told(caller)
    assert new != old
    assert new == told_afresh(caller)


def test_every_table_that_is_shown_has_its_writers_among_these_tests() -> None:
    a_transfer_order()
    ids = list(TransferOrder.objects.values_list("pk", flat=True))
    references.forget()
    with CaptureQueriesContext(connection) as captured:
        list(queries.detailed_transfer_orders.of({ids[0]: 1}, reading("en-us")))
    sql = " ".join(query["sql"] for query in captured)
    shown = {table for table in connection.introspection.table_names() if f'"{table}"' in sql}
    # By the version: transfers and orders, which only actions write. By the reference version: the rest.
    versioned = {
        *("transfers_transferorder", "transfers_transferitem", "transfers_transfershipment"),
        *("orders_order", "orders_orderitem", "orders_package", "orders_packageitem"),
    }
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            triggers = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname"
        else:
            triggers = "SELECT tbl_name FROM sqlite_master WHERE name"
        cursor.execute(f"{triggers} LIKE '%reference_update'")
        raising = {table for (table,) in cursor.fetchall()}
    assert versioned <= shown
    assert shown - versioned <= raising


def test_what_is_at_hand_is_not_read_again(caller: Client) -> None:
    orders = [a_transfer_order() for _ in range(3)]
    caller.get(ORDERS)
    done(caller, orders[0], READY)
    with CaptureQueriesContext(connection) as captured:
        told_states = [row["state"]["enum_value"] for row in caller.get(ORDERS).json()["results"]]
    assert told_states == ["waiting", "waiting", "ready_to_shipment"]
    # 1 token and reference version, 2 count, 3 ids and versions, 4 the order that moved, 5 its items.
    assert len(captured) == 5
    with CaptureQueriesContext(connection) as captured:
        caller.get(ORDERS)
    assert len(captured) == 3


def test_each_language_and_each_reference_version_has_documents_of_its_own(caller: Client) -> None:
    order = a_transfer_order()
    versions = {order.pk: order.version}
    current = reading("en-us")
    [english] = queries.listed_transfer_orders.of(versions, current)
    [turkish] = queries.listed_transfer_orders.of(versions, Reading(current.version, "tr-tr"))
    assert english != turkish
    assert queries.listed_transfer_orders.of(versions, current) == [english]
    StockLocation.objects.update(name="New")
    [renamed] = queries.listed_transfer_orders.of(versions, reading("en-us"))
    assert b'"New"' in renamed
    assert b'"New"' not in english


def test_a_list_that_is_known_is_not_sent_again_until_a_row_of_it_moves(caller: Client) -> None:
    order = a_transfer_order()
    tag = caller.get(ORDERS).headers["ETag"]
    shelf.forget()
    with CaptureQueriesContext(connection) as captured:
        assert caller.get(ORDERS, headers={"If-None-Match": tag}).status_code == 304
    # 1 token and reference version, 2 count, 3 ids and versions: no document is made.
    assert len(captured) == 3
    assert caller.get(f"{ORDERS}?limit=7", headers={"If-None-Match": tag}).status_code == 304
    done(caller, order, READY)
    assert caller.get(ORDERS, headers={"If-None-Match": tag}).status_code == 200


def test_the_pages_next_door_have_tags_of_their_own(caller: Client) -> None:
    for _ in range(3):
        a_transfer_order()
    tags = {caller.get(f"{ORDERS}?limit=1&page={page}").headers["ETag"] for page in (1, 2, 3)}
    turkish = caller.get(f"{ORDERS}?limit=1&page=1", headers={"Accept-Language": "tr"}).headers["ETag"]
    assert len(tags | {turkish}) == 4


def test_an_answer_is_kept_whole_from_the_second_time_on(caller: Client) -> None:
    a_transfer_order()

    def wholes() -> list[bytes]:
        return [answer for key, answer in shelf._held.items() if key[0] == ""]

    first = caller.get(ORDERS).content
    assert wholes() == []
    assert caller.get(ORDERS).content == first
    assert wholes() == [first]
    assert caller.get(ORDERS).content == first
    # Another page of the same rows is another answer.
    caller.get(f"{ORDERS}?limit=1")
    assert wholes() == [first]


def test_answers_that_nobody_asks_for_again_are_not_remembered_for_ever() -> None:
    small = Shelf(limit=1000)
    keys: list[Key] = [("", "kind", str(number)) for number in range(300)]
    assert not any(small.is_asked_again(key) for key in keys)
    assert small.is_asked_again(keys[-1])
    assert not small.is_asked_again(keys[0])


def test_the_shelf_keeps_to_its_room_and_drops_what_was_not_used_for_longest() -> None:
    def key(id_: int) -> Key:
        return ("test", id_, 1, 1, "en-us")

    held = Shelf(limit=10_000)
    for id_ in range(50):
        held.keep({key(id_): bytes(1000)})
        assert held.take({0: key(0)}), "what is used stays"
        assert held.size <= 10_000
    assert len(held) == 7
    assert set(held.take({id_: key(id_) for id_ in range(50)})) == {0, *range(44, 50)}
    for size in (10, 3000, 500):
        held.keep({key(49): bytes(size)})
    held.keep({key(50): bytes(2500)})
    assert held.size == sum(len(encoded) + 400 for encoded in held._held.values())
    held.keep({key(99): bytes(20_000)})
    assert (len(held), held.size) == (0, 0), "what finds no room is not kept"


def test_without_room_everything_is_made_anew(caller: Client, settings: Any) -> None:
    settings.AKTAR_DOCUMENT_CACHE = 0
    a_transfer_order()
    assert told(caller) == told(caller)
    assert len(shelf) == 0
