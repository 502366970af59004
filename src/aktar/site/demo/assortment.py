"""The demo chain's 5,000 articles, combined from `data/assortment.toml`, each with its own EAN-13."""

import itertools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from random import Random
from typing import TypedDict

ARTICLES = 5_000
# GS1 keeps the prefixes 200 to 299 for use inside one company: no article on sale anywhere has such a code.
_INTERNAL_PREFIX = "290"
_PLAIN = str.maketrans("çğıöşüÇĞİÖŞÜ", "cgiosuCGIOSU")


class _Family(TypedDict):
    code: str
    picture: str
    share: int
    nouns: list[str]
    styles: list[str]
    fabrics: list[str]
    sizes: str
    price: list[int]
    tax: int
    coloured: bool


@dataclass(frozen=True, slots=True)
class Article:
    """A colour and size of a model; numbered from 1, `price` in hundredths of a lira, `tax` in percent."""

    number: int
    name: str
    base_code: str
    sku: str
    barcode: str
    picture: str
    colour: tuple[str, str] | None
    size: str
    fabric: str
    style: str
    price: int
    tax: int

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes by their values, as the contract shows them."""
        return {key: str(entry["value"]) for key, entry in self.attributes_kwargs.items()}

    @property
    def attributes_kwargs(self) -> dict[str, dict[str, str]]:
        """The attributes with label, value and kind of input, as the contract shows them."""
        colour = {}
        if self.colour:
            colour["renk"] = {"label": self.colour[1], "value": self.colour[0], "data_type": "dropdown"}
        return colour | {
            "beden": {"label": self.size, "value": _slug(self.size), "data_type": "dropdown"},
            "materyal": {"label": self.fabric, "value": self.fabric, "data_type": "valuelabel"},
            "kalip": {"label": self.style, "value": self.style, "data_type": "valuelabel"},
        }


def articles() -> list[Article]:
    """Make the whole assortment, the same at every call."""
    text = resources.files(__package__).joinpath("data/assortment.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    colours: list[tuple[str, str]] = list(data["colours"].items())
    made: list[Article] = []
    families: list[_Family] = data["family"]
    for place, family in enumerate(families):
        share = round(ARTICLES * family["share"] / sum(each["share"] for each in families))
        wanted = ARTICLES - len(made) if place == len(families) - 1 else share
        variants = _variants(family, data["sizes"][family["sizes"]], colours, first=len(made) + 1)
        made.extend(itertools.islice(variants, wanted))
    return made


def ean13(digits: str) -> str:
    """Append the check digit to twelve digits."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def _variants(
    family: _Family, sizes: list[str], colours: list[tuple[str, str]], *, first: int
) -> Iterator[Article]:
    chance = Random(family["code"])  # noqa: S311  (believable, not secret)
    models = list(itertools.product(family["styles"], family["fabrics"], family["nouns"]))
    chance.shuffle(models)
    number = first
    for model in itertools.count():
        style, fabric, noun = models[model % len(models)]
        base_code = f"{family['code']}-{1001 + model}"
        price = round(chance.uniform(*family["price"])) // 10 * 1000 + 999 - 4 * chance.randrange(2)
        for colour in chance.sample(colours, 3) if family["coloured"] else [None]:
            for size in sizes:
                parts = (base_code, *([_short(colour[1])] if colour else []), _short(size))
                yield Article(
                    number=number,
                    name=f"{style} {fabric} {noun}",
                    base_code=base_code,
                    sku="-".join(parts),
                    barcode=ean13(f"{_INTERNAL_PREFIX}{number:09}"),
                    picture=family["picture"],
                    colour=colour,
                    size=size,
                    fabric=fabric,
                    style=style,
                    price=price,
                    tax=family["tax"],
                )
                number += 1


def _slug(text: str) -> str:
    return "-".join(text.translate(_PLAIN).lower().split())


def _short(text: str) -> str:
    plain = "".join(letter for letter in text.translate(_PLAIN).upper() if letter.isalnum())
    return plain[:6]
