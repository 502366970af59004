"""Orders as a shop sends them."""

from typing import Any

from django.test import Client

ORDERS = "/api/v1/oms/orders/"


def an_order_body(number: str = "WEB-1", **changes: Any) -> dict[str, Any]:
    """The body of an order; the city and the township of `a_location` are there."""
    return {
        "number": number,
        "channel": {"name": "Web"},
        "customer": {"first_name": "Ayşe", "last_name": "Yılmaz"},
        "shipping_address": {
            "city": {"name": "İSTANBUL"},
            "township": {"name": "SARIYER"},
            "line": "Gül Sokak 6/9",
        },
        "items": [{"sku": "TS-1", "price": "249.90", "price_currency": "TRY"}],
        **changes,
    }


def put_in(caller: Client, body: Any, query: str = "", **headers: str) -> Any:
    """The answer to a body of one order, or of a list."""
    return caller.post(f"{ORDERS}{query}", body, "application/json", headers=headers)
