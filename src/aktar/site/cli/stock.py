"""`aktar stock`: whether the books balance, and what there is of a product."""

import sys
from typing import TYPE_CHECKING

import click

from aktar.site.cli.arguments import line
from aktar.site.cli.site import wake_migrated

if TYPE_CHECKING:
    from aktar.stock.shapes import LocationStockShape, ProductStockShape

_COLUMNS = ("location", "on hand", "reserved", "in transit", "available")


@click.group()
def stock() -> None:
    """How much is where, and whether the books of it balance."""


@stock.command()
def verify() -> None:
    """Prove for each product that what came in is on hand, on its way, or gone; exits with 1 if not.

    What does not balance is named on standard error, 100 products and 100 levels at most.
    """
    wake_migrated()
    from aktar.stock.queries import stock_verification

    found = stock_verification()
    for product in found.unbalanced_products:
        click.echo(
            f"{product.sku}: {product.came_in} came in, {product.went_out} went out, "
            f"{product.on_hand} on hand, {product.in_transit} in transit; {product.missing} missing",
            err=True,
        )
    for level in found.unbalanced_levels:
        click.echo(
            f"{level.sku} at {level.erp_code}: on hand {level.on_hand}, reserved {level.reserved}, "
            f"in transit {level.in_transit} above the sum of the movements",
            err=True,
        )
    click.echo(
        f"Products: {found.products:,}. Came in: {found.came_in}. Went out: {found.went_out}. "
        f"On hand: {found.on_hand}. In transit: {found.in_transit}."
    )
    if not found.is_balanced:
        sys.exit(1)


@stock.command()
@click.argument("sku", type=line)
def show(sku: str) -> None:
    """Show how much there is of the product SKU, and where."""
    wake_migrated()
    from aktar.catalog.models import Product
    from aktar.places.rules import EVERYWHERE
    from aktar.stock.queries import stock_availability

    product = Product.objects.filter(sku=sku).values_list("pk", flat=True).first()
    if product is None:
        raise click.ClickException(f"There is no product {sku[:100]!r}.")
    (found,) = stock_availability({sku: product}, EVERYWHERE).results
    rows = [
        _COLUMNS,
        *((row.erp_code, *_numbers(row)) for row in found.stock_locations),
        ("all", *_numbers(found)),
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(_COLUMNS))]
    for name, *numbers in rows:
        cells = [name.ljust(widths[0])]
        cells += [text.rjust(width) for text, width in zip(numbers, widths[1:], strict=True)]
        click.echo("  ".join(cells))


def _numbers(row: "LocationStockShape | ProductStockShape") -> tuple[str, str, str, str]:
    return row.on_hand, row.reserved, row.in_transit, row.available
