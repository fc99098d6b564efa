"""The relay: redoes what was committed in SQL but not yet applied to the database of the documents.

Each process that serves starts one (``start``): it looks at once, for what a crash has left, then every few seconds and whenever
the process itself leaves something. Several relays do no harm: each takes its share, and applying twice changes nothing.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.engine import Connection

from opensky.kernel.ids import made_at
from opensky.persistence.database import Database
from opensky.persistence.documents import journal

EVERY_SECONDS = 5.0
LONGEST_PAUSE = 60.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the database of the documents has still to be told."""

    rows: int
    failing: int
    oldest: datetime | None
    error: str | None


def redo_once(database: Database, *, due_only: bool = True) -> int:
    """Apply what waits and return how many operations were applied; nothing to do where documents live in SQL.

    ``due_only`` leaves alone what another process is busy with, or what failed a moment ago.
    """
    if database.elsewhere is None:
        return 0
    return journal.redo(lambda: _transaction(database), database.elsewhere.apply, database.clock, due_only=due_only)


def waiting(database: Database) -> Waiting:
    """Return what waits to be applied; in good times nothing, or what is a few milliseconds old."""
    with database.unit_of_work(read_only=True) as unit:
        rows, failing, least, error = journal.state(unit.connection)
    return Waiting(rows, failing, made_at(least) if least is not None else None, error)


def start(database: Database) -> "Relay | None":
    """Run a relay in a thread of this process until it ends; none is needed where documents live in SQL."""
    if database.elsewhere is None:
        return None
    relay = Relay(database)
    relay.start()
    return relay


class Relay:
    """A thread that redoes leftovers."""

    def __init__(self, database: Database, every: float = EVERY_SECONDS) -> None:
        self._database = database
        self._every = every
        self._wanted = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        """Begin, with a look at what an earlier process has left."""
        if self._database.elsewhere is not None:
            self._database.elsewhere.on_left_over = self._wanted.set
        self._thread.start()

    def stop(self) -> None:
        """End after the batch that is being applied."""
        self._ended.set()
        self._wanted.set()
        self._thread.join(3)

    def _run(self) -> None:
        pause = self._every
        while not self._ended.is_set():
            try:
                with self._database.unit_of_work(read_only=True) as unit:
                    found = journal.due(unit.connection, self._database.clock)
                if found and (done := redo_once(self._database)):
                    structlog.get_logger().info("relay.redone", operations=done)
                pause = self._every
            except Exception as error:  # noqa: BLE001 - the thread must outlive a database that is away or busy
                structlog.get_logger().warning("relay.paused", error=str(error), seconds=pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            self._wanted.wait(pause)
            self._wanted.clear()


@contextmanager
def _transaction(database: Database) -> Iterator[Connection]:
    with database.unit_of_work() as unit:
        yield unit.connection
        unit.commit()
