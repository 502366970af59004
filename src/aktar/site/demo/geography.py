"""The demo chain's map, read from `data/places.txt`: provinces, townships, neighbourhoods, sites."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

WAREHOUSE_MARK = "Depo "
_LOWER = str.maketrans({"I": "ı", "İ": "i"})


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the globe, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Province:
    """A province (il); `number` counts from 1 in the Turkish alphabet's order."""

    number: int
    name: str
    centre: Point


@dataclass(frozen=True, slots=True)
class Township:
    """A district town (ilçe) of a province; numbers count from 1."""

    number: int
    name: str
    province: Province
    centre: Point


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A neighbourhood (mahalle) of a township; numbers count from 1."""

    number: int
    name: str
    township: Township
    centre: Point
    postcode: str


@dataclass(frozen=True, slots=True)
class Site:
    """A store or a warehouse of the chain; numbers count from 1."""

    number: int
    neighbourhood: Neighbourhood
    name: str
    erp_code: str
    street: str
    is_warehouse: bool

    @property
    def province(self) -> Province:
        """The province it stands in."""
        return self.neighbourhood.township.province


def title_case(name: str) -> str:
    """Write a Turkish name in capitals with small letters after the first of each word."""
    return " ".join(word[:1] + word[1:].translate(_LOWER).lower() for word in name.split())


def kilometres(one: Point, other: Point) -> float:
    """Give the distance as the crow flies."""
    return math.hypot(
        (one.latitude - other.latitude) * 111.2,
        (one.longitude - other.longitude) * 111.2 * math.cos(math.radians(one.latitude)),
    )


def sites() -> list[Site]:
    """Read every site of the chain, in the order of their numbers."""
    return list(_read(resources.files(__package__).joinpath("data/places.txt").read_text(encoding="utf-8")))


def _read(text: str) -> Iterator[Site]:
    province = Province(0, "", Point(0, 0))  # the file's first lines put real ones in
    township = Township(0, "", province, province.centre)
    provinces = townships = number = stores = warehouses = 0
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        depth = len(line) - len(line.lstrip())
        place, *rest = (part.strip() for part in line.split("|"))
        name, latitude, longitude = place.rsplit(" ", 2)
        centre = Point(float(latitude), float(longitude))
        if depth == 0:
            provinces += 1
            province = Province(provinces, name, centre)
        elif depth == 2:
            townships += 1
            township = Township(townships, name, province, centre)
        else:
            number += 1
            street, postcode, short_name = rest
            is_warehouse = short_name.startswith(WAREHOUSE_MARK)
            stores, warehouses = stores + (not is_warehouse), warehouses + is_warehouse
            yield Site(
                number,
                Neighbourhood(number, name, township, centre, postcode),
                _shop_sign(township, short_name),
                f"D{warehouses:02}" if is_warehouse else f"M{stores:03}",
                street,
                is_warehouse,
            )


def _shop_sign(township: Township, short_name: str) -> str:
    if short_name.startswith(WAREHOUSE_MARK):
        return f"Aktar {short_name.removeprefix(WAREHOUSE_MARK)} Deposu"
    town = title_case(township.province.name if township.name == "MERKEZ" else township.name)
    return f"Aktar {short_name}" if short_name.startswith(town) else f"Aktar {town} {short_name}"
