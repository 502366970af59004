"""Very many rows for the lists that stand beside transfer orders, each different in all that filters ask."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import models

from aktar.catalog.models import Product
from aktar.edge.inserting import Row, insert
from aktar.places.models import Address, City, StockLocation, Township
from aktar.transfers.models import TransferItem, TransferOrder
from aktar.workflow.models import TransitionLog
from tests.analyzing import analyze
from tests.factories import NOW, a_transfer_order, a_user

COUNT = 50_000
LOCATIONS = 20_000
CITIES = 500
TOWNSHIPS = 1_000
FIRST = 1_000_000
"""Ids of the crowd count from here."""


def at(number: int) -> datetime:
    """When the row of this number was made and changed: one a minute."""
    return NOW + timedelta(minutes=number)


def a_crowd() -> None:
    """Locations in many towns; products; transfer orders of two items each, and their logs."""
    original = a_transfer_order()
    location = original.source
    item = original.transferitem_set.get()
    log = TransitionLog.objects.filter(content_type=4)[0]
    city, township = location.address.city, location.address.township
    many(City, city, CITIES, lambda n: Row(name=f"Şehir {n}"))
    many(Township, township, TOWNSHIPS, lambda n: Row(name=f"İlçe {n}", city_id=FIRST + n % CITIES))
    many(
        Address,
        location.address,
        LOCATIONS,
        lambda n: Row(city_id=FIRST + n % CITIES, township_id=FIRST + n % TOWNSHIPS),
    )
    many(
        StockLocation,
        location,
        LOCATIONS,
        lambda n: Row(
            address_id=FIRST + n,
            name=f"Mağaza {n}",
            erp_code=f"L{n}",
            stock_location_type="store" if n % 200 else "warehouse",
            priority=n % 500,
            omnitron_id=n,
            created_date=at(n),
            modified_date=at(n),
        ),
    )
    many(
        Product,
        item.product,
        COUNT,
        lambda n: Row(
            name=f"Gömlek {n}",
            base_code=f"B{n // 5}",
            sku=f"SKU-{n}",
            barcode=f"869{n}",
            omnitron_id=n,
            created_date=at(n),
            modified_date=at(n),
        ),
    )
    many(TransferOrder, original, COUNT // 2, lambda n: Row(number=f"C{n}"))
    many(
        TransferItem,
        item,
        COUNT,
        lambda n: Row(
            transfer_order_id=FIRST + n // 2,
            product_id=FIRST + n,
            quantity=100 if n % 200 else 100 + n,
            state_id=83 if n % 200 else 80,
            created_date=at(n),
            modified_date=at(n),
        ),
    )
    users = [a_user().pk for _ in range(100)]
    many(
        TransitionLog,
        log,
        COUNT,
        lambda n: Row(
            content_type=6 if n % 200 else 4,
            object_id=FIRST + n // 2,
            old_state_id=74 if n % 200 else 73,
            new_state_id=76 if n % 200 else 78,
            user_id=users[n % 100],
            created_date=at(n),
        ),
    )
    analyze()


def many(model: type[models.Model], original: models.Model, count: int, changed: Any) -> None:
    """So many rows like `original`; `changed` says of each, by its number, in which columns it is another."""
    same = {field.attname: getattr(original, field.attname) for field in model._meta.concrete_fields}

    def rows() -> Iterator[Row]:
        for number in range(count):
            yield same | {"id": FIRST + number} | changed(number)

    insert(model, rows())
