"""Every write to a reference table raises the reference version, whoever writes and however."""

import contextlib
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from aktar.catalog.models import PriceList, Product, ProductImage, StockList
from aktar.edge import references
from aktar.edge.references import reading
from aktar.places.models import Address, City, Country, District, StockLocation, Township
from aktar.transfers.models import CargoCompany, TransferOrder
from aktar.transfers.queries import transfer_order_detail
from aktar.workflow.models import Command, State
from tests.factories import a_caller, a_carrier, a_transfer_order, a_workflow

pytestmark = pytest.mark.django_db

REFERENCES: tuple[type[models.Model], ...] = (
    State,
    Command,
    Country,
    City,
    Township,
    District,
    Address,
    StockLocation,
    Product,
    ProductImage,
    PriceList,
    StockList,
    CargoCompany,
)
"""Every model that is read into fragments."""

TABLES = {model._meta.db_table for model in REFERENCES}
EACH = pytest.mark.parametrize("model", REFERENCES, ids=lambda model: model.__name__)


@pytest.fixture
def order() -> TransferOrder:
    """A transfer order that refers to a row of every reference table."""
    a_workflow()
    a_carrier()
    order = a_transfer_order()
    body = {"transition": 298, "input_parameters": {"cargo_company": 1}}
    path = f"/api/v1/oms/transfer_orders/{order.pk}/command/"
    assert a_caller().post(path, body, "application/json").status_code == 204
    return order


def version() -> int:
    return reading("en-us").version


def sql(statement: str, *parameters: Any) -> None:
    """A hand at the database's console."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def statements(read: Callable[[], Any]) -> set[str]:
    """The SQL that a read asks."""
    with CaptureQueriesContext(connection) as captured:
        read()
    return {query["sql"] for query in captured}


def triggers() -> set[str]:
    """The names of the triggers that the database has."""
    statement = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {name for (name,) in cursor.fetchall()}


def insert_a_copy(model: type[models.Model]) -> None:
    """A second row like the first, by SQL; what must be unique is made so."""
    table = model._meta.db_table
    distinct = {field.column for field in model._meta.concrete_fields if field.unique} | {"enum_value"}
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    values = ["'x2'" if name in distinct else f'"{name}"' for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    sql(
        f"INSERT INTO {table} (id, {names}) SELECT 900000, {', '.join(values)} "
        f"FROM {table} ORDER BY id LIMIT 1"
    )


@EACH
def test_every_reference_table_has_its_three_triggers(model: type[models.Model]) -> None:
    table = model._meta.db_table
    assert {f"{table}_reference_{verb}" for verb in ("insert", "update", "delete")} <= triggers()


def test_what_a_detail_shows_beside_them_has_one_for_updates() -> None:
    with_triggers = {name.rpartition("_reference_")[0] for name in triggers() if "_reference_" in name}
    others = {"orders_channel", "orders_customer", "orders_shippingaddress"}
    # What planning remembers of its scenarios, none of which an answer shows.
    scenario = "planning_transferscenario"
    own = ("_channels", "_cities", "_source_cities", "_dispatch_cities")
    assert with_triggers == TABLES | others | {scenario, *(scenario + name for name in own)}
    writes = ("insert", "delete")
    assert not {f"{table}_reference_{verb}" for table in others for verb in writes} & triggers()


def test_every_table_that_only_a_cold_read_asks_is_a_reference_table(order: TransferOrder) -> None:
    current = reading("en-us")
    references.forget()
    cold, warm = (statements(lambda: transfer_order_detail(order.pk, current)) for _ in range(2))
    tables = {table for statement in cold - warm for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', statement)}
    assert tables == TABLES


@EACH
def test_a_statement_at_the_console_raises_the_version(
    order: TransferOrder, model: type[models.Model]
) -> None:
    table = model._meta.db_table
    before = version()
    insert_a_copy(model)
    inserted = version()
    assert inserted > before
    sql(f"UPDATE {table} SET id = id WHERE id = 900000")
    updated = version()
    assert updated > inserted
    sql(f"DELETE FROM {table} WHERE id = 900000")
    assert version() > updated


@EACH
def test_writing_by_the_orm_raises_the_version(order: TransferOrder, model: type[models.Model]) -> None:
    before = version()
    row = model._default_manager.order_by("pk")[0]
    row.save()
    saved = version()
    assert saved > before
    name = next(field.name for field in model._meta.concrete_fields if not field.primary_key)
    model._default_manager.filter(pk=row.pk).update(**{name: getattr(row, name)})
    assert version() > saved


def test_a_change_that_is_undone_leaves_the_version(order: TransferOrder) -> None:
    before = version()
    with transaction.atomic():
        City.objects.update(name="BAŞKA")
        assert version() > before
        transaction.set_rollback(True)
    assert version() == before


def test_reading_and_running_commands_leave_the_version(order: TransferOrder) -> None:
    before, caller = version(), a_caller()
    path = f"/api/v1/oms/transfer_orders/{order.pk}/"
    body = {"transition": 101, "input_parameters": {}}
    assert caller.post(f"{path}command/", body, "application/json").status_code == 204
    assert caller.get(path).status_code == 200
    assert version() == before


def test_no_number_comes_twice_after_a_rollback_or_a_lost_row() -> None:
    seen = [version()]
    for _ in range(3):
        with contextlib.suppress(_TakeBack), transaction.atomic():
            Country.objects.create(name="Türkiye", code="tr")
            seen.append(version())
            time.sleep(0.002)
            raise _TakeBack
    sql("DELETE FROM edge_referenceversion")
    assert version() == 0
    Country.objects.create(name="Türkiye", code="tr")
    seen.append(version())
    assert len(set(seen)) == len(seen)
    assert seen == sorted(seen)


class _TakeBack(Exception):
    """Ends a transaction whose writes are not to stay."""
