"""The dispatcher that lives in the server: one of its processes is elected by a lock on a file."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.util import Finalize
from pathlib import Path

import structlog
from django.conf import settings

from aktar.webhooks.delivery import Dispatcher, Limits

LOCK_NAME = "dispatcher.lock"
ELECTED_EVERY = 1.0
"""Seconds between tries to be elected; the lock falls with the process that holds it, however it ends."""

_log = structlog.get_logger("aktar.webhooks")


class EmbeddedDispatcher:
    """Waits in a thread to be elected, then delivers until the process ends."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._dispatcher = Dispatcher(Limits.from_settings())
        self._thread = threading.Thread(target=self._run, name="aktar-dispatcher", daemon=True)

    def start(self) -> None:
        """Begin; the process's orderly end waits for what is under way."""
        self._thread.start()
        # The server's processes are ended by multiprocessing, which leaves out what atexit knows.
        Finalize(None, self.stop, exitpriority=100)

    def begin_to_stop(self) -> None:
        """Claim nothing more; what is under way goes on, and nobody waits for it yet."""
        self._stopping.set()
        self._dispatcher.stop()

    def stop(self) -> None:
        """Finish what is under way."""
        self.begin_to_stop()
        self._thread.join()

    def _run(self) -> None:
        path = Path(settings.DATA_DIR) / LOCK_NAME
        while not self._stopping.is_set():
            with _elected(path) as is_elected:
                if is_elected:
                    self._deliver()
                else:
                    self._stopping.wait(ELECTED_EVERY)

    def _deliver(self) -> None:
        try:
            self._dispatcher.run()
        except Exception:  # noqa: BLE001 - the outermost loop: whatever it is, deliveries go on
            _log.exception("dispatcher_broke")
            self._stopping.wait(ELECTED_EVERY)
            if not self._stopping.is_set():
                self._dispatcher = Dispatcher(Limits.from_settings())


@contextmanager
def _elected(path: Path) -> Iterator[bool]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
