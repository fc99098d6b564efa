"""``opensky bench instrumentation``: what all the counting costs a shop, of its CPU time.

Two shops run as ``opensky up`` runs them: one counts everything and keeps it, the other nothing. They take turns, request by request
the same, and the other way round each second time. The CPU time is that of all processes, the stats program among them.
"""

import itertools
import statistics

from opensky.bench.flood import flood
from opensky.bench.processes import cpu_seconds
from opensky.bench.results import Metric, Results
from opensky.bench.shop import Running, shop
from opensky.settings import NOWHERE

CONNECTIONS = 16
PATHS = {"list of 20, JSON": "/api/v1/products?limit=20", "product, HTML": "/products/bowl-{number}"}
_PRODUCTS = 1400
_MOST = 3.0


def run(*, requests: int = 2000, rounds: int = 9, workers: int = 2) -> Results:
    """Measure both; the value is the median of the rounds' differences, in percent of what a request costs uncounted."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in PATHS}
    with shop(1500, workers) as counting, shop(1500, workers, stats_url=NOWHERE) as silent:
        for path in PATHS.values():
            for running in (counting, silent):
                _cost(running, path, requests)
        for turn in range(rounds):
            for name, path in PATHS.items():
                order = (counting, silent) if turn % 2 else (silent, counting)
                spent = {running.port: _cost(running, path, requests) for running in order}
                found[name].append((spent[counting.port], spent[silent.port]))
    results: dict[str, Metric] = {}
    for name, pairs in found.items():
        share = statistics.median((more / less - 1) * 100 for more, less in pairs)
        results[name] = Metric(value=statistics.median(less for _, less in pairs), unit="CPU-ms")
        results[f"{name}: counting"] = Metric(value=share, unit="%", target=_MOST)
    return results


def _cost(running: Running, path: str, requests: int) -> float:
    """Return the CPU-milliseconds of a request, of all processes of a shop."""
    processes = running.processes()
    before = cpu_seconds(processes)
    paths = (path.format(number=number % _PRODUCTS) for number in itertools.count())
    flood(running.host, running.port, paths, requests, connections=CONNECTIONS)
    return (cpu_seconds(processes) - before) * 1000 / requests
