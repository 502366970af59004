"""Books for tests: places that keep them, what they say, and the demand that they balance."""

from aktar.catalog.models import Product
from aktar.places.models import StockLocation
from aktar.stock.actions import set_stock
from aktar.stock.models import StockLevel, StockMovement
from aktar.stock.queries import product_balances, unbalanced_levels
from aktar.stock.rules import StockCount
from tests.factories import NOW


def a_stock(product: Product, location: StockLocation, pieces: int = 5) -> None:
    """So many pieces on hand, counted."""
    set_stock([StockCount(product.pk, location.pk, pieces * 100)], by=None, now=NOW)


def level(product: Product, location: StockLocation) -> tuple[int, int, int]:
    """On hand, reserved, in transit, in pieces; nothing where there is no level."""
    row = StockLevel.objects.filter(product=product, stock_location=location).first()
    return (row.on_hand // 100, row.reserved // 100, row.in_transit // 100) if row else (0, 0, 0)


def kinds(product: Product) -> list[str]:
    """What happened to a product, in order, by the ledger."""
    return list(StockMovement.objects.filter(product=product).order_by("id").values_list("kind", flat=True))


def require_balance() -> None:
    """Every level is the sum of its movements, and nothing of any product came from or went to nowhere."""
    assert unbalanced_levels() == []
    assert [balance for balance in product_balances() if balance.missing] == []
