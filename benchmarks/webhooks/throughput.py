"""Delivered events a second, attempts recorded, beside what bare aiohttp posts of the same bodies."""

import json
import statistics
import tempfile
import uuid
from pathlib import Path

from benchmarks.webhooks import stage
from benchmarks.webhooks.bare import posted_a_second
from benchmarks.webhooks.receiver import Receiver, receiver

IN_FLIGHT = 16
OBJECTS, EACH = 2000, 3


def main() -> None:
    vendor = stage.prepare()
    payloads = stage.real_payloads()
    size = statistics.mean(len(payload.encode()) for payload in payloads)
    print(f"throughput on {vendor}: payloads of {size / 1024:.1f} KB, {stage.ROUNDS} rounds in turn")
    with receiver() as listening, tempfile.TemporaryDirectory() as folder:
        bodies = Path(folder) / "bodies.json"
        bodies.write_text(json.dumps([_envelope(payload) for payload in payloads]))
        for endpoints in (1, 8):
            _compare(listening, payloads, bodies, endpoints=endpoints)


def delivered_a_second(
    listening: Receiver,
    payloads: list[str],
    listeners: list[tuple[int, int]],
    *,
    objects: int,
    each: int = EACH,
) -> float:
    """Drain what is owed with one dispatcher; from the first arrival until everything is settled."""
    listening.forget()
    count = objects * each * len(listeners)
    stage.forget_owed()
    stage.owe(payloads, listeners, objects=objects, each=each)
    with stage.dispatching():
        listening.wait_for(count)
        ended = stage.wait_until_settled()
    begun = listening.arrived()[0][2]
    stage.forget_owed()
    return count / (ended - begun)


def _compare(listening: Receiver, payloads: list[str], bodies: Path, *, endpoints: int) -> None:
    urls = [listening.url(f"/{endpoints}-{number}") for number in range(endpoints)]
    listeners = stage.listen(urls)
    objects = OBJECTS // endpoints
    count = objects * EACH * endpoints
    ours, bare = [], []
    for _ in range(stage.ROUNDS):
        bare.append(posted_a_second(bodies, urls, count=count, in_flight=IN_FLIGHT))
        ours.append(delivered_a_second(listening, payloads, listeners, objects=objects))
    ratios = [our / its for our, its in zip(ours, bare, strict=True)]
    ratio = statistics.median(ratios)
    print(
        f"  {endpoints} endpoints, {count} events in {objects * endpoints} lanes: "
        f"aktar {stage.spread(ours, '.0f')}/s   bare aiohttp {stage.spread(bare, '.0f')}/s   "
        f"ratio {stage.spread(ratios)}: {stage.verdict(ratio, aim=0.3, must=0.15)}"
    )


def _envelope(payload: str) -> str:
    from aktar.webhooks.rules import envelope

    return envelope(stage.EVENT, uuid.uuid4(), payload)


if __name__ == "__main__":
    main()
