"""Servers that take connections and say nothing: one waits for all, and when they speak again, so do we."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from urllib.parse import urlsplit

import pytest
from sqlalchemy import bindparam, func, select, text

from opensky.persistence import ConnectionLost, Database, Query, table
from opensky.persistence.documents.elsewhere import open_elsewhere
from opensky.testing.conformance.model import MODEL, Pot, Potter
from opensky.testing.engines import fresh

pytestmark = pytest.mark.services

NAMES = Query(select(table(Potter).c.name).where(table(Potter).c.id >= bindparam("least")), str)


class Wire:
    """A port in front of a server. While it is frozen, connections are taken and nothing passes."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._flows = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._take, daemon=True).start()

    def freeze(self) -> None:
        self._flows.clear()

    def thaw(self) -> None:
        self._flows.set()

    def close(self) -> None:
        self.thaw()
        self._listening.close()

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                near = self._listening.accept()[0]
                far = socket.create_connection(self._to)
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError), closing(sink):
            while some := source.recv(65536):
                self._flows.wait()
                sink.sendall(some)


def seconds(ask: object, times: int = 1) -> float:
    """Return how long it takes to be told that nobody answers."""
    assert callable(ask)
    began = time.monotonic()
    for _ in range(times):
        with pytest.raises(ConnectionLost):
            ask()
    return time.monotonic() - began


def back_after(ask: object) -> float:
    """Return how long it takes until there is an answer again."""
    assert callable(ask)
    began = time.monotonic()
    while True:
        with suppress(ConnectionLost):
            ask()
            return time.monotonic() - began
        time.sleep(0.02)


@pytest.fixture(params=["TEST_POSTGRESQL_URL", "TEST_MARIADB_URL"])
def wired(request: pytest.FixtureRequest) -> Iterator[tuple[Database, Wire]]:
    """A database with one row, behind a wire that is frozen."""
    server = os.environ.get(request.param)
    if not server:
        pytest.skip("needs servers: ./opensky test --services")
    with fresh(server) as url:
        there = Database(url, MODEL)
        there.create()
        with there.unit_of_work() as unit:
            unit.persist(Potter(id=1, name="Ada"))
            unit.commit()
        wire = Wire(str(there.url.host), int(there.url.port or 0))
        behind = Database(there.url.set(port=wire.port), MODEL)
        yield behind, wire
        wire.close()
        behind.close()
        there.close()


def test_one_waits_for_a_silent_sql_server_the_others_are_told_at_once(wired: tuple[Database, Wire]) -> None:
    """Readers and units of work alike; and soon after it speaks, it is heard."""
    database, wire = wired

    def read() -> None:
        with database.reader() as reader:
            reader.fetch(NAMES, least=0)

    def write() -> None:
        with database.unit_of_work() as unit:
            unit.execute(select(func.count()).select_from(table(Potter)))

    assert 2 < seconds(read) < 15  # 3 s, and what a machine that is busy takes
    assert seconds(read, 10) < 2.5  # a second is not over, whoever asks how often
    assert 2 < seconds(write) < 15  # what writes has connections of its own
    wire.thaw()
    assert back_after(read) < 15  # about one second
    assert back_after(write) < 15  # likewise


def test_a_statement_may_take_longer_than_a_greeting(wired: tuple[Database, Wire]) -> None:
    """The limit is for connecting alone."""
    database, wire = wired
    wire.thaw()
    with database.engines[0].connect() as connection:
        sleep = "SELECT pg_sleep(4)" if database.dialect == "postgresql" else "SELECT SLEEP(4)"
        connection.execute(text(sleep))


def test_a_mongodb_that_falls_silent_is_noticed_and_heard_again() -> None:
    """Connections that are open wait until the driver's own look has failed, a few seconds; then nobody waits any more."""
    server = os.environ.get("TEST_MONGODB_URL")
    if not server:
        pytest.skip("needs servers: ./opensky test --services")
    parts = urlsplit(server)
    wire = Wire(str(parts.hostname), int(parts.port or 27017))
    wire.thaw()
    with (
        closing(wire),
        closing(open_elsewhere(f"mongodb://127.0.0.1:{wire.port}/silent?directConnection=true")) as store,
    ):
        engine = store.reading()
        assert engine.find(Pot, {}) == []
        wire.freeze()
        assert seconds(lambda: engine.find(Pot, {})) < 20  # without a limit of ours: 30
        assert seconds(lambda: engine.find(Pot, {}), 10) < 2.5  # one has waited for all
        wire.thaw()
        assert back_after(lambda: engine.find(Pot, {})) < 15  # the next look, a second or two later
