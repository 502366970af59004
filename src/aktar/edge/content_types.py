"""The contract's numbers for kinds of object (`content_type`), fixed here and never Django's."""

from enum import IntEnum


class ContentType(IntEnum):
    """What an `object_id` beside it points at."""

    ORDER = 3
    PACKAGE = 4
    PACKAGE_ITEM = 5
    TRANSFER_ORDER = 6
    TRANSFER_ITEM = 7
    SHIPMENT = 8
    STOCK_LOCATION = 9
    WEBHOOK = 10
