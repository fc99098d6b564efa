"""What the web counts: answers by their status, and how long each route takes."""

from functools import cache
from typing import Final

from opensky.stats import Stats

REQUESTS: Final = "web.ms"
STATS: Final = (REQUESTS, "web.status.*", "web.routes.*")
"""All answers, in milliseconds; how many with each status; each route, in milliseconds."""


def count_answer(stats: Stats, method: str, path: str, status: int, ms: float) -> None:
    """Count an answer of a route, which is named by its path and not by what was asked for."""
    stats.one(f"web.status.{status}")
    stats.timing(REQUESTS, ms)
    stats.timing(_route(method, path), ms)


@cache
def _route(method: str, path: str) -> str:
    words = "_".join(part.partition(":")[0].strip("{}.") for part in path.split("/") if part)
    return f"web.routes.{method}_{words.replace('.', '_') or 'home'}"
