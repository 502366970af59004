"""What planning keeps at hand between decisions: locations and scenarios, and how the locations have done.

Locations and scenarios are reference data, remembered under the reference version. The standings are reckoned
anew after half a minute: they are a reason to prefer, never one to refuse.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import Count, F

from aktar.edge.references import Reading, Remembered
from aktar.places.models import StockLocation
from aktar.planning.models import FailedSource, Outcome, PlanItem, TransferScenario
from aktar.planning.queries.points import point_of
from aktar.planning.rules import (
    Demand,
    Neighbourhood,
    Point,
    Scenario,
    Site,
    Standing,
    Tariff,
    Terms,
    Weights,
    admits,
    may_dispatch,
    reliability,
    scenario_for,
)

STANDINGS_LAST = timedelta(seconds=30)
RECENT = timedelta(days=90)
"""How far back failures and successes count."""

_ANY_LANGUAGE = "en-us"
_DAY = timedelta(days=1)


class Desk:
    """Locations, scenarios, standings, and what can be reckoned from them once for many decisions."""

    def __init__(
        self,
        *,
        sites: Mapping[int, Site],
        scenarios: tuple[Scenario, ...],
        standings: Mapping[int, Standing],
    ) -> None:
        self.sites = sites
        self.scenarios = scenarios
        self.standings = standings
        self._tariffs: dict[Scenario, Tariff] = {}
        self._senders: dict[Scenario, _Nearest] = {}
        self._dispatchers: dict[Scenario, _Nearest] = {}
        self._uncommon: dict[Scenario, _Nearest] = {}

    def tariff(self, demand: Demand) -> Tariff:
        """The tariff of the scenario that covers a demand."""
        scenario = scenario_for(demand, self.scenarios)
        if scenario not in self._tariffs:
            self._tariffs[scenario] = Tariff(sites=self.sites, standings=self.standings, scenario=scenario)
        return self._tariffs[scenario]

    def senders_near(self, point: Point | None, scenario: Scenario, *, count: int) -> list[int]:
        """The nearest sites (ids) that may send; without a point those that are asked first."""
        if scenario not in self._senders:
            sites = [site for site in self.sites.values() if admits(scenario.sources, site)]
            self._senders[scenario] = _Nearest(sites)
        return self._senders[scenario].to(point, count=count)

    def dispatchers_near(self, point: Point | None, scenario: Scenario, *, count: int) -> list[int]:
        """The nearest sites (ids) that may dispatch; without a point those that are asked first."""
        if scenario not in self._dispatchers:
            sites = [site for site in self.sites.values() if may_dispatch(scenario, site)]
            self._dispatchers[scenario] = _Nearest(sites)
        return self._dispatchers[scenario].to(point, count=count)

    def uncommon_near(self, point: Point | None, scenario: Scenario, *, count: int) -> list[int]:
        """The nearest sites (ids) of any kind but the commonest that may send or dispatch.

        Where most are stores these are the warehouses, which tend to have all of an order.
        """
        if scenario not in self._uncommon:
            kinds = Counter(site.kind for site in self.sites.values())
            common = max(kinds, key=lambda kind: (kinds[kind], kind), default=None)
            sites = [
                site
                for site in self.sites.values()
                if site.kind != common and (admits(scenario.sources, site) or may_dispatch(scenario, site))
            ]
            self._uncommon[scenario] = _Nearest(sites)
        return self._uncommon[scenario].to(point, count=count)


def desk(reading: Reading, *, now: datetime) -> Desk:
    """What is at hand at this instant. No query; cold, or when references have changed, up to ten."""
    current = Reading(reading.version, _ANY_LANGUAGE)
    held = _held[0] if _held else None
    if held is None or not held.at <= now < held.at + STANDINGS_LAST:
        held = _Held(current.version, now, _made(current, _standings(now)))
    elif held.version != current.version:
        # A new product says nothing of how locations do: what is dear to reckon stays for its half minute.
        held = _Held(current.version, held.at, _made(current, held.desk.standings))
    _held[:] = [held]
    return held.desk


def _made(current: Reading, standings: Mapping[int, Standing]) -> Desk:
    return Desk(sites=_sites.at(current), scenarios=_scenarios.at(current), standings=standings)


def forget() -> None:
    """Drop what this process has at hand; for tests, whose databases come and go under it."""
    _held.clear()


@dataclass(frozen=True, slots=True)
class _Held:
    version: int
    at: datetime
    desk: Desk


_held: list[_Held] = []


class _Nearest:
    """Sites arranged by place, those of unknown place last, and those at a point remembered."""

    def __init__(self, sites: list[Site]) -> None:
        first = sorted(sites, key=lambda site: (site.priority, site.id))
        self._first = [site.id for site in first]
        self._placeless = [site.id for site in first if site.point is None]
        self._placed = Neighbourhood([(site.point, site.id) for site in sites if site.point is not None])
        self._near = lru_cache(maxsize=5_000)(self._look)

    def to(self, point: Point | None, *, count: int) -> list[int]:
        return self._first[:count] if point is None else self._near(point, count)

    def _look(self, point: Point, count: int) -> list[int]:
        near = self._placed.nearest(point, count=count)
        return near + self._placeless[: count - len(near)]


def _load_sites(_reading: Reading) -> dict[int, Site]:
    """One query."""
    rows = StockLocation.objects.values_list(
        "id",
        "erp_code",
        "name",
        "stock_location_type",
        "address__city_id",
        "tags",
        "priority",
        "target_transfer_interval",
        "is_active",
        "is_fulfillment_center",
        *(
            f"address__{place}{axis}"
            for place in ("", "district__", "township__", "city__")
            for axis in ("latitude", "longitude")
        ),
    )
    return {
        id_: Site(
            id=id_,
            erp_code=erp_code,
            name=name,
            kind=kind,
            city=city,
            tags=_texts(tags),
            priority=priority,
            days=interval / _DAY,
            point=point_of(places),
            is_active=is_active,
            dispatches=dispatches,
        )
        for id_, erp_code, name, kind, city, tags, priority, interval, is_active, dispatches, *places in rows
    }


def _load_scenarios(_reading: Reading) -> tuple[Scenario, ...]:
    """The active scenarios, the first to be asked first. Five queries."""
    rows = TransferScenario.objects.filter(is_active=True).order_by("priority", "id")
    several = ("channels", "cities", "source_cities", "dispatch_cities")
    return tuple(_scenario(row) for row in rows.prefetch_related(*several))


def _scenario(row: TransferScenario) -> Scenario:
    return Scenario(
        key=row.pk,
        name=row.name,
        channels=frozenset(channel.pk for channel in row.channels.all()),
        cities=frozenset(city.pk for city in row.cities.all()),
        sources=Terms(
            kinds=_texts(row.source_types),
            cities=frozenset(city.pk for city in row.source_cities.all()),
            tags=_texts(row.source_tags),
            last_priority=row.source_last_priority,
            most_kilometres=row.source_most_kilometres,
        ),
        dispatchers=Terms(
            kinds=_texts(row.dispatch_types),
            cities=frozenset(city.pk for city in row.dispatch_cities.all()),
            tags=_texts(row.dispatch_tags),
            last_priority=row.dispatch_last_priority,
            most_kilometres=row.dispatch_most_kilometres,
        ),
        is_split_allowed=row.is_split_allowed,
        groups_items=row.groups_items,
        safety_stock=row.safety_stock,
        weights=Weights(
            transfer=row.weight_transfer,
            package=row.weight_package,
            transfer_kilometre=row.weight_transfer_kilometre,
            delivery_kilometre=row.weight_delivery_kilometre,
            priority_step=row.weight_priority_step,
            open_load=row.weight_open_load,
            transfer_day=row.weight_transfer_day,
            unreliability=row.weight_unreliability,
        ),
    )


def _texts(given: object) -> frozenset[str]:
    """The texts of a list; the document of a location's tags may hold anything."""
    return (
        frozenset(text for text in given if isinstance(text, str)) if isinstance(given, list) else frozenset()
    )


_sites = Remembered(_load_sites)
_scenarios = Remembered(_load_scenarios)


def _standings(now: datetime) -> dict[int, Standing]:
    """How every location has done lately, by id. Three queries, each answered from an index alone."""
    owed = PlanItem.objects.filter(outcome=Outcome.OPEN)
    sent = PlanItem.objects.filter(outcome=Outcome.SENT, ended_at__gte=now - RECENT)
    failed = FailedSource.objects.filter(created_at__gte=now - RECENT)
    counts: list[dict[int, int]] = [
        # Rows and not ids are counted, which are in no index; and by a sum, lest SQLite reads all there ever
        # was for the sake of an index that has the locations in order.
        dict(rows.order_by().values_list(F(location) + 0).annotate(count=Count("*")))
        for rows, location in ((owed, "source_id"), (sent, "source_id"), (failed, "stock_location_id"))
    ]
    return {
        id_: Standing(
            open_load=counts[0].get(id_, 0),
            reliability=reliability(sent=counts[1].get(id_, 0), failed=counts[2].get(id_, 0)),
        )
        for id_ in {id_ for count in counts for id_ in count}
    }
