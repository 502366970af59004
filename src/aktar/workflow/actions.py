"""Writes of the workflow: bringing its rows in line with a file, and moving an object with a log."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar

import msgspec
from django.core.management.color import no_style
from django.db import connection, transaction

from aktar.accounts.models import User
from aktar.edge.content_types import ContentType
from aktar.edge.writing import Change, Insertion
from aktar.workflow.models import Command, State, TransitionLog
from aktar.workflow.rules import (
    CommandSpec,
    StateSpec,
    Workflow,
    WorkflowFault,
    states_by_value,
    workflow_from,
)

DEFAULT_WORKFLOW = Path(__file__).with_name("workflow.toml")


class Movable(Protocol):
    """A row with a state: a transfer order, a package."""

    pk: Any
    content_type: Any
    state_id: int
    modified_date: datetime


class MovedMeanwhile(Exception):
    """The object left its state between being read and being moved; its row was not locked."""


_LINE = r"^[^\x00-\x1f\x7f-\x9f]*\Z"
_Id = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=50, pattern=_LINE)]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=_LINE)]
_Label = Annotated[str, msgspec.Meta(max_length=100, pattern=_LINE)]
_Slug = Annotated[str, msgspec.Meta(min_length=1, max_length=150, pattern=_LINE)]
# With its time zone: a naive one would be another instant on every machine, and no row would ever agree.
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_Translations = dict[str, dict[str, _Label]]


class _StateRow(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A `[[state]]` of a workflow file; the lengths are those of the columns."""

    id: _Id
    content_type: ContentType
    enum_class: _Text
    enum_value: _Text
    name: _Name
    created_date: _Instant
    modified_date: _Instant
    translations: _Translations | None = None
    config: dict[str, Any] = {}


class _CommandRow(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A `[[command]]` of a workflow file; `from` and `to` are enum values of its content type."""

    id: _Id
    content_type: ContentType
    slug: _Slug
    label: _Label
    from_: _Text = msgspec.field(name="from")
    to: _Text
    handler: _Text
    configuration: dict[str, Any] = {}
    translations: _Translations | None = None
    ui_visibility: list[_Text] = []
    is_packageitem_parameter_required: bool = False


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """A workflow file; its rows are checked one by one, so that a fault can name its row."""

    state: list[dict[str, Any]] = []
    command: list[dict[str, Any]] = []


_Row = TypeVar("_Row", _StateRow, _CommandRow)


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows of a workflow file were new, changed, and already as the file says."""

    created: int
    changed: int
    unchanged: int


def read_workflow(path: Path = DEFAULT_WORKFLOW) -> Workflow:
    """Read a workflow file. Raises WorkflowFault with a sentence that says what is wrong."""
    try:
        tables = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
    except (OSError, ValueError, RecursionError) as fault:
        raise WorkflowFault(f"{path.name}: {fault}.") from fault
    states = states_by_value(_state_from(row) for row in tables.state)
    return workflow_from(states.values(), [_command_from(row, states) for row in tables.command])


def load_workflow(workflow: Workflow) -> Loaded:
    """Bring the rows in line with `workflow`; rows it does not name are left alone. Idempotent.

    A new row takes the workflow's id; a row that exists keeps its own. Raises WorkflowFault where an id is
    taken by another row.
    """
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    with transaction.atomic():
        ids: dict[int, int] = {}
        for state in workflow.states.values():
            values = {
                "name": state.name,
                "created_date": state.created_date,
                "modified_date": state.modified_date,
                "translations": _plain(state.translations),
                "config": dict(state.config),
            }
            key = dict(zip(("content_type", "enum_class", "enum_value"), state.identity, strict=True))
            ids[state.id], outcome = _bring_in_line(State, key, values, id_=state.id)
            counts[outcome] += 1
        for command in workflow.commands.values():
            values = {
                "label": command.label,
                "translations": _plain(command.translations),
                "configuration": dict(command.configuration),
                "ui_visibility": list(command.ui_visibility),
                "is_packageitem_parameter_required": command.is_packageitem_parameter_required,
                "source_state_id": ids[command.source_state],
                "destination_state_id": ids[command.destination_state],
                "handler": command.handler,
            }
            _, outcome = _bring_in_line(Command, {"slug": command.slug}, values, id_=command.id)
            counts[outcome] += 1
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), [State, Command]):
                cursor.execute(statement)
    return Loaded(**counts)


def move(
    thing: Movable,
    *,
    to: StateSpec,
    by: User | None,
    attributes: Mapping[str, Any],
    now: datetime,
) -> int:
    """Put a locked row into the state `to` and log it; answers the log's id. Two queries.

    A row that counts its versions counts one more. Raises MovedMeanwhile if the row is no longer in the state
    that `thing` says: nothing is written then.
    """
    old = thing.state_id
    if not _moving(type(thing)).of(to.id, now, thing.pk, old):
        raise MovedMeanwhile(f"{type(thing).__name__} {thing.pk}")
    thing.state_id = to.id
    thing.modified_date = now
    user = None if by is None else by.pk
    return _log.of(old, to.id, user, dict(attributes), now, thing.pk, thing.content_type)


@cache
def _moving(kind: Any) -> Change:
    return Change(kind, to=("state", "modified_date"), where=("id", "state"))


_log = Insertion(
    TransitionLog,
    *("old_state", "new_state", "user", "attributes", "created_date", "object_id", "content_type"),
)


def _state_from(table: Mapping[str, Any]) -> StateSpec:
    title = f"State {table.get('id')}"
    row = _row(table, _StateRow, title)
    _require_json(row.config, title)
    return StateSpec(
        id=row.id,
        content_type=int(row.content_type),
        enum_class=row.enum_class,
        enum_value=row.enum_value,
        name=row.name,
        created_date=_in_utc(row.created_date, title),
        modified_date=_in_utc(row.modified_date, title),
        translations=row.translations,
        config=row.config,
    )


def _command_from(table: Mapping[str, Any], states: Mapping[tuple[int, str], StateSpec]) -> CommandSpec:
    title = f"Command {table.get('id')} {table.get('slug')!r}"
    row = _row(table, _CommandRow, title)
    _require_json(row.configuration, title)
    for value in (row.from_, row.to):
        if (row.content_type, value) not in states:
            raise WorkflowFault(f"{title}: the file has no state {value!r} of its content type.")
    return CommandSpec(
        id=row.id,
        content_type=int(row.content_type),
        slug=row.slug,
        label=row.label,
        source_state=states[(row.content_type, row.from_)].id,
        destination_state=states[(row.content_type, row.to)].id,
        handler=row.handler,
        configuration=row.configuration,
        translations=row.translations,
        ui_visibility=tuple(row.ui_visibility),
        is_packageitem_parameter_required=row.is_packageitem_parameter_required,
    )


def _row(table: Mapping[str, Any], kind: type[_Row], title: str) -> _Row:
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as fault:
        raise WorkflowFault(f"{title}: {fault}.") from fault


def _require_json(document: Mapping[str, Any], title: str) -> None:
    # TOML knows dates and infinities, which come back as something else, or could not be kept at all.
    if msgspec.json.decode(msgspec.json.encode(document)) != document:
        raise WorkflowFault(f"{title}: its configuration holds a value that JSON does not have.")


def _in_utc(instant: datetime, title: str) -> datetime:
    try:
        return instant.astimezone(UTC)
    except OverflowError as fault:
        raise WorkflowFault(f"{title}: {instant} is out of range.") from fault


def _bring_in_line(
    model: type[State] | type[Command], key: dict[str, Any], values: dict[str, Any], *, id_: int
) -> tuple[int, str]:
    row = model.objects.filter(**key).first()
    if row is None:
        if model.objects.filter(pk=id_).exists():
            raise WorkflowFault(f"{model.__name__} id {id_} is taken by another row; {key} needs another id.")
        return model.objects.create(pk=id_, **key, **values).pk, "created"
    if all(getattr(row, name) == value for name, value in values.items()):
        return row.pk, "unchanged"
    model.objects.filter(pk=row.pk).update(**values)
    return row.pk, "changed"


def _plain(translations: Mapping[str, Mapping[str, str]] | None) -> dict[str, dict[str, str]] | None:
    return (
        None if translations is None else {language: dict(words) for language, words in translations.items()}
    )
