"""Reading cursors that are kept open, one for each thread, where a database is a file of ours.

A reading connection to SQLite holds nothing between two statements, so nobody gains by giving it back after each request,
and taking one from a pool costs more than most questions.
"""

import threading
from typing import Any
from weakref import WeakSet

from sqlalchemy.engine import Engine


class KeptCursors:
    """Gives each thread the same cursor each time; ``close`` lets go of all, and the next use opens anew."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._mine = threading.local()
        self._open: WeakSet[Any] = WeakSet()  # a thread that ends gives its connection back by ending
        self._lock = threading.Lock()

    def cursor(self) -> Any:
        """Return this thread's cursor. Whoever uses it takes all rows before anybody else of this thread does."""
        try:
            if self._mine.all is self._open:
                return self._mine.cursor
        except AttributeError:
            pass
        return self._opened()

    def close(self) -> None:
        """Close all connections; a process that is about to fork must, and so must whoever removes the file."""
        with self._lock:
            held, self._open = self._open, WeakSet()
        for connection in list(held):
            connection.close()

    def _opened(self) -> Any:
        connection = self._engine.raw_connection()
        with self._lock:
            self._open.add(connection)
            self._mine.all = self._open
        self._mine.connection, self._mine.cursor = connection, connection.cursor()
        return self._mine.cursor
