"""How often somebody may call: rates as an operator writes them, and token buckets that keep to them."""

import re
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

_SECONDS = {"s": 1, "min": 60, "h": 3600}
_RATE = re.compile(r"([0-9]{1,9})/(s|min|h)(?: burst ([0-9]{1,9}))?")


@dataclass(frozen=True, slots=True)
class Rate:
    """One call every `interval` seconds in the long run, `burst` calls at once after a silence."""

    interval: float
    burst: int


def parse_rate(text: str) -> Rate | None:
    """Read `50/s burst 200`, `10/min`, `1000/h`; `off` is None. Without a burst it is the number itself.

    Raises ValueError for anything else, with a sentence that says what would do.
    """
    written = " ".join(text.split()).lower()
    if written == "off":
        return None
    match = _RATE.fullmatch(written)
    count = int(match[1]) if match else 0
    burst = int(match[3] or count) if match else 0
    if match is None or not count or not burst:
        raise ValueError(f'{text!r} is no rate; write it like "50/s burst 200", "10/min" or "off".')
    return Rate(interval=_SECONDS[match[2]] / count, burst=burst)


class Buckets:
    """One bucket of tokens for each key; the least recently used are forgotten beyond `limit` keys.

    A bucket is a single number, the instant at which it will be full again (the generic cell rate algorithm).
    """

    def __init__(self, rate: Rate, *, limit: int = 50_000) -> None:
        self._rate = rate
        self._limit = limit
        self._full_at: OrderedDict[Hashable, float] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable, *, now: float) -> float:
        """Take one token at `now` (seconds since the epoch): 0.0, or the seconds until there is one."""
        interval = self._rate.interval
        capacity = interval * self._rate.burst
        with self._lock:
            # A clock that was set back must not lock anybody out for longer than an empty bucket does.
            full_at = min(max(self._full_at.get(key, now), now), now + capacity)
            wait = full_at + interval - now - capacity
            # A hundredth of a call forgives what floating point lost on the way.
            is_allowed = wait < interval / 100
            self._full_at[key] = full_at + interval if is_allowed else full_at
            self._full_at.move_to_end(key)
            if len(self._full_at) > self._limit:
                self._full_at.popitem(last=False)
            return 0.0 if is_allowed else wait

    def __len__(self) -> int:
        return len(self._full_at)
