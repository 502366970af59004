"""Writes of the workflow: bringing its rows in line with a file, and moving an object with a log."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from django.core.management.color import no_style
from django.db import connection, models, transaction

from aktar.accounts.models import User
from aktar.workflow.models import Command, State, TransitionLog
from aktar.workflow.rules import StateSpec, Workflow, WorkflowFault, workflow_from

DEFAULT_WORKFLOW = Path(__file__).with_name("workflow.toml")


class Movable(Protocol):
    """A row with a state: a transfer order, a package."""

    pk: Any
    content_type: Any
    state_id: int
    modified_date: datetime


class MovedMeanwhile(Exception):
    """The object left its state between being read and being moved; its row was not locked."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows of a workflow file were new, changed, and already as the file says."""

    created: int
    changed: int
    unchanged: int


def read_workflow(path: Path = DEFAULT_WORKFLOW) -> Workflow:
    """Read a workflow file. Raises WorkflowFault with a sentence that says what is wrong."""
    try:
        return workflow_from(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise WorkflowFault(f"{path.name}: {fault}.") from fault


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
    **also: Any,
) -> TransitionLog:
    """Put a locked row into the state `to` and log it; `also` names further columns of the same update.

    Raises MovedMeanwhile if the row is no longer in the state that `thing` says: nothing is written then.
    """
    old = thing.state_id
    rows: models.QuerySet[Any] = type(thing)._default_manager.filter(pk=thing.pk, state_id=old)  # type: ignore[attr-defined]
    if not rows.update(state_id=to.id, modified_date=now, **also):
        raise MovedMeanwhile(f"{type(thing).__name__} {thing.pk}")
    thing.state_id = to.id
    thing.modified_date = now
    return TransitionLog.objects.create(
        old_state_id=old,
        new_state_id=to.id,
        user=by,
        attributes=dict(attributes),
        created_date=now,
        object_id=thing.pk,
        content_type=thing.content_type,
    )


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
