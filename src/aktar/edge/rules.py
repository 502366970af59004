"""How numbers and durations are written in the contract's text."""

from datetime import timedelta

DEGREE_PLACES = 8


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
