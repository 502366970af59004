"""A record that is torn, contradicts what is here or cannot be stored is refused by its key, and alone."""

from typing import Any

import pytest

from aktar.orders.models import Order
from aktar.places.models import Country
from aktar.transfers.loading.rules import shown
from aktar.transfers.models import TransferOrder
from tests.contract.printed import with_values
from tests.factories import a_location, a_product, a_workflow
from tests.loading.loads import Loaded, contents, detailed, listed, load

pytestmark = pytest.mark.django_db

ITEM = "transferitem_set[0]"
ORDER_ITEM = f"{ITEM}.package_item.order_item"


@pytest.fixture(autouse=True)
def _workflow() -> None:
    a_workflow()


def refusal(loaded: Loaded) -> str:
    (refused,) = loaded.refusals
    return refused.why


FAULTS: dict[str, tuple[Any, str]] = {
    # torn: what belongs to something else
    f"{ITEM}.transfer_order": (7, "7 is not the 1358"),
    f"{ITEM}.package_item.package": (7, "7 is not the 6839"),
    f"{ORDER_ITEM}.order": (7, "7 is not the 6571"),
    f"{ITEM}.product.productimage_set[0].product": (7, "7 is not the 332"),
    "source.address.city.country": (7, "7 is not the 1"),
    "source.address.township.city": (7, "7 is not the 40"),
    "source.address.district.township": (7, "7 is not the 457"),
    "destination.id": (1, "destination: is the source itself"),
    # states that we lack, or of another kind of thing
    "state.enum_value": ("on_the_moon", "state.enum_value: there is no state"),
    "state.enum_class": (["TransferStatus"], "state: no state is like"),
    f"{ITEM}.state.content_type": (6, "7 is expected, not 6"),
    f"{ITEM}.state": ("waiting", "an object is expected"),
    # wrong types
    "id": ("1358", "an id is expected, not '1358'"),
    "source": (None, "an object is expected, not None"),
    "source.name": (5, "text is expected, not 5"),
    "source.is_active": (1, "true or false is expected, not 1"),
    "source.priority": (2**31, "is not between"),
    "source.omnitron_id": (True, "a whole number is expected, not True"),
    "source.engine": (2**63, "is not between"),
    "source.conf": ([], "an object is expected, not []"),
    "source.tags": ({}, "a list is expected, not {}"),
    "source.address": ([], "an object is expected, not []"),
    "transferitem_set": ({}, "a list is expected, not {}"),
    "commands": (None, "a list is expected, not None"),
    "order": (0, "an id is expected, not 0"),
    "package": (2**63, "an id is expected"),
    # decimals, instants, durations
    f"{ITEM}.quantity": ("0.00", "is not above zero"),
    f"{ORDER_ITEM}.price": ("1.005", "has more than 2 decimals"),
    f"{ORDER_ITEM}.net_amount": ("1,00", "a decimal such as '1.00' is expected"),
    f"{ORDER_ITEM}.tax_rate": (1e999, "a decimal such as '1.00' is expected"),
    f"{ORDER_ITEM}.retail_price": ("9" * 19, "is too large"),
    f"{ITEM}.package_item.unit_weight": ("-0.01", "is below zero"),
    "source.address.longitude": ("28.123456789", "has more than 8 decimals"),
    "target_transfer_date": ("2023-04-06T06:47:00", "an instant such as"),
    "created_date": ("0001-01-01T00:00:00+23:00", "an instant such as"),
    "source.target_packing_interval": ("5 days", "a duration such as"),
    "source.target_transfer_interval": ("9999999 00:00:00", "a duration such as"),
    "destination.target_transfer_interval": ("-2000000 00:00:00", "a duration such as"),
    # what no database takes
    "number": ("2252\x00", "a NUL or a character that is none"),
    "invoice_number": ("\ud800", "a NUL or a character that is none"),
    "source.address.title": ("x" * 201, "201 characters are more than 200"),
    f"{ORDER_ITEM}.attributes": ({"a": 2**64}, "is too large a number"),
}


@pytest.mark.parametrize("path", FAULTS)
def test_a_fault_is_refused_by_its_key(path: str) -> None:
    value, reason = FAULTS[path]
    before = contents()

    loaded = load(with_values(listed(), {path: value}))

    assert loaded.counts == (0, 0, 0, 0, 1)
    key, _, said = refusal(loaded).rpartition(": ")
    assert reason in refusal(loaded), (key, said)
    assert path.replace("[0]", "[0]").split(".")[0].removesuffix("[0]") in refusal(loaded)
    assert contents() == before


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("id", "id"),
        ("number", "number"),
        ("source", "source"),
        ("commands", "commands"),
        ("transferitem_set", "transferitem_set"),
        ("source.erp_code", "source.erp_code"),
        ("source.address.city.pk", "source.address.city.id"),
        ("state.enum_class", "state.enum_class"),
        (f"{ORDER_ITEM}.price", f"{ORDER_ITEM}.price"),
        ("transfer_shipment", "transfer_shipment"),
    ],
)
def test_a_missing_key_is_named(path: str, named: str) -> None:
    order = listed()
    holder = order
    *way, last = path.replace("[0]", ".0").split(".")
    for step in way:
        holder = holder[int(step)] if step.isdigit() else holder[step]
    del holder[last]
    assert refusal(load(order)) == f"{named}: is missing"


def test_nesting_without_end_is_refused() -> None:
    deep: Any = {}
    for _ in range(100):
        deep = {"deeper": deep}
    loaded = load(with_values(listed(), {f"{ORDER_ITEM}.attributes": deep}))
    assert refusal(loaded) == f"{ORDER_ITEM}.attributes: is nested deeper than 64"


def test_nesting_without_end_around_a_broken_text_is_refused_alone() -> None:
    deep: Any = "\ud800"
    for _ in range(900):
        deep = {"deeper": deep}
    loaded = load(listed() | {"id": 9, "more": deep}, listed())
    assert loaded.counts == (1, 0, 0, 0, 1)
    assert refusal(loaded).endswith("is nested too deep")


def test_a_refusal_prints_no_key_that_a_terminal_would_obey() -> None:
    told = refusal(load(listed() | {"\x1b[2J\nevil": {"text": "\x00"}}))
    assert told.startswith(r"'\x1b[2J\nevil'.text: a NUL")


@pytest.mark.parametrize("depth", [150, 450, 900])
def test_an_unstorable_text_however_deep_is_refused(depth: int) -> None:
    deep: Any = "\x00"
    for _ in range(depth):
        deep = [deep]
    assert refusal(load(listed() | {"more": deep}))


def test_a_value_that_is_too_deep_to_be_shown_is_refused() -> None:
    deep: list[Any] = []
    for _ in range(2000):
        deep = [deep]
    assert "nested too deep" in shown(deep)


@pytest.mark.parametrize("record", [5, "text", None, [], True])
def test_what_is_no_object_is_refused(record: Any) -> None:
    assert load([record]).counts == (0, 0, 0, 0, 1)


def test_the_brief_form_is_refused() -> None:
    order = listed() | {"source": 1, "destination": 4}
    assert "brief form" in refusal(load(order))


def test_the_same_id_with_another_number_is_refused() -> None:
    load(listed())
    before = contents()
    assert "number: 1358 has '2252814672612461P3T2' here" in refusal(load(listed() | {"number": "other"}))
    assert "number: 6571 has" in refusal(load(listed() | {"order_number": "other"}))
    assert "number: 6839 has" in refusal(load(listed() | {"package_number": "other"}))
    assert contents() == before


def test_a_number_that_another_id_has_is_refused() -> None:
    load(listed())
    order = with_values(listed(), {"id": 9, f"{ITEM}.transfer_order": 9, f"{ITEM}.id": 9})
    assert "number: '2252814672612461P3T2' is that of 1358 here" in refusal(load(order))
    assert load(order | {"number": "2252814672612461P3T9"}).counts == (1, 0, 0, 0, 0)


def test_of_two_in_one_file_the_first_has_the_number() -> None:
    second = with_values(listed(), {"id": 9, f"{ITEM}.transfer_order": 9, f"{ITEM}.id": 9})
    loaded = load(listed(), second)
    assert loaded.counts == (1, 0, 0, 0, 1)
    assert loaded.refusals[0].id == 9


def test_an_item_of_another_order_is_refused() -> None:
    load(listed())
    other = with_values(
        listed(), {"id": 9, "number": "x", f"{ITEM}.transfer_order": 9, f"{ITEM}.quantity": "2.00"}
    )
    assert f"{ITEM}.transfer_order: 1358 has 1358 here, not 9" in refusal(load(other))


def test_a_code_that_something_else_has_here_is_refused() -> None:
    a_product(sku="AKN-009")
    assert "sku: 'AKN-009' is that of" in refusal(load(listed()))
    Country.objects.create(pk=1, name="Türkiye", code="tr")
    a_location(erp_code="1", id=77)
    assert "source.erp_code: '1' is that of 77 here" in refusal(load(listed()))


def test_what_only_the_database_sees_is_refused_alone() -> None:
    """Two products of one record that share a SKU."""
    torn = with_values(
        listed(),
        {"id": 9, "number": "x", f"{ITEM}.id": 9, f"{ITEM}.transfer_order": 9, f"{ITEM}.product.id": 9},
    )
    torn[ITEM[:-3]][0]["product"]["productimage_set"] = []

    loaded = load(torn, listed())

    assert loaded.counts == (1, 0, 0, 0, 1)
    assert refusal(loaded).startswith("the database refuses it: ")
    assert list(TransferOrder.objects.values_list("pk", flat=True)) == [1358]


def test_a_refused_record_leaves_nothing_behind_and_hides_no_other() -> None:
    bad = with_values(detailed(), {"shipping_address.line": None})
    loaded = load(listed(), bad)
    assert loaded.counts == (1, 0, 0, 0, 1)
    assert refusal(loaded).startswith("shipping_address.line: text is expected")
    assert Order.objects.get().customer is None
