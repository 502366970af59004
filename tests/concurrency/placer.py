"""One of several that put orders of the same new customers to the same new towns in.

`python -m tests.concurrency.placer NAME COUNT [KNOWN]`; with KNOWN the towns are those there are.

Says `ready`, waits for a line on standard input, and then prints one JSON object an order.
"""

# Django is set up before what needs its models is imported.
# ruff: noqa: E402

import json
import os
import sys
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aktar.site.settings")
django.setup()

from aktar.catalog.models import Product
from aktar.fulfilment.actions import take_order_unplanned
from aktar.orders.rules import NewAddress, NewCustomer, NewOrder, NewOrderItem, Pieces
from aktar.places.models import Country, StockLocation
from aktar.places.rules import EVERYWHERE


def main(name: str, count: int, *, is_known: bool) -> None:
    """Wait for the start, then put the orders in; any error ends the process with a traceback."""
    country, product = Country.objects.get().pk, Product.objects.get().pk
    known = StockLocation.objects.select_related("address").get().address
    item = NewOrderItem(Pieces(product), price=100, net_amount=100, price_currency="try")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for number in range(count):
        new = NewOrder(
            number=f"{name}-{number}",
            channel="Web",
            customer=NewCustomer(first_name="Ayşe", last_name="Yılmaz", erp_code=f"C{number}"),
            shipping_address=NewAddress(
                country=country,
                city=known.city_id if is_known else f"City {number}",
                township=known.township_id if is_known else f"Town {number}",
                district=None if is_known else f"Quarter {number}",
                line="Gül Sokak 6/9",
            ),
            items=(item,),
        )
        taken = take_order_unplanned(new, by=None, reach=EVERYWHERE, now=datetime.now(UTC))
        sys.stdout.write(json.dumps({"order": taken.order}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), is_known="KNOWN" in sys.argv[3:])
