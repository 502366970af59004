"""What each operation takes and answers with, said at its view's method and read by `edge.openapi`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from rest_framework.serializers import Serializer

Handler = TypeVar("Handler", bound=Callable[..., Any])
Answered = Any
"""A shape, `Page[shape]`, a tuple of shapes of which it is one, or None where the answer has no body."""

_DECLARED = "aktar_operation"


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one view, as the OpenAPI document tells of it."""

    answers: Mapping[int, Answered]
    takes: type[Serializer[Any]] | None = None
    refuses: Mapping[int, type[msgspec.Struct]] = field(default_factory=dict)
    name: str | None = None
    most: int | None = None


def answers(
    shapes: Answered | Mapping[int, Answered],
    *,
    takes: type[Serializer[Any]] | None = None,
    refuses: Mapping[int, type[msgspec.Struct]] | None = None,
    name: str | None = None,
    or_up_to: int | None = None,
) -> Callable[[Handler], Handler]:
    """Declare a view's method: the shape of its 200, or shapes by status; and the serializer of its body.

    `refuses` names the shape of a refusal that says more than a sentence, and with `DetailShape` one that
    only this operation knows; a 412 says that it heeds If-Match. The refusals that come of a view's manners
    (who may call, pages, bodies, repetitions) need no word. `name` is the operation's id; without it the
    view's class gives one. `or_up_to` so many bodies may come at once, in a list.
    """
    by_status = shapes if isinstance(shapes, Mapping) else {200: shapes}

    def declare(handler: Handler) -> Handler:
        setattr(handler, _DECLARED, Operation(by_status, takes, refuses or {}, name, or_up_to))
        return handler

    return declare


def operation_of(view: object, *, method: str) -> Operation | None:
    """What `answers` declared at the view's handler of an HTTP method."""
    return getattr(getattr(view, method.lower(), None), _DECLARED, None)
