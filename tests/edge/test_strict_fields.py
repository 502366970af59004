"""Bodies hold the fields asked for, in the types asked for, and every fault is named at once."""

from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.exceptions import ValidationError

from aktar.edge.body_fields import InstantBodyField
from aktar.edge.serializers import StrictCharField, StrictIntegerField, StrictSerializer, VerbatimCharField
from aktar.edge.shapes import instant_text


class _Body(StrictSerializer):
    number = StrictIntegerField(required=False, min_value=1)
    text = StrictCharField(required=False, max_length=5)


def _faults(body: Any) -> dict[str, list[str]]:
    checked = _Body(data=body)
    checked.is_valid()
    return {name: [str(fault) for fault in faults] for name, faults in checked.errors.items()}


@pytest.mark.parametrize("body", [{}, {"number": 1}, {"number": 2**63 - 1}, {"text": "ğ üş"}])
def test_what_is_asked_for_is_taken_as_it_is(body: dict[str, Any]) -> None:
    checked = _Body(data=body)
    assert checked.is_valid()
    assert dict(checked.validated_data) == body


@pytest.mark.parametrize("text", [" a b", "a b ", "\u00a0a b\u3000"])
def test_blanks_around_a_text_are_taken_off_and_around_a_secret_they_are_not(text: str) -> None:
    assert StrictCharField(max_length=5).run_validation(text) == "a b"
    assert StrictCharField(max_length=5, allow_blank=True).run_validation("  ") == ""
    assert VerbatimCharField(max_length=5).run_validation(text) == text


@pytest.mark.parametrize("number", [True, False, 1.0, 1.5, "1", "100 ", 0, -1, 2**63, 2**70, [], {}, None])
def test_a_whole_number_is_nothing_that_looks_like_one(number: Any) -> None:
    assert list(_faults({"number": number})) == ["number"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "\u3000",
        "a\rb",
        "a\nb",
        "\x00",
        "\x1b",
        "\x7f",
        "\x85",
        "\u2028",
        "abcdef",
        1,
        True,
        [],
        None,
    ],
)
def test_a_text_is_one_line_that_says_something(text: Any) -> None:
    assert list(_faults({"text": text})) == ["text"]


def test_unknown_fields_are_named_beside_the_other_faults() -> None:
    assert _faults({"state": 5, "number": "1", "delivered": True}) == {
        "number": ["Give a whole number."],
        "state": ["There is no such field."],
        "delivered": ["There is no such field."],
    }
    assert _faults({"state": 5}) == {"state": ["There is no such field."]}


def test_of_a_flood_of_unknown_fields_the_first_twenty_are_named() -> None:
    flood = {f"x{number}": None for number in range(1_000)}
    assert list(_faults({"number": "1"} | flood)) == ["number", *(f"x{number}" for number in range(20))]


@pytest.mark.parametrize("body", [[], None, "text", 1])
def test_what_is_no_object_is_refused(body: Any) -> None:
    checked = _Body(data=body)
    assert not checked.is_valid()
    assert checked.errors == {"non_field_errors": ["Give an object."]}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("8999-12-31T23:59:59.999999Z", datetime(8999, 12, 31, 23, 59, 59, 999999, UTC)),
        ("1971-01-01T00:00:00+00:00", datetime(1971, 1, 1, tzinfo=UTC)),
        ("9000-01-01T00:00:00+03:00", datetime(8999, 12, 31, 21, tzinfo=UTC)),
        ("8999-12-31T23:59:59.999999-23:59", None),
        ("1971-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:59-00:01", None),
        ("0001-01-01T00:00:00+00:01", None),
    ],
)
def test_the_year_of_an_instant_is_that_of_utc(text: str, read: datetime | None) -> None:
    if read is None:
        with pytest.raises(ValidationError, match="between the years 1971 and 8999"):
            InstantBodyField().run_validation(text)
    else:
        taken = InstantBodyField().run_validation(text)
        assert taken == read
        assert InstantBodyField().run_validation(instant_text(taken)) == taken
