"""Finding the places that addresses name, each within the larger one; what is not there is made.

Names are compared as searches compare them, so that `Istanbul` is the `İSTANBUL` that is there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from aktar.edge.locks import take_turn
from aktar.edge.rules import folded
from aktar.places.models import City, Country, District, Township
from aktar.places.rules import LEVELS, PlacesUnknown, Reach

TURN = "places.geography"
"""Whose turn it is makes places: no constraint keeps two from making one, for namesakes are allowed."""

_Place = tuple[int, str]
_Key = tuple[int, str]


@dataclass(slots=True)
class Wish:
    """The places that an address names (`told`), and those of the address that it is to change (ids).

    `chosen` become the ids of the places it means, `errors` what is wrong with those it names. For one that
    is lost anyhow, whatever its places are, none is made.
    """

    told: Mapping[str, Any]
    present: Mapping[str, int | None]
    is_lost: bool = False
    chosen: dict[str, int | None] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, str | None] = field(default_factory=dict)

    def within(self, level: str) -> int:
        """The chosen place of a level that every address has."""
        return self.chosen[level] or 0


def places_of_addresses(
    addresses: Sequence[Mapping[str, int | str | None]], *, reach: Reach
) -> list[Mapping[str, Any]]:
    """The ids of the places of each address, by level; each is told by its id, or by a name that may be new.

    What is not there by that name in the larger place is made, by one at a time. Raises PlacesUnknown for who
    does not see everything. At most nine statements, however many addresses; none where all places are ids.
    """
    wishes = [_wish(places) for places in addresses]
    told = [wish for wish in wishes if wish.told]
    if told and not reach.everything:
        raise PlacesUnknown([level for level in LEVELS if any(level in wish.told for wish in told)])
    if told:
        take_turn(TURN)
        find_places(told)
    return [wish.chosen if wish.told else wish.present for wish in wishes]


def _wish(places: Mapping[str, int | str | None]) -> Wish:
    told: dict[str, Mapping[str, str]] = {}
    present: dict[str, int | None] = {}
    for level, place in places.items():
        if isinstance(place, str):
            told[level] = {"name": place}
        else:
            present[level] = place
    return Wish(told=told, present=present)


def find_places(wishes: Sequence[Wish]) -> None:
    """Find the places of each wish, or say what is wrong with it; whoever calls has the turn.

    At most eight statements.
    """
    _find_countries(wishes)
    wishes = [wish for wish in wishes if not wish.is_lost]
    _find(
        wishes,
        "city",
        "country",
        _cities,
        lambda wish, name: City(name=name, country_id=wish.within("country")),
    )
    _find(
        wishes,
        "township",
        "city",
        _townships,
        lambda wish, name: Township(name=name, city_id=wish.within("city")),
    )
    _find(
        wishes,
        "district",
        "township",
        _districts,
        lambda wish, name: District(
            name=name, city_id=wish.within("city"), township_id=wish.within("township")
        ),
    )


def _find_countries(wishes: Sequence[Wish]) -> None:
    # A world has some two hundred.
    countries = list(Country.objects.order_by("pk"))
    by_code = {country.code: country for country in countries}
    by_name = {folded(country.name): country for country in reversed(countries)}
    new: dict[str, Country] = {}
    for wish in wishes:
        told = wish.told.get("country")
        if told is None:
            _take_present_country(wish, countries)
        elif (country := _known(told, by_code, by_name)) is not None:
            _choose(wish, "country", (country.pk, country.name))
        elif "code" in told and not wish.is_lost:
            made = new.setdefault(told["code"].lower(), Country(code=told["code"].lower()))
            made.name = told.get("name") or made.name or told["code"].upper()
        elif "code" not in told:
            wish.errors["country"] = [
                _('There is no country of this name. To make one, give its code of two letters, as "tr".')
            ]
    Country.objects.bulk_create(new.values())
    for wish in wishes:
        if "country" not in wish.chosen and not wish.errors and not wish.is_lost:
            country = new[wish.told["country"]["code"].lower()]
            _choose(wish, "country", (country.pk, country.name))


def _known(
    told: Mapping[str, str], by_code: Mapping[str, Country], by_name: Mapping[str, Country]
) -> Country | None:
    if "code" in told:
        return by_code.get(told["code"].lower())
    return by_name.get(folded(told["name"]))


def _take_present_country(wish: Wish, countries: Sequence[Country]) -> None:
    present = wish.present.get("country")
    if present is not None:
        wish.chosen["country"] = present
    elif len(countries) == 1:
        _choose(wish, "country", (countries[0].pk, countries[0].name))
    else:
        wish.errors["country"] = [_("Say in which country.")]


def _find(
    wishes: Sequence[Wish],
    level: str,
    larger: str,
    rows: Callable[[Sequence[int], Sequence[str]], Iterable[tuple[int, str, int]]],
    make: Callable[[Wish, str], Any],
) -> None:
    """Find or make the places of one level, each in the place of the level above. At most two statements."""
    asked = [wish for wish in wishes if not wish.errors and wish.told.get(level) is not None]
    places: dict[_Key, list[_Place]] = defaultdict(list)
    if asked:
        parents = sorted({wish.within(larger) for wish in asked})
        names = sorted({folded(wish.told[level]["name"]) for wish in asked})
        for id_, name, parent in rows(parents, names):
            places[(parent, folded(name))].append((id_, name))
    new: dict[_Key, Any] = {}
    for wish in wishes:
        if wish.errors:
            continue
        if wish.told.get(level) is None:
            _take_present(wish, level, larger)
            continue
        name = wish.told[level]["name"]
        found = places.get(key := (wish.within(larger), folded(name)))
        if found:
            _choose(wish, level, _best(found, name, wish.present.get(level)))
        elif key not in new:
            new[key] = make(wish, name)
    if new:
        type(next(iter(new.values())))._default_manager.bulk_create(new.values())
    for wish in asked:
        if level not in wish.chosen and not wish.errors:
            made = new[(wish.within(larger), folded(wish.told[level]["name"]))]
            _choose(wish, level, (made.pk, made.name))


def _take_present(wish: Wish, level: str, larger: str) -> None:
    """Where nothing is said, the place stays, unless the larger one is another now."""
    is_said = level in wish.told
    if level == "district" and is_said:
        wish.chosen[level], wish.names[level] = None, None
    elif wish.present.get(larger) == wish.chosen[larger] and wish.present:
        wish.chosen[level] = wish.present.get(level)
    elif level == "district":
        wish.chosen[level], wish.names[level] = None, None
    else:
        wish.errors[level] = [_("Say where in the larger place.")]


def _best(found: Sequence[_Place], name: str, present: int | None) -> _Place:
    """The one that is there already, else the one of exactly this name, else the oldest."""
    return min(found, key=lambda place: (place[0] != present, place[1] != name, place[0]))


def _choose(wish: Wish, level: str, place: _Place) -> None:
    wish.chosen[level], wish.names[level] = place


def _cities(countries: Sequence[int], names: Sequence[str]) -> Iterable[tuple[int, str, int]]:
    rows = City.objects.filter(name__folded__in=names, country__in=countries)
    return rows.values_list("pk", "name", "country_id")


def _townships(cities: Sequence[int], names: Sequence[str]) -> Iterable[tuple[int, str, int]]:
    rows = Township.objects.filter(name__folded__in=names, city__in=cities)
    return rows.values_list("pk", "name", "city_id")


def _districts(townships: Sequence[int], names: Sequence[str]) -> Iterable[tuple[int, str, int]]:
    rows = District.objects.filter(name__folded__in=names, township__in=townships)
    return rows.values_list("pk", "name", "township_id")
