"""What a scenario charges among sites, reckoned once: for asking a site, for a way, for a package's start."""

from collections.abc import Mapping

from aktar.planning.rules.costs import asking_cost, starting_cost
from aktar.planning.rules.demand import Scenario, Site, Standing
from aktar.planning.rules.geography import Point, is_within, kilometres
from aktar.planning.rules.terms import admits, may_dispatch

FAR = -1
"""In the place of a cost: the scenario finds that too far, or does not admit the site."""

_MOST_WAYS = 300_000


class Tariff:
    """Remembers what does not change from one demand to the next, under one scenario and these standings."""

    def __init__(
        self, *, sites: Mapping[int, Site], standings: Mapping[int, Standing], scenario: Scenario
    ) -> None:
        self.scenario = scenario
        self._sites = sites
        self._standings = standings
        self._asking: dict[int, int] = {}
        self._starting: dict[int, int] = {}
        self._ways: dict[tuple[int, int], int] = {}

    def asking(self, source: int) -> int:
        """What a transfer from a site costs before its way; FAR for one that may not send."""
        if (known := self._asking.get(source)) is None:
            site = self._sites[source]
            known = FAR
            if admits(self.scenario.sources, site):
                standing = self._standings.get(source)
                known = asking_cost(site, weights=self.scenario.weights, standing=standing)
            self._asking[source] = known
        return known

    def way(self, source: int, dispatcher: int) -> int:
        """What the way of a transfer costs; FAR for one that is too long."""
        pair = (source, dispatcher)
        if (known := self._ways.get(pair)) is None:
            if len(self._ways) >= _MOST_WAYS:
                self._ways.clear()
            one, other = self._sites[source].point, self._sites[dispatcher].point
            known = FAR
            if is_within(one, other, most=self.scenario.sources.most_kilometres):
                known = round(self.scenario.weights.transfer_kilometre * kilometres(one, other))
            self._ways[pair] = known
        return known

    def package(self, dispatcher: int, to: Point | None) -> int:
        """What a package from a site to a customer costs; FAR for one that may not dispatch there."""
        if (known := self._starting.get(dispatcher)) is None:
            site = self._sites[dispatcher]
            known = FAR
            if may_dispatch(self.scenario, site):
                standing = self._standings.get(dispatcher)
                known = starting_cost(site, weights=self.scenario.weights, standing=standing)
            self._starting[dispatcher] = known
        if known == FAR:
            return FAR
        at = self._sites[dispatcher].point
        if not is_within(at, to, most=self.scenario.dispatchers.most_kilometres):
            return FAR
        return known + round(self.scenario.weights.delivery_kilometre * kilometres(at, to))
