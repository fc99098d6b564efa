"""The turn to write in a shop's database: whether it is free, and holding it for a while, as a badly written report does."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress

from opensky.persistence import Database, StoreBusy, UnitOfWork
from opensky.settings import Settings
from opensky.wiring.databases import open_database

HELD, FREE = 2.4, 0.25
"""Seconds for which the turn is held, and then free: a write waits for a second or so, and none for so long that it is refused."""
_AT_ONCE = 0.2
_TABLES = ("bag_lines", "messages", "sessions", "throttles")
"""What visitors write most. On servers the turn to write is not that of the whole database, so it is held of these."""
_TAKE = {
    "sqlite": ("SELECT 1",),  # the first statement of a unit of work takes the turn, whatever it says
    "postgresql": (f"LOCK TABLE {', '.join(_TABLES)} IN EXCLUSIVE MODE NOWAIT",),
    "mariadb": ("SET SESSION lock_wait_timeout = 1", f"LOCK TABLES {', '.join(f'{each} READ' for each in _TABLES)}"),
}
_GIVE_BACK = {"mariadb": ("UNLOCK TABLES",)}


@contextmanager
def writes_held(settings: Settings) -> Iterator[None]:
    """Hold the turn to write again and again, until the end; what reads goes on."""
    stop = threading.Event()
    database = open_database(settings)
    thread = threading.Thread(target=_hold, args=(database, stop), name="writes-held")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        database.close()


def can_be_written(settings: Settings) -> bool:
    """Whether nobody holds the turn to write of an SQLite file now. Other databases have one for each row: there it is always free."""
    with closing(open_database(settings)) as database:
        if database.file is None:
            return True
        with closing(sqlite3.connect(database.file, timeout=_AT_ONCE, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
            except sqlite3.OperationalError:
                return False
    return True


def _hold(database: Database, stop: threading.Event) -> None:
    while not stop.is_set():
        with suppress(StoreBusy), database.unit_of_work() as unit:  # where others write just now, they come first
            _run(unit, _TAKE[database.dialect])
            stop.wait(HELD)
            _run(unit, _GIVE_BACK.get(database.dialect, ()))
        stop.wait(FREE)


def _run(unit: UnitOfWork, statements: Sequence[str]) -> None:
    for each in statements:
        unit.connection.exec_driver_sql(each)
