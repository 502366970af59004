"""`aktar restore` that kills itself on its way: `python -m tests.backups.dying_restore MOMENT restore …`."""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from aktar.site.cli import main

MOMENTS = {
    "sqlite": ("the former is kept", "the new is put in place", "all is done"),
    "postgresql": ("half is told", "all is told but the last word", "all is done"),
}


def _die(*_: object, **__: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def _then_die(doing: Callable[..., Any]) -> Callable[..., None]:
    def done(*values: Any, **named: Any) -> None:
        doing(*values, **named)
        _die()

    return done


def _half(source: Any, target: Any, _at_once: int) -> None:
    script = source.read()
    target.write(script[: len(script) // 2])
    target.flush()


def _arm(moment: str) -> None:
    from aktar.site.backups import restoring

    if moment == "the former is kept":
        os.link = _then_die(os.link)
    elif moment == "the new is put in place":
        os.replace = _die
    elif moment == "half is told":
        shutil.copyfileobj = _then_die(_half)
    elif moment == "all is told but the last word":
        shutil.copyfileobj = _then_die(shutil.copyfileobj)
    else:
        restoring.faults = _die


if __name__ == "__main__":
    from aktar.site.cli.site import wake_without_database

    moment = sys.argv.pop(1)
    wake_without_database()
    _arm(moment)
    main()
