"""The stock that several demands share while they are decided one after the other."""

from collections.abc import Iterable

from aktar.planning.rules import Demand, Market


class Shares:
    """A market whose stock goes down with what is taken of it; `market` is what is left of it now."""

    def __init__(self, market: Market) -> None:
        self._stock = {product: dict(held) for product, held in market.stock.items()}
        self.market = Market(market.sites, self._stock, market.safety, market.standings)

    def left_for(self, demand: Demand) -> Market:
        """What is left now of what a demand wants, for keeping: it stays so, whatever is taken later."""
        wanted = {line.product for line in demand.lines} & self._stock.keys()
        stock = {product: dict(self._stock[product]) for product in wanted}
        return Market(self.market.sites, stock, self.market.safety, self.market.standings)

    def take(self, demand: Demand, sources: Iterable[int | None]) -> None:
        """Take a demand's lines from where each of them comes from; None takes nothing."""
        for line, source in zip(demand.lines, sources, strict=True):
            if source is not None:
                self._stock[line.product][source] -= line.quantity
