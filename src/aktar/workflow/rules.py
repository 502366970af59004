"""The workflow as plain data: which commands leave which state, which one a caller means, what is amiss."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

LANGUAGES = ("en-us", "tr-tr")


@dataclass(frozen=True, slots=True)
class StateSpec:
    """A state; `translations` is `{language: {"name": …}}` or None."""

    id: int
    content_type: int
    enum_class: str
    enum_value: str
    name: str
    created_date: datetime
    modified_date: datetime
    translations: Mapping[str, Mapping[str, str]] | None = None
    config: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> tuple[int, str, str]:
        return (self.content_type, self.enum_class, self.enum_value)

    def name_in(self, language: str) -> str:
        """The name in `language`, or the raw name where no translation is kept."""
        return _translated(self.translations, language, "name") or self.name


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A command; `translations` is `{language: {"label": …}}` or None."""

    id: int
    content_type: int
    slug: str
    label: str
    source_state: int
    destination_state: int
    handler: str
    configuration: Mapping[str, Any] = field(default_factory=dict)
    translations: Mapping[str, Mapping[str, str]] | None = None
    ui_visibility: tuple[str, ...] = ()
    is_packageitem_parameter_required: bool = False

    def label_in(self, language: str) -> str:
        """The label in `language`, or the raw label where no translation is kept."""
        return _translated(self.translations, language, "label") or self.label


class WorkflowFault(Exception):
    """The workflow file cannot be read, names what does not exist, or the same thing twice."""


class CommandUnknown(Exception):
    """No command of this kind of object has the id or the slug that was asked for."""

    def __init__(self, asked_by: str) -> None:
        super().__init__(asked_by)
        self.asked_by = asked_by


class CommandsDisagree(Exception):
    """The transition id and the slug of one request name two different commands."""


class CommandNotAllowed(Exception):
    """The command does not leave the state that the object is in."""

    def __init__(self, command: CommandSpec, state: StateSpec, allowed: tuple[CommandSpec, ...]) -> None:
        super().__init__(command.slug)
        self.command = command
        self.state = state
        self.allowed = allowed


@dataclass(frozen=True)
class Workflow:
    """Every state and command of an installation, looked up without a query."""

    states: Mapping[int, StateSpec]
    commands: Mapping[int, CommandSpec]

    def __post_init__(self) -> None:
        by_identity = {state.identity: state for state in self.states.values()}
        leaving: dict[int, list[CommandSpec]] = {}
        for command in sorted(self.commands.values(), key=lambda command: -command.id):
            leaving.setdefault(command.source_state, []).append(command)
        object.__setattr__(self, "_by_identity", by_identity)
        object.__setattr__(self, "_by_slug", {command.slug: command for command in self.commands.values()})
        object.__setattr__(self, "_leaving", {state: tuple(found) for state, found in leaving.items()})

    _by_identity: Mapping[tuple[int, str, str], StateSpec] = field(init=False, repr=False, compare=False)
    _by_slug: Mapping[str, CommandSpec] = field(init=False, repr=False, compare=False)
    _leaving: Mapping[int, tuple[CommandSpec, ...]] = field(init=False, repr=False, compare=False)

    def state(self, content_type: int, enum_class: str, enum_value: str) -> StateSpec:
        """The state of this identity; raises WorkflowFault where the workflow is not loaded or was cut."""
        try:
            return self._by_identity[(content_type, enum_class, enum_value)]
        except KeyError:
            raise WorkflowFault(
                f"The workflow has no state {enum_class} {enum_value!r} of content type {content_type}; "
                "run `aktar workflow load`."
            ) from None

    def leaving(self, state: int) -> tuple[CommandSpec, ...]:
        """The commands that may be run from a state, newest id first as in the contract's samples."""
        return self._leaving.get(state, ())

    def command(self, content_type: int, *, transition: int | None, slug: str | None) -> CommandSpec:
        """The command a caller means by id, by slug, or by both.

        Raises CommandUnknown (also for a command of another kind of object) and CommandsDisagree.
        """
        by_id = (
            self._of_kind(content_type, self.commands.get(transition), "transition") if transition else None
        )
        by_slug = self._of_kind(content_type, self._by_slug.get(slug), "slug") if slug else None
        if by_id and by_slug and by_id.id != by_slug.id:
            raise CommandsDisagree
        command = by_id or by_slug
        if command is None:
            raise CommandUnknown("slug" if transition is None else "transition")
        return command

    def require(self, command: CommandSpec, *, state: int) -> None:
        """Raise CommandNotAllowed unless `command` leaves `state`."""
        if command.source_state != state:
            raise CommandNotAllowed(command, self.states[state], self.leaving(state))

    @staticmethod
    def _of_kind(content_type: int, command: CommandSpec | None, asked_by: str) -> CommandSpec:
        if command is None or command.content_type != content_type:
            raise CommandUnknown(asked_by)
        return command


def states_by_value(states: Iterable[StateSpec]) -> dict[tuple[int, str], StateSpec]:
    """A file's states by content type and enum value, as its commands name them.

    Raises WorkflowFault for an id or a value that stands twice.
    """
    ids: set[int] = set()
    found: dict[tuple[int, str], StateSpec] = {}
    for state in states:
        if state.id in ids:
            raise WorkflowFault(f"State id {state.id} stands twice.")
        if (state.content_type, state.enum_value) in found:
            raise WorkflowFault(
                f"State {state.enum_value!r} of content type {state.content_type} stands twice."
            )
        ids.add(state.id)
        found[(state.content_type, state.enum_value)] = state
    return found


def workflow_from(states: Iterable[StateSpec], commands: Iterable[CommandSpec]) -> Workflow:
    """A file's workflow; raises WorkflowFault for a command whose id or slug stands twice."""
    ids: dict[int, CommandSpec] = {}
    slugs: set[str] = set()
    for command in commands:
        if command.id in ids or command.slug in slugs:
            raise WorkflowFault(f"Command {command.id} {command.slug!r} stands twice.")
        ids[command.id] = command
        slugs.add(command.slug)
    return Workflow(states={state.id: state for state in states}, commands=ids)


def unknown_handlers(workflow: Workflow, known: Mapping[int, Collection[str]]) -> Iterator[str]:
    """A sentence for each command whose handler is not among those `known` of its content type."""
    for command in workflow.commands.values():
        handlers = known.get(command.content_type, ())
        if command.handler not in handlers:
            offered = f"there are {', '.join(sorted(handlers))}" if handlers else "there is none"
            yield (
                f"Command {command.slug} names the handler {command.handler!r}, which does not exist; "
                f"for content type {command.content_type} {offered}."
            )


def faults(workflow: Workflow) -> Iterator[str]:
    """What a person should look at, a sentence each: unreachable states, traps, missing translations."""
    kinds = {command.content_type for command in workflow.commands.values()}
    for kind in sorted(kinds):
        states = {id_: state for id_, state in workflow.states.items() if state.content_type == kind}
        yield from _unreachable(states, workflow)
        yield from _traps(states, workflow)
    for command in workflow.commands.values():
        if command.source_state == command.destination_state:
            yield f"Command {command.slug} leads back to the state that it leaves."
        if command.ui_visibility and not command.label:
            yield f"Command {command.slug} is shown but has no label."
    for state in workflow.states.values():
        yield from _untranslated(f"State {state.name} ({state.id})", state.translations, "name")
    for command in workflow.commands.values():
        yield from _untranslated(f"Command {command.slug}", command.translations, "label")


def _untranslated(what: str, translations: Mapping[str, Mapping[str, str]] | None, key: str) -> Iterator[str]:
    for language in LANGUAGES if translations is not None else ():
        if not _translated(translations, language, key):
            yield f"{what} has translations but none in {language}."


def _unreachable(states: Mapping[int, StateSpec], workflow: Workflow) -> Iterator[str]:
    entered = {command.destination_state for command in workflow.commands.values()}
    starts = [id_ for id_ in states if id_ not in entered and workflow.leaving(id_)]
    reached = set(_reached(starts, workflow))
    for id_, state in states.items():
        if id_ not in reached:
            yield f"State {state.name} ({id_}) cannot be reached from a first state by any command."


def _traps(states: Mapping[int, StateSpec], workflow: Workflow) -> Iterator[str]:
    for id_, state in states.items():
        if workflow.leaving(id_) and all(workflow.leaving(end) for end in _reached([id_], workflow)):
            yield f"State {state.name} ({id_}) is a trap: no last state can be reached from it."


def _reached(starts: Iterable[int], workflow: Workflow) -> Iterator[int]:
    seen: set[int] = set()
    waiting = list(starts)
    while waiting:
        state = waiting.pop()
        if state not in seen:
            seen.add(state)
            yield state
            waiting.extend(command.destination_state for command in workflow.leaving(state))


def graph(workflow: Workflow, *, language: str = "en-us") -> str:
    """The states and commands as a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    used = {c.source_state for c in workflow.commands.values()}
    used |= {c.destination_state for c in workflow.commands.values()}
    lines += [f"    s{id_}: {workflow.states[id_].name_in(language)}" for id_ in sorted(used)]
    lines += [
        f"    s{command.source_state} --> s{command.destination_state}: {command.label_in(language)}"
        for command in sorted(workflow.commands.values(), key=lambda command: command.id)
    ]
    return "\n".join(lines)


def _translated(translations: Mapping[str, Mapping[str, str]] | None, language: str, key: str) -> str | None:
    return (translations or {}).get(language, {}).get(key)
