"""Who sends to whom in the demo chain: the sites by their distance, and how long each takes."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from aktar.site.demo.geography import Site, kilometres
from aktar.site.demo.hours import STORE, WAREHOUSE, Opening

_REMOTE_KILOMETRES = 550  # from the nearest warehouse: such stores are given more days


@dataclass(frozen=True, slots=True)
class Targets:
    """The days that a site is given to pack a package and to send a transfer."""

    packing: timedelta
    transfer: timedelta


class Network:
    """The sites with, for each, the others from the nearest to the farthest."""

    def __init__(self, sites: list[Site]) -> None:
        self.sites = sites
        self.stores = [site for site in sites if not site.is_warehouse]
        self.warehouses = [site for site in sites if site.is_warehouse]
        self._nearest = {
            site.number: sorted(
                (other for other in sites if other is not site),
                key=lambda other: (
                    kilometres(site.neighbourhood.centre, other.neighbourhood.centre),
                    other.number,
                ),
            )
            for site in sites
        }

    def dispatcher(self, home: Site, chance: Random) -> Site:
        """Choose the site that sends a package to a customer who lives near the store `home`."""
        if chance.random() < 0.4:
            return next(site for site in self._nearest[home.number] if site.is_warehouse)
        return chance.choice([home, home, *self._nearest[home.number][:3]])

    def source(self, destination: Site, chance: Random, *, but: set[int]) -> Site:
        """Choose a site that has what `destination` lacks, mostly one near it, none of the numbers `but`."""
        near = [site for site in self._nearest[destination.number][:12] if site.number not in but]
        stocks = [site for site in self.warehouses if site.number not in but and site is not destination]
        draw = chance.random()
        if draw < 0.5 and near:
            return chance.choice(near)
        if draw < 0.75 and stocks:
            return chance.choice(stocks)
        return chance.choice(
            [site for site in self.sites if site.number not in but and site is not destination]
        )

    def targets(self, site: Site) -> Targets:
        """Give the days that a site has."""
        if site.is_warehouse:
            return Targets(packing=timedelta(days=1), transfer=timedelta(days=2))
        depot = next(other for other in self._nearest[site.number] if other.is_warehouse)
        remote = kilometres(site.neighbourhood.centre, depot.neighbourhood.centre) > _REMOTE_KILOMETRES
        return Targets(packing=timedelta(days=2), transfer=timedelta(days=5 if remote else 3))

    def opening(self, site: Site) -> Opening:
        """Give the hours that a site works."""
        return WAREHOUSE if site.is_warehouse else STORE

    def transit(self, source: Site, destination: Site, chance: Random) -> timedelta:
        """Make up how long goods travel: hours within a province, 1 to 3 days across the country."""
        if source.province == destination.province:
            return timedelta(hours=chance.uniform(5, 30))
        far = min(1.0, kilometres(source.neighbourhood.centre, destination.neighbourhood.centre) / 1200)
        return timedelta(days=1 + 1.4 * far, hours=chance.uniform(-4, 18))
