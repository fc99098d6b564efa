"""Reading cursors that stay open between requests."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from opensky.persistence import Database, DocumentQuery
from opensky.testing.conformance.model import MODEL, Pot

POTS = DocumentQuery(Pot, into=Pot, sort=("id",))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "opensky.sqlite", MODEL)
    database.create()
    yield database
    database.close()


def _add(database: Database, id_: int) -> None:
    with database.unit_of_work() as unit:
        unit.persist(Pot(id=id_, slug=f"pot-{id_}"))
        unit.commit()


def _ids(database: Database) -> list[int]:
    with database.reader() as reader:
        return [pot.id for pot in reader.read(POTS)]


def test_each_reader_of_a_thread_sees_the_newest_commit(database: Database) -> None:
    """A kept connection holds nothing between two statements."""
    found = []
    for number in (1, 2, 3):
        _add(database, number)
        found.append(_ids(database))

    assert found == [[1], [1, 2], [1, 2, 3]]


def test_a_request_takes_no_connection_of_the_pool(database: Database) -> None:
    """Only the first one of a thread does."""
    _ids(database)
    taken = database.engines[0].pool.status()
    for _ in range(5):
        _ids(database)

    assert database.engines[0].pool.status() == taken


def test_a_thread_that_ends_gives_its_connection_back(database: Database) -> None:
    """However many threads have come and gone, no file stays open for them."""
    for _ in range(20):
        thread = threading.Thread(target=_ids, args=(database,))
        thread.start()
        thread.join()

    assert database.engines[0].pool.checkedout() <= 1  # type: ignore[attr-defined]  # of a QueuePool


def test_a_database_that_was_closed_can_be_read_again(database: Database) -> None:
    """As in a worker that was forked from a process which had read."""
    _add(database, 1)
    assert _ids(database) == [1]

    database.close()

    assert database.engines[0].pool.checkedout() == 0  # type: ignore[attr-defined]  # of a QueuePool
    assert _ids(database) == [1]
