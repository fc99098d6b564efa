"""What the web counts: answers by their status, and how long each route takes."""

from functools import cache
from typing import Final

from opensky.stats import Stats
from opensky.web.pool import Pool

REQUESTS: Final = "web.ms"
VIEWS: Final = "web.views"
BUSY, SLOTS = "web.busy", "web.slots"
STATS: Final = (REQUESTS, VIEWS, BUSY, SLOTS, "web.status.*", "web.routes.*")
"""All answers, in milliseconds; pages shown; requests in work, and how many can be; how many answers with each status; each route."""
_OK: Final = 200
_FOR_PROGRAMS = ("/api/", "/callbacks/")


def gauge_threads(stats: Stats, pool: Pool, threads: int) -> None:
    """Have it said each second how many requests are in work, and how many can be. In a process of its own: each says its part."""
    stats.gauge_of(BUSY, lambda: pool.busy, one_of_many=True)
    stats.gauge_of(SLOTS, lambda: threads, one_of_many=True)


def count_answer(stats: Stats, method: str, path: str, status: int, ms: float) -> None:
    """Count an answer of a route, which is named by its path and not by what was asked for."""
    stats.one(f"web.status.{status}")
    stats.time((_route(method, path), ms))
    if status == _OK and method == "GET" and not path.startswith(_FOR_PROGRAMS):
        stats.one(VIEWS)


@cache
def _route(method: str, path: str) -> str:
    words = "_".join(part.partition(":")[0].strip("{}.") for part in path.split("/") if part)
    return f"web.routes.{method}_{words.replace('.', '_') or 'home'}"
