"""Dispatchers as processes of their own, to be killed, stopped and frozen."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LEASE = 3
TIMEOUT = 2
SHORT = {
    "AKTAR_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
    "AKTAR_WEBHOOK_LEASE": str(LEASE),
    "AKTAR_WEBHOOK_TIMEOUT": str(TIMEOUT),
}


@dataclass(frozen=True)
class DispatcherProcess:
    """A running `aktar dispatch` and the file that its words go to."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def kill(self) -> None:
        self.process.kill()
        assert self.process.wait(timeout=10) == -signal.SIGKILL, self.log.read_text()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self, *, within: float = 30) -> float:
        """Ask it to stop; answers the seconds that took. Fails if it does not end well, or too late."""
        begun = time.monotonic()
        self.process.terminate()
        code = self.process.wait(timeout=within)
        assert code == 0, self.log.read_text()
        return time.monotonic() - begun


Start = Callable[..., DispatcherProcess]


def started(environment: dict[str, str], log: Path) -> DispatcherProcess:
    """A dispatcher that has begun."""
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "aktar", "dispatch"], env=environment, stdout=file, stderr=file
        )
    found = DispatcherProcess(process, log)
    until = time.monotonic() + 60
    while b"delivers webhooks" not in log.read_bytes():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.02)
    return found
