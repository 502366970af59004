"""Every operation of the service as the request that succeeds, to be changed into one that does not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from tests.walk.scene import PASSWORD, READY, Scene, ask, authorized


@dataclass(frozen=True)
class Ask:
    """A request: what is asked of a route, by which key, with what."""

    method: str
    route: str
    key: str | None = "full"
    body: Any = None
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    order: str = "ready"
    path: Callable[[str], str] = str
    prepare: Callable[[], object] = lambda: None

    def send(self, client: Client, scene: Scene, language: str) -> Any:
        path = self.path(scene.path(self.route, getattr(scene, self.order))) + self.query
        key = authorized(scene.keys[self.key]) if self.key else {}
        headers = {"accept-language": language, **key, **self.headers}
        return ask(client, self.method, path, body=self.body, **headers)


PREPARE_PACKAGE, CANCEL_PACKAGE = 201, 205
LISTS = "api/v1/oms/transfer_orders/"
WISH = {
    "source": {"erp_code": "WAREHOUSE-1"},
    "destination": {"erp_code": "STORE-1"},
    "package": {"number": "2026110200001P1"},
    "order": {
        "number": "2026110200001",
        "channel": {"name": "Web"},
        "customer": {"first_name": "Ayşe", "last_name": "Yılmaz", "email": "ayse@example.com"},
        "shipping_address": {
            "city": {"name": "İSTANBUL"},
            "township": {"name": "SARIYER"},
            "line": "Gül Sokak 6/9",
            "postcode": "34485",
        },
        "items": [{"sku": "TS-1001-M", "price": "1000.00", "price_currency": "try", "tax_rate": "8.00"}],
    },
    "items": [{"sku": "TS-1001-M", "quantity": "1.00"}],
}
ONE = f"{LISTS}<id:pk>/"
LISTS_BESIDE = {
    "stock locations": "stock_locations/",
    "stock locations in brief": "stock_locations/list-simple/",
    "products": "products/",
    "cargo companies": "cargo_companies/",
    "plans": "orderexecutionplans/",
    "states": "states/",
    "commands": "commands/",
    "transfer items": "transfer-items/",
    "transfer items in brief": "transfer-items/list-simple/",
    "logs of everything": "state-transition-logs/",
    "orders": "orders/",
    "packages": "packages/",
    "packages in brief": "packages/short/",
}
HOOKS = "whisperer/hooks/"
HOOK = f"{HOOKS}<id:webhook_id>/"
HOOK_EVENTS = "whisperer/hook_events/"
HOOK_WISH = {
    "target_url": "https://erp.example.com/aktar",
    "event_type": "transfer.status.transitioned",
    "secret_key": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "callback": None,
    "retry_countdown_config": {"choice": "exponential", "kwargs": {"base": 2, "factor": 30, "limit": 3600}},
    "additional_headers": {"X-Store": "34"},
    "config": {"auth": {"auth_type": "basic", "username": "aktar", "password": "correct horse"}},
}
SINCE = {"since": "2026-11-01T00:00:00Z"}
STOCKS = "api/v1/oms/stocks/"
GOODS = {"sku": "TS-1001-M", "erp_code": "STORE-1"}
ROWS_BESIDE = {
    "stock location": "stock_locations/<id:location_id>/",
    "product": "products/<id:product_id>/",
    "cargo company": "cargo_companies/<id:cargo_company_id>/",
    "plan": "orderexecutionplans/<id:plan_id>/",
    "state": "states/<id:state_id>/",
    "command row": "commands/<id:command_id>/",
    "transfer item": "transfer-items/<id:item_id>/",
    "log of anything": "state-transition-logs/<id:log_id>/",
    "order": "orders/<id:order_id>/",
    "package": "packages/<id:package_id>/",
}
BULKS = {
    "keep stock locations": (
        "stock_locations/",
        {
            "erp_code": "STORE-9",
            "name": "Ninth",
            "stock_location_type": "store",
            "target_packing_interval": "1 00:00:00",
            "target_transfer_interval": "3 00:00:00",
            "address": {
                "country": {"code": "tr", "name": "Türkiye"},
                "city": {"name": "İSTANBUL"},
                "township": {"name": "ŞİŞLİ"},
                "line": "Büyükdere Caddesi 9",
                "longitude": "28.98940280",
                "latitude": "41.12462960",
            },
        },
    ),
    "keep products": (
        "products/",
        {"sku": "TS-9", "name": "Tişört", "images": ["https://cdn.example.com/9.jpg"]},
    ),
    "keep cargo companies": (
        "cargo_companies/",
        {"erp_code": "YK", "name": "Yurtiçi Kargo", "shipping_company": "yurtici"},
    ),
}
OPERATIONS: dict[str, Ask] = {
    "transfer orders": Ask("GET", LISTS),
    "transfer orders in brief": Ask("GET", f"{LISTS}list-simple/"),
    "transfer order": Ask("GET", ONE),
    "logs": Ask("GET", f"{ONE}transition_logs/"),
    "logs in brief": Ask("GET", f"{ONE}transition_logs/short/"),
    "log": Ask("GET", f"{ONE}transition_logs/<id:log_id>/"),
    "log by the printed path": Ask("GET", "api/v1/oms/packages/<id:pk>/transition_logs/<id:log_id>/"),
    "webhook events": Ask("GET", f"{ONE}webhook_events/"),
    "webhook events in brief": Ask("GET", f"{ONE}webhook_events/short/"),
    "webhook event": Ask("GET", f"{ONE}webhook_events/<id:webhook_event_id>/"),
    "new transfer order": Ask("POST", LISTS, body=WISH),
    "command": Ask(
        "POST", f"{ONE}command/", body={"transition": READY, "input_parameters": {}}, order="waiting"
    ),
    "set invoice number": Ask("POST", f"{ONE}set_invoice_number/", body={"invoice_number": "123-XYZ-ABC"}),
    "set remote id": Ask("POST", f"{ONE}set_remote_id/", body={"remote_id": "123"}),
    "new order": Ask("POST", "api/v1/oms/orders/", body=WISH["order"]),
    "cancel order": Ask("POST", "api/v1/oms/orders/<id:order_id>/cancel/", body={}, order="waiting"),
    "package command": Ask(
        "POST",
        "api/v1/oms/packages/<id:package_id>/command/",
        body={"transition": CANCEL_PACKAGE, "input_parameters": {}},
        order="waiting",
    ),
    "log in": Ask("POST", "api/v1/auth/login/", key=None, body={"username": "ayse", "password": PASSWORD}),
    **{name: Ask("GET", f"api/v1/oms/{route}") for name, route in LISTS_BESIDE.items()},
    **{name: Ask("GET", f"api/v1/oms/{route}") for name, route in ROWS_BESIDE.items()},
    **{
        name: Ask("POST", f"api/v1/oms/{route}bulk/", body={route.rstrip("/"): [row]})
        for name, (route, row) in BULKS.items()
    },
    "stock levels": Ask("GET", STOCKS),
    "set stock": Ask(
        "POST",
        f"{STOCKS}set/",
        body={
            "as_of": "2026-11-02T09:30:00Z",
            "reason": "stocktaking",
            "stocks": [GOODS | {"on_hand": "12.00"}],
        },
    ),
    "adjust stock": Ask(
        "POST",
        f"{STOCKS}adjust/",
        body={
            "reason": "delivery 4711",
            "stocks": [GOODS | {"change": "5.00", "kind": "received"}, GOODS | {"change": "-1.00"}],
        },
    ),
    "stock availability": Ask("GET", f"{STOCKS}query-stock-availability/", query="?sku=TS-1001-M"),
    "stock movements": Ask("GET", f"{STOCKS}movements/"),
    "stock verification": Ask("GET", f"{STOCKS}verify/"),
    "webhooks": Ask("GET", HOOKS),
    "new webhook": Ask("POST", HOOKS, body=HOOK_WISH),
    "event types": Ask("GET", f"{HOOKS}registry/"),
    "webhook": Ask("GET", HOOK),
    "replace webhook": Ask("PUT", HOOK, body=HOOK_WISH),
    "change webhook": Ask("PATCH", HOOK, body={"target_url": "https://erp.example.com/elsewhere"}),
    "switch webhook off": Ask("DELETE", HOOK),
    "test webhook": Ask("POST", f"{HOOK}test/", body={}),
    "resume webhook": Ask("POST", f"{HOOK}resume/", body={}),
    "recover": Ask("POST", f"{HOOK}recover/", body=SINCE),
    "replay": Ask("POST", f"{HOOK}replay/", body=SINCE),
    "events owed": Ask("GET", HOOK_EVENTS),
    "event owed": Ask("GET", f"{HOOK_EVENTS}<id:webhook_event_id>/"),
    "retry": Ask("POST", f"{HOOK_EVENTS}<id:webhook_event_id>/retry/", body={}),
    "feed": Ask("GET", "api/v1/oms/events/"),
    "metrics": Ask("GET", "metrics"),
    "alive": Ask("GET", "healthz", key=None),
    "ready": Ask("GET", "readyz", key=None),
    "OpenAPI document": Ask("GET", "api/schema/", key=None),
    "front page": Ask("GET", "", key=None),
    "Swagger UI": Ask("GET", "api/docs/", key=None),
    "Redoc": Ask("GET", "api/redoc/", key=None),
}
POSTS = {name: asked for name, asked in OPERATIONS.items() if asked.method == "POST"}
ORDER_POSTS = {name: asked for name, asked in POSTS.items() if asked.key}
KEYED = {name: asked for name, asked in OPERATIONS.items() if asked.key}
NO_LISTS = {"event types", "feed", "metrics", "stock availability", "stock verification"}
LISTED = {
    name: asked
    for name, asked in KEYED.items()
    if asked.method == "GET" and not asked.route.endswith(">/") and name not in NO_LISTS
}
"""The lists that have numbered pages."""


def of_nobody(path: str) -> str:
    """A path with every id in it replaced by one that nothing has."""
    return "/".join("9" * 18 if part.isdigit() else part for part in path.split("/"))
