"""Alerts: the bus looks at the board every few seconds, and tells of what has lasted."""

import time

from dishka import Container

from opensky.kernel.ids import IdGenerator
from opensky.messaging import Nudger, Outgoing
from opensky.osis.runtime.hands import Report
from opensky.osis.runtime.worker import silent
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.stats import Stats
from opensky.stats.marks import Marks
from opensky.tactical.alerts import Keeper
from opensky.tactical.board import Boards
from opensky.tactical.numbers import open_numbers
from opensky.tactical.telling import Telling
from opensky.tactical.troubles import Hysteresis, Trouble, troubles
from opensky.wiring.loops import for_ever
from opensky.wiring.messages import remote_queues

EVERY = 5.0
RAISED = "alerts.raised"


def keeper(app: Container) -> Keeper:
    """Return what keeps the alerts of a shop.

    Raises:
        Misconfigured: the setting ``alerts`` makes no sense.
    """
    settings, stats = app.get(Settings), app.get(Stats)
    database, ids, nudger = app.get(Database), app.get(IdGenerator), app.get(Nudger)
    remote = remote_queues(settings)

    def client(unit: UnitOfWork) -> Outgoing:
        return Outgoing(unit, ids, nudger, remote, settings.large_message_bytes)

    def raised(trouble: Trouble) -> None:
        stats.increment(RAISED)
        if not settings.graphite_url:
            Marks(settings.data / "stats").add(f"alert {trouble.title}"[:255], ("alert",), trouble.sentence)

    return Keeper(database, ids, client, Telling.read(settings.alerts), settings.address, raised)


def watch_board(app: Container, *, report: Report = silent) -> None:
    """Look at the board every few seconds, in a thread of its own, for as long as the process lives; not where nothing is counted.

    Raises:
        Misconfigured: the setting ``alerts`` or ``graphite_url`` makes no sense.
    """
    settings = app.get(Settings)
    kept = keeper(app)
    if not app.get(Stats).sends and not settings.graphite_url:
        return
    boards, lasting = Boards(open_numbers(settings)), Hysteresis()

    def look() -> None:
        while True:
            look_once(boards, lasting, kept, time.time())
            time.sleep(EVERY)

    for_ever("alerts", look, report)


def look_once(boards: Boards, lasting: Hysteresis, kept: Keeper, now: float) -> None:
    """Look at the board, and keep and tell what has lasted."""
    open_ = kept.open()
    ripe = lasting.observe(troubles(boards.read(now)), {each.key for each in open_}, now)
    kept.keep(ripe, open_)
