"""`aktar serve`: the server's processes and threads, and how they stop."""

import errno
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import click

from aktar.site.cli.site import wake_migrated

# How long requests that are under way may take to end after SIGTERM, in seconds.
STOPPING = 25

# What a request line and its headers may take together, in bytes; a longer one is answered with 431.
MOST_HEADER_BYTES = 64 * 1024

# Where prometheus_client looks for the folder; it does so once, when it is imported.
COUNTED_IN = "PROMETHEUS_MULTIPROC_DIR"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port.")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help="Processes. [default: 1 on SQLite, else one a processor]",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 256),
    help="Threads a process. [default: two a processor and one more, at most 8]",
)
@click.option(
    "--dispatch/--no-dispatch",
    default=True,
    show_default=True,
    help="Whether one of the processes delivers webhooks too.",
)
def serve(host: str, port: int, workers: int | None, threads: int | None, dispatch: bool) -> None:
    """Answer requests and deliver webhooks until SIGTERM or Ctrl-C; what is under way is finished.

    Each thread keeps a connection to the database: workers × threads must fit into what the database allows.
    """
    # What is counted for /metrics: each process writes files of its own there, and whoever answers reads all.
    with tempfile.TemporaryDirectory(prefix="aktar-counted-") as folder:
        os.environ[COUNTED_IN] = folder
        _serve(host, port, workers, threads, dispatch=dispatch)


def _serve(host: str, port: int, workers: int | None, threads: int | None, *, dispatch: bool) -> None:
    wake_migrated()
    from django.db import connection, connections
    from django.urls import get_resolver

    from aktar.site.health import ills
    from aktar.site.slow_queries import watch

    if ills()["workflow"]:
        click.echo("No workflow is loaded: run `aktar workflow load`, or no command is known.", err=True)
    processors = os.cpu_count() or 1
    if workers is None:
        workers = 1 if connection.vendor == "sqlite" else processors
    if threads is None:
        threads = min(8, 2 * processors + 1)
    # Loaded before the processes part: they share the memory, and a broken installation fails here, once.
    from aktar.site.wsgi import application  # noqa: F401 - for what its import does

    get_resolver().url_patterns  # noqa: B018 - for what the look loads
    # The server forks: a connection that two processes share would mix up their answers.
    connections.close_all()
    watch()
    _require_free(host, port)
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"aktar serves http://{shown}:{port}")
    loader = partial(_application, threads, dispatches=dispatch)
    _heed_signals_while_starting()
    _server(host, port, workers, threads).serve(target_loader=loader, wrap_loader=False)


def _require_free(host: str, port: int) -> None:
    # Two servers could listen on one port without an error, each getting some of the requests.
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = (
                "another program listens there; stop it or choose another port with --port (make: PORT=…)"
            )
        else:
            reason = error.strerror or str(error)
        raise click.ClickException(f"Port {port} on {host} cannot be opened: {reason}.") from None


def _server(host: str, port: int, workers: int, threads: int) -> Any:
    from django.conf import settings
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    from aktar.site.logs import configuration

    return Granian(
        "aktar.site.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        # What speaks HTTP/2 does so to the proxy, over TLS; in clear it is only more to attack.
        http=HTTPModes.http1,
        # What comes before a body has to fit in here.
        http1_settings=HTTP1Settings(max_buffer_size=MOST_HEADER_BYTES),
        workers=workers,
        blocking_threads=threads,
        # Threads keep their connections for as long as they live.
        blocking_threads_idle_timeout=600,
        websockets=False,
        log_dictconfig=configuration(settings.LOGGING),
        # The server's own news (its processes come and go) matter to somebody who looks for a fault.
        log_level=LogLevels.debug if settings.LOGGING["level"] == "debug" else LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=STOPPING,
    )


def _heed_signals_while_starting() -> None:
    # Until it serves, one of the server's processes has the handlers of the first one, which would make
    # nothing of a signal: told to end while it starts, it would go on until it is killed. And what comes
    # before it has run at all Python forgets, if the kernel does not keep it. Ctrl-C, which a terminal tells
    # all of them, is for the first one alone, who tells the others: told twice at once, the server's own
    # handlers lose both.
    told = (signal.SIGINT, signal.SIGTERM)

    def end_at_once() -> None:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])

    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, told),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, told),
        after_in_child=end_at_once,
    )


def _application(threads: int, *, dispatches: bool) -> Any:
    # Called in each of the server's processes, once it is on its own.
    from aktar.site.dispatching import EmbeddedDispatcher
    from aktar.site.wsgi import application
    from aktar.transfers.feed.lookout import lookout, seats_of

    # From here on something may be under way.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    lookout.seats = seats_of(threads)
    at_the_end = [lookout.stop]
    if dispatches:
        dispatcher = EmbeddedDispatcher()
        dispatcher.start()
        at_the_end.append(dispatcher.begin_to_stop)
    _tell_of_the_end(at_the_end)
    return application


def _tell_of_the_end(told: Iterable[Callable[[], None]]) -> None:
    """Call each of them as soon as this process is told to end, while requests are under way yet."""
    # The handlers are the server's own and say nothing to us; each signal also writes its number here.
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)

    def listen() -> None:
        while os.read(reading, 1)[0] != signal.SIGTERM:
            pass
        for stop in told:
            stop()

    threading.Thread(target=listen, name="aktar-end", daemon=True).start()
