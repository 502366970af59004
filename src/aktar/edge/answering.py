"""Answers that are given once and again: made and kept within an action's transaction, or replayed."""

from collections.abc import Callable
from typing import Generic, TypeVar

from rest_framework.response import Response

from aktar.edge.idempotency import Claim, StoredAnswer
from aktar.edge.renderers import JsonRenderer

REPLAYED_HEADER = "Idempotent-Replayed"
_KEPT_HEADERS = ("ETag", "Location")
# What says nothing of the request itself: who called, how often, and that a twin was running.
_NOT_KEPT = frozenset({401, 429})

Result = TypeVar("Result")


class AnsweredBefore(Exception):
    """The request's key has an answer already."""

    def __init__(self, answer: StoredAnswer) -> None:
        super().__init__(answer.status)
        self._answer = answer

    def response(self) -> Response:
        """The answer again, marked as a repetition."""
        headers = {**self._answer.headers, REPLAYED_HEADER: "true"}
        return Response(self._answer.body or None, status=self._answer.status, headers=headers)


class Answering(Generic[Result]):
    """Makes the answer of an action from its result, and keeps it for a repetition.

    The action calls it last within its transaction; `response` is there afterwards.
    """

    response: Response

    def __init__(self, make: Callable[[Result], Response], claim: Claim | None) -> None:
        self._make = make
        self._claim = claim

    def __call__(self, result: Result) -> None:
        self.response = self._make(result)
        if self._claim is not None:
            self._claim.keep(as_stored(self.response))


def as_stored(response: Response) -> StoredAnswer:
    """An answer as it is kept: its body as JSON, whatever form was asked for."""
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return StoredAnswer(response.status_code, headers, JsonRenderer().render(response.data))


def is_replayable(response: Response) -> bool:
    """Whether a repetition gets this answer again; a fault of ours is tried anew."""
    return response.status_code < 500 and response.status_code not in _NOT_KEPT
