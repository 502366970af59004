"""The yardstick: what aiohttp posts when nothing stands behind it, a process of its own.

`python -m benchmarks.webhooks.bare BODIES COUNT IN_FLIGHT URL…` posts COUNT times the bodies of a JSON file
in turn, IN_FLIGHT at a time to each URL, and prints how many a second.
"""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
import uvloop


def posted_a_second(bodies: Path, urls: list[str], *, count: int, in_flight: int) -> float:
    """Run the yardstick; how many it posts a second."""
    command = [sys.executable, "-m", __name__, str(bodies), str(count), str(in_flight), *urls]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


async def _post(bodies: list[bytes], count: int, in_flight: int, urls: list[str]) -> float:
    left = iter(range(count))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def hand(url: str) -> None:
            for number in left:
                body = bodies[number % len(bodies)]
                headers = {"Content-Type": "application/json"}
                async with session.post(url, data=body, headers=headers) as response:
                    await response.read()
                    assert response.status == 200

        begun = time.monotonic()
        await asyncio.gather(*(hand(url) for url in urls for _ in range(in_flight)))
        return count / (time.monotonic() - begun)


def _main() -> None:
    bodies = [text.encode() for text in json.loads(Path(sys.argv[1]).read_text())]
    print(uvloop.run(_post(bodies, int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])))


if __name__ == "__main__":
    _main()
