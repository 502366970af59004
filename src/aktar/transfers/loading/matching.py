"""Finds our states and commands by what the other installation's mean, whatever ids they have there."""

from dataclasses import dataclass, field
from typing import Any

from aktar.edge.content_types import ContentType
from aktar.transfers.loading.rules import Refused, shown
from aktar.workflow.rules import Workflow


@dataclass
class Differences:
    """In what the documents differ from us, or from each other: sentences, each told once."""

    told: dict[str, None] = field(default_factory=dict)

    def tell(self, sentence: str) -> None:
        """Remember a sentence."""
        self.told.setdefault(sentence)


class Matching:
    """Our workflow, as documents refer to it; neither states nor commands are ever written."""

    def __init__(self, flow: Workflow, differences: Differences) -> None:
        self._flow = flow
        self._differences = differences
        self._states: dict[tuple[Any, ...], int] = {}
        self._commands: set[tuple[str, str]] = set()

    def state(self, told: Any, kind: ContentType) -> int:
        """The id of our state that `told` means, for a thing of this kind. Raises Refused."""
        if type(told) is not dict:
            raise Refused(f"an object is expected, not {shown(told)}")
        try:
            identity = (told["content_type"], told["enum_class"], told["enum_value"])
            id_ = told["id"]
        except KeyError as missing:
            raise Refused("is missing", str(missing.args[0])) from None
        try:
            found = self._states.get((id_, kind, *identity))
        except TypeError:
            raise Refused(f"no state is like {shown(identity)}") from None
        return found or self._found(id_, kind, identity)

    def compare_commands(self, told: Any) -> None:
        """Note commands that we lack or that have another id here. Raises Refused for what is no command."""
        if type(told) is not list:
            raise Refused(f"a list is expected, not {shown(told)}")
        for command in told:
            if type(command) is not dict or type(command.get("slug")) is not str:
                raise Refused(f"a command with its slug is expected, not {shown(command)}")
            id_, slug = command.get("id"), command["slug"]
            if (shown(id_), slug) in self._commands:
                continue
            self._commands.add((shown(id_), slug))
            ours = next((ours for ours in self._flow.commands.values() if ours.slug == slug), None)
            if ours is None:
                self._differences.tell(f"command {shown(slug)} is not known here")
            elif ours.id != id_:
                self._differences.tell(f"command {slug!r} has the id {shown(id_)} there and {ours.id} here")

    def _found(self, id_: Any, kind: ContentType, identity: tuple[Any, Any, Any]) -> int:
        content_type, enum_class, enum_value = identity
        if type(content_type) is not int or content_type != kind:
            raise Refused(f"{int(kind)} is expected, not {shown(content_type)}", "content_type")
        for state in self._flow.states.values():
            if state.identity == identity:
                if state.id != id_:
                    self._differences.tell(
                        f"state {enum_class} {enum_value!r} (content type {content_type}) has the id "
                        f"{shown(id_)} there and {state.id} here"
                    )
                self._states[(id_, kind, *identity)] = state.id
                return state.id
        raise Refused(f"there is no state {shown(enum_class)} {shown(enum_value)} here", "enum_value")
