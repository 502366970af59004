"""What decisions took that are not carried out, or not yet: those after them do without it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from aktar.planning.rules import Decision, Market, Situation


class Promised:
    """Goods that were promised in words alone; the database does not know of them."""

    def __init__(self) -> None:
        self._taken: Counter[tuple[int, int]] = Counter()

    def promise(self, decision: Decision) -> None:
        """Whatever a decision takes is gone from now on."""
        for item in decision.items:
            if item.source is not None:
                self._taken[item.line.product, item.source] += item.line.quantity

    def without(self, situation: Situation) -> Situation:
        """A situation as it would be if all that was promised were gone from its market."""
        market = situation.market
        stock = {product: self._left(product, held) for product, held in market.stock.items()}
        return replace(situation, market=Market(market.sites, stock, market.safety, market.standings))

    def _left(self, product: int, held: Mapping[int, int]) -> dict[int, int]:
        left = {site: available - self._taken[product, site] for site, available in held.items()}
        return {site: available for site, available in left.items() if available > 0}
