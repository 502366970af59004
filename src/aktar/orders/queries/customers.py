"""Reads of the customer's side of an order: who ordered, by which channel, to where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aktar.edge.expressions import InstantText, document_text
from aktar.edge.references import Reading
from aktar.edge.shapes import document
from aktar.edge.statements import RowsOfIds
from aktar.orders.models import Order
from aktar.orders.shapes import CustomerShape, ShippingAddressShape
from aktar.places import queries as places


@dataclass(frozen=True, slots=True)
class CustomerSide:
    """What an order's detail says of the customer; null where nothing has told it yet."""

    channel_name: str | None
    customer: CustomerShape | None
    shipping_address: ShippingAddressShape | None


def customer_side(order_id: int, reading: Reading) -> CustomerSide:
    """The customer's side of an order. One query; cold, one more for each kind of geography.

    Raises Order.DoesNotExist.
    """
    found = _customer_side_rows.of([order_id])
    if not found:
        raise Order.DoesNotExist(order_id)
    channel_name, *row = found[0]
    customer = row[:_CUSTOMER_WIDTH]
    return CustomerSide(
        channel_name=channel_name,
        customer=None if customer[_CUSTOMER_ID] is None else CustomerShape(*customer),
        shipping_address=_shipping_address(row[_CUSTOMER_WIDTH:], reading),
    )


def _shipping_address(row: Sequence[Any], reading: Reading) -> ShippingAddressShape | None:
    """The addressee's columns and the address's; cold, one query for each kind of geography."""
    (
        id_,
        city,
        country,
        township,
        district,
        address_type,
        created,
        modified,
        omnitron_id,
        mapping,
        title,
        is_active,
        line,
        postcode,
        notes,
        email,
        phone_number,
        first_name,
        last_name,
        company_name,
        tax_office,
        tax_no,
        e_bill_taxpayer,
    ) = row[_CUSTOMER_WIDTH:]
    if id_ is None:
        return None
    return ShippingAddressShape(
        id=id_,
        city=places.cities.of([city], reading)[city],
        country=places.countries.of([country], reading)[country],
        township=places.townships.of([township], reading)[township],
        district=None if district is None else places.districts.of([district], reading)[district],
        customer=CustomerShape(*row[:_CUSTOMER_WIDTH]),
        address_type=address_type,
        created_date=created,
        modified_date=modified,
        omnitron_id=omnitron_id,
        mapping=None if mapping is None else document(mapping),
        title=title,
        is_active=bool(is_active),
        line=line,
        postcode=postcode,
        notes=notes,
        email=email,
        phone_number=phone_number,
        first_name=first_name,
        last_name=last_name,
        company_name=company_name,
        tax_office=tax_office,
        tax_no=tax_no,
        e_bill_taxpayer=bool(e_bill_taxpayer),
    )


def customer_columns(prefix: str) -> tuple[str, ...]:
    """The columns of a customer in the order of CustomerShape."""
    names = ("email", "first_name", "last_name", "phone_number", "erp_code", "id", "channel_id")
    return tuple(f"{prefix}{name}" for name in names)


_CUSTOMER_WIDTH = len(customer_columns(""))
_CUSTOMER_ID = customer_columns("").index("id")
_ADDRESS = "shipping_address__"
_customer_side_rows = RowsOfIds(
    lambda ids: Order.objects.filter(pk__in=ids).values_list(
        "channel__name",
        *customer_columns("customer__"),
        *customer_columns(f"{_ADDRESS}customer__"),
        f"{_ADDRESS}id",
        f"{_ADDRESS}city_id",
        f"{_ADDRESS}country_id",
        f"{_ADDRESS}township_id",
        f"{_ADDRESS}district_id",
        f"{_ADDRESS}address_type",
        InstantText(f"{_ADDRESS}created_date"),
        InstantText(f"{_ADDRESS}modified_date"),
        f"{_ADDRESS}omnitron_id",
        document_text(f"{_ADDRESS}mapping"),
        f"{_ADDRESS}title",
        f"{_ADDRESS}is_active",
        f"{_ADDRESS}line",
        f"{_ADDRESS}postcode",
        f"{_ADDRESS}notes",
        f"{_ADDRESS}email",
        f"{_ADDRESS}phone_number",
        f"{_ADDRESS}first_name",
        f"{_ADDRESS}last_name",
        f"{_ADDRESS}company_name",
        f"{_ADDRESS}tax_office",
        f"{_ADDRESS}tax_no",
        f"{_ADDRESS}e_bill_taxpayer",
    )
)
