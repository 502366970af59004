"""What must agree in a retailer's books after every commit: each promise is somebody's goods."""

from collections import Counter

from aktar.orders.models import Order, OrderItem, PackageItem
from aktar.orders.rules import PIECE
from aktar.site.verifying import faults
from aktar.stock.models import StockLevel
from aktar.transfers.models import TransferItem
from aktar.webhooks.models import Event
from tests.stock.books import require_balance

CLOSED = ("500", "600")


def require_kept_promises() -> None:
    """Hold that what is reserved and in transit is exactly what open packages and transfers hold."""
    assert faults() == []
    require_balance()
    reserved: Counter[tuple[int, int]] = Counter()
    in_transit: Counter[tuple[int, int]] = Counter()
    here = PackageItem.objects.filter(state__enum_value="100").exclude(package__state__enum_value__in=CLOSED)
    for pair in here.values_list("order_item__product", "package__stock_location"):
        reserved[pair] += PIECE
    transfer = ("source", "destination", "state__enum_value")
    brought = TransferItem.objects.values_list("product", *(f"transfer_order__{name}" for name in transfer))
    for product, source, destination, state in brought:
        if state in ("waiting", "ready_to_shipment"):
            reserved[product, source] += PIECE
        elif state == "in_transit":
            in_transit[product, destination] += PIECE
    for level in StockLevel.objects.all():
        pair = level.product_id, level.stock_location_id
        assert (level.reserved, level.in_transit) == (reserved.pop(pair, 0), in_transit.pop(pair, 0)), pair
        assert 0 <= level.reserved <= level.on_hand, pair
    assert not reserved
    assert not in_transit


def require_that_every_order_is_served() -> None:
    """Hold that what was ordered and stands is in one package, and that who lacks something was told so."""
    held = PackageItem.objects.exclude(state__enum_value="600").values_list("order_item", flat=True)
    standing = OrderItem.objects.filter(order__state__enum_value="400").values_list("pk", flat=True)
    assert Counter(held) == Counter(standing)
    short = PackageItem.objects.filter(state__enum_value="920").values_list("package__order", flat=True)
    told = Event.objects.filter(type="order.at_risk").values_list("object_id", flat=True)
    assert set(short) <= set(told)
    assert set(Order.objects.values_list("state__enum_value", flat=True)) <= {"400", "100"}
