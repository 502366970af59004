"""What a served request costs: `aktar serve` with two workers, `wrk` with eight connections.

`python -m benchmarks.served` takes the database of DATABASE_URL as `benchmarks.inside` left it, and writes
its figures to AKTAR_BENCH_OUT. Without the program wrk it says so and measures nothing.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SECONDS = int(os.environ.get("AKTAR_BENCH_SECONDS", "5"))
REQUESTS = int(os.environ.get("AKTAR_BENCH_REQUESTS", "100000"))
PORT = 8123
ORDERS, YARDSTICK = "/api/v1/oms/transfer_orders/", "/yardstick/transfer_orders/"
_MIX = """
math.randomseed(7)
request = function()
  local n = math.random(10)
  local path = "%(orders)s"
  if n <= 5 then path = path .. math.random(%(most)d) .. "/"
  elseif n <= 7 then path = path .. "?limit=50&page=" .. math.random(%(pages)d)
  elseif n <= 9 then path = path .. "list-simple/?limit=50&page=" .. math.random(%(pages)d)
  else path = path .. "?limit=20&state__enum_value=waiting" end
  return wrk.format("GET", path)
end
"""


def main() -> int:
    if shutil.which("wrk") is None:
        print("served: skipped, for there is no wrk", file=sys.stderr)
        return 0
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    os.environ["AKTAR_LOG_LEVEL"] = "ERROR"
    for name in ("TOKEN", "ADDRESS", "LOGIN"):
        os.environ[f"AKTAR_THROTTLE_{name}"] = "900000000/s"
    key, most = _key_and_most()
    found: dict[str, Any] = {"orders": most, "rates": [], "memory": []}
    for what, megabytes in (("warm", "32"), ("cold", "0")):
        with _served(megabytes) as server:
            for name, address in (
                ("list of 50", f"{ORDERS}?limit=50"),
                ("detail", f"{ORDERS}{most // 2}/"),
                ("brief list of 50", f"{ORDERS}list-simple/?limit=50"),
            ):
                found["rates"].append({"what": name, "way": what} | _rate(key, address))
                if what == "cold":
                    theirs = address.replace(ORDERS, YARDSTICK)
                    found["rates"].append({"what": name, "way": "DRF"} | _rate(key, theirs))
            if what == "warm":
                rate = _rate(key, f"{ORDERS}?limit=50", "-H", "Accept-Encoding: zstd")
                found["rates"].append({"what": "list of 50, zstd", "way": what} | rate)
                found["memory"] = _memory(server, key, most)
    Path(os.environ["AKTAR_BENCH_OUT"]).write_text(json.dumps(found))
    print(json.dumps(found, indent=1))
    return 0


def _key_and_most() -> tuple[str, int]:
    """Asked in a process of its own, so that this one holds no connection."""
    script = (
        "import django; django.setup()\n"
        "from benchmarks.inside import key\n"
        "from aktar.transfers.models import TransferOrder\n"
        "print(key(), TransferOrder.objects.order_by('-id').values_list('pk', flat=True)[0])"
    )
    told = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    key, most = told.stdout.split()
    return key, int(most)


@contextmanager
def _served(megabytes: str) -> "Iterator[subprocess.Popen[bytes]]":
    """A server that is ready, for as long as the block lasts."""
    options = ["--port", str(PORT), "--workers", "2", "--threads", "4", "--no-dispatch"]
    environment = os.environ | {"AKTAR_DOCUMENT_CACHE_MB": megabytes}
    with subprocess.Popen([sys.executable, "-m", "aktar", "serve", *options], env=environment) as process:
        try:
            _wait_until_ready()
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def _wait_until_ready() -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("aktar serve is not ready")


def _wrk(key: str, address: str, *options: str) -> str:
    command = ["wrk", "-t1", "-c8", "--latency", "--timeout", "30s", *options]
    command += ["-H", f"Authorization: Token {key}", f"http://127.0.0.1:{PORT}{address}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _rate(key: str, address: str, *options: str) -> dict[str, float]:
    """Requests a second, and the milliseconds that half and 99 of 100 requests took at most."""
    _wrk(key, address, "-d1s", *options)
    told = _wrk(key, address, f"-d{SECONDS}s", *options)
    if "Non-2xx" in told:
        raise SystemExit(f"{address}: {told}")
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", told)
    assert rate
    return {"rate": float(rate[1]), "p50": _latency(told, "50%"), "p99": _latency(told, "99%")}


def _latency(told: str, share: str) -> float:
    found = re.search(rf"{share}\s+([0-9.]+)(us|ms|s)\b", told)
    assert found
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


def _memory(server: "subprocess.Popen[bytes]", key: str, most: int) -> list[dict[str, Any]]:
    """The resident megabytes of each worker while it answers the mix of requests."""
    seen = [{"requests": 0, "megabytes": _resident(server.pid)}]
    done = 0
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_MIX % {"orders": ORDERS, "most": most, "pages": most // 50})
        script.flush()
        while done < REQUESTS:
            told = _wrk(key, "/", "-d10s", "-s", script.name)
            count = re.search(r"([0-9]+) requests in", told)
            assert count
            done += int(count[1])
            seen.append({"requests": done, "megabytes": _resident(server.pid)})
    return seen


def _resident(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    statuses = [Path(f"/proc/{child}/status").read_text() for child in children]
    found = [re.search(r"VmRSS:\s+([0-9]+) kB", status) for status in statuses]
    return sorted(int(match[1]) // 1024 for match in found if match and int(match[1]) > 30_000)


if __name__ == "__main__":
    sys.exit(main())
