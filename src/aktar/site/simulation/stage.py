"""The retailer that a month is played at: the demo's map and assortment, as many stores as are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection

from aktar.catalog.models import Product
from aktar.edge.language import DEFAULT_LANGUAGE
from aktar.edge.references import reading
from aktar.orders.models import Channel
from aktar.orders.rules import NewAddress
from aktar.places.models import Country, StockLocation
from aktar.planning.queries.desk import desk
from aktar.planning.rules import Point, Site, point
from aktar.site.demo.assortment import articles
from aktar.site.demo.geography import Site as Place
from aktar.site.demo.geography import sites as places
from aktar.site.demo.loading import move_sequences_on
from aktar.site.demo.masterdata import COUNTRY, write_master_data
from aktar.site.demo.network import Network
from aktar.site.simulation.ground import Pair
from aktar.site.simulation.month import START, Month, targets
from aktar.stock.actions import set_stock
from aktar.stock.rules import StockCount

_STORES_A_WAREHOUSE = 15


class NotEmpty(Exception):
    """A simulation takes an empty database of its own; this one is in use."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, slots=True)
class Stage:
    """What a month needs to know of its retailer, by the location's id; stock in hundredths.

    Of the products the first one sells best.
    """

    sites: Mapping[int, Site]
    stores: tuple[int, ...]
    products: tuple[int, ...]
    customers: Mapping[int, Point]
    addresses: Mapping[int, NewAddress]
    targets: Mapping[Pair, int]

    @property
    def cities(self) -> dict[int, int]:
        """Where the customers near a store live."""
        return {store: self.sites[store].city for store in self.addresses}


def require_no_tables() -> None:
    """Raise NotEmpty where the database has a table, be it an empty one: somebody means to use it."""
    if connection.introspection.table_names():
        raise NotEmpty


def set_stage(month: Month) -> Stage:
    """Fill tables without rows with locations, products and stock. Raises NotEmpty."""
    if any(model._default_manager.exists() for model in (Country, StockLocation, Product, Channel)):
        raise NotEmpty
    chosen = _places(month)
    goods = articles()[: month.products]
    write_master_data(Network(chosen), goods, now=START)
    move_sequences_on()
    stores = [place for place in chosen if not place.is_warehouse]
    products = tuple(month.chance("bestsellers").sample([article.number for article in goods], len(goods)))
    wanted = targets(
        month,
        stores=[place.number for place in stores],
        warehouses=[place.number for place in chosen if place.is_warehouse],
        products=products,
    )
    _fill(wanted, now=START)
    return Stage(
        sites=desk(reading(DEFAULT_LANGUAGE), now=START).sites,
        stores=tuple(place.number for place in stores),
        products=products,
        customers={place.number: _point(place) for place in stores},
        addresses={place.number: _address(place) for place in stores},
        targets=wanted,
    )


def _places(month: Month) -> list[Place]:
    """Stores and warehouses from all over the map; more stores than it has are second ones where one is."""
    known = places()
    stores = [place for place in known if not place.is_warehouse]
    warehouses = [place for place in known if place.is_warehouse]
    count = min(len(warehouses), max(1, month.stores // _STORES_A_WAREHOUSE))
    chosen = [warehouses[number * len(warehouses) // count] for number in range(count)]
    step = max(1.0, len(stores) / month.stores)
    for number in range(month.stores):
        again, place = divmod(int(number * step), len(stores))
        chosen.append(_again(stores[place], again, of=len(known)))
    return sorted(chosen, key=lambda place: place.number)


def _again(store: Place, again: int, *, of: int) -> Place:
    if not again:
        return store
    return replace(
        store,
        number=store.number + again * of,
        name=f"{store.name} {again + 1}",
        erp_code=f"{store.erp_code}-{again + 1}",
    )


def _fill(wanted: Mapping[Pair, int], *, now: datetime) -> None:
    counts = [StockCount(product, location, quantity) for (product, location), quantity in wanted.items()]
    set_stock(counts, by=None, now=now)


def _point(place: Place) -> Point:
    centre = place.neighbourhood.centre
    return point(
        latitude=round(centre.latitude * 10**8) / 10**8, longitude=round(centre.longitude * 10**8) / 10**8
    )


def _address(place: Place) -> NewAddress:
    town = place.neighbourhood.township
    return NewAddress(
        country=COUNTRY,
        city=town.province.number,
        township=town.number,
        district=place.neighbourhood.number,
        line=place.street,
    )
