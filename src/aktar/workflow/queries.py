"""Reads of the workflow: the whole of it from memory, and the log of an object's moves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from aktar.edge.expressions import InstantText, document_text
from aktar.edge.references import Reading, Remembered
from aktar.edge.shapes import document, encode, fragment, instant_text
from aktar.workflow.models import Command, State, TransitionLog
from aktar.workflow.rules import CommandSpec, StateSpec, Workflow
from aktar.workflow.shapes import (
    CommandShape,
    LoggedStateShape,
    LogUserShape,
    ShortTransitionLogShape,
    StateShape,
    TransitionLogShape,
)


@dataclass(frozen=True, slots=True)
class WorkflowShapes:
    """The workflow's rows in one language, encoded: by state id each, `every_command` by its own id."""

    states: Mapping[int, StateShape]
    commands: Mapping[int, list[CommandShape]]
    logged: Mapping[int, LoggedStateShape]
    every_command: Mapping[int, CommandShape]


def stored_workflow() -> Workflow:
    """The workflow as the database holds it. Two queries."""
    states = {
        row.pk: StateSpec(
            id=row.pk,
            content_type=row.content_type,
            enum_class=row.enum_class,
            enum_value=row.enum_value,
            name=row.name,
            created_date=row.created_date,
            modified_date=row.modified_date,
            translations=row.translations,
            config=row.config,
        )
        for row in State.objects.all()
    }
    commands = {
        row.pk: CommandSpec(
            id=row.pk,
            content_type=states[row.source_state_id].content_type,
            slug=row.slug,
            label=row.label,
            source_state=row.source_state_id,
            destination_state=row.destination_state_id,
            handler=row.handler,
            configuration=row.configuration,
            translations=row.translations,
            ui_visibility=tuple(row.ui_visibility),
            is_packageitem_parameter_required=row.is_packageitem_parameter_required,
        )
        for row in Command.objects.all()
    }
    return Workflow(states=states, commands=commands)


_workflow: Remembered[Workflow] = Remembered(lambda _reading: stored_workflow())


def workflow(reading: Reading) -> Workflow:
    """The workflow at this reading. No query, or two when the reference version has moved."""
    return _workflow.at(reading)


def _encode_workflow(reading: Reading) -> WorkflowShapes:
    flow = workflow(reading)
    language = reading.language
    return WorkflowShapes(
        states={
            id_: fragment(encode(_state_shape(state, language)), StateShape)
            for id_, state in flow.states.items()
        },
        commands={
            id_: fragment(
                encode([_command_shape(c, language) for c in flow.leaving(id_) if c.ui_visibility]),
                list[CommandShape],
            )
            for id_ in flow.states
        },
        logged={
            id_: fragment(
                encode(
                    LoggedStateShape(
                        id=id_,
                        name=state.name_in(language),
                        enum_value=state.enum_value,
                        enum_class=state.enum_class,
                    )
                ),
                LoggedStateShape,
            )
            for id_, state in flow.states.items()
        },
        every_command={
            id_: fragment(encode(_command_shape(command, language)), CommandShape)
            for id_, command in flow.commands.items()
        },
    )


_shapes: Remembered[WorkflowShapes] = Remembered(_encode_workflow)


def workflow_shapes(reading: Reading) -> WorkflowShapes:
    """The workflow encoded in the reading's language. No query, or two when the version has moved."""
    return _shapes.at(reading)


def states_of_value(enum_value: str, reading: Reading) -> list[int]:
    """The ids of the states that have this `enum_value`, of every kind of object. Queries as `workflow`."""
    return [id_ for id_, state in workflow(reading).states.items() if state.enum_value == enum_value]


def state_shapes(ids: Sequence[int], reading: Reading) -> list[StateShape]:
    """The states of these ids, in their order. No query beside the workflow's."""
    states = workflow_shapes(reading).states
    return [states[id_] for id_ in ids if id_ in states]


def command_shapes(ids: Sequence[int], reading: Reading) -> list[CommandShape]:
    """The commands of these ids, in their order. No query beside the workflow's."""
    commands = workflow_shapes(reading).every_command
    return [commands[id_] for id_ in ids if id_ in commands]


def transition_logs(content_type: int, object_id: int) -> QuerySet[TransitionLog]:
    """The moves of one object, newest first."""
    return TransitionLog.objects.filter(content_type=content_type, object_id=object_id).order_by("-id")


_LOG_COLUMNS: tuple[Any, ...] = (
    "id",
    "old_state_id",
    "new_state_id",
    document_text("attributes"),
    InstantText("created_date"),
    "object_id",
    "content_type",
    "user_id",
    "user__first_name",
    "user__last_name",
    "user__email",
    "user__username",
)


def transition_log_shapes(logs: QuerySet[TransitionLog], reading: Reading) -> list[TransitionLogShape]:
    """The logs of a page. One query beside the workflow's."""
    states = workflow_shapes(reading).logged
    return [
        TransitionLogShape(
            id=id_,
            old_state=states[old],
            new_state=states[new],
            user=None if user is None else LogUserShape(user, first_name, last_name, email, username),
            attributes=document(attributes),
            created_date=created,
            object_id=object_id,
            content_type=content_type,
        )
        for (
            id_,
            old,
            new,
            attributes,
            created,
            object_id,
            content_type,
            user,
            first_name,
            last_name,
            email,
            username,
        ) in logs.values_list(*_LOG_COLUMNS)
    ]


def transition_log_shapes_of(ids: Sequence[int], reading: Reading) -> list[TransitionLogShape]:
    """The logs of these ids, in their order. One query beside the workflow's."""
    rows = transition_log_shapes(TransitionLog.objects.filter(pk__in=ids), reading)
    found = {log.id: log for log in rows}
    return [found[id_] for id_ in ids if id_ in found]


def short(logs: Iterable[TransitionLogShape]) -> list[ShortTransitionLogShape]:
    """The same logs without the object that they are of."""
    return [
        ShortTransitionLogShape(
            id=log.id,
            old_state=log.old_state,
            new_state=log.new_state,
            user=log.user,
            attributes=log.attributes,
            created_date=log.created_date,
        )
        for log in logs
    ]


def _state_shape(state: StateSpec, language: str) -> StateShape:
    return StateShape(
        id=state.id,
        created_date=instant_text(state.created_date),
        modified_date=instant_text(state.modified_date),
        translations=state.translations,
        name=state.name_in(language),
        config=dict(state.config),
        enum_class=state.enum_class,
        enum_value=state.enum_value,
        content_type=state.content_type,
    )


def _command_shape(command: CommandSpec, language: str) -> CommandShape:
    return CommandShape(
        id=command.id,
        is_packageitem_parameter_required=command.is_packageitem_parameter_required,
        configuration=dict(command.configuration),
        translations=command.translations,
        label=command.label_in(language),
        slug=command.slug,
        ui_visibility=list(command.ui_visibility),
        source_state=command.source_state,
        destination_state=command.destination_state,
    )
