"""When an endpoint that keeps failing is left alone for a while, and when it is given up."""

from datetime import datetime, timedelta

FAILURES_BEFORE_PAUSE = 5
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)
GIVES_UP_AFTER = timedelta(days=5)

_DOUBLINGS = 6  # 5 s to beyond 5 min


def pause_after(failures: int) -> timedelta | None:
    """How long an endpoint rests after so many failures in a row, of whichever of its webhooks, or None.

    After the pause one delivery probes it: a success ends the row, one more failure doubles the pause.
    """
    beyond = failures - FAILURES_BEFORE_PAUSE
    return None if beyond < 0 else min(FIRST_PAUSE * 2 ** min(beyond, _DOUBLINGS), LONGEST_PAUSE)


def has_given_up(failing_since: datetime | None, now: datetime) -> bool:
    """Whether nothing has succeeded for `GIVES_UP_AFTER`; None stands for an endpoint that does not fail."""
    return failing_since is not None and now - failing_since >= GIVES_UP_AFTER
