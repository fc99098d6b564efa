"""The operations board: from which numbers it is made, once for each web process, and only while somebody looks."""

import hashlib
from collections.abc import Callable, Iterator

from dishka import Provider, Scope, provide

from opensky import __version__
from opensky.kernel.clock import Clock
from opensky.scheduler.desk import Timetable
from opensky.settings import Settings
from opensky.tactical.alerts import Alerts
from opensky.tactical.board import Boards
from opensky.tactical.controller import BoardPages
from opensky.tactical.live import LiveBoard
from opensky.tactical.numbers import Numbers, open_numbers
from opensky.tactical.pages import STATIC
from opensky.tactical.readings import NextJob
from opensky.tactical.tiles import standard


class Board(Provider):
    """What the board's pages name in their constructors. Nothing is read before the first of them is asked for."""

    scope = Scope.APP
    pages = provide(BoardPages)
    alerts = provide(Alerts)

    @provide
    def numbers(self, settings: Settings) -> Iterator[Numbers]:
        numbers = open_numbers(settings)
        yield numbers
        numbers.close()

    @provide
    def live(
        self, settings: Settings, numbers: Numbers, timetable: Timetable, clock: Clock, alerts: Alerts
    ) -> LiveBoard:
        tiles = standard(settings.currency)
        boards = Boards(numbers, tiles, jobs=next_job(timetable, clock), alerts=alerts.open)
        return LiveBoard(boards, lambda: clock.now().timestamp(), look())


def next_job(timetable: Timetable, clock: Clock) -> Callable[[], NextJob | None]:
    """Return what says which job begins next."""

    def tell() -> NextJob | None:
        coming = timetable.next(clock.now())
        return NextJob(coming[0].name, coming[1].timestamp()) if coming else None

    return tell


def look() -> str:
    """Return what tells one look of the board from another: a page that is open loads anew when it changes."""
    files = b"".join(path.read_bytes() for path in sorted(STATIC.rglob("*")) if path.is_file())
    return hashlib.sha256(__version__.encode() + files).hexdigest()[:12]
