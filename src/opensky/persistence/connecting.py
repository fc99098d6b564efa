"""Taking a connection of a pool, with words for when there is none."""

import time
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from opensky.persistence.errors import ConnectionLost, StoreBusy
from opensky.persistence.watched import WAITING, watch_of

_SLOW = 0.5
"""Seconds. A server that refuses does so at once, and may be asked again at once; who waited longer has waited for others too."""
_PAUSE = 1.0
"""Seconds until somebody tries again."""
_AWAY = "The database cannot be reached just now; nothing was changed. Please try again."


class _Silence:
    """Until when a server that did not answer is not asked; then by one at a time, until it answers."""

    def __init__(self) -> None:
        self.until = 0.0


_silent: WeakKeyDictionary[Engine, _Silence] = WeakKeyDictionary()


def undone(connection: Connection) -> None:
    """Roll back what a connection has not committed; if the connection is lost, the server does so by itself."""
    try:
        connection.rollback()
    except ConnectionLost:
        return


def connected(engine: Engine) -> Connection:
    """Return a connection of the pool, as ``taken`` does, and tell who watches how long that took."""
    watch = watch_of(engine)
    if watch is None:
        return taken(engine)
    began = time.perf_counter()
    try:
        return taken(engine)
    finally:
        watch(WAITING, (time.perf_counter() - began) * 1000)


def taken(engine: Engine) -> Connection:
    """Return a connection of the pool; raises ``StoreBusy`` if none became free in time, or no server answers.

    A server that takes connections and says nothing, or whose machine is gone, is waited for by one; whoever comes in the second
    after that is told at once.
    """
    silence = _silent.get(engine) if _silent else None
    began = time.monotonic()
    if silence is not None:
        if began < silence.until:
            raise ConnectionLost(_AWAY)
        silence.until = began + _PAUSE  # this one tries; the others need not wait with it
    try:
        connection = engine.connect()
    except PoolTimeout as error:
        message = "All connections to the database were in use for too long; nothing was changed. Please try again."
        raise StoreBusy(message) from error
    except OperationalError as error:
        if engine.dialect.name == "sqlite":
            raise
        ended = time.monotonic()
        if ended - began > _SLOW:
            _silent.setdefault(engine, _Silence()).until = ended + _PAUSE
        raise ConnectionLost(_AWAY) from error
    if silence is not None:
        _silent.pop(engine, None)
    return connection
