"""Writes what the demo's orders refer to: map, sites, articles, lists, carriers, people at work, webhooks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from aktar.accounts.models import User
from aktar.catalog.models import PriceList, Product, ProductImage, StockList
from aktar.orders.models import Channel
from aktar.places.models import (
    Address,
    City,
    Country,
    District,
    StockLocation,
    Township,
    UserMembership,
)
from aktar.site.demo.assortment import Article
from aktar.site.demo.geography import Point, Site, title_case
from aktar.site.demo.network import Network
from aktar.site.demo.people import full_name, shop_number
from aktar.site.demo.story import APPLICATION, CARRIERS, CHANNELS, MANAGERS, staff_username
from aktar.transfers.models import CargoCompany
from aktar.webhooks.actions import keep_webhook
from aktar.webhooks.models import Webhook

Place = TypeVar("Place")

LISTS = 1  # the id of the one price list and of the one stock list
COUNTRY = 1
# A name that never leads anywhere: nobody is sent the demo's events.
WEBHOOK_TARGET = "https://erp.example.invalid/aktar"
WEBHOOK_EVENTS = (
    "transfer.status.created",
    "transfer.status.transitioned",
    "transfer.status.cancelled",
    "package.status.transitioned",
)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who and what the orders' rows point at by id: users by name, carriers by ERP code."""

    users: dict[str, User]
    carriers: dict[str, int]


def write_master_data(network: Network, articles: list[Article], *, now: datetime) -> Cast:
    """Write all of it, opened over the two years before `now`."""
    opened = now - timedelta(days=730)
    _write_map(network.sites)
    _write_sites(network, opened)
    _write_articles(articles, opened)
    PriceList.objects.create(
        pk=LISTS,
        code="perakende_try",
        name="Perakende TL",
        currency="try",
        created_date=opened,
        modified_date=opened,
    )
    StockList.objects.create(
        pk=LISTS,
        code="magaza_stok",
        name="Mağaza ve Depo Stokları",
        created_date=opened,
        modified_date=opened,
    )
    Channel.objects.bulk_create(
        Channel(pk=number, name=name) for number, name in enumerate(CHANNELS, start=1)
    )
    for code, name in CARRIERS.items():
        CargoCompany.objects.update_or_create(
            erp_code=code, defaults={"name": name, "shipping_company": code.replace("-", "_")}
        )
    carriers = {
        code: pk for code, pk in CargoCompany.objects.values_list("erp_code", "pk") if code in CARRIERS
    }
    return Cast(_write_users(network.sites, opened), carriers)


def write_webhooks(cast: Cast, *, now: datetime) -> int:
    """Let the ERP listen from `now` on; answers how many webhooks that took."""
    for event_type in WEBHOOK_EVENTS:
        listener = Webhook(user=cast.users[APPLICATION], target_url=WEBHOOK_TARGET, event_type=event_type)
        keep_webhook(listener, now=now)
    return len(WEBHOOK_EVENTS)


def picture_url(name: str) -> str:
    """Give the address of one of the demo's pictures."""
    return f"{settings.AKTAR_PUBLIC_URL}/static/demo/{name}.svg"


def _write_map(sites: list[Site]) -> None:
    Country.objects.create(pk=COUNTRY, name="Türkiye", code="tr", **_degrees(Point(38.9637, 35.2433)))
    City.objects.bulk_create(
        City(pk=province.number, name=province.name, country_id=COUNTRY, **_degrees(province.centre))
        for province in _each(site.province for site in sites)
    )
    Township.objects.bulk_create(
        Township(pk=town.number, name=town.name, city_id=town.province.number, **_degrees(town.centre))
        for town in _each(site.neighbourhood.township for site in sites)
    )
    District.objects.bulk_create(
        District(
            pk=place.number,
            name=place.name,
            city_id=place.township.province.number,
            township_id=place.township.number,
            **_degrees(place.centre),
        )
        for place in _each(site.neighbourhood for site in sites)
    )


def _write_sites(network: Network, opened: datetime) -> None:
    Address.objects.bulk_create(_address(site) for site in network.sites)
    StockLocation.objects.bulk_create(_stock_location(site, network, opened) for site in network.sites)


def _address(site: Site) -> Address:
    chance = Random(site.erp_code)  # noqa: S311 - believable, not secret
    place = site.neighbourhood
    town = title_case(place.township.name)
    city = title_case(place.township.province.name)
    return Address(
        pk=site.number,
        country_id=COUNTRY,
        city_id=place.township.province.number,
        township_id=place.township.number,
        district_id=place.number,
        title=site.name,
        line=f"{title_case(place.name)}. {site.street} No: {chance.randrange(2, 120)}, {town}/{city}",
        postcode=place.postcode,
        **_degrees(
            Point(
                place.centre.latitude + chance.uniform(-0.0015, 0.0015),
                place.centre.longitude + chance.uniform(-0.0015, 0.0015),
            )
        ),
    )


def _stock_location(site: Site, network: Network, opened: datetime) -> StockLocation:
    targets = network.targets(site)
    since = opened + timedelta(days=site.number, hours=site.number % 9, microseconds=site.number * 7919)
    return StockLocation(
        pk=site.number,
        stock_location_type="warehouse" if site.is_warehouse else "store",
        address_id=site.number,
        engine=LISTS,
        created_date=since,
        modified_date=since,
        omnitron_id=site.number,
        name=site.name,
        is_pickup_location=not site.is_warehouse,
        is_return_available=not site.is_warehouse,
        is_fast_delivery_available=site.province.name == "İSTANBUL",
        priority=5 if site.is_warehouse else 10,
        daytime_phone=shop_number(site.number),
        email=f"{staff_username(site)}@example.com",
        target_packing_interval=targets.packing,
        target_transfer_interval=targets.transfer,
        erp_code=site.erp_code,
        use_as_shipper_location=site.is_warehouse,
    )


def _write_articles(articles: list[Article], opened: datetime) -> None:
    def since(article: Article) -> datetime:
        return opened + timedelta(minutes=article.number * 127, microseconds=article.number * 131)

    Product.objects.bulk_create(
        (
            Product(
                pk=article.number,
                created_date=since(article),
                modified_date=since(article),
                remote_modified_date=since(article),
                omnitron_id=article.number,
                name=article.name,
                base_code=article.base_code,
                sku=article.sku,
                barcode=article.barcode,
                attributes=article.attributes,
                attributes_kwargs=article.attributes_kwargs,
            )
            for article in articles
        ),
        batch_size=1000,
    )
    pictures = (
        (article, place, name)
        for article in articles
        for place, name in enumerate((article.picture, "label"))
    )
    ProductImage.objects.bulk_create(
        (
            ProductImage(pk=number, product_id=article.number, order=place, url=picture_url(name))
            for number, (article, place, name) in enumerate(pictures, start=1)
        ),
        batch_size=1000,
    )


def _write_users(sites: list[Site], opened: datetime) -> dict[str, User]:
    names = {staff_username(site): full_name(Random(site.erp_code)) for site in sites}  # noqa: S311 - believable, not secret
    names |= {manager: full_name(Random(manager)) for manager in MANAGERS}  # noqa: S311 - believable, not secret
    names[APPLICATION] = ("ERP", "Entegrasyon")
    taken = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    User.objects.bulk_create(
        User(
            username=username,
            first_name=first_name,
            last_name=last_name,
            email=f"{username}@example.com",
            password=UNUSABLE_PASSWORD_PREFIX,
            date_joined=opened,
        )
        for username, (first_name, last_name) in names.items()
        if username not in taken
    )
    users = {user.username: user for user in User.objects.filter(username__in=names)}
    works = [(staff_username(site), site) for site in sites]
    works += [(everywhere, site) for everywhere in (*MANAGERS, APPLICATION) for site in sites]
    UserMembership.objects.bulk_create(
        UserMembership(user=users[username], stock_location_id=site.number) for username, site in works
    )
    return users


def _degrees(point: Point) -> dict[str, int]:
    return {"latitude": round(point.latitude * 10**8), "longitude": round(point.longitude * 10**8)}


def _each(places: Iterable[Place]) -> Iterable[Place]:
    return dict.fromkeys(places)
