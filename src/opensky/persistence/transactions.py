"""Where units of work and bulk writers get their transactions from."""

from collections.abc import Callable
from time import perf_counter

from sqlalchemy.engine import Connection, Engine

from opensky.persistence.connecting import connected, taken
from opensky.persistence.documents.engine import DocumentEngine
from opensky.persistence.engines.port import Turns
from opensky.persistence.watched import COMMIT, WAITING, watch_of

Documents = Callable[[Connection], DocumentEngine]
"""Makes the document engine of one transaction."""


class Writes:
    """Transactions that write, in the turns that the engine gives."""

    def __init__(self, engine: Engine, turns: Turns, documents: Documents) -> None:
        self._engine = engine
        self._turns = turns
        self.documents = documents

    def begin(self) -> Connection:
        watch = watch_of(self._engine)
        if watch is None:
            return self._begun()
        began = perf_counter()
        try:
            return self._begun()
        finally:
            watch(WAITING, (perf_counter() - began) * 1000)

    def commit(self, connection: Connection) -> None:
        _committed(connection)

    def _begun(self) -> Connection:
        self._turns.take()
        try:
            connection = taken(self._engine)
            try:
                connection.begin()
            except BaseException:
                connection.close()  # else it would be missing until a collection of garbage finds it: SQLite has but one
                raise
        except BaseException:
            self._turns.give_back()
            raise
        return connection

    def end(self, connection: Connection) -> None:
        try:
            connection.close()
        finally:
            self._turns.give_back()


class Reads:
    """Transactions of units of work that only read."""

    def __init__(self, engine: Engine, documents: Documents) -> None:
        self._engine = engine
        self.documents = documents

    def begin(self) -> Connection:
        return connected(self._engine)

    def commit(self, connection: Connection) -> None:
        _committed(connection)

    def end(self, connection: Connection) -> None:
        connection.close()


def _committed(connection: Connection) -> None:
    watch = watch_of(connection.engine)
    if watch is None:
        connection.commit()
        return
    began = perf_counter()
    try:
        connection.commit()
    finally:
        watch(COMMIT, (perf_counter() - began) * 1000)
