"""What a driver's error means for whoever asked: that it is worth another try, or that a value does not fit.

Each driver has its own codes. What is not known here stays the error that it is.
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Dialect, ExceptionContext

from opensky.kernel.errors import Invalid, Refusal
from opensky.persistence.errors import ConnectionLost, Deadlock, StoreBusy, StoreFull

Meaning = Callable[[], Refusal]

_BUSY = partial(StoreBusy, "Somebody else was changing the same; nothing of yours was written. Please try again.")
_LET_GO = partial(
    Deadlock, "Somebody else was changing the same at this moment; nothing of yours was written. Please try again."
)
_LOST = partial(
    ConnectionLost,
    "The connection to the database was lost. Please look whether it worked, and try again if it did not.",
)
_FULL = partial(
    StoreFull,
    "There is no room left on the disk of the database; nothing of yours was written. Please try again later.",
)
_UNFIT = partial(Invalid, message="One of the values is too long, too large, or holds characters that cannot be kept.")

# MariaDB: lock wait timeout, deadlock, record changed; server gone, lost, shut down, killed; too long, out of range, bad text;
# disk full, table full.
_MARIADB: dict[object, Meaning] = {
    **dict.fromkeys((1205,), _BUSY),
    **dict.fromkeys((1213, 1020), _LET_GO),
    **dict.fromkeys((2006, 2013, 2055, 1053, 1927), _LOST),
    **dict.fromkeys((1406, 1264, 1366), _UNFIT),
    **dict.fromkeys((1021, 1114), _FULL),
}
# PostgreSQL: serialization, deadlock, lock not available; shut down; text too long, number too large, bad character;
# disk full.
_POSTGRESQL: dict[str, Meaning] = {
    **dict.fromkeys(("55P03",), _BUSY),
    **dict.fromkeys(("40001", "40P01"), _LET_GO),
    **dict.fromkeys(("57P01", "57P02", "57P03"), _LOST),
    **dict.fromkeys(("22001", "22003", "22021", "22P05"), _UNFIT),
    **dict.fromkeys(("53100",), _FULL),
}
_SQLITE: dict[int, Meaning] = {
    **dict.fromkeys((sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED), _BUSY),
    sqlite3.SQLITE_FULL: _FULL,
}


def refusal_from(error: BaseException | None, *, lost: bool = False) -> Refusal | None:
    """Return what a driver's error means, or ``None``. ``lost``: the driver says that the connection is gone."""
    meant = _meant(error) or (_LOST if lost else None)
    return meant() if meant is not None else None


def _meant(error: BaseException | None) -> Meaning | None:
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get((getattr(error, "sqlite_errorcode", None) or 0) & 0xFF)
    # Drivers of MariaDB have states of their own, which say less than their numbers.
    if type(error).__module__.partition(".")[0] == "psycopg":
        state = getattr(error, "sqlstate", None)
        if state is not None:
            return _POSTGRESQL.get(state) or (_LOST if state.startswith("08") else None)
        return _UNFIT if type(error).__name__ == "DataError" else None
    return _MARIADB.get(error.args[0]) if error is not None and error.args else None


def speak_plainly(engine: Engine) -> None:
    """Let an engine raise what its errors mean, wherever a statement runs through SQLAlchemy."""

    @event.listens_for(engine, "handle_error")
    def _translate(context: ExceptionContext) -> BaseException | None:
        # Without a connection it is about opening one, which whoever opens it explains.
        if context.connection is None or context.is_pre_ping:
            return None
        return refusal_from(context.original_exception, lost=context.is_disconnect)


def raise_meaning(error: Any, dialect: Dialect, cursor: Any) -> None:
    """Raise what an error of the bare driver means; return if it means no more than it says."""
    meant = refusal_from(error, lost=dialect.is_disconnect(error, getattr(cursor, "connection", None), cursor))
    if meant is not None:
        raise meant from error
