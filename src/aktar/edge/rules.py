"""How numbers and durations are written in the contract's text, and which texts a search takes for alike."""

import unicodedata
from datetime import timedelta
from string import ascii_lowercase, ascii_uppercase

DEGREE_PLACES = 8

TURKISH, PLAIN = "İıŞşĞğÜüÖöÇç", "iissgguuoocc"
"""The letters of Turkish that ASCII lacks, each above the one that a search takes it for."""

_FOLDING = str.maketrans(TURKISH + ascii_uppercase, PLAIN + ascii_lowercase)


def decimal_text(hundredths: int) -> str:
    """Write hundredths as the contract's decimal: 100 is `"1.00"`."""
    if hundredths < 0:
        return f"-{decimal_text(-hundredths)}"
    return "%d.%02d" % divmod(hundredths, 100)  # noqa: UP031 - twice as fast as an f-string here


def decimal_text_or_none(hundredths: int | None) -> str | None:
    """`decimal_text`, where the number may be missing."""
    return None if hundredths is None else decimal_text(hundredths)


def degrees_text(value: int | None) -> str | None:
    """Write a coordinate kept in 1e-8 degrees: 2897817800 is `"28.97817800"`."""
    if value is None:
        return None
    whole, fraction = divmod(abs(value), 10**DEGREE_PLACES)
    return f"{'-' if value < 0 else ''}{whole}.{fraction:0{DEGREE_PLACES}d}"


def duration_text(value: timedelta) -> str:
    """Write a duration as the contract does: three days are `"3 00:00:00"`, half an hour `"00:30:00"`."""
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days = f"{value.days} " if value.days else ""
    fraction = f".{value.microseconds:06d}" if value.microseconds else ""
    return f"{days}{hours:02d}:{minutes:02d}:{seconds:02d}{fraction}"


def folded(text: str) -> str:
    """Write a text as searches compare it: small letters, the Turkish ones without their marks.

    `İSTANBUL`, `Istanbul` and `ıstanbul` are one. The database says the same by `edge.expressions.Folded`.
    """
    return unicodedata.normalize("NFC", text).translate(_FOLDING)
