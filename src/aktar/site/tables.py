"""Whether a database has the tables of this version: migrations it lacks, and what differs from the models.

That every migration has been applied says little while migrations are edited in place: a database of another
checkout has applied those of the same names. So what the models declare is looked for by name, and where a
thing has none of our giving (a unique column, a foreign key, a column's own check) by its columns.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from aktar.edge.triggers import TableTriggers


class TablesDiffer(Exception):
    """The tables are not those of this version, although its migrations are applied; one sentence each."""

    def __init__(self, differences: Collection[str]) -> None:
        self.differences = tuple(differences)
        super().__init__(" ".join(self.differences))


class _Part(StrEnum):
    """What a table can lack, as it is called in a sentence."""

    TABLE = "table"
    COLUMN = "column"
    TYPE = "type"
    INDEX = "index"
    CONSTRAINT = "constraint"
    UNIQUE = "unique constraint on"
    FOREIGN_KEY = "foreign key"
    CHECK = "check of the column"
    TRIGGER = "trigger"


# What a later version does not know and may still refuse its writes; an index of an operator's own does not.
_HINDERING = (_Part.COLUMN, _Part.CONSTRAINT, _Part.UNIQUE, _Part.FOREIGN_KEY, _Part.CHECK)


class _Fact(NamedTuple):
    table: str
    part: _Part
    what: str = ""


def pending_migrations() -> list[str]:
    """The migrations that this version brings and the database lacks, as `room.name`; two queries."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    return sorted(f"{room}.{name}" for room, name in _known_migrations().keys() - applied)


@cache
def require_tables() -> None:
    """Raises TablesDiffer; once they were found to be the same they are not looked at again by this process.

    Four queries then. The migrations must have been applied.
    """
    if found := table_differences():
        raise TablesDiffer(found)


def table_differences(*, using: str = DEFAULT_DB_ALIAS, besides: Collection[str] = ()) -> list[str]:
    """In what the tables differ from the models, in sentences; those of the rooms `besides` are left out.

    Four queries, whatever the number of tables.
    """
    database = connections[using]
    declared = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.can_migrate(database) and model._meta.app_label not in besides
    ]
    if not declared:
        return []
    expected = {fact for model in declared for fact in _facts_of(model, database)}
    tables = {model._meta.db_table for model in declared}
    expected |= {fact for fact in _triggers(database) if fact.table in tables}
    found = set(_FOUND[database.vendor](database, declared, expected))
    # Of a table or a column that is not there, nothing else is worth a word.
    gone = {fact.table for fact in expected - found if fact.part is _Part.TABLE}
    lost = {(fact.table, fact.what) for fact in expected - found if fact.part is _Part.COLUMN}
    missing = [
        fact
        for fact in expected - found
        if fact.part is _Part.TABLE
        or not (
            fact.table in gone or (fact.part is _Part.TYPE and (fact.table, fact.what.split()[0]) in lost)
        )
    ]
    surplus = [fact for fact in found - expected if fact.part in _HINDERING]
    # On SQLite the index behind a constraint with a name has another one.
    spoken_for = {fact for model in declared for fact in _kept_apart(model)}
    return [
        *map(_lack, sorted(missing)),
        *(_surplus(fact) for fact in sorted(surplus) if fact not in spoken_for),
    ]


@cache
def _known_migrations() -> Mapping[tuple[str, str], Migration]:
    return dict(MigrationLoader(None).disk_migrations)


def _lack(fact: _Fact) -> str:
    if fact.part is _Part.TABLE:
        return f"The table {fact.table} is missing."
    if fact.part is _Part.TYPE:
        column, form = fact.what.split(" ", 1)
        return f"The column {column} of {fact.table} is not {form}."
    return f"The {fact.part} {fact.what} of {fact.table} is missing."


def _surplus(fact: _Fact) -> str:
    return f"The {fact.part} {fact.what} of {fact.table} is not known to this version."


def _facts_of(model: type[models.Model], database: Any) -> Iterator[_Fact]:
    options: Any = model._meta
    table = options.db_table
    yield _Fact(table, _Part.TABLE)
    for field in options.local_concrete_fields:
        yield _Fact(table, _Part.COLUMN, field.column)
        yield _form(table, field.column, field.db_type(database), is_required=not field.null)
        if field.unique:
            yield _Fact(table, _Part.UNIQUE, field.column)
        if field.db_check(database):
            yield _Fact(table, _Part.CHECK, field.column)
        if field.is_relation and getattr(field, "db_constraint", False):
            target = field.related_model._meta.db_table
            yield _Fact(table, _Part.FOREIGN_KEY, f"{field.column} to {target}")
    for names in options.unique_together:
        yield _Fact(table, _Part.UNIQUE, _listed(options.get_field(name).column for name in names))
    for constraint in options.constraints:
        yield _Fact(table, _Part.CONSTRAINT, constraint.name)
    # Django's own hand: it knows what it calls the index of a column, and what PostgreSQL has besides.
    for statement in database.schema_editor()._model_indexes_sql(model):
        yield _Fact(table, _Part.INDEX, str(statement.parts["name"]).strip('"'))


def _kept_apart(model: type[models.Model]) -> Iterator[_Fact]:
    """The columns that constraints with a name keep unique."""
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
            fields: Any = map(model._meta.get_field, constraint.fields)
            columns = (field.column for field in fields)
            yield _Fact(model._meta.db_table, _Part.UNIQUE, _listed(columns))


def _triggers(database: Any) -> Iterator[_Fact]:
    longest = database.ops.max_name_length()
    for migration in _known_migrations().values():
        for operation in migration.operations:
            if isinstance(operation, TableTriggers):
                for table in operation.tables:
                    for name in operation.made(table, vendor=database.vendor):
                        yield _Fact(table, _Part.TRIGGER, name[:longest])


def _in_sqlite(
    database: Any, declared: Collection[type[models.Model]], expected: Collection[_Fact]
) -> Iterator[_Fact]:
    tables: dict[str, Any] = {model._meta.db_table: model for model in declared}
    with database.cursor() as cursor:
        cursor.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
        for kind, name, table, text in cursor.fetchall():
            if table not in tables:
                continue
            if kind == "table":
                yield _Fact(table, _Part.TABLE)
                # Checks are kept nowhere but in the text that made the table.
                for constraint in re.findall(r'\bCONSTRAINT "([^"]+)" (?:CHECK|UNIQUE) ', text):
                    yield _Fact(table, _Part.CONSTRAINT, constraint)
                for field in tables[table]._meta.local_concrete_fields:
                    if (check := field.db_check(database)) and f"CHECK ({check})" in text:
                        yield _Fact(table, _Part.CHECK, field.column)
            elif kind == "trigger":
                yield _Fact(table, _Part.TRIGGER, name)
            else:
                yield from _named(_Fact(table, _Part.INDEX, name), expected)
        cursor.execute(
            'SELECT t.name, c.name, c.type, c."notnull" FROM sqlite_schema t, pragma_table_info(t.name) c '
            "WHERE t.type = 'table'"
        )
        for table, column, form, is_required in cursor.fetchall():
            if table in tables:
                yield _Fact(table, _Part.COLUMN, column)
                yield _form(table, column, form, is_required=bool(is_required))
        cursor.execute(
            # The primary key of a table of rows has no index of its own.
            "SELECT t.name, '', 0, c.name FROM sqlite_schema t, pragma_table_info(t.name) c "
            "WHERE t.type = 'table' AND c.pk > 0 UNION ALL "
            "SELECT t.name, i.name, i.partial, c.name FROM sqlite_schema t, pragma_index_list(t.name) i, "
            "pragma_index_info(i.name) c WHERE t.type = 'table' AND i.\"unique\""
        )
        unique: dict[tuple[str, str, int], list[str | None]] = {}
        for table, name, is_partial, column in cursor.fetchall():
            unique.setdefault((table, name, is_partial), []).append(column)
        for (table, name, is_partial), columns in unique.items():
            if table in tables:
                yield from _unique(_Fact(table, _Part.CONSTRAINT, name), columns, bool(is_partial), expected)
        cursor.execute(
            'SELECT t.name, k."from", k."table" FROM sqlite_schema t, pragma_foreign_key_list(t.name) k '
            "WHERE t.type = 'table'"
        )
        for table, column, target in cursor.fetchall():
            if table in tables:
                yield _Fact(table, _Part.FOREIGN_KEY, f"{column} to {target}")


def _in_postgresql(
    database: Any, declared: Collection[type[models.Model]], expected: Collection[_Fact]
) -> Iterator[_Fact]:
    names: dict[int, str] = {}
    columns: dict[tuple[int, int], str] = {}
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT t.oid, t.relname, c.attnum, c.attname, format_type(c.atttypid, c.atttypmod), "
            "c.attnotnull FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid "
            "WHERE t.relname = ANY(%s) AND t.relkind = 'r' AND pg_table_is_visible(t.oid) "
            "AND c.attnum > 0 AND NOT c.attisdropped",
            [[model._meta.db_table for model in declared]],
        )
        for table, name, number, column, form, is_required in cursor.fetchall():
            names[table], columns[table, number] = name, column
            yield _Fact(name, _Part.TABLE)
            yield _Fact(name, _Part.COLUMN, column)
            form = form.replace("character varying", "varchar")
            yield _form(name, column, form, is_required=is_required)
        cursor.execute(
            "SELECT i.indrelid, n.relname, i.indisunique, i.indpred IS NOT NULL, i.indkey::smallint[] "
            # One that is not valid was broken off while it was made.
            "FROM pg_index i JOIN pg_class n ON n.oid = i.indexrelid "
            "WHERE i.indrelid = ANY(%s) AND i.indisvalid",
            [list(names)],
        )
        for table, name, is_unique, is_partial, numbers in cursor.fetchall():
            yield from _named(_Fact(names[table], _Part.INDEX, name), expected)
            if is_unique:
                kept_apart = [columns.get((table, number)) for number in numbers]
                index = _Fact(names[table], _Part.CONSTRAINT, name)
                yield from _unique(index, kept_apart, is_partial, expected)
        cursor.execute(
            "SELECT k.conrelid, k.conname, k.contype = 'f', k.conkey, o.relname FROM pg_constraint k "
            "LEFT JOIN pg_class o ON o.oid = k.confrelid "
            "WHERE k.conrelid = ANY(%s) AND k.contype IN ('c', 'f')",
            [list(names)],
        )
        for table, name, is_foreign, numbers, target in cursor.fetchall():
            about = _listed(columns[table, number] for number in numbers or ())
            constraint = _Fact(names[table], _Part.CONSTRAINT, name)
            if is_foreign:
                yield _Fact(names[table], _Part.FOREIGN_KEY, f"{about} to {target}")
            else:
                yield constraint if constraint in expected else _Fact(names[table], _Part.CHECK, about)
        cursor.execute(
            "SELECT tgrelid, tgname FROM pg_trigger WHERE tgrelid = ANY(%s) AND NOT tgisinternal "
            # Those that somebody has switched off do nothing.
            "AND tgenabled IN ('O', 'A')",
            [list(names)],
        )
        for table, name in cursor.fetchall():
            yield _Fact(names[table], _Part.TRIGGER, name)


_FOUND = {"sqlite": _in_sqlite, "postgresql": _in_postgresql}


def _form(table: str, column: str, kind: str, *, is_required: bool) -> _Fact:
    # Ids that count up are of the kind that the migrations' own models said, which the models need not say.
    counts = column == "id" and kind.lower() in ("integer", "bigint")
    form = "a number" if counts else kind.lower()
    return _Fact(table, _Part.TYPE, f"{column} {form} {'not null' if is_required else 'null'}")


def _named(index: _Fact, expected: Collection[_Fact]) -> Iterator[_Fact]:
    """An index; what the models call a constraint may be one, for a part of the rows, or of expressions."""
    constraint = index._replace(part=_Part.CONSTRAINT)
    yield constraint if constraint in expected else index


def _unique(
    index: _Fact, columns: Collection[str | None], is_partial: bool, expected: Collection[_Fact]
) -> Iterator[_Fact]:
    """What an index keeps unique that no constraint of the models is called after."""
    if index not in expected:
        known = [column for column in columns if column is not None]
        is_whole = len(known) == len(columns) and not is_partial
        yield index._replace(part=_Part.UNIQUE, what=_listed(known) if is_whole else index.what)


def _listed(columns: Any) -> str:
    return ", ".join(sorted(columns))
