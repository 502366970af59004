"""`aktar serve` that dies when a request says so: `python -m tests.concurrency.dying_server serve …`.

`X-Test-Die: committed` ends all its processes when the answer is made and nothing of it is sent; `committing`
when all is written but the commit.
"""

import os
import signal
from collections.abc import Callable, Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aktar.site.settings")

from aktar.site import wsgi

served = wsgi.application


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Serve, or die."""
    from django.db import connection

    moment = environ.get("HTTP_X_TEST_DIE")
    if moment == "committing":
        with connection.execute_wrapper(_die_before_the_answer_is_kept):
            return served(environ, start_response)
    answer = served(environ, start_response)
    if moment == "committed":
        _die()
    return answer


def _die_before_the_answer_is_kept(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    result = execute(sql, params, many, context)
    if sql.startswith('UPDATE "edge_idempotencykey"') and '"status" =' in sql:
        _die()
    return result


def _die() -> None:
    # The one that would start another in its place first.
    os.kill(os.getppid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    wsgi.application = application
    from aktar.site.cli import main

    main()
