"""Ids in paths: ASCII digits that fit a 64-bit column; any other path is simply not there."""

from django.urls import register_converter

BIGGEST_ID = 2**63 - 1


def is_id(text: str) -> bool:
    """Whether a text is an id that a column could hold."""
    return text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= BIGGEST_ID


class IdConverter:
    """`<id:pk>` in a route."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        """Read an id; raises ValueError, which means 404, when no column could hold it."""
        number = int(value)
        if number > BIGGEST_ID:
            raise ValueError(value)
        return number

    def to_url(self, value: int) -> str:
        """Write an id."""
        return str(value)


register_converter(IdConverter, "id")
