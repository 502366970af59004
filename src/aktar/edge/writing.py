"""Writes compiled once a process: one row locked, one inserted, some changed, without the ORM at every one.

Writing the SQL of one of them costs Django several times what it costs a database to do it.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model

from aktar.edge.statements import Statement

Row = TypeVar("Row", bound=Model)


class RowToWrite(Generic[Row]):
    """One row of a model by its id, locked until the transaction ends, as `select_for_update` does it."""

    def __init__(self, model: type[Row]) -> None:
        self._model = model
        self._compiled: dict[str, tuple[str, Any, list[str]]] = {}

    def locked(self, id_: int | Statement) -> Row:
        """The row of this id, or of the one id that a statement selects. One query.

        Raises the model's DoesNotExist.
        """
        sql, converters, names = self._compiled.get(connection.vendor) or self._compile()
        if not isinstance(id_, Statement):
            id_ = Statement("%s", prepared([self._model._meta.pk], [id_]))
        with connection.cursor() as cursor:
            cursor.execute(sql.format(id_.sql), id_.parameters)
            row = cursor.fetchone()
        if row is None:
            raise self._model.DoesNotExist  # type: ignore[attr-defined] # each model has its own
        values = list(row)
        for place, expression, converts in converters:
            for convert in converts:
                values[place] = convert(values[place], expression, connection)
        return self._model.from_db(connection.alias, names, values)

    def _compile(self) -> tuple[str, Any, list[str]]:
        found = self._model._default_manager.select_for_update(no_key=True).filter(pk=0)
        compiler = found.query.get_compiler(connection=connection)
        sql, _zero = compiler.as_sql()
        assert compiler.select is not None  # noqa: S101 - compiled above
        columns = [expression for expression, _sql, _name in compiler.select]
        converters = [
            (place, expression, converts)
            for place, (converts, expression) in compiler.get_converters(columns).items()
        ]
        compiled = (
            sql.replace("%s", "({})"),
            converters,
            [column.target.attname for column in columns],
        )
        self._compiled[connection.vendor] = compiled
        return compiled


class Insertion:
    """Rows of a model, one at a time, of the columns named; the others are null."""

    def __init__(self, model: type[Model], *names: str) -> None:
        self._model = model
        self._fields = columns_of(model, names)

    @cached_property
    def _sql(self) -> str:
        columns = ", ".join(field.column for field in self._fields)
        places = ", ".join(["%s"] * len(self._fields))
        table, key = self._model._meta.db_table, self._model._meta.pk.column
        return f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING {key}"  # noqa: S608 - ours

    def of(self, *values: Any) -> int:
        """Insert a row; answers its id. One query."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, prepared(self._fields, values))
            [id_] = cursor.fetchone()
        return int(id_)


class Change:
    """New values, of the columns `to`, for the rows that have given values in the columns `where`.

    A model that counts its versions counts one more.
    """

    def __init__(self, model: type[Model], *, to: Sequence[str], where: Sequence[str]) -> None:
        self._model = model
        self._to = to
        self._fields = columns_of(model, (*to, *where))

    @cached_property
    def _sql(self) -> str:
        changes = [f"{field.column} = %s" for field in self._fields[: len(self._to)]]
        if any(field.name == "version" for field in self._model._meta.concrete_fields):
            changes.append("version = version + 1")
        found = " AND ".join(f"{field.column} = %s" for field in self._fields[len(self._to) :])
        return f"UPDATE {self._model._meta.db_table} SET {', '.join(changes)} WHERE {found}"  # noqa: S608 - our own names

    def of(self, *values: Any) -> int:
        """Change the rows; answers how many. One query."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, prepared(self._fields, values))
            return int(cursor.rowcount)


def columns_of(model: type[Model], names: Sequence[str]) -> list[Any]:
    """The fields of these names, all of which are columns."""
    return [model._meta.get_field(name) for name in names]


def prepared(fields: Sequence[Any], values: Sequence[Any]) -> list[Any]:
    """The values as their columns take them."""
    return [field.get_db_prep_save(value, connection) for field, value in zip(fields, values, strict=True)]
