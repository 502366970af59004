"""Loads the demo: master data and older orders in bulk, the newest orders by the real actions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.core.management.color import no_style
from django.db import connection, models, transaction

from aktar.accounts.models import User
from aktar.catalog.models import PriceList, Product, ProductImage, StockList
from aktar.orders.models import Channel, Customer, Order, OrderItem, Package, PackageItem, ShippingAddress
from aktar.places.models import Address, City, Country, District, StockLocation, Township, UserMembership
from aktar.site.demo.assortment import articles
from aktar.site.demo.chronicle import Chronicle
from aktar.site.demo.geography import sites
from aktar.site.demo.ledger import Ledger
from aktar.site.demo.live import LiveWorld
from aktar.site.demo.masterdata import WEBHOOK_TARGET, write_master_data, write_webhooks
from aktar.site.demo.network import Network
from aktar.site.demo.rows import Rows
from aktar.site.demo.stocking import open_books
from aktar.site.demo.story import Storyteller
from aktar.stock.models import StockKeeping, StockLevel, StockMovement
from aktar.transfers.models import CargoCompany, TransferItem, TransferOrder, TransferShipment
from aktar.webhooks.models import Endpoint, Event, Webhook, WebhookEvent
from aktar.workflow.models import TransitionLog
from aktar.workflow.queries import stored_workflow

_LIVE_ORDERS = 200
_AT_ONCE = 400  # orders written together: a few thousand rows in memory

# The rows of these come with their ids, so they must be empty.
_NUMBERED: tuple[type[models.Model], ...] = (
    Country,
    City,
    Township,
    District,
    Address,
    StockLocation,
    Product,
    ProductImage,
    PriceList,
    StockList,
    Channel,
    Customer,
    ShippingAddress,
    Order,
    OrderItem,
    Package,
    PackageItem,
    TransferOrder,
    TransferItem,
    TransferShipment,
    TransitionLog,
)
# And the database numbers these, from where they stand.
_COUNTED: tuple[type[models.Model], ...] = (
    User,
    UserMembership,
    CargoCompany,
    Endpoint,
    Webhook,
    Event,
    WebhookEvent,
    StockKeeping,
    StockLevel,
    StockMovement,
)


class DemoAlreadyLoaded(Exception):
    """The demo data is in the database already."""


class DatabaseInUse(Exception):
    """Demo data goes into an empty database only; this one has rows of somebody's own."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What the database holds after loading."""

    stock_locations: int
    stock_levels: int
    products: int
    orders: int
    transfer_orders: int
    transition_logs: int
    events: int
    webhook_events: int

    def __str__(self) -> str:
        return (
            f"{self.stock_locations:,} stock locations with {self.stock_levels:,} stock levels, "
            f"{self.products:,} products, {self.orders:,} orders, "
            f"{self.transfer_orders:,} transfer orders with {self.transition_logs:,} moves in the log, "
            f"{self.events:,} events and {self.webhook_events:,} webhook events."
        )


def load_demo(orders: int, *, now: datetime, progress: Callable[[int, int], None]) -> DemoSummary:
    """Fill an empty database with the demo chain and `orders` orders placed before `now`.

    The same number and the same `now` give the same rows. `progress` is told how many orders of how many are
    written. Raises DemoAlreadyLoaded, DatabaseInUse, and WorkflowFault where no workflow is loaded.
    """
    if any(model._default_manager.exists() for model in _NUMBERED):
        raise (
            DemoAlreadyLoaded if Webhook.objects.filter(target_url=WEBHOOK_TARGET).exists() else DatabaseInUse
        )
    network = Network(sites())
    goods = articles()
    storyteller = Storyteller(network, goods)
    chronicle = Chronicle(storyteller, storyteller.purchases(orders, now=now))
    ledger = Ledger(network)
    older = orders - min(_LIVE_ORDERS, orders // 5)
    with transaction.atomic():  # all of it or nothing; the actions below have transactions of their own
        move_sequences_on()
        cast = write_master_data(network, goods, now=now)
        rows = Rows(stored_workflow(), cast)
        written = _write_older(chronicle, ledger, rows, older, now, lambda done: progress(done, orders))
        write_webhooks(cast, now=min(chronicle.next_at or now, now))
        world = LiveWorld(chronicle.to_come(), ledger=ledger, rows=rows, cast=cast)
        move_sequences_on()
    for done, _ in enumerate(chronicle.play(world, orders=orders, until=now), start=written):
        progress(min(done, orders), orders)
    progress(orders, orders)
    with transaction.atomic():
        open_books(stored_workflow(), now=now)
    with connection.cursor() as cursor:
        # The planner of either database goes by what it last counted, which was nothing.
        if connection.vendor == "postgresql":
            # Ours alone: those that all databases of the server share would be locked for the others, too.
            ours = ", ".join(map(connection.ops.quote_name, connection.introspection.table_names(cursor)))
            if not connection.in_atomic_block:
                # What was written at once has not been looked through: an index would not do by itself.
                cursor.execute(f"VACUUM (SKIP_LOCKED) {ours}")
            cursor.execute(f"ANALYZE {ours}")
        else:
            cursor.execute("ANALYZE")
        if "sqlite_stat4" in connection.introspection.table_names(cursor):
            # Samples of values make SQLite plan a statement anew whenever a parameter is another one.
            cursor.execute("DELETE FROM sqlite_stat4")
    return _summary()


def _write_older(
    chronicle: Chronicle,
    ledger: Ledger,
    rows: Rows,
    orders: int,
    now: datetime,
    progress: Callable[[int], None],
) -> int:
    batch = []
    written = 0
    for purchase in chronicle.play(ledger, orders=orders, until=now):
        batch.append(purchase)
        if len(batch) == _AT_ONCE:
            rows.write_purchases(batch)
            rows.write_moves(ledger.moves)
            written += len(batch)
            progress(written)
            batch.clear()
            ledger.moves.clear()
    rows.write_purchases([*batch, *chronicle.under_way.values()])
    rows.write_moves(ledger.moves)
    ledger.moves.clear()
    written += len(batch)
    progress(written)
    return written


def move_sequences_on() -> None:
    """Let the next rows be numbered after those that came with their ids."""
    # PostgreSQL's sequences neither see rows that come with an id, nor forget rows that were rolled back.
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [*_NUMBERED, *_COUNTED]):
            cursor.execute(statement)


def _summary() -> DemoSummary:
    return DemoSummary(
        stock_locations=StockLocation.objects.count(),
        stock_levels=StockLevel.objects.count(),
        products=Product.objects.count(),
        orders=Order.objects.count(),
        transfer_orders=TransferOrder.objects.count(),
        transition_logs=TransitionLog.objects.count(),
        events=Event.objects.count(),
        webhook_events=WebhookEvent.objects.count(),
    )
