"""`aktar demo`: an invented retailer to look at, and the way in."""

from datetime import UTC, datetime

import click

from aktar.site.cli.progress import ProgressLine
from aktar.site.cli.site import wake_with_workflow


@click.command()
@click.option(
    "--orders", required=True, type=click.IntRange(1, 1_000_000), help="How many customer orders to invent."
)
def demo(orders: int) -> None:
    """Fill an empty database with an invented retailer, and say how to get in. May be repeated.

    The administrator and the token that it prints are kept in the data folder (demo-access.json, readable by
    its owner only) and are made anew once they are gone or no longer valid.
    """
    wake_with_workflow()
    from django.conf import settings

    from aktar.site.demo import DatabaseInUse, DemoAlreadyLoaded, load_demo
    from aktar.site.demo_access import demo_access

    now, line = datetime.now(UTC), ProgressLine()
    try:
        summary = load_demo(
            orders, now=now, progress=lambda done, total: line.show(f"{done:,} of {total:,} orders")
        )
    except DatabaseInUse as refusal:
        raise click.ClickException(str(refusal)) from refusal
    except DemoAlreadyLoaded:
        click.echo("The demo data is there already; nothing was added.", err=True)
    else:
        line.end()
        click.echo(str(summary), err=True)
    try:
        access = demo_access(now=now)
    except OSError as error:
        raise click.ClickException(
            f"The way in cannot be kept in the data folder {settings.DATA_DIR} ({error.strerror}): make it "
            "writable or point AKTAR_DATA_DIR elsewhere, and run this again."
        ) from None
    click.echo(f"address   {access.address}")
    click.echo(f"login     {access.username}")
    click.echo(f"password  {access.password}")
    click.echo(f"token     {access.token}")
