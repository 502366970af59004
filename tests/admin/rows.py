"""A row in every table that the admin shows."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model

from aktar.accounts.actions import create_token
from aktar.accounts.models import Reach, User
from aktar.places.models import TokenMembership, UserMembership
from aktar.places.rules import EVERYWHERE
from aktar.planning.actions import record_failure
from aktar.planning.models import TransferScenario
from aktar.stock.actions import adjust_stock
from aktar.stock.rules import StockDelta
from aktar.transfers.actions import run_command
from aktar.transfers.models import TransferOrder
from aktar.transfers.rules import CommandParameters
from aktar.webhooks.models import WebhookAttempt, WebhookEvent
from tests.factories import NOW, a_location, a_plan, a_product, a_transfer_order, a_user, a_webhook

ADVANCE = 298


def a_full_house() -> TransferOrder:
    """At least one row in every table; answers a transfer order that was moved and has a shipment."""
    user, location = a_user(), a_location()
    UserMembership.objects.create(user=user, stock_location=location)
    token = create_token(user, name="erp", now=NOW, reach=Reach.LOCATIONS).token
    TokenMembership.objects.create(token=token, stock_location=location)
    Group.objects.create(name=f"Depo {user.pk}")
    a_webhook(secret_key="gizli-anahtar", additional_headers={"Authorization": "Bearer gizli"})
    TransferScenario.objects.get_or_create(name="Depodan")
    a_plan()
    order = a_transfer_order()
    adjust_stock([StockDelta(a_product().pk, location.pk, 500)], by=user, now=NOW)
    run_command(
        order.pk,
        transition=ADVANCE,
        parameters=CommandParameters(given={"cargo_company": "1"}, cargo_company=1, awb_number="AWB1"),
        by=user,
        reach=EVERYWHERE,
        now=NOW + timedelta(hours=1),
    )
    WebhookAttempt.objects.create(
        webhook_event=WebhookEvent.objects.latest("id"),
        started_at=NOW,
        duration_ms=12,
        response_http_status=500,
        response_content=b"<script>alert(1)</script>\xff",
        error_kind="",
    )
    product = order.transferitem_set.values_list("product_id", flat=True)[0]
    record_failure(
        package=order.package_id, products=[product], location=location.pk, reason="not_found", now=NOW
    )
    return order


def pages() -> list[type[Model]]:
    """Every table that has a page."""
    admin.autodiscover()
    return sorted(admin.site._registry, key=lambda model: model._meta.label)


def address(model: type[Model], page: str, *args: Any) -> str:
    """The address of a page of a table."""
    from django.urls import reverse

    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def a_superuser_of(name: str) -> User:
    """Another administrator."""
    return a_user(name, is_admin=True)
