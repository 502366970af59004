"""When things happen: the hours that customers order in and that sites work in (Turkey, UTC+3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from random import Random

TURKEY = timezone(timedelta(hours=3))
HOUR = timedelta(hours=1)

# Orders per hour of the local day, against each other: quiet nights, lunch, and the evening on the sofa.
_BY_HOUR = (6, 3, 2, 1, 1, 1, 2, 4, 8, 13, 17, 18, 19, 18, 17, 16, 16, 15, 15, 17, 21, 23, 19, 12)
_BY_WEEKDAY = (1.05, 1.0, 1.0, 1.0, 1.1, 1.25, 1.3)

_MOST_A_DAY = 3_000


@dataclass(frozen=True, slots=True)
class Opening:
    """From when to when a kind of place works, local time; `sundays` says whether it does on that day."""

    start: time
    end: time
    sundays: bool


STORE = Opening(time(10), time(21, 30), sundays=True)
WAREHOUSE = Opening(time(8), time(18), sundays=False)
OFFICE = Opening(time(9), time(18), sundays=False)


def at_work(at: datetime, opening: Opening, chance: Random) -> datetime:
    """Give `at` if the place works then, else a moment within 90 minutes of its next opening."""
    local = at.astimezone(TURKEY)
    works = opening.sundays or local.weekday() != 6
    if works and opening.start <= local.time() < opening.end:
        return at
    day = local.date() if local.time() < opening.start else local.date() + timedelta(days=1)
    if day.weekday() == 6 and not opening.sundays:
        day += timedelta(days=1)
    opens = datetime.combine(day, opening.start, TURKEY)
    return (opens + timedelta(seconds=chance.uniform(60, 5400))).astimezone(UTC)


def order_instants(count: int, *, now: datetime, chance: Random) -> Iterator[datetime]:
    """Yield `count` instants in rising order, more of them the nearer to `now`, none of its last half hour.

    They cover 60 days; fewer orders than a chain would live on cover fewer days, at least 7, and more than it
    could send cover more: so many are under way at once, and in memory, however many there are in all.
    """
    days = max(7, min(60, count // 25), count // _MOST_A_DAY)
    last = now - timedelta(minutes=30)
    first = (last - timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
    cells: list[tuple[datetime, timedelta, float]] = []
    start = first
    while start < last:
        length = min(HOUR, last - start)
        local = start.astimezone(TURKEY)
        growth = 1 + 1.2 * ((start - first) / timedelta(days=days))
        weight = growth * _BY_HOUR[local.hour] * _BY_WEEKDAY[local.weekday()] * (length / HOUR)
        cells.append((start, length, weight))
        start += HOUR
    total = sum(weight for _, _, weight in cells)
    reached, given = 0.0, 0
    for place, (start, length, weight) in enumerate(cells):
        reached += weight
        # Rounding the running sum, not each cell, makes the counts add up to exactly what was asked for.
        upto = count if place == len(cells) - 1 else round(count * reached / total)
        yield from sorted(start + length * chance.random() for _ in range(upto - given))
        given = upto
