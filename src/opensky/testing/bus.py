"""A bus for tests and examples: flows on a queue in a folder of their own, worked in the calling thread."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opensky.messaging import DeadLetters, Outgoing, Queue
from opensky.osis.runtime import Flow, Worker, message
from opensky.persistence import Database, UnitOfWork


class TestBus:
    """Send payloads, work them off, look at what came of it. ``services`` are the objects that flows ask for, by class."""

    __test__ = False

    def __init__(self, database: Database, folder: Path, flows: tuple[Flow, ...], services: dict[type, object]) -> None:
        self.database = database
        self.queue = Queue(database)
        self.dead = DeadLetters(database)
        self._services = services
        self._worker = Worker(database, flows, self._scope, self._client, folder)

    def send(self, *payloads: Any) -> list[int]:
        """Send payloads in one transaction; return the ids of their messages."""
        with self.database.unit_of_work() as unit:
            ids = [self._client(unit).send(message(each)) for each in payloads]
            unit.commit()
        return ids

    def work(self) -> None:
        """Handle what is to be had now, and what comes of it, until nothing is left."""
        self._worker.drain()

    @contextmanager
    def _scope(self) -> Iterator[Callable[[type], Any]]:
        with self.database.unit_of_work() as unit:
            yield {UnitOfWork: unit, **self._services}.__getitem__

    def _client(self, unit: UnitOfWork) -> Outgoing:
        return Outgoing(unit, self.database.ids)


@contextmanager
def running(*flows: Flow, services: dict[type, object] | None = None) -> Iterator[TestBus]:
    """Give a bus with these flows on an empty database, thrown away at the end."""
    with tempfile.TemporaryDirectory(prefix="opensky-bus-") as folder:
        database = Database(Path(folder) / "bus.sqlite", ())
        database.create()
        try:
            yield TestBus(database, Path(folder), flows, services or {})
        finally:
            database.close()
