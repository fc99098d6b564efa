"""``opensky bench instrumentation``: what all the counting costs a request, of its CPU time.

Four shops in one process answer the same requests in turns: two count everything, send it, have it summed up and kept, all within what is
measured; the other two count nothing. The first and the last that are made are silent: a shop that is made later is slower by itself, by as
much as is looked for. Of each round the difference is taken; the value is the median. The HTTP server's own work is in neither, so that the
true share is smaller, about by half for JSON.
"""

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from litestar import Litestar

from opensky.bench.results import Metric, Results
from opensky.bench.shop import fill
from opensky.kernel.errors import OpenSkyError
from opensky.settings import NOWHERE, Settings
from opensky.stats import Stats
from opensky.stats.aggregate import Aggregate
from opensky.stats.running import SHOPS_INTERVAL, SHOPS_RETENTION, SHOPS_RULES
from opensky.stats.server import Listening, Server
from opensky.stats.store import Store
from opensky.web.app import build
from opensky.wiring.containers import web_container
from opensky.wiring.features import CONTROLLERS, FRAME, TEMPLATES

PATHS = {"list of 20, JSON": "/api/v1/products?limit=20", "product, HTML": "/products/bowl-7"}
_MOST = 3.0
_OK = 200
_COUNTED = "udp://127.0.0.1:9"


def run(*, requests: int = 500, turns: int = 20) -> Results:
    """Measure both; a turn is so many requests, at least a third of a busy second of two cores, and a second's summing up."""
    with tempfile.TemporaryDirectory(prefix="opensky-bench-") as folder, ExitStack() as stack:
        fill(Path(folder), 300)
        keeping = _Keeping(Path(folder))
        stack.callback(keeping.close)
        urls = (NOWHERE, _COUNTED, _COUNTED, NOWHERE)
        shops = [stack.enter_context(_shop(Path(folder), url, keeping if url == _COUNTED else None)) for url in urls]
        gc.collect()
        gc.freeze()  # as the web's processes do it
        gc.set_threshold(5_000)
        results: dict[str, Metric] = {}
        for name, path in PATHS.items():
            for each in shops:
                each.answer(path, 200)
            pairs = [_pair(shops, path, requests, turn) for turn in range(turns)]
            less = statistics.median(less for less, _ in pairs)
            share = statistics.median(more / less - 1 for less, more in pairs)
            results[name] = Metric(value=less, unit="CPU-ms")
            results[f"{name}: counting"] = Metric(value=share * 100, unit="%", target=_MOST)
    return results


def _pair(shops: list["_Shop"], path: str, requests: int, turn: int) -> tuple[float, float]:
    """Return the CPU-milliseconds of a request of the silent and of the counting shops; who is first takes turns."""
    spent = {each: each.answer(path, requests) for each in (shops if turn % 2 else shops[::-1])}
    first, second, third, fourth = (spent[each] for each in shops)
    return (first + fourth) / 2, (second + third) / 2


class _Keeping:
    """The other side, in this process: takes what is sent at once, as the program ``stats`` does it."""

    most = 32_000

    def __init__(self, folder: Path) -> None:
        self._store = Store(folder / "kept", SHOPS_RETENTION)
        self._server = Server(Listening(), [], Aggregate(SHOPS_RULES), every=SHOPS_INTERVAL)
        self._second = int(time.time())

    def send(self, packet: bytes, /) -> None:
        self._server.take(packet)

    def keep(self) -> None:
        """Sum up a second and keep it."""
        self._second += 1
        self._store.put(self._server.aggregate.flush(SHOPS_INTERVAL), self._second)

    def close(self) -> None:
        self._store.close()


class _Shop:
    """A shop's web application, asked without a server."""

    def __init__(self, app: Litestar, stats: Stats, keeping: _Keeping | None) -> None:
        self._app = app
        self._stats = stats
        self._keeping = keeping
        self._loop = asyncio.new_event_loop()

    def answer(self, target: str, requests: int) -> float:
        """Answer so many requests; return the CPU-milliseconds of one."""
        began = time.process_time()
        self._loop.run_until_complete(self._answer(target, requests))
        if self._keeping is not None:
            self._stats.flush()
            self._keeping.keep()
        return (time.process_time() - began) * 1000 / requests

    async def _answer(self, target: str, requests: int) -> None:
        path, _, query = target.partition("?")
        statuses: set[int] = set()

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.add(message["status"])

        for _ in range(requests):
            scope: Any = {
                "type": "http",
                "http_version": "1.1",
                "method": "GET",
                "scheme": "http",
                "path": path,
                "raw_path": path.encode(),
                "query_string": query.encode(),
                "headers": [(b"host", b"127.0.0.1")],
                "client": ("127.0.0.1", 1),
                "server": ("127.0.0.1", 8000),
                "root_path": "",
                "state": {},
                "extensions": {},
                "asgi": {"version": "3.0", "spec_version": "2.3"},
            }
            await self._app(scope, receive, send)
        if statuses != {_OK}:
            raise OpenSkyError(f"{target} was answered with {statuses}.")

    def close(self) -> None:
        self._loop.close()


@contextmanager
def _shop(folder: Path, stats_url: str, keeping: _Keeping | None = None) -> Iterator[_Shop]:
    settings = Settings.load({"OPENSKY_DATA": str(folder), "OPENSKY_STATS_URL": stats_url})
    container = web_container(settings)
    stats = container.get(Stats)
    if keeping is not None:
        stats.send_to(keeping)
    made = _Shop(build(settings, container, CONTROLLERS, templates=TEMPLATES, frame=FRAME), stats, keeping)
    yield made
    made.close()
    container.close()
