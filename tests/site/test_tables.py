"""A database that another checkout made is told from one of this version, though it was migrated."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from aktar.site.tables import require_tables, table_differences
from aktar.site.verifying import faults
from aktar.workflow.actions import load_workflow, read_workflow
from tests.backups.databases import Aktar, is_refused, new_database, runner

IS_SQLITE = connection.vendor == "sqlite"
AN_INDEX = "DROP INDEX places_location_created"
A_COLUMN = "ALTER TABLE catalog_product DROP COLUMN remote_modified_date"
# SQLite takes no constraint away; what it would look like without is in the statement that made the table.
A_CONSTRAINT = (
    "UPDATE sqlite_schema SET sql = replace(sql, 'CONSTRAINT \"stock_level_reserved\" ', '') "
    "WHERE name = 'stock_stocklevel'"
    if IS_SQLITE
    else "ALTER TABLE stock_stocklevel DROP CONSTRAINT stock_level_reserved"
)
A_TRIGGER = "DROP TRIGGER workflow_transitionlog_append_only"
LACKS = [
    (AN_INDEX, "The index places_location_created of places_stocklocation is missing."),
    (A_COLUMN, "The column remote_modified_date of catalog_product is missing."),
    (A_CONSTRAINT, "The constraint stock_level_reserved of stock_stocklevel is missing."),
    (
        A_TRIGGER if IS_SQLITE else f"{A_TRIGGER} ON workflow_transitionlog",
        "The trigger workflow_transitionlog_append_only of workflow_transitionlog is missing.",
    ),
    # A constraint that holds for some rows alone is an index.
    (
        "DROP INDEX webhooks_lane_one_head",
        "The constraint webhooks_lane_one_head of webhooks_webhookevent is missing.",
    ),
    ("DROP TABLE edge_idempotencykey", "The table edge_idempotencykey is missing."),
    (
        "ALTER TABLE catalog_product ADD COLUMN colour integer",
        "The column colour of catalog_product is not known to this version.",
    ),
    (
        "CREATE UNIQUE INDEX once ON catalog_product (base_code)",
        "The unique constraint on base_code of catalog_product is not known to this version.",
    ),
    (
        "CREATE UNIQUE INDEX once ON catalog_product (base_code) WHERE id > 7",
        "The unique constraint on once of catalog_product is not known to this version.",
    ),
]
# SQLite would have to make the table anew, as Django does, with the same marks left behind.
LACKS_OF_POSTGRESQL = [
    (
        "ALTER TABLE catalog_product ALTER COLUMN name TYPE varchar(50)",
        "The column name of catalog_product is not varchar(300) not null.",
    ),
    (
        "ALTER TABLE catalog_product ALTER COLUMN name DROP NOT NULL",
        "The column name of catalog_product is not varchar(300) not null.",
    ),
    (
        "ALTER TABLE catalog_product DROP CONSTRAINT catalog_product_name_check",
        "The check of the column name of catalog_product is missing.",
    ),
    (
        "ALTER TABLE catalog_product DROP CONSTRAINT catalog_product_sku_key",
        "The unique constraint on sku of catalog_product is missing.",
    ),
    (
        "ALTER TABLE workflow_transitionlog DISABLE TRIGGER workflow_transitionlog_append_only",
        "The trigger workflow_transitionlog_append_only of workflow_transitionlog is missing.",
    ),
    (
        "ALTER TABLE catalog_product ADD CONSTRAINT longer CHECK (length(sku) > length(name))",
        "The check of the column name, sku of catalog_product is not known to this version.",
    ),
]


def spoil(execute: Callable[[str], object], statement: str) -> None:
    """Carry out what an earlier checkout left undone."""
    is_by_hand = "sqlite_schema" in statement
    if is_by_hand:
        execute("PRAGMA writable_schema = ON")
    execute(statement)
    if is_by_hand:
        execute("PRAGMA writable_schema = OFF")


def spoil_here(statement: str) -> None:
    with connection.cursor() as cursor:
        spoil(cursor.execute, statement)


def test_new_tables_are_what_the_models_declare(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):
        assert table_differences() == []


@pytest.mark.parametrize(("statement", "sentence"), LACKS)
def test_what_differs_is_named(db: None, statement: str, sentence: str) -> None:
    spoil_here(statement)
    assert table_differences() == [sentence]
    assert faults() == [sentence]


@pytest.mark.parametrize(("statement", "sentence"), LACKS_OF_POSTGRESQL)
def test_what_differs_is_named_on_postgresql(db: None, statement: str, sentence: str) -> None:
    if IS_SQLITE:
        pytest.skip("of PostgreSQL only")
    spoil_here(statement)
    assert table_differences() == [sentence]


def test_a_foreign_key_that_is_not_there_is_named(db: None) -> None:
    if IS_SQLITE:
        pytest.skip("of PostgreSQL only")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = 'orders_package'::regclass "
            "AND confrelid = 'orders_order'::regclass"
        )
        cursor.execute(f"ALTER TABLE orders_package DROP CONSTRAINT {cursor.fetchone()[0]}")
    assert table_differences() == ["The foreign key order_id to orders_order of orders_package is missing."]


def test_an_index_of_an_operators_own_is_no_difference(db: None) -> None:
    spoil_here("CREATE INDEX quicker ON catalog_product (base_code)")
    assert table_differences() == []


def test_rooms_that_are_to_be_migrated_are_left_out(db: None) -> None:
    spoil_here(AN_INDEX)
    assert table_differences(besides=["places"]) == []


def test_a_server_on_other_tables_is_not_ready(client: Client, db: None) -> None:
    load_workflow(read_workflow())
    require_tables.cache_clear()
    spoil_here(A_COLUMN)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    parts = {"database": "ok", "migrations": "of another version", "workflow": "unknown"}
    assert answer.json()["parts"] == parts


@pytest.fixture
def another_checkout(
    transactional_db: None, aktar_environment: dict[str, str], tmp_path: Path
) -> Iterator[tuple[Aktar, Callable[[str], None]]]:
    """`aktar` on a new database with the tables in place, and what spoils them."""
    with new_database(tmp_path) as url:

        def spoil_there(statement: str) -> None:
            if IS_SQLITE:
                with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as there, there:
                    spoil(there.execute, statement)
            else:
                with closing(psycopg.connect(url, autocommit=True)) as on_server:
                    spoil(on_server.execute, statement)

        aktar = runner(aktar_environment, url)
        assert aktar("migrate").returncode == 0
        yield aktar, spoil_there


def test_the_tables_of_another_checkout_are_refused_with_a_way_out(
    another_checkout: tuple[Aktar, Callable[[str], None]],
) -> None:
    aktar, spoil_there = another_checkout
    assert aktar("verify").stdout == "Verified: nothing is amiss.\n"
    for statement in (A_COLUMN, AN_INDEX, A_CONSTRAINT, LACKS[3][0]):
        spoil_there(statement)
    for command in ("migrate", "serve"):
        done = aktar(command)
        assert is_refused(done, LACKS[1][1])
        assert "And 1 more; `aktar verify` names them all." in done.stderr
        assert "`aktar load --from`" in done.stderr
        assert "DATABASE_URL says which." in done.stderr
    done = aktar("verify")
    assert (done.returncode, done.stdout) == (1, "")
    assert sorted(done.stderr.splitlines()) == sorted(sentence for _, sentence in LACKS[:4])


def test_nothing_is_migrated_where_other_rooms_are_of_another_checkout(
    another_checkout: tuple[Aktar, Callable[[str], None]],
) -> None:
    aktar, spoil_there = another_checkout
    spoil_there(AN_INDEX)
    spoil_there("DROP TABLE edge_idempotencykey")
    spoil_there("DELETE FROM django_migrations WHERE app = 'edge'")
    assert is_refused(aktar("migrate"), LACKS[0][1])
    assert is_refused(aktar("serve"), "run `aktar migrate` first.")
