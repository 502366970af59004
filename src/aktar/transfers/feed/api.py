"""The endpoint of the feed; who works at either end of what an event is about may read it."""

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from aktar.accounts.authentication import token_of
from aktar.edge.api import ApiView
from aktar.edge.ids import BIGGEST_ID, is_id
from aktar.edge.operations import answers
from aktar.edge.pages import limit_of
from aktar.edge.shapes import encode
from aktar.places.queries import reach_of
from aktar.transfers.feed.actions import follow
from aktar.transfers.feed.rules import Start
from aktar.transfers.feed.shapes import CursorTooOldShape, EventFeedShape

LONGEST_WAIT = 30


class EventFeedView(ApiView):
    """What happened, in the order of its commits: everything after a cursor, without a gap.

    Keep the answer's `cursor` with what you made of its `results`, and ask for what is `after` it. An event
    is told once it is committed, each object's in their order, and again only to who asks for it again.
    With `wait` an empty answer is held until there is something to tell. A server that holds many of them
    answers at once, so pause for a second before you ask again when an empty answer came early. What is
    older than the installation keeps is gone: a cursor from before that is a 410, which names the `oldest`
    to go on from.
    """

    query_parameters = frozenset({"after", "limit", "wait"})
    own_parameters = {
        "after": {
            "description": (
                "The `cursor` that was read to. Without one: from the oldest that is kept. "
                "`latest`: only what comes from now on."
            ),
            "schema": {
                "anyOf": [
                    {"type": "integer", "format": "int64", "minimum": 0, "maximum": BIGGEST_ID},
                    {"type": "string", "enum": [Start.LATEST.value]},
                ]
            },
        },
        "wait": {
            "description": (
                "Seconds to hold the answer while there is nothing to tell; "
                f"over {LONGEST_WAIT} counts as {LONGEST_WAIT}."
            ),
            "schema": {"type": "integer", "format": "int64", "minimum": 0, "default": 0},
        },
    }

    @answers(EventFeedShape, refuses={410: CursorTooOldShape})
    def get(self, request: Request) -> Response:
        query = request.query_params
        after, limit, wait = _after(query), limit_of(query), _wait(query)
        token = token_of(request)
        piece = follow(after, limit=limit, wait=wait, reach=reach_of(token.user, token))
        return Response(encode(piece))


def _after(query: QueryDict) -> int | Start:
    """Where to read on; raises ValidationError."""
    written: str = query.get("after", "")
    if not written:
        return Start.OLDEST
    if written == Start.LATEST.value:
        return Start.LATEST
    if not is_id(written):
        raise ValidationError({"after": [_("Give the cursor of an answer, or latest.")]})
    return int(written)


def _wait(query: QueryDict) -> int:
    """How long to wait, in seconds; raises ValidationError."""
    written: str = query.get("wait", "0")
    if not (written.isascii() and written.isdigit()):
        raise ValidationError({"wait": [_("Give whole seconds; over 30 counts as 30.")]})
    digits = written.lstrip("0") or "0"
    return min(int(digits), LONGEST_WAIT) if len(digits) <= len(str(LONGEST_WAIT)) else LONGEST_WAIT
