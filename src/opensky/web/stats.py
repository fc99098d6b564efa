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
    route, view = _route(method, path)
    stats.one(_status(status))
    stats.time(route, ms)
    if view and status == _OK:
        stats.one(VIEWS)


@cache
def _status(status: int) -> str:
    return f"web.status.{status}"


@cache
def _route(method: str, path: str) -> tuple[str, bool]:
    """Return what a route is counted as, and whether people look at it."""
    words = "_".join(part.partition(":")[0].strip("{}.") for part in path.split("/") if part)
    view = method == "GET" and not path.startswith(_FOR_PROGRAMS)
    return f"web.routes.{method}_{words.replace('.', '_') or 'home'}", view
