"""Migration operations that give a table its triggers, on SQLite and PostgreSQL alike."""

from abc import abstractmethod
from collections.abc import Collection, Iterable
from typing import Any

from django.db.migrations.operations.base import Operation


class TableTriggers(Operation):
    """Gives each of `tables` the triggers of one kind, and takes them away when run backwards."""

    reduces_to_sql = True
    reversible = True
    atomic = True

    def __init__(self, tables: Collection[str]) -> None:
        self.tables = tuple(tables)

    @abstractmethod
    def names(self, table: str) -> Iterable[str]:
        """The triggers of a table, on whichever database."""

    def made(self, table: str, *, vendor: str) -> Iterable[str]:
        """Those that it has on the databases of a vendor."""
        return self.names(table)

    @abstractmethod
    def postgresql(self, table: str) -> Iterable[str]:
        """The statements that make them on PostgreSQL."""

    @abstractmethod
    def sqlite(self, table: str) -> Iterable[str]:
        """The statements that make them on SQLite."""

    def state_forwards(self, app_label: str, state: Any) -> None:
        """No model changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self.database_backwards(app_label, schema_editor, from_state, to_state)
        make = self.postgresql if schema_editor.connection.vendor == "postgresql" else self.sqlite
        for table in self.tables:
            for statement in make(table):
                schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        named = "{name} ON {table}" if schema_editor.connection.vendor == "postgresql" else "{name}"
        for table in self.tables:
            for name in self.names(table):
                trigger = named.format(name=name, table=table)
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {trigger}", params=None)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__name__, [self.tables], {})


class RaisesReferenceVersion(TableTriggers):
    """Every write to `tables` raises the reference version, whoever writes; `verbs` may name only some.

    SQLite drops a table's triggers when Django rebuilds the table to alter it: a migration that alters a
    reference table repeats this operation. A test holds that every reference table has its triggers.
    """

    # The clock's microseconds, so that no number comes twice: not after a rollback, whose number a reader
    # inside the transaction may have seen, and not in a database brought back from a backup.
    on_postgresql = "greatest(held.version + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)"
    # SQLite's clock tells milliseconds; chance fills the rest.
    on_sqlite = "max(version + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000 + abs(random() % 1000))"

    def __init__(
        self, tables: Collection[str], *, verbs: Collection[str] = ("insert", "update", "delete")
    ) -> None:
        super().__init__(tables)
        self.verbs = tuple(verbs)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        name, positional, _named = super().deconstruct()
        return (name, positional, {"verbs": self.verbs})

    def names(self, table: str) -> Iterable[str]:
        return [f"{table}_reference_{verb}" for verb in (*self.verbs, "truncate")]

    def made(self, table: str, *, vendor: str) -> Iterable[str]:
        # SQLite has no TRUNCATE.
        verbs = (*self.verbs, "truncate") if vendor == "postgresql" else self.verbs
        return [f"{table}_reference_{verb}" for verb in verbs]

    def postgresql(self, table: str) -> Iterable[str]:
        yield (
            "CREATE OR REPLACE FUNCTION edge_raise_reference_version() RETURNS trigger "
            "LANGUAGE plpgsql AS $$ "
            "BEGIN INSERT INTO edge_referenceversion (id, version) VALUES (1, 0) ON CONFLICT DO NOTHING; "
            f"UPDATE edge_referenceversion AS held SET version = {self.on_postgresql}; RETURN NULL; END $$"
        )
        for verb, name in zip((*self.verbs, "truncate"), self.names(table), strict=True):
            yield (
                f"CREATE TRIGGER {name} AFTER {verb.upper()} ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION edge_raise_reference_version()"
            )

    def sqlite(self, table: str) -> Iterable[str]:
        for verb, name in zip(self.verbs, self.names(table), strict=False):
            yield (
                f"CREATE TRIGGER {name} AFTER {verb.upper()} ON {table} BEGIN "
                # No conflict clause: inside a trigger SQLite lets the outer statement's override it.
                "INSERT INTO edge_referenceversion (id, version) "
                "SELECT 1, 0 WHERE NOT EXISTS (SELECT 1 FROM edge_referenceversion); "
                f"UPDATE edge_referenceversion SET version = {self.on_sqlite}; END"
            )


class RefusesUpdates(TableTriggers):
    """Every UPDATE of `tables` fails: their rows are history.

    Deleting stays possible, for retention and for emptying a database.
    """

    def names(self, table: str) -> Iterable[str]:
        return [f"{table}_append_only"]

    def postgresql(self, table: str) -> Iterable[str]:
        yield (
            "CREATE OR REPLACE FUNCTION edge_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION edge_refuse_update()"
        )

    def sqlite(self, table: str) -> Iterable[str]:
        yield (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
