"""Makes up orders and what will befall their transfers: plain chance, the same for the same seed."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from aktar.site.demo.assortment import Article
from aktar.site.demo.geography import Site
from aktar.site.demo.hours import OFFICE, at_work, order_instants
from aktar.site.demo.network import Network
from aktar.site.demo.people import STREETS, full_name, mail_name, mobile_number
from aktar.site.demo.sketches import Doer, Handover, Line, Note, Package, Person, Purchase, Step, Transfer

CHANNELS = ("Aktar Web", "Aktar Mobil", "Pazaryeri", "Çağrı Merkezi")
CARRIERS = {"demo-kargo": "Demo Kargo", "demo-ekspres": "Demo Ekspres", "demo-lojistik": "Demo Lojistik"}
MANAGERS = ("lojistik.merkez", "lojistik.vardiya")
APPLICATION = "erp"
_SEED = "aktar demo"
_REMEMBERED_CUSTOMERS = 600

# How transfers end, of a thousand: refused by a manager while they wait, called off when they are ready.
_ENDS = {
    "arrives": 904,
    "renewed": 50,
    "not found": 20,
    "refused": 8,
    "called off": 8,
    "forgotten": 5,
    "lost": 5,
}
_SLOW = 0.08


def staff_username(site: Site) -> str:
    """Name the account of the person at work in a site."""
    return f"{'depo' if site.is_warehouse else 'magaza'}.{site.erp_code.lower()}"


class Storyteller:
    """Tells the demo's orders in the order of their placing, and each transfer's fate when asked."""

    def __init__(self, network: Network, articles: list[Article]) -> None:
        self._network = network
        self._articles = articles
        self._customers: deque[Person] = deque(maxlen=_REMEMBERED_CUSTOMERS)
        self._people = 0

    def purchases(self, count: int, *, now: datetime) -> Iterator[Purchase]:
        """Yield `count` orders placed before `now`, the oldest first."""
        instants = order_instants(count, now=now, chance=Random(_SEED))  # noqa: S311 - believable, not secret
        for number, placed_at in enumerate(instants, start=1):
            yield self._purchase(number, placed_at, now, Random(f"{_SEED} {number}"))  # noqa: S311 - believable, not secret

    def _purchase(self, number: int, placed_at: datetime, now: datetime, chance: Random) -> Purchase:
        person, is_new = self._person(placed_at, chance)
        order_number = f"2{placed_at:%y%m%d}{number:09}"
        planned_at = min(placed_at + timedelta(minutes=chance.uniform(2, 25)), now - timedelta(seconds=30))
        lines = [
            self._line(planned_at, chance) for _ in range(chance.choices((1, 2, 3, 4), (46, 30, 16, 8))[0])
        ]
        cut = chance.randrange(1, len(lines)) if len(lines) > 1 and chance.random() < 0.35 else len(lines)
        parts = [part for part in (lines[:cut], lines[cut:]) if part]
        site = self._network.dispatcher(person.home, chance)
        packages: list[Package] = []
        for place, part in enumerate(parts, start=1):
            if place == 2:
                site = self._network.source(site, chance, but={site.number})
            wanted = chance.choices((0, 1, 2, 3), (12, 60, 20, 8))[0]
            lacking = [
                (line, self._network.source(site, chance, but={site.number})) for line in part[:wanted]
            ]
            packages.append(Package(f"{order_number}P{place}", site, part, lacking, planned_at))
        return Purchase(number, order_number, person, is_new, placed_at, planned_at, lines, packages)

    def _person(self, placed_at: datetime, chance: Random) -> tuple[Person, bool]:
        if self._customers and chance.random() < 0.2:
            return chance.choice(self._customers), False
        self._people += 1
        first_name, last_name = full_name(chance)
        person = Person(
            number=self._people,
            first_name=first_name,
            last_name=last_name,
            email=f"{mail_name(first_name, last_name)}.{self._people}@example.com",
            phone=mobile_number(chance),
            channel=chance.choices(CHANNELS, (45, 35, 17, 3))[0],
            home=chance.choice(self._network.stores),
            line=f"{chance.choice(STREETS)} No: {chance.randrange(1, 90)} D: {chance.randrange(1, 20)}",
            since=placed_at - timedelta(minutes=chance.uniform(1, 20)),
        )
        self._customers.append(person)
        return person, True

    def _line(self, planned_at: datetime, chance: Random) -> Line:
        article = chance.choice(self._articles)
        share = chance.choice((0, 0, 0, 10, 15, 20, 30, 50))
        return Line(article, article.price * share // 100, planned_at)

    def fate(self, transfer: Transfer) -> list[Step | Note]:
        """Make up what will be done to a new transfer, in the order of time; it may end anywhere."""
        chance = Random(f"{_SEED} {transfer.number}")  # noqa: S311 - believable, not secret
        end = chance.choices(tuple(_ENDS), tuple(_ENDS.values()))[0]
        if end == "forgotten":
            return []
        slow = chance.random() < _SLOW
        delay = timedelta(days=chance.uniform(2, 7)) if slow else _hours(1.7, 0.8, chance)
        ready_at = at_work(transfer.created_at + delay, self._network.opening(transfer.source), chance)
        if end == "refused":
            return [self._cancel(ready_at, chance)]
        if end in ("renewed", "not found"):
            found = self._another_source(transfer, chance) if end == "renewed" else None
            return [Step(ready_at, "renew", self._at_site(transfer.source, chance), renewed_from=found)]
        return sorted(self._journey(transfer, ready_at, end, chance), key=lambda told: told.at)

    def _journey(
        self, transfer: Transfer, ready_at: datetime, end: str, chance: Random
    ) -> Iterator[Step | Note]:
        network, source, destination = self._network, transfer.source, transfer.package.site
        handover = _handover(chance, within_province=source.province == destination.province)
        shipped = handover is not None and handover.awb_number is not None
        by = self._at_site(source, chance)
        yield Step(ready_at, "ready_advance" if shipped else "ready", by, handover)
        if chance.random() < 0.55:
            noted_at = ready_at + timedelta(seconds=chance.uniform(20, 900))
            yield Note(noted_at, "remote_id", str(chance.randrange(400_000, 900_000)))
        if end == "called off":
            yield self._cancel(ready_at + timedelta(hours=chance.uniform(3, 30)), chance)
            return
        sent_at = at_work(ready_at + _hours(1.2, 0.7, chance), network.opening(source), chance)
        yield Step(sent_at, "dispatch", self._at_site(source, chance))
        if chance.random() < 0.7:
            number = f"AKT{sent_at:%Y}{chance.randrange(10**9):09}"
            yield Note(sent_at - (sent_at - ready_at) * 0.2, "invoice_number", number)
        if end == "lost":
            yield self._cancel(sent_at + timedelta(days=chance.uniform(7, 14)), chance)
            return
        arrives_at = sent_at + network.transit(source, destination, chance)
        at = at_work(arrives_at, network.opening(destination), chance)
        yield Step(at, "deliver", self._at_site(destination, chance))

    def _another_source(self, transfer: Transfer, chance: Random) -> Site:
        tried = {other.source.number for other in transfer.package.transfers}
        destination = transfer.package.site
        return self._network.source(destination, chance, but=tried | {destination.number})

    def _cancel(self, at: datetime, chance: Random) -> Step:
        return Step(at_work(at, OFFICE, chance), "cancel", Doer(chance.choice(MANAGERS)))

    def _at_site(self, site: Site, chance: Random) -> Doer:
        if chance.random() < 0.3:
            return Doer(APPLICATION, remote_user_pk=str(200 + site.number))
        return Doer(staff_username(site))


def _handover(chance: Random, *, within_province: bool) -> Handover | None:
    draw = chance.random()
    if within_province and draw < 0.6:
        return None  # the chain's own van
    carrier = chance.choice(tuple(CARRIERS))
    if draw < 0.75:
        awb_number = f"7{chance.randrange(10**11):011}"
        return Handover(carrier, awb_number, f"https://{carrier}.example.com/takip/{awb_number}")
    return Handover(carrier)


def _hours(mean: float, spread: float, chance: Random) -> timedelta:
    """Make up some hours, mostly few and seldom many: e to the power of `mean` in the middle."""
    return timedelta(hours=chance.lognormvariate(mean, spread))
