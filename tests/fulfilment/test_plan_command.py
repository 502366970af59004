"""`aktar plan` plans what was left alone: one by one, in batch, or only in words."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from django.db import OperationalError, connection, transaction
from django.test import Client

from aktar.edge.references import reading
from aktar.fulfilment import actions as fulfilment
from aktar.fulfilment.actions import carry_out_decision, plan_order
from aktar.fulfilment.queries import decisions_on, unplanned_orders
from aktar.orders.actions import add_package
from aktar.orders.models import Order, Package
from aktar.orders.rules import NewPackage, Pieces
from aktar.places.models import StockLocation
from aktar.planning.models import Plan
from aktar.planning.rules import Decision
from aktar.planning.solving import immediately
from aktar.site.cli.plan import plan
from aktar.site.sqlite import BUSY_TIMEOUT
from aktar.transfers.models import TransferOrder
from aktar.webhooks.models import Event
from tests.factories import NOW
from tests.fulfilment.shop import a_store, counted, only_package, ordered, product
from tests.stock.books import require_balance

pytestmark = pytest.mark.django_db


def planned(*options: str) -> list[str]:
    done = CliRunner().invoke(plan, options)
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


def at_risk(caller: Client) -> list[str]:
    found = {
        flag: [each["number"] for each in caller.get(f"/api/v1/oms/orders/?at_risk={flag}").json()["results"]]
        for flag in ("true", "false")
    }
    assert len(found["true"]) + len(found["false"]) == Order.objects.count()
    return found["true"]


@pytest.fixture
def _waiting(caller: Client) -> None:
    """Three orders that wait, for two of which there are goods: all of them in A, but for one in B."""
    a_store("A", {"TS-1": 2, "TS-2": 1})
    a_store("B", {"TS-3": 1})
    ordered(caller, "WEB-1", "TS-1", "TS-2", "TS-3", query="?plan=0")
    ordered(caller, "WEB-2", "TS-1", query="?plan=0")
    ordered(caller, "WEB-3", "TS-1", query="?plan=0")


SAID = [
    "WEB-1: A dispatches 3 lines: 2 of its own, 1 from B.",
    "WEB-2: A dispatches 1 line: 1 of its own.",
    "WEB-3: A dispatches 1 line: 1 out of stock.",
]


@pytest.mark.usefixtures("_waiting")
@pytest.mark.parametrize("options", [(), ("--batch", "--seconds", "5")])
def test_what_was_left_alone_is_planned_once(options: tuple[str, ...]) -> None:
    assert planned(*options) == [*SAID, "3 orders planned, 1 of them with something out of stock."]
    assert list(Package.objects.order_by("pk").values_list("number", "state__enum_value")) == [
        ("WEB-1P1", "150"),
        ("WEB-2P1", "100"),
        ("WEB-3P1", "920"),
    ]
    assert Plan.objects.filter(is_batch=bool(options)).count() == 3
    assert planned(*options) == ["0 orders planned, 0 of them with something out of stock."]
    require_balance()


def test_lines_that_nobody_may_dispatch_are_counted(caller: Client) -> None:
    closed = a_store("A", {"TS-1": 1})
    StockLocation.objects.filter(pk=closed.pk).update(is_active=False)
    ordered(caller, "WEB-1", "TS-1", "TS-2", query="?plan=0")
    assert planned("--dry-run")[0] == "WEB-1: nobody may dispatch 2 lines."


@pytest.mark.usefixtures("_waiting")
@pytest.mark.parametrize("options", [(), ("--batch", "--seconds", "5")])
def test_a_dry_run_says_the_same_and_changes_nothing(options: tuple[str, ...]) -> None:
    said = planned("--dry-run", *options)
    assert said == [*SAID, "3 orders would be planned, 1 of them with something out of stock."]
    assert not any(model.objects.exists() for model in (Package, Plan, TransferOrder))


@pytest.mark.usefixtures("_waiting")
@pytest.mark.parametrize("options", [("--batch", "--seconds", "5"), ()])
def test_a_dry_run_of_many_promises_nothing_twice(
    options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    # By name it is the command that is found.
    monkeypatch.setattr(import_module("aktar.site.cli.plan"), "MOST_TOGETHER", 1)
    said = planned("--dry-run", *options)
    assert said[:-1] == SAID == planned(*options)[:-1]


def test_a_dry_run_finds_what_is_left_beyond_those_who_are_asked_first(
    caller: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MOST_HOLDERS", "MOST_NEAR", "ENOUGH_NEAR", "MOST_BESIDE"):
        monkeypatch.setattr(f"aktar.planning.queries.market.{name}", 1)
    for code in ("A", "B", "C"):
        a_store(code, {"TS-1": 1})
    for number in range(4):
        ordered(caller, f"WEB-{number}", "TS-1", query="?plan=0")
    said = planned("--dry-run")
    assert [line.endswith("dispatches 1 line: 1 of its own.") for line in said[:-1]] == [
        True,
        True,
        True,
        False,
    ]
    assert said[:-1] == planned()[:-1]


def test_a_location_that_is_made_meanwhile_is_named(caller: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    a_store("OLD")
    ordered(caller, "WEB-1", "TS-1", query="?plan=0")

    def just_after(order: int, **given: Any) -> Decision | None:
        a_store("NEW", {"TS-1": 1})
        return plan_order(order, **given)

    monkeypatch.setattr("aktar.fulfilment.actions.plan_order", just_after)
    assert planned()[0] == "WEB-1: NEW dispatches 1 line: 1 of its own."


def test_what_a_cancelled_package_held_is_at_risk_until_it_is_planned_anew(caller: Client) -> None:
    a_store("A", {"TS-1": 1, "TS-2": 1})
    order, other = ordered(caller, "WEB-1", "TS-1", "TS-2"), ordered(caller, "WEB-2", "TS-3", query="?plan=0")
    package = only_package(order)
    cancel = {"transition": 204, "input_parameters": {}}
    path = f"/api/v1/oms/packages/{package.pk}/command/"
    assert caller.post(path, cancel, "application/json").status_code == 204
    assert at_risk(caller) == ["WEB-1"]
    assert caller.get(f"/api/v1/oms/orders/{order.pk}/").json()["at_risk"] is True
    assert Event.objects.get(type="order.at_risk").object_id == order.pk
    assert unplanned_orders() == [order.pk, other.pk]
    assert planned("--limit", "1")[0] == "WEB-1: A dispatches 2 lines: 2 of its own."
    assert list(order.packages.order_by("pk").values_list("number", "state__enum_value")) == [
        ("WEB-1P1", "600"),
        ("WEB-1P2", "100"),
    ]
    assert (at_risk(caller), unplanned_orders()) == ([], [other.pk])
    require_balance()


def test_a_cancelled_order_is_neither_at_risk_nor_planned_though_its_packages_are_cancelled(
    caller: Client,
) -> None:
    a_store("A", {"TS-1": 1})
    order = ordered(caller, "WEB-1", "TS-1")
    assert caller.post(f"/api/v1/oms/orders/{order.pk}/cancel/", {}, "application/json").status_code == 204
    assert (at_risk(caller), unplanned_orders()) == ([], [])
    assert not Event.objects.filter(type="order.at_risk").exists()


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_a_batch_without_a_solver_says_so_though_nothing_is_to_be_planned(
    options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    done = CliRunner().invoke(plan, ["--batch", *options])
    assert done.exit_code == 1
    assert done.output == "Error: --batch needs a solver, which pip install 'aktar[plan]' brings.\n"


@pytest.mark.usefixtures("_waiting")
def test_the_oldest_come_first() -> None:
    assert planned("--limit", "1") == [SAID[0], "1 orders planned, 0 of them with something out of stock."]
    assert len(unplanned_orders()) == 2


def test_a_decision_whose_goods_are_gone_is_made_anew(caller: Client) -> None:
    gone, left = a_store("A", {"TS-1": 1}), a_store("B", {"TS-1": 0})
    order = ordered(caller, "WEB-1", "TS-1", query="?plan=0")
    (decision,) = decisions_on([order.pk], solve=immediately, now=NOW).decisions
    assert decision.packages[0].dispatching == gone.pk
    counted(gone, {"TS-1": 0})
    counted(left, {"TS-1": 1})
    carried = carry_out_decision(decision, is_batch=True, by=None, now=NOW)
    assert carried is not None
    assert carried.packages[0].dispatching == only_package(order).stock_location_id == left.pk
    assert carry_out_decision(decision, is_batch=True, by=None, now=NOW) is None
    require_balance()


@contextmanager
def stock_that_somebody_holds(url: str) -> Iterator[Callable[[], None]]:
    """Another connection holds all levels, on SQLite everything, until what it gives is called."""
    if connection.vendor == "sqlite":
        path = url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            yield holder.rollback
    else:
        with closing(psycopg.connect(url)) as other:
            other.execute("SELECT 1 FROM stock_stocklevel FOR UPDATE")
            yield other.rollback


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("act", "options", "held", "other", "summary"),
    [
        ("resupply_package", (), "WEB-1P1", "WEB-2P1: A has 1 itself.", "1 packages got"),
        ("plan_order", (), "WEB-1", "WEB-2: A dispatches 1 line: 1 of its own.", "1 orders planned"),
        (
            "carry_out_decision",
            ("--batch",),
            "WEB-1",
            "WEB-2: A dispatches 1 line: 1 of its own.",
            "1 orders planned",
        ),
    ],
)
def test_what_others_hold_for_too_long_is_named_and_the_rest_goes_on(
    act: str,
    options: tuple[str, ...],
    held: str,
    other: str,
    summary: str,
    caller: Client,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = a_store("A")
    query = "" if act == "resupply_package" else "?plan=0"
    for number in ("WEB-1", "WEB-2"):
        ordered(caller, number, "TS-1", query=query)
    counted(store, {"TS-1": 9})
    monkeypatch.setattr(import_module("aktar.site.cli.plan"), "PATIENCE", 1)
    real, things = getattr(fulfilment, act), []

    def acting(thing: Any, **given: Any) -> Any:
        things.append(thing)
        if len(things) == 2:
            let_go()
        return real(thing, **given)

    monkeypatch.setattr(fulfilment, act, acting)
    with stock_that_somebody_holds(database_url) as let_go:
        done = CliRunner().invoke(plan, options)
    assert (done.exit_code, len(things)) == (1, 2), done.output
    assert done.stdout.splitlines()[0] == other
    assert summary in done.stdout
    assert done.stderr.splitlines() == [
        f"{held}: left, for others held what it needs for 1 seconds.",
        "1 left as they were: run it again to go on.",
    ]
    # Whoever comes next is as patient as ever.
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout" if connection.vendor == "sqlite" else "SHOW lock_timeout")
        assert cursor.fetchone() in ((BUSY_TIMEOUT * 1000,), ("5s",))
    assert planned(*options)[0].startswith(f"{held}: A ")
    require_balance()


def test_a_database_that_gives_up_is_told_after_what_was_done(
    caller: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_store("A", {"TS-1": 9})
    first, _ = (ordered(caller, number, "TS-1", query="?plan=0").pk for number in ("WEB-1", "WEB-2"))

    def until_it_is_gone(order: int, **given: Any) -> Decision | None:
        if order != first:
            raise OperationalError("the connection is lost")
        return plan_order(order, **given)

    monkeypatch.setattr(fulfilment, "plan_order", until_it_is_gone)
    done = CliRunner().invoke(plan)
    assert done.exit_code == 1
    assert done.stdout.splitlines()[-1] == "1 orders planned, 0 of them with something out of stock."
    assert done.stderr == "Error: The database gave up: the connection is lost. Run it again to go on.\n"


def test_one_order_that_the_database_refuses_does_not_stop_the_others(
    caller: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_store("A", {"TS-1": 9})
    first, _ = (ordered(caller, number, "TS-1", query="?plan=0").pk for number in ("WEB-1", "WEB-2"))

    def but_for_one(order: int, **given: Any) -> Decision | None:
        if order == first:
            with transaction.atomic():
                Package.objects.create(number="WEB-2P1")  # of no order
        return plan_order(order, **given)

    monkeypatch.setattr(fulfilment, "plan_order", but_for_one)
    done = CliRunner().invoke(plan)
    assert done.exit_code == 1
    assert done.stdout.splitlines()[0] == "WEB-2: A dispatches 1 line: 1 of its own."
    assert done.stderr.startswith("WEB-1: left, for the database refuses it (")


def test_a_package_number_that_somebody_chose_does_not_spoil_the_next(caller: Client) -> None:
    a_store("A", {"TS-1": 9})
    order = ordered(caller, "WEB-1", "TS-1", "TS-1", query="?plan=0")
    package = add_package(
        order,
        NewPackage(number="WEB-1P" + 74 * "9", pieces=(Pieces(product("TS-1").pk),)),
        stock_location=StockLocation.objects.get(erp_code="A").pk,
        reading=reading("en-us"),
        now=NOW,
    )
    assert len(package.number) == 80
    planned()
    assert set(order.packages.values_list("number", flat=True)) == {package.number, "WEB-1P1"}
