"""The language of an answer, chosen from `Accept-Language` among those the contract knows."""

from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

DEFAULT_LANGUAGE = "en-us"
_LANGUAGES = {"en": "en-us", "tr": "tr-tr"}
# Far more than any browser sends; beyond it a header is not worth reading.
_LONGEST_HEADER = 500


def language_of(request: HttpRequest) -> str:
    """`en-us` or `tr-tr`, whichever the caller likes better; `en-us` when it names neither."""
    header: str | None = request.META.get("HTTP_ACCEPT_LANGUAGE")
    if not header or len(header) > _LONGEST_HEADER:
        return DEFAULT_LANGUAGE
    return _chosen(header)


def language_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Write every message of the request's answer in the caller's language."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        with translation.override(language_of(request)):
            return get_response(request)

    return answer


@lru_cache(maxsize=512)
def _chosen(header: str) -> str:
    best, best_quality = DEFAULT_LANGUAGE, 0.0
    for part in header.split(","):
        tag, _, parameters = part.partition(";")
        language = _LANGUAGES.get(tag.strip().partition("-")[0].lower())
        if language is not None and (quality := _quality(parameters)) > best_quality:
            best, best_quality = language, quality
    return best


def _quality(parameters: str) -> float:
    """The `q` of a language range, 1 without one, 0 when it cannot be read."""
    name, _, value = parameters.partition("=")
    if not name.strip():
        return 1.0
    if name.strip().lower() != "q":
        return 0.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0.0 <= quality <= 1.0 else 0.0
