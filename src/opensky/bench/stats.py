"""``opensky bench stats``: what counting costs the code that counts, the server that receives, and the store that keeps (``bench.store``).

A sender of its own process keeps to a rate for some seconds; what the server did not count was lost. CPU time of the server's process, of
each datagram. With ``--etsy yes`` and Node there, Etsy's statsd is fetched from npm, and sent the same.
"""

import json
import multiprocessing
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from opensky.bench import store
from opensky.bench.processes import cpu_seconds
from opensky.bench.results import Metric, Results
from opensky.bench.shop import free_port
from opensky.kernel.errors import Misconfigured
from opensky.stats import Names, Stats
from opensky.stats.admin import asked

_KEYS = 500
_INCREMENTS = 200_000
_ETSY = "statsd@0.9.0"
_PATIENCE = 20.0
_COUNTED = re.compile(r"key\d+\W+([\d.]+)")
"""A counter of ours in the answer of either server: one writes JSON, the other JavaScript."""


def run(*, rate: int = 100_000, seconds: int = 5, etsy: str = "") -> Results:
    """Measure.

    Args:
        rate: datagrams a second, of one counter each.
        seconds: for how long.
        etsy: any word: run Etsy's statsd as well, from npm.
    """
    results = {"increment": Metric(value=_increment(), unit="CPU-us", target=0.15, peer=3.84)}
    peer = _etsy(rate, seconds) if etsy else None
    sent, counted, cpu = _ours(rate, seconds)
    results["server, a datagram"] = Metric(
        value=cpu / counted * 1e6, unit="CPU-us", target=3, peer=peer[2] / peer[1] * 1e6 if peer else 4.5
    )
    lost = 100 * (1 - counted / sent)
    results[f"lost of {sent / seconds:,.0f}/s in {seconds} s"] = Metric(
        value=lost, unit="%", target=0, peer=100 * (1 - peer[1] / peer[0]) if peer else 36
    )
    return results | store.run()


def _increment() -> float:
    """Return microseconds of CPU for one increment, the sending included; the best of a few runs."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
        sink.bind(("127.0.0.1", 0))
        wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        wire.connect(sink.getsockname())
        stats = Stats(Names(["seller.follow.*"]), wire)
        increment, best = stats.increment, float("inf")
        for _ in range(7):
            began = time.process_time()
            for _ in range(_INCREMENTS):
                increment("seller.follow.shaq")
            stats.flush()
            best = min(best, time.process_time() - began)
        wire.close()
    return best / _INCREMENTS * 1e6


def _ours(rate: int, seconds: int) -> tuple[int, int, float]:
    port, admin = free_port(), free_port()
    command = [sys.executable, "-P", "-m", "opensky.cli", "stats", "run", "--udp", f"127.0.0.1:{port}"]
    with _server([*command, "--admin", f"127.0.0.1:{admin}", "--every", "3600"], admin) as pid:
        return _flooded(pid, port, admin, rate, seconds)


def _etsy(rate: int, seconds: int) -> tuple[int, int, float]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise Misconfigured("Etsy's statsd needs node and npm on this machine; leave --etsy out.")
    home = Path.home() / ".cache" / "opensky" / "etsy-statsd"
    if not (home / "node_modules" / "statsd").is_dir():
        home.mkdir(parents=True, exist_ok=True)
        subprocess.run([npm, "install", "--silent", "--no-optional", "--prefix", str(home), _ETSY], check=True)
    port, admin = free_port(), free_port()
    config = home / "config.js"
    config.write_text(
        json.dumps({"port": port, "mgmt_port": admin, "flushInterval": 3_600_000, "backends": []}), encoding="utf-8"
    )
    with _server([node, str(home / "node_modules" / "statsd" / "stats.js"), str(config)], admin) as pid:
        return _flooded(pid, port, admin, rate, seconds)


@contextmanager
def _server(command: list[str], admin: int) -> Iterator[int]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + _PATIENCE
            while not _asked(admin, "health"):
                if time.monotonic() > until or process.poll() is not None:
                    raise Misconfigured(f"It did not start: {' '.join(command)}")
                time.sleep(0.05)
            yield process.pid
        finally:
            process.terminate()


def _flooded(pid: int, port: int, admin: int, rate: int, seconds: int) -> tuple[int, int, float]:
    """Return how many were sent, how many counted, and the CPU seconds that it took."""
    before = cpu_seconds([pid])
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    sender = context.Process(target=send, args=(port, rate, seconds, theirs))
    sender.start()
    sent = int(ours.recv())
    sender.join()
    time.sleep(0.4)
    counted = sum(float(found) for found in _COUNTED.findall(_asked(admin, "counters")))
    cpu = cpu_seconds([pid]) - before
    return sent, int(counted), cpu


def send(port: int, rate: int, seconds: int, told: "multiprocessing.connection.Connection[int, None]") -> None:
    """Send at a rate, in small bursts; tell how many were."""
    packets = [f"key{number}:1|c".encode() for number in range(_KEYS)]
    sent = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.connect(("127.0.0.1", port))
        deliver, began = wire.send, time.monotonic()
        while (passed := time.monotonic() - began) < seconds:
            for _ in range(min(int(passed * rate) - sent, 1000)):
                deliver(packets[sent % _KEYS])
                sent += 1
    told.send(sent)


def _asked(admin: int, command: str) -> str:
    try:
        return asked(("127.0.0.1", admin), command)
    except OSError:
        return ""
