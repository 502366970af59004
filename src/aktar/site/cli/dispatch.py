"""`aktar dispatch`: delivers webhooks in a process of its own."""

import gc
import signal
import sys
import threading

import click

from aktar.site.cli.site import wake_migrated


@click.command()
def dispatch() -> None:
    """Deliver webhooks until SIGTERM or Ctrl-C; what is under way is finished.

    On PostgreSQL as many may run, on as many machines, as the receivers can take; serve with --no-dispatch
    then. On SQLite the one within `aktar serve` is enough.
    """
    wake_migrated()
    from django.db import connection

    from aktar.site.slow_queries import watch
    from aktar.webhooks.delivery import Dispatcher, Limits

    # The one that is open already is opened anew.
    connection.close()
    watch()
    dispatcher = Dispatcher(Limits.from_settings())
    for number in (signal.SIGTERM, signal.SIGINT):
        # In a thread of its own: the handler runs within this one, which may hold the lock that `stop` needs.
        signal.signal(number, lambda *_: threading.Thread(target=dispatcher.stop, daemon=True).start())
    _favour_sending()
    click.echo(f"aktar delivers webhooks ({connection.vendor})", err=True)
    dispatcher.run()


def _favour_sending() -> None:
    # Two threads share one interpreter: the one that sends is bound by it, the other can wait. What was made
    # until here stays for good, and is not looked through for garbage again and again.
    sys.setswitchinterval(0.02)
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
