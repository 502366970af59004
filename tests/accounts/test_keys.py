"""A key is 256 random bits that cannot be mistyped unnoticed, and is kept nowhere."""

import pytest

from aktar.accounts.rules import digest, is_key, new_key, shown_prefix


def test_a_new_key_is_a_key_and_no_two_are_alike() -> None:
    keys = {new_key() for _ in range(200)}
    assert len(keys) == 200
    assert all(is_key(key) and key.startswith("akt_") and len(key) == 53 and key.isascii() for key in keys)
    assert len({digest(key) for key in keys}) == 200


def test_any_one_wrong_letter_is_noticed() -> None:
    key = new_key()
    for place in range(len(key)):
        other = "b" if key[place] == "a" else "a"
        assert not is_key(key[:place] + other + key[place + 1 :])


@pytest.mark.parametrize("text", ["", "akt_", "akt_" + "a" * 49, "a" * 53, "akt_" + "ü" * 49, "\x00" * 53])
def test_rubbish_is_no_key(text: str) -> None:
    assert not is_key(text)


@pytest.mark.parametrize("change", ["{} ", " {}", "{}\x00", "{}\n", "x{}"])
def test_a_key_with_something_around_it_is_no_key(change: str) -> None:
    assert not is_key(change.format(new_key()))


def test_what_is_shown_of_a_key_leaves_more_than_200_bits_unknown() -> None:
    assert len(shown_prefix(new_key())) == 10
