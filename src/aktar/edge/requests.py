"""Requests as the server hands them over, read in UTF-8 whatever they say."""

from typing import Any

from django.core.handlers.wsgi import WSGIRequest


class Utf8Request(WSGIRequest):
    """Reads query and forms in UTF-8; the charset that a body's header names is for the body's parser.

    Django reads the query in that charset too, before any handler of errors stands, and some break it.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        content_type = environ.get("CONTENT_TYPE", "")
        media_type, _semicolon, _parameters = content_type.partition(";")
        super().__init__(environ | {"CONTENT_TYPE": media_type})
        self.META["CONTENT_TYPE"] = content_type
