"""The states of packages and their items, and the events that packages tell of."""

from enum import StrEnum

PACKAGE_STATUS = "PackageStatus"
PACKAGE_ITEM_STATUS = "PackageItemStatus"


class PackageStatus(StrEnum):
    """`enum_value` of a package's state."""

    WAITING = "100"
    WAITING_FOR_TRANSFER = "150"
    PREPARING = "200"
    READY_FOR_PACKAGING = "400"
    PACKED = "500"
    CANCELLED = "600"
    OUT_OF_STOCK = "920"


class PackageItemStatus(StrEnum):
    """`enum_value` of a package item's state."""

    WAITING = "100"
    SELECTED_FOR_TRANSFER = "150"
    CANCELLED = "600"
    OUT_OF_STOCK = "920"


PACKAGE_TRANSITIONED = "package.status.transitioned"

PACKAGE_EVENTS = {
    PackageStatus.WAITING: "package.status.waiting",
    PackageStatus.WAITING_FOR_TRANSFER: "package.status.waiting_for_transfer",
    PackageStatus.PREPARING: "package.status.preparing",
    PackageStatus.READY_FOR_PACKAGING: "package.status.ready_for_packaging",
    PackageStatus.PACKED: "package.status.packed",
    PackageStatus.CANCELLED: "package.status.cancelled",
    PackageStatus.OUT_OF_STOCK: "package.status.contains_out_of_stock_products",
}

CLOSED = frozenset({PackageStatus.PACKED, PackageStatus.CANCELLED})
"""A package in one of these is no longer touched by what becomes of its transfers."""
