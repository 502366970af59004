"""What the logs look like: a JSON object a line, or coloured text on a terminal; always on standard error."""

import logging.config
from collections.abc import MutableMapping
from typing import Any, TypedDict

import msgspec
import structlog


class LogSettings(TypedDict):
    """The LOGGING setting: the least level that is written, and whether a person is looking on."""

    level: str
    is_terminal: bool


def configure(settings: LogSettings) -> None:
    """Route the logs of this process, ours and every library's, through one formatter (Django calls this)."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(configuration(settings))


def configuration(settings: LogSettings) -> dict[str, Any]:
    """The same as a dictionary for `logging.config`, for the server, which configures its processes."""
    level = settings["level"].upper()
    # A traceback is written as text, never with the values of its variables: they hold tokens.
    renderers: list[Any] = (
        [structlog.dev.ConsoleRenderer(timestamp_key="at", exception_formatter=structlog.dev.plain_traceback)]
        if settings["is_terminal"]
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_json)]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Every refused request has its line in the access log already; only failures need a traceback.
            "django.request": {"level": "ERROR"},
            # Moving in makes very many requests, and says itself what came of them.
            "httpx": {"level": "WARNING"},
        },
    }


def _without_request(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    # Django attaches the request to its records; written out, it shows the query string.
    event.pop("request", None)
    return event


def _json(event: dict[str, Any], **_: object) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.ExtraAdder(),
    _without_request,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]
