"""How values are shown that are kept in another form: JSON documents, hundredths, bytes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib.admin import display
from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString

from aktar.edge.fields import DegreesField, DocumentField, HundredthsField
from aktar.edge.rules import decimal_text_or_none, degrees_text

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Column = Callable[[Any], Any]
LONGEST_SHOWN = 20_000


def preformatted(text: str) -> SafeString:
    """A text with its line breaks, cut where it grows beyond what anybody reads."""
    shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]} …"
    return format_html('<pre class="text-xs whitespace-pre-wrap break-all">{}</pre>', shown)


def document(value: Any) -> SafeString | None:
    """A JSON document, indented."""
    return None if value is None else preformatted(json.dumps(value, ensure_ascii=False, indent=2))


def instant(value: datetime | None) -> str | None:
    """An instant, to the second, in UTC."""
    return None if value is None else f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


@cache
def column_of(field: "models.Field[Any, Any]") -> str | Column:
    """What a read-only page shows of a column: its name where Django shows it well, else a way to show it.

    The same answer every time, for Django compares what a form shows with what it leaves out.
    """
    for kind, show in _SHOWN.items():
        if isinstance(field, kind):
            return column(field.name, field.verbose_name, show)
    return field.name


def column(name: str, label: "str | StrPromise", show: Callable[[Any], Any]) -> Column:
    """A column of lists and read-only pages: the attribute `name` as `show` writes it."""

    @display(description=label)
    def shown(row: Any) -> Any:
        return show(getattr(row, name))

    shown.__name__ = f"shown_{name}"
    return shown


_SHOWN: dict[Any, Callable[[Any], Any]] = {
    DocumentField: document,
    HundredthsField: decimal_text_or_none,
    DegreesField: degrees_text,
    models.DateTimeField: instant,
}
