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
    with transaction.atomic():
        states = _Rows(State, ("content_type", "enum_class", "enum_value"))
        for state in workflow.states.values():
            states.want(
                state.identity,
                state.id,
                name=state.name,
                created_date=state.created_date,
                modified_date=state.modified_date,
                translations=_plain(state.translations),
                config=dict(state.config),
            )
        states.write()
        commands = _Rows(Command, ("slug",))
        for command in workflow.commands.values():
            commands.want(
                (command.slug,),
                command.id,
                label=command.label,
                translations=_plain(command.translations),
                configuration=dict(command.configuration),
                ui_visibility=list(command.ui_visibility),
                is_packageitem_parameter_required=command.is_packageitem_parameter_required,
                source_state_id=states.ids[command.source_state],
                destination_state_id=states.ids[command.destination_state],
                handler=command.handler,
            )
        commands.write()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), [State, Command]):
                cursor.execute(statement)
    return Loaded(
        created=len(states.new) + len(commands.new),
        changed=len(states.changed) + len(commands.changed),
        unchanged=states.unchanged + commands.unchanged,
    )


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


class _Rows:
    """The rows of a table, found by what identifies them; one query to begin with, three to write."""

    def __init__(self, model: type[State] | type[Command], key: tuple[str, ...]) -> None:
        self._model: Any = model
        self._key = key
        rows = list(self._model.objects.all())
        self._known = {tuple(getattr(row, name) for name in key): row for row in rows}
        self._taken = {row.pk for row in rows}
        self.ids: dict[int, int] = {}
        """By the id that the workflow gives, the row's."""
        self.new: list[Any] = []
        self.changed: list[Any] = []
        self.unchanged = 0

    def want(self, identity: tuple[Any, ...], id_: int, **values: Any) -> None:
        """Note what a row is to be. Raises WorkflowFault where it is new and its id another row's."""
        row = self._known.get(identity)
        if row is None:
            key = dict(zip(self._key, identity, strict=True))
            if id_ in self._taken:
                raise WorkflowFault(
                    f"{self._model.__name__} id {id_} is taken by another row; {key} needs another id."
                )
            row = self._model(pk=id_, **key, **values)
            self.new.append(row)
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            self.changed.append(row)
        else:
            self.unchanged += 1
        self.ids[id_] = row.pk

    def write(self) -> None:
        """Write what is new and what has changed."""
        self._model.objects.bulk_create(self.new)
        columns = [field for field in self._model._meta.concrete_fields if not field.primary_key]
        self._model.objects.bulk_update(
            self.changed, [field.name for field in columns if field.name not in self._key]
        )


def _plain(translations: Mapping[str, Mapping[str, str]] | None) -> dict[str, dict[str, str]] | None:
    return (
        None if translations is None else {language: dict(words) for language, words in translations.items()}
    )
