"""How transfer orders look to the outside: in the list, in the detail, in brief, in an event."""

import msgspec

from aktar.catalog.shapes import ProductShape
from aktar.edge.shapes import DecimalText, Instant
from aktar.orders.shapes import CustomerShape, PackageItemShape, ShippingAddressShape
from aktar.places.shapes import StockLocationShape
from aktar.workflow.shapes import CommandShape, StateShape


class CargoCompanyShape(msgspec.Struct):
    """A carrier."""

    pk: int
    name: str
    erp_code: str | None
    shipping_company: str


class TransferShipmentShape(msgspec.Struct):
    """The parcel of a transfer order."""

    id: int
    created_date: Instant
    modified_date: Instant
    state: StateShape
    cargo_company: CargoCompanyShape
    awb_number: str | None
    tracking_url: str | None


class TransferItemShape(msgspec.Struct):
    """A line of a transfer order; `transfer_order` is an id."""

    id: int
    state: StateShape
    unit_type: str
    package_item: PackageItemShape
    product: ProductShape
    created_date: Instant
    modified_date: Instant
    name: str
    quantity: DecimalText
    stock_code: str | None
    barcode: str | None
    transfer_order: int


class TransferItemSimpleShape(msgspec.Struct):
    """A line of a transfer order in brief: everything it refers to is an id."""

    id: int
    created_date: Instant
    modified_date: Instant
    name: str
    unit_type: str
    quantity: DecimalText
    stock_code: str | None
    barcode: str | None
    state: int
    package_item: int
    product: int
    transfer_order: int


class TransferOrderShape(msgspec.Struct):
    """A transfer order as lists carry it; `order` and `package` are ids.

    When the order was placed is unknown where it was loaded from a detail alone.
    """

    id: int
    source: StockLocationShape
    destination: StockLocationShape
    transferitem_set: list[TransferItemShape]
    number: str
    order: int
    order_number: str
    package: int
    package_number: str
    target_transfer_date: Instant
    order_date_placed: Instant | None
    state: StateShape
    commands: list[CommandShape]
    invoice_number: str | None
    remote_id: str | None
    transfer_shipment: TransferShipmentShape | None
    created_date: Instant
    modified_date: Instant


class TransferOrderDetailShape(msgspec.Struct):
    """A transfer order with the customer's side; unlike the list it leaves `order_date_placed` out.

    An order that was loaded from lists alone has no customer's side, until a detail of it is loaded.
    """

    id: int
    source: StockLocationShape
    destination: StockLocationShape
    transferitem_set: list[TransferItemShape]
    number: str
    order: int
    order_number: str
    package: int
    package_number: str
    channel_name: str | None
    customer: CustomerShape | None
    shipping_address: ShippingAddressShape | None
    target_transfer_date: Instant
    state: StateShape
    commands: list[CommandShape]
    invoice_number: str | None
    remote_id: str | None
    transfer_shipment: TransferShipmentShape | None
    created_date: Instant
    modified_date: Instant


class TransferOrderPayloadShape(msgspec.Struct):
    """What an event of a transfer order carries: the list's form without the order's own two dates."""

    id: int
    source: StockLocationShape
    destination: StockLocationShape
    transferitem_set: list[TransferItemShape]
    number: str
    order: int
    order_number: str
    package: int
    package_number: str
    target_transfer_date: Instant
    order_date_placed: Instant | None
    state: StateShape
    commands: list[CommandShape]
    invoice_number: str | None
    remote_id: str | None
    transfer_shipment: TransferShipmentShape | None


class TransferShipmentPayloadShape(msgspec.Struct):
    """What an event of a shipment carries: the shipment, and whose it is."""

    id: int
    transfer_order: int
    transfer_order_number: str
    package: int
    package_number: str
    state: StateShape
    cargo_company: CargoCompanyShape
    awb_number: str | None
    tracking_url: str | None


class TransferOrderSimpleShape(msgspec.Struct):
    """A transfer order in brief: everything it refers to is an id."""

    id: int
    created_date: Instant
    modified_date: Instant
    number: str
    target_transfer_date: Instant
    invoice_number: str | None
    remote_id: str | None
    state: int
    source: int
    destination: int
    plan_item: int | None


class RenewedOrderShape(msgspec.Struct):
    """The transfer order that took another one's place."""

    id: int
    number: str


class CommandAnswerShape(msgspec.Struct):
    """What renewing has to say: the order made instead, or null and a sentence when there is none.

    Where several were made, all of them are in `transfer_orders`.
    """

    transfer_order: RenewedOrderShape | None
    transfer_orders: list[RenewedOrderShape] | msgspec.UnsetType = msgspec.UNSET
    detail: str | msgspec.UnsetType = msgspec.UNSET
