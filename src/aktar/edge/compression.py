"""Answers in fewer bytes, for those who ask: zstd where it is taken, else gzip; what was made is kept.

RFC 9110, sections 8.4 and 12.5.3. Each coding of an answer has a tag of its own, which ends in its name.
"""

import gzip
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache

from rest_framework.request import Request

from aktar.edge.documents import shelf
from aktar.edge.renderers import JsonRenderer

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# Less than a packet is not worth the work at either end.
SMALLEST = 1000
# Far more than any client sends; beyond it a header is not worth reading.
_LONGEST_HEADER = 500

_CODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "zstd": lambda content: zstd.compress(content, 1),
    # No instant within: the same answer has the same bytes.
    "gzip": lambda content: gzip.compress(content, 1, mtime=0),
}


def coding_of(request: Request) -> str | None:
    """`zstd` or `gzip`, whichever `Accept-Encoding` likes better; None for bytes as they are."""
    header: str | None = request.META.get("HTTP_ACCEPT_ENCODING")
    # A page for a browser is made of the answer, which it has to read.
    if not header or len(header) > _LONGEST_HEADER or not isinstance(request.accepted_renderer, JsonRenderer):
        return None
    return _chosen(header)


def compressed(request: Request, coding: str, tag: str, make: Callable[[], bytes]) -> bytes:
    """The answer to this request that has the tag, in a coding; `make` is asked where it is not at hand."""
    key = coding, request._request.get_full_path(), tag
    for kept in shelf.take({0: key}).values():
        return kept
    made = _CODINGS[coding](make())
    shelf.keep({key: made})
    return made


@lru_cache(maxsize=512)
def _chosen(header: str) -> str | None:
    weights = dict(_weight(part) for part in header.lower().split(","))
    offered = {name: weights.get(name, weights.get("*", 0.0)) for name in _CODINGS}
    best = max(offered, key=lambda name: offered[name])
    return best if offered[best] > 0 and offered[best] >= weights.get("identity", 0.0) else None


def _weight(part: str) -> tuple[str, float]:
    """A coding and its `q`: 1 without one, 0 where it cannot be read."""
    name, _, parameter = part.partition(";")
    key, _, value = parameter.replace(" ", "").partition("=")
    try:
        weight = float(value) if key == "q" else float(not key)
    except ValueError:
        weight = 0.0
    return name.strip(), weight if 0.0 <= weight <= 1.0 else 0.0
