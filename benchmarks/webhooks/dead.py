"""Ten endpoints, one of which accepts and never answers: how much later the healthy ones get theirs."""

import statistics

from benchmarks.webhooks import stage
from benchmarks.webhooks.receiver import Receiver, receiver

EVENTS = 2_000 if stage.IS_QUICK else 20_000
HEALTHY = 9
EACH = 2


def main() -> None:
    vendor = stage.prepare()
    payloads = stage.real_payloads()
    objects = EVENTS // (HEALTHY + 1) // EACH
    print(f"dead endpoint on {vendor}: {EVENTS} events at {HEALTHY + 1} endpoints, {stage.ROUNDS} rounds")
    with receiver() as listening:
        healthy = stage.listen([listening.url(f"/{number}") for number in range(HEALTHY)])
        dead = stage.listen([listening.url("/dead")])
        pairs = [
            (
                _late(listening, payloads, healthy, objects=objects, healthy=HEALTHY),
                _late(listening, payloads, healthy + dead, objects=objects, healthy=HEALTHY),
            )
            for _ in range(stage.ROUNDS)
        ]
    ratios = [beside / alone for alone, beside in pairs]
    ratio = statistics.median(ratios)
    print(
        f"  healthy p99 alone {stage.spread([alone for alone, _ in pairs])} s, "
        f"beside a dead one {stage.spread([beside for _, beside in pairs])} s, ratio {stage.spread(ratios)}: "
        f"{stage.verdict(ratio, aim=1.2, must=1.2, is_more_better=False)}"
    )


def _late(
    listening: Receiver, payloads: list[str], listeners: list[tuple[int, int]], *, objects: int, healthy: int
) -> float:
    """Seconds after the first arrival at a healthy endpoint until 99 % of theirs are there."""
    stage.forget_owed()
    listening.forget()
    stage.owe(payloads, listeners, objects=objects, each=EACH)
    with stage.dispatching():
        listening.wait_for(objects * EACH * healthy)
    arrived = [at for path, _, at in listening.arrived() if path != "/dead"]
    return stage.percentile(arrived, 99) - arrived[0]


if __name__ == "__main__":
    main()
