"""How a PostgreSQL is reached: with patience that ends, and statements that it can prepare."""

from collections.abc import Mapping
from typing import Any

# In seconds: a database that hangs must not hang whoever asks /readyz about it.
_CONNECTING = 5
# A machine that is gone says nothing: who waits for its answer is told after a minute.
_KEEPALIVE = {
    "keepalives_idle": 30,  # seconds
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,  # milliseconds
}
# Who waits longer for a row is told to come again; who holds one and does nothing is cut off.
_PATIENCE = "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"


def options(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a connection; what the address of the database asks for wins over ours."""
    found = {"connect_timeout": _CONNECTING, **_KEEPALIVE, "server_side_binding": True, **asked}
    # Behind a pooler that hands out a connection a transaction: ?server_side_binding=false. It knows neither
    # prepared statements nor settings of a session.
    if found["server_side_binding"]:
        # Planning a page of rows costs more than fetching it.
        found.setdefault("prepare_threshold", 5)
        # The later of two settings holds.
        found["options"] = f"{_PATIENCE} {found.get('options', '')}".rstrip()
    return found
