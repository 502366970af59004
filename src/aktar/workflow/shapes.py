"""How states, commands and transition logs look to the outside."""

from collections.abc import Mapping
from typing import Any

import msgspec

from aktar.edge.shapes import Document, Instant


class StateShape(msgspec.Struct):
    """A state, its name in the caller's language."""

    id: int
    created_date: Instant
    modified_date: Instant
    translations: Mapping[str, Mapping[str, str]] | None
    name: str
    config: Document
    enum_class: str
    enum_value: str
    content_type: int


class CommandShape(msgspec.Struct):
    """A command that may be run from the present state."""

    id: int
    is_packageitem_parameter_required: bool
    configuration: Document
    translations: Mapping[str, Mapping[str, str]] | None
    label: str
    slug: str
    ui_visibility: list[str]
    source_state: int
    destination_state: int


class LoggedStateShape(msgspec.Struct):
    """A state as the transition log names it."""

    id: int
    name: str
    enum_value: str
    enum_class: str


class LogUserShape(msgspec.Struct):
    """Who made a move."""

    pk: int
    first_name: str
    last_name: str
    email: str
    username: str


class ShortTransitionLogShape(msgspec.Struct):
    """A move, for a list that already names the object."""

    id: int
    old_state: LoggedStateShape
    new_state: LoggedStateShape
    user: LogUserShape | None
    attributes: dict[str, Any]
    created_date: Instant


class TransitionLogShape(msgspec.Struct):
    """A move of the object that `content_type` and `object_id` name."""

    id: int
    old_state: LoggedStateShape
    new_state: LoggedStateShape
    user: LogUserShape | None
    attributes: dict[str, Any]
    created_date: Instant
    object_id: int
    content_type: int


class PresentStateShape(msgspec.Struct):
    """The state that an object is in."""

    id: int
    name: str
    enum_value: str


class AllowedCommandShape(msgspec.Struct):
    """A command that the present state allows."""

    id: int
    slug: str
    label: str


class CommandRefusalShape(msgspec.Struct):
    """Why a command cannot be run: the state the object is in, and what may be run from it."""

    detail: str
    state: PresentStateShape
    allowed: list[AllowedCommandShape]
