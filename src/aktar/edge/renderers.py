"""How an answer is written: JSON, mostly encoded before it gets here, and the page of it for a browser."""

from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.functional import Promise
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer


class JsonRenderer(BaseRenderer):
    """Passes bytes on as they are and encodes anything else."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None:
            return b""
        encoded = data if isinstance(data, bytes) else msgspec.json.encode(data, enc_hook=_text)
        indent = renderer_context.get("indent") if renderer_context else None
        return msgspec.json.format(encoded, indent=indent) if indent else encoded


class HtmlRenderer(BrowsableAPIRenderer):
    """The answer in a page to click through."""

    format = "html"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> Any:
        # REST framework's page of a 204 makes a 200 of it, and a command would seem to have had an answer.
        if renderer_context is not None and renderer_context["response"].status_code == 204:
            return b""
        return super().render(data, accepted_media_type, renderer_context)


def _text(value: Any) -> str:
    """Write what is text but not a plain string: error details, and sentences not translated yet."""
    if isinstance(value, (str, Promise)):
        return str.__str__(value) if isinstance(value, str) else str(value)
    raise NotImplementedError(f"{type(value).__name__} has no form in JSON.")
