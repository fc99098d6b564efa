"""Counting: which stats there are in this shop, and where they go."""

from collections.abc import Iterable

from opensky.events import Event
from opensky.events.declarations import declarations
from opensky.kernel.errors import Misconfigured
from opensky.osis.runtime.stats import STATS as OF_THE_BUS
from opensky.settings import Settings
from opensky.stats import Names, Stats
from opensky.stats.client import Datagrams
from opensky.web.stats import STATS as OF_THE_WEB

COUNTED_FIRST = 1000
"""Before any listener can stop the event."""


def web_stats(settings: Settings) -> Stats:
    """Return what the shop counts with: its events, and the answers of the web."""
    return _stats(settings, (*(each.name for each in declarations()), *OF_THE_WEB))


def bus_stats(settings: Settings) -> Stats:
    """Return what the bus counts with: its flows."""
    return _stats(settings, OF_THE_BUS)


class EventCounter:
    """Counts each event that is dispatched, by its name. One whose transaction is rolled back has been dispatched, too."""

    def __init__(self, stats: Stats) -> None:
        self._count = stats.one

    def __call__(self, event: Event) -> None:
        self._count(event.name)


def _stats(settings: Settings, names: Iterable[str]) -> Stats:
    """Return a client; raises ``Misconfigured`` for an address that is none."""
    if not settings.stats_url:
        return Stats()
    try:
        return Stats(Names(names), Datagrams(settings.stats_url))
    except ValueError as error:
        raise Misconfigured(f"stats_url: {error}") from error
