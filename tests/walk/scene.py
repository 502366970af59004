"""The scene that endpoints are tried on: two transfer orders, keys of each kind, and every row before."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.test import Client

from aktar.accounts.models import ApiToken
from aktar.places.rules import EVERYWHERE
from aktar.planning.models import Plan
from aktar.stock.actions import adjust_stock
from aktar.stock.rules import Kind, StockDelta
from aktar.transfers.actions import run_command
from aktar.transfers.models import CargoCompany, TransferOrder
from aktar.transfers.rules import CommandParameters
from aktar.webhooks.actions import place_events
from aktar.webhooks.models import WebhookEvent
from aktar.workflow.models import TransitionLog
from tests import factories

READY, ADVANCE, RENEW, DISPATCH, DELIVER, CANCEL = 100, 298, 694, 101, 102, 103
PASSWORD = "correct horse battery"
RATES = ("AKTAR_THROTTLE_TOKEN", "AKTAR_THROTTLE_ADDRESS", "AKTAR_THROTTLE_LOGIN")
# DRF's own answers and ours both name what they depend on.
VARY = {"Accept", "Accept-Encoding", "Accept-Language", "Authorization"}
_PLACE = re.compile(r"<(?:id:)?(\w+)>")

Footprint = Mapping[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Scene:
    """One transfer order that waits, one that is ready and so has a log and news, and who may call."""

    waiting: TransferOrder
    ready: TransferOrder
    log: TransitionLog
    owed: WebhookEvent
    keys: Mapping[str, str]

    def path(self, route: str, order: TransferOrder) -> str:
        """The path of a route, filled with the ids of this scene."""
        item = order.transferitem_set.order_by("pk").values("pk", "product_id")[0]
        ids = {
            "pk": order.pk,
            "log_id": self.log.pk,
            "webhook_event_id": self.owed.pk,
            "webhook_id": self.owed.webhook_id,
            "location_id": order.source_id,
            "item_id": item["pk"],
            "product_id": item["product_id"],
            "cargo_company_id": 1,
            "state_id": order.state_id,
            "command_id": READY,
            "order_id": order.order_id,
            "package_id": order.package_id,
            "plan_id": Plan.objects.values_list("pk", flat=True)[0],
        }
        return "/" + _PLACE.sub(lambda place: str(ids[place[1]]), route)


def a_scene() -> Scene:
    """Make the scene; a webhook of the user of the full key listens to everything that happens in it."""
    factories.a_workflow()
    CargoCompany.objects.get_or_create(pk=1, defaults={"name": "Kargo", "shipping_company": "kargo"})
    caller = factories.a_user()
    full = factories.a_key(caller)
    factories.a_webhook(user=caller, token=ApiToken.objects.latest("pk"))
    factories.a_location(erp_code="WAREHOUSE-1")
    store, product = factories.a_location(erp_code="STORE-1"), factories.a_product(sku="TS-1001-M")
    adjust_stock([StockDelta(product.pk, store.pk, 300, Kind.RECEIVED)], by=None, now=factories.NOW)
    waiting, ready = factories.a_transfer_order(), factories.a_transfer_order()
    run_command(
        ready.pk,
        transition=READY,
        parameters=CommandParameters(),
        by=None,
        reach=EVERYWHERE,
        now=factories.NOW,
    )
    ready.refresh_from_db()
    factories.a_plan()
    gone = factories.a_user()
    keys = {
        "full": full,
        "read only": factories.a_key(is_read_only=True),
        "elsewhere": factories.a_key(locations=[factories.a_location()]),
        "at the source": factories.a_key(locations=[ready.source, waiting.source]),
        "expired": factories.a_key(expires_at=datetime.now(UTC) - timedelta(seconds=1)),
        "of one who left": factories.a_key(gone),
        "revoked": factories.a_key(),
    }
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    ApiToken.objects.filter(pk=ApiToken.objects.latest("pk").pk).update(revoked_at=factories.NOW)
    factories.a_user("ayse", password=PASSWORD)
    place_events()
    return Scene(
        waiting=waiting,
        ready=ready,
        log=TransitionLog.objects.get(content_type=6, object_id=ready.pk),
        owed=WebhookEvent.objects.get(object_id=ready.pk),
        keys=keys,
    )


def footprint() -> Footprint:
    """Every row of every table of ours, but for when tokens were last used, which a read may note."""
    return {
        model._meta.label: list(
            model._default_manager.order_by("pk").values_list(
                *(field.attname for field in model._meta.concrete_fields if field.name != "last_used_at")
            )
        )
        for model in apps.get_models()
        if model.__module__.startswith("aktar.")
    }


def ask(client: Client, method: str, path: str, *, body: Any = None, **headers: str) -> Any:
    """Send a request: `body` as JSON unless it is bytes already; header names with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content_type = named.pop("content-type", "application/json")
    if body is None:
        return client.generic(method, path, headers=named)
    if isinstance(body, bytes):
        return client.generic(method, path, body, content_type=content_type, headers=named)
    return client.generic(method, path, json.dumps(body).encode(), content_type=content_type, headers=named)


def authorized(key: str) -> dict[str, str]:
    """The header that carries a key."""
    return {"authorization": f"Token {key}"}


def require_error_form(body: Any) -> None:
    """Hold that a body is `{"detail": …}` or names fields with lists of sentences, however deep."""
    assert isinstance(body, dict)
    assert body
    if "detail" in body:
        assert isinstance(body["detail"], str)
        assert body["detail"]
        return
    for value in body.values():
        if isinstance(value, dict):
            require_error_form(value)
        else:
            assert isinstance(value, list)
            assert value
            assert all(isinstance(sentence, str) and sentence for sentence in value)


def sentences(body: Any) -> list[str]:
    """Every sentence of an error body, in its order."""
    if "detail" in body:
        return [body["detail"]]
    return [
        sentence
        for value in body.values()
        for sentence in (sentences(value) if isinstance(value, dict) else value)
    ]
