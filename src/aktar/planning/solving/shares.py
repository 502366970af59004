"""The stock that several demands share while they are decided one after the other."""

from collections.abc import Iterable

from aktar.planning.rules import Demand, Market


class Shares:
    """A market whose stock goes down with what is taken of it; `market` is what is left of it now."""

    def __init__(self, market: Market) -> None:
        self._stock = {product: dict(held) for product, held in market.stock.items()}
        self.market = Market(market.sites, self._stock, market.safety, market.standings)

    def take(self, demand: Demand, sources: Iterable[int | None]) -> None:
        """Take a demand's lines from where each of them comes from; None takes nothing."""
        for line, source in zip(demand.lines, sources, strict=True):
            if source is not None:
                self._stock[line.product][source] -= line.quantity

    def give_back(self, demand: Demand, sources: Iterable[int | None]) -> None:
        """Undo `take`."""
        for line, source in zip(demand.lines, sources, strict=True):
            if source is not None:
                self._stock[line.product][source] += line.quantity
