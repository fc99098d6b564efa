"""Taking a connection of a pool, with words for when there is none."""

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from opensky.persistence.errors import ConnectionLost, StoreBusy


def undone(connection: Connection) -> None:
    """Roll back what a connection has not committed; if the connection is lost, the server does so by itself."""
    try:
        connection.rollback()
    except ConnectionLost:
        return


def connected(engine: Engine) -> Connection:
    """Return a connection of the pool; raises ``StoreBusy`` if none became free in time, or no server answers."""
    try:
        return engine.connect()
    except PoolTimeout as error:
        message = "All connections to the database were in use for too long; nothing was changed. Please try again."
        raise StoreBusy(message) from error
    except OperationalError as error:
        if engine.dialect.name == "sqlite":
            raise
        message = "The database cannot be reached just now; nothing was changed. Please try again."
        raise ConnectionLost(message) from error
