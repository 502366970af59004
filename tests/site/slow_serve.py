"""`aktar serve` whose processes take a minute to start: `python -m tests.site.slow_serve serve …`."""

import importlib
import time
from typing import NoReturn

from aktar.site.cli import main


def _take_a_minute(*_: object, **__: object) -> NoReturn:
    print("starting", flush=True)  # noqa: T201 - the test reads it
    time.sleep(60)
    raise AssertionError


if __name__ == "__main__":
    # The package has a command of the module's name.
    importlib.import_module("aktar.site.cli.serve")._application = _take_a_minute
    main()
