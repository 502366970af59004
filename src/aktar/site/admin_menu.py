"""The menu beside every page of the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

_ICONS = {
    "TransferOrder": "local_shipping",
    "TransferItem": "inventory_2",
    "TransferShipment": "package_2",
    "CargoCompany": "delivery_truck_speed",
    "Order": "shopping_cart",
    "OrderItem": "shopping_bag",
    "Package": "deployed_code",
    "PackageItem": "package",
    "ShippingAddress": "home_pin",
    "Channel": "storefront",
    "Customer": "person",
    "StockLocation": "warehouse",
    "UserMembership": "badge",
    "TokenMembership": "vpn_key",
    "StockKeeping": "menu_book",
    "StockLevel": "shelves",
    "StockMovement": "swap_vert",
    "Product": "checkroom",
    "PriceList": "sell",
    "StockList": "list_alt",
    "State": "radio_button_checked",
    "Command": "play_circle",
    "TransitionLog": "history",
    "Webhook": "webhook",
    "Endpoint": "dns",
    "WebhookEvent": "outbox",
    "WebhookAttempt": "send",
    "Event": "bolt",
    "User": "group",
    "ApiToken": "key",
    "Group": "groups",
}


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """The pages that somebody may see, room by room. No query for a superuser."""
    return [
        {
            "title": room["name"],
            "collapsible": True,
            "items": [
                {
                    "title": table["name"],
                    "icon": _ICONS.get(table["object_name"], "table_rows"),
                    "link": table["admin_url"],
                }
                for table in room["models"]
                if table["admin_url"]
            ],
        }
        for room in admin.site.get_app_list(request)
    ]
