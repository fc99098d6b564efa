"""A shop of its own for each test: an embedded database, one unit of work, and what managers are made of."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from opensky.devo.model import MODEL
from opensky.events import Dispatcher, Event, Listeners, listen
from opensky.kernel.clock import SetClock
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Database, Reader, UnitOfWork
from opensky.testing.factories import Factory


@pytest.fixture
def ids(clock: SetClock) -> IdGenerator:
    return IdGenerator(1, clock)


@pytest.fixture
def database(tmp_path: Path, ids: IdGenerator, clock: SetClock) -> Iterator[Database]:
    made = Database(tmp_path / "opensky.sqlite", MODEL, ids=ids, clock=clock)
    made.create()
    yield made
    made.close()


@pytest.fixture
def unit(database: Database) -> Iterator[UnitOfWork]:
    """The unit of work that managers of the test share. What the reader is to see must be committed first."""
    with database.unit_of_work() as made:
        yield made


@pytest.fixture
def reader(database: Database) -> Iterator[Reader]:
    with database.reader() as made:
        yield made


@pytest.fixture
def told() -> list[Event]:
    """Every event that the test's managers told, in order."""
    return []


@pytest.fixture
def events(told: list[Event]) -> Dispatcher:
    return Dispatcher(Listeners([listen("*", told.append)]))


@pytest.fixture
def make(unit: UnitOfWork, ids: IdGenerator, clock: SetClock) -> Factory:
    """Makes members, insiders and products that a test needs but does not care about."""
    return Factory(unit, ids, clock)
