"""Where units of work and bulk writers get their transactions from."""

from collections.abc import Callable

from sqlalchemy.engine import Connection, Engine

from opensky.persistence.connecting import connected
from opensky.persistence.documents.engine import DocumentEngine
from opensky.persistence.engines.port import Turns

Documents = Callable[[Connection], DocumentEngine]
"""Makes the document engine of one transaction."""


class Writes:
    """Transactions that write, in the turns that the engine gives."""

    def __init__(self, engine: Engine, turns: Turns, documents: Documents) -> None:
        self._engine = engine
        self._turns = turns
        self.documents = documents

    def begin(self) -> Connection:
        self._turns.take()
        try:
            connection = connected(self._engine)
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

    def end(self, connection: Connection) -> None:
        connection.close()
