"""`ETag`, `If-None-Match` and `If-Match`: what a caller already has, and what it believes it changes.

RFC 9110, section 13, as far as it reaches here. The tag of a transfer order says its version, the reference
version and the language; a write looks at the version alone, for a location renamed meanwhile is no conflict.
"""

import re
from collections.abc import Mapping
from hashlib import sha1

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from aktar.edge.pages import Place
from aktar.edge.references import Reading
from aktar.edge.shapes import encode

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_CODING = re.compile(r'-(?:zstd|gzip)"$')
# Eighteen digits fit every column; no version has more.
_VERSION_TAG = re.compile(r'"v([0-9]{1,18})-[0-9]+-[a-z-]+"')


def version_tag(version: int, reading: Reading) -> str:
    """The tag of something that has a version, as read in `reading`."""
    return f'"v{version}-{reading.version}-{reading.language}"'


def page_tag(at: Place, versions: Mapping[int, int], reading: Reading) -> str:
    """The tag of a page of rows that have versions (by id, in their order), as read in `reading`."""
    return content_tag(encode((at.count, at.next, at.previous, list(versions.items()), reading)))


def content_tag(content: bytes) -> str:
    """The tag of an answer that has nothing but its bytes to be known by."""
    # The quickest there is, and nobody gains by two answers of one tag: they would be the caller's own.
    return f'"{sha1(content, usedforsecurity=False).hexdigest()}"'


def tag_in(coding: str, tag: str) -> str:
    """The tag of an answer in a coding (`zstd`, `gzip`), of the tag of the answer."""
    return f'{tag[:-1]}-{coding}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether `If-None-Match` holds the tag, weak or not, of any coding; one unreadable holds none."""
    header: str | None = request.META.get("HTTP_IF_NONE_MATCH")
    if header is None:
        return False
    known = (_CODING.sub('"', opaque) for _weak, opaque in _tags(header) or ())
    return header.strip() == "*" or tag in known


def expected_versions(request: Request) -> frozenset[int] | None:
    """The versions of which `If-Match` demands one; None where any will do. Raises ParseError.

    A weak tag never matches, and neither does one that is not ours.
    """
    header: str | None = request.META.get("HTTP_IF_MATCH")
    if header is None or header.strip() == "*":
        return None
    tags = _tags(header)
    if not tags:
        raise ParseError(_('If-Match takes * or tags in quotation marks, as "v3-12-en-us".'))
    ours = (_VERSION_TAG.fullmatch(opaque) for weak, opaque in tags if not weak)
    return frozenset(int(found[1]) for found in ours if found)


def _tags(header: str) -> list[tuple[str, str]] | None:
    """The tags of a list, each with its mark of weakness; None if there is anything beside them."""
    # The tags taken out, one comma at least must be left between any two.
    rest = re.sub(r"[ \t]", "", _TAG.sub("\x00", header))
    if not rest or not all(part in ("", "\x00") for part in rest.split(",")):
        return None
    return _TAG.findall(header)
