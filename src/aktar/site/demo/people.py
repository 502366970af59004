"""Invented people: common Turkish names, reserved mail domains, telephone numbers that no one can have."""

import tomllib
from importlib import resources
from random import Random

_NAMES: dict[str, list[str]] = tomllib.loads(
    resources.files(__package__).joinpath("data/names.toml").read_text(encoding="utf-8")
)
_ASCII = str.maketrans("çğıöşüÇĞİÖŞÜI", "cgiosucgiosui")

STREETS = _NAMES["streets"]


def full_name(chance: Random) -> tuple[str, str]:
    """Make up a first name and a family name."""
    return chance.choice(_NAMES["first_names"]), chance.choice(_NAMES["family_names"])


def mail_name(first_name: str, last_name: str) -> str:
    """Write a name as the part before the @, in plain letters."""
    return f"{first_name}.{last_name}".translate(_ASCII).lower()


def mobile_number(chance: Random) -> str:
    """Make up a mobile number; no subscriber number begins with 000."""
    return f"0555000{chance.randrange(10_000):04}"


def shop_number(number: int) -> str:
    """Give a location its telephone number in the 0850 range; no subscriber number begins with 000."""
    return f"0850000{number:04}"
