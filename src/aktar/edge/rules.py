"""How numbers and durations are written in the contract's text."""

from datetime import timedelta

DEGREE_PLACES = 8


def decimal_text(value: int, *, places: int = 2) -> str:
    """Write a whole number of 10^-places as the contract's decimal: 100 hundredths are `"1.00"`."""
    digits = f"{abs(value):0{places + 1}d}"
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def decimal_text_or_none(value: int | None) -> str | None:
    """`decimal_text` in hundredths, where the number may be missing."""
    return None if value is None else decimal_text(value)


def degrees_text(value: int | None) -> str | None:
    """Write a coordinate kept in 1e-8 degrees: 2897817800 is `"28.97817800"`."""
    return None if value is None else decimal_text(value, places=DEGREE_PLACES)


def duration_text(value: timedelta) -> str:
    """Write a duration as the contract does: three days are `"3 00:00:00"`, half an hour `"00:30:00"`."""
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days = f"{value.days} " if value.days else ""
    fraction = f".{value.microseconds:06d}" if value.microseconds else ""
    return f"{days}{hours:02d}:{minutes:02d}:{seconds:02d}{fraction}"
