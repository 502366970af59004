"""How far delivery goes: seconds, sizes and numbers in flight."""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from aktar.webhooks.refusals import own_addresses

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Limits:
    """What an operator may set (timeout, lease, attempts, networks, retention), and what is fixed."""

    timeout: float = 15.0
    """Seconds for one attempt, from connecting to the answer's end."""

    lease: timedelta = timedelta(seconds=60)
    """How long a claim lasts; another process may claim again what was not settled by then."""

    attempts: int = 25
    """How often an event is tried before its lane goes on without it."""

    allowed: tuple[Network, ...] = ()
    """Internal networks that may be called all the same."""

    own: frozenset[tuple[str, int]] = frozenset()
    """Hosts and ports at which we answer ourselves, which are not called; other names for them go unknown."""

    retention: timedelta = timedelta(days=90)
    """How long what was settled is kept."""

    in_flight: int = 16
    """Requests under way at one endpoint."""

    window: int = 256
    """Events in hand for one endpoint that answers well; one that does not gets no more than `in_flight`."""

    answer_bytes: int = 20_000
    """What is read and kept of an answer."""

    shortest_poll: float = 0.02
    longest_poll: float = 0.5
    """Seconds between looks at the database while nothing is due: short after something was, then longer."""

    sweep_every: float = 30.0
    """Seconds between looks for lanes that stand still, for events to place, and for what is old."""

    stopping: float = 20.0
    """Seconds that requests under way get to end once the dispatcher is told to stop."""

    @classmethod
    def from_settings(cls) -> "Limits":
        """The operator's."""
        return cls(
            timeout=float(settings.AKTAR_WEBHOOK_TIMEOUT),
            lease=timedelta(seconds=settings.AKTAR_WEBHOOK_LEASE),
            attempts=settings.AKTAR_WEBHOOK_ATTEMPTS,
            allowed=tuple(settings.AKTAR_WEBHOOK_ALLOWED_NETWORKS),
            own=own_addresses(),
            retention=timedelta(days=settings.AKTAR_WEBHOOK_RETENTION_DAYS),
        )
