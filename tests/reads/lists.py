"""The lists that stand beside transfer orders: where they are, and two rows of each to tell apart."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client

from aktar.catalog.filters import ProductFilters
from aktar.edge.filters import QueryFilters
from aktar.places.filters import StockLocationFilters
from aktar.places.models import Address, City, Country, Township
from aktar.places.rules import EVERYWHERE
from aktar.planning.filters import PlanFilters
from aktar.planning.models import Plan, PlanItem, TransferScenario
from aktar.transfers.actions import run_command
from aktar.transfers.carriers.filters import CargoCompanyFilters
from aktar.transfers.items.filters import TransferItemFilters
from aktar.transfers.logs.filters import TransitionLogFilters
from aktar.transfers.models import CargoCompany, TransferItem
from aktar.transfers.rules import CommandParameters
from aktar.workflow.filters import CommandFilters, StateFilters
from aktar.workflow.models import Command, State, TransitionLog
from tests.factories import NOW, a_location, a_plan, a_product, a_transfer_order, a_user

API = "/api/v1/oms"
LATER = NOW + timedelta(days=1)


@dataclass(frozen=True)
class Pair:
    """The row that a filter is to find, and one that it is to leave out."""

    wanted: Any
    other: Any


@dataclass(frozen=True)
class List:
    """A list: its address, its filters, its sorts, and what makes two rows in it."""

    path: str
    filters: type[QueryFilters]
    sorts: tuple[str, ...]
    pair: Callable[[], Pair]
    has_brief: bool = False
    key: str = "id"

    @property
    def paths(self) -> list[str]:
        """The addresses that take the filters."""
        return [self.path, f"{self.path}list-simple/"] if self.has_brief else [self.path]


def two_locations() -> Pair:
    """Two stock locations that differ in everything; the wanted one stands in Şişli."""
    other = a_location(name="Ankara Depo")
    country = Country.objects.create(name="İzlanda", code="is")
    city = City.objects.create(name="IĞDIR", country=country)
    township = Township.objects.create(name="Şişli", city=city)
    address = Address.objects.create(city=city, country=country, township=township, title="x", line="y")
    flags = {
        name: not getattr(other, name)
        for name in (
            "is_active",
            "is_fulfillment_center",
            "is_pickup_location",
            "is_delivery_location",
            "is_return_available",
            "is_fast_delivery_available",
            "use_as_shipper_location",
        )
    }
    wanted = a_location(
        address=address,
        name="Çarşı İÇİ",
        erp_code="Ş-77",
        stock_location_type="warehouse",
        omnitron_id=77,
        priority=3,
        created_date=LATER,
        modified_date=LATER,
        **flags,
    )
    return Pair(wanted, other)


def two_products() -> Pair:
    other = a_product()
    wanted = a_product(
        name="Gömlek YEŞİL",
        base_code="GM",
        sku="GM-1-İ",
        barcode="8690000000017",
        omnitron_id=77,
        created_date=LATER,
        modified_date=LATER,
    )
    return Pair(wanted, other)


def two_carriers() -> Pair:
    other = CargoCompany.objects.create(name="Hızlı", erp_code="H", shipping_company="hizli")
    return Pair(
        CargoCompany.objects.create(name="YILDIRIM Kargo", erp_code="Y", shipping_company="yildirim"), other
    )


def two_states() -> Pair:
    other = State.objects.get(pk=73)
    return Pair(
        State.objects.create(
            pk=900,
            name="x",
            enum_class="Another",
            enum_value="lost",
            content_type=8,
            created_date=NOW,
            modified_date=NOW,
        ),
        other,
    )


def two_commands() -> Pair:
    other = Command.objects.get(pk=100)
    source, destination = (
        State.objects.create(
            pk=pk,
            name="x",
            enum_class="Another",
            enum_value=value,
            content_type=8,
            created_date=NOW,
            modified_date=NOW,
        )
        for pk, value in ((900, "lost"), (901, "found"))
    )
    wanted = Command.objects.create(
        pk=900,
        slug="find",
        label="Find",
        source_state=source,
        destination_state=destination,
        handler="x",
        is_packageitem_parameter_required=True,
    )
    return Pair(wanted, other)


def two_items() -> Pair:
    other = a_transfer_order().transferitem_set.get()
    wanted = a_transfer_order().transferitem_set.get()
    TransferItem.objects.filter(pk=wanted.pk).update(
        product=a_product(barcode="8690000000017"),
        quantity=250,
        state_id=81,
        created_date=LATER,
        modified_date=LATER,
    )
    return Pair(TransferItem.objects.select_related("product", "transfer_order").get(pk=wanted.pk), other)


def two_logs() -> Pair:
    order = a_transfer_order()
    run_command(order.pk, transition=100, parameters=CommandParameters(), by=None, reach=EVERYWHERE, now=NOW)
    other = TransitionLog.objects.get(content_type=6)
    wanted = TransitionLog.objects.create(
        old_state_id=78,
        new_state_id=74,
        user=a_user(),
        created_date=LATER,
        object_id=a_transfer_order().pk,
        content_type=6,
    )
    return Pair(wanted, other)


def two_plans() -> Pair:
    a_location()
    other, wanted = a_plan(), a_plan()
    Plan.objects.filter(pk=wanted.pk).update(
        scenario=TransferScenario.objects.create(name="x"), is_batch=True, created_at=LATER
    )
    source = a_location()
    PlanItem.objects.filter(plan=wanted).update(source=source, destination=source)
    PlanItem.objects.filter(plan=other).update(destination=a_location())
    return Pair(Plan.objects.get(pk=wanted.pk), other)


LOCATIONS = List(
    f"{API}/stock_locations/",
    StockLocationFilters,
    ("id", "created_date", "modified_date", "name", "erp_code", "priority"),
    two_locations,
    has_brief=True,
)
PRODUCTS = List(
    f"{API}/products/", ProductFilters, ("id", "created_date", "modified_date", "name", "sku"), two_products
)
CARRIERS = List(f"{API}/cargo_companies/", CargoCompanyFilters, ("id", "name"), two_carriers, key="pk")
STATES = List(
    f"{API}/states/",
    StateFilters,
    ("id", "created_date", "modified_date", "content_type", "enum_value"),
    two_states,
)
COMMANDS = List(f"{API}/commands/", CommandFilters, ("id", "slug"), two_commands)
ITEMS = List(
    f"{API}/transfer-items/",
    TransferItemFilters,
    ("id", "created_date", "modified_date", "quantity", "transfer_order_id"),
    two_items,
    has_brief=True,
)
LOGS = List(f"{API}/state-transition-logs/", TransitionLogFilters, ("id", "created_date"), two_logs)
PLANS = List(f"{API}/orderexecutionplans/", PlanFilters, ("id", "created_at", "order_id"), two_plans)
LISTS = (LOCATIONS, PRODUCTS, CARRIERS, STATES, COMMANDS, ITEMS, LOGS, PLANS)


def found(caller: Client, path: str, **query: str) -> list[int]:
    """The ids on the first page of 100."""
    answer = caller.get(path, {"limit": "100"} | query)
    assert answer.status_code == 200, (path, query, answer.content)
    return [result.get("id", result.get("pk")) for result in answer.json()["results"]]
