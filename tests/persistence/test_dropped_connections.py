"""A connection that the server drops: done over where nothing was written, told plainly where something was."""

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import bindparam, func, select, text

from opensky.persistence import ConnectionLost, Database, Query, StoreBusy, UnitOfWork, table
from opensky.testing.conformance.model import MODEL, Pot, Potter
from opensky.testing.engines import fresh

pytestmark = pytest.mark.services

NAMES = Query(select(table(Potter).c.name).where(table(Potter).c.id >= bindparam("least")), str)


@pytest.fixture(params=["TEST_POSTGRESQL_URL", "TEST_MARIADB_URL"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Give a database with one row and one document."""
    server = os.environ.get(request.param)
    if not server:
        pytest.skip("needs servers: ./opensky test --services")
    with fresh(server) as url:
        made = Database(url, MODEL)
        made.create()
        with made.unit_of_work() as unit:
            unit.persist_all([Potter(id=1, name="Ada"), Pot(id=1, slug="bowl")])
            unit.commit()
        yield made
        made.close()


def drop(database: Database) -> None:
    """Have the server end all connections but the one that asks for it."""
    other = Database(database.url, MODEL)
    with other.engines[1].connect() as connection:
        if other.dialect == "postgresql":
            kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            connection.execute(text(kill))
        else:
            processes = "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
            for (number,) in connection.execute(text(processes)).all():
                connection.execute(text(f"KILL {number:d}"))
    other.close()


def test_a_reader_goes_on_with_another_connection(database: Database) -> None:
    """In the middle of a request, for prepared questions and for statements alike."""
    with database.reader() as reader:
        assert reader.fetch(NAMES, least=0) == ["Ada"]
        drop(database)
        assert reader.fetch(NAMES, least=0) == ["Ada"]
        drop(database)
        assert reader.rows(select(func.count()).select_from(table(Potter)))[0][0] == 1
        drop(database)
        assert reader.count(Pot) == 1


def test_a_connection_that_waited_in_the_pool_is_tried_before_it_is_given_out(database: Database) -> None:
    """Reading or writing, nobody sees that it had been dropped."""
    drop(database)
    with database.unit_of_work(read_only=True) as unit:
        assert unit.get(Potter, 1) is not None
    drop(database)
    with database.unit_of_work() as unit:
        unit.persist(Potter(id=2, name="Bo"))
        unit.commit()
    with database.reader() as reader:
        assert reader.fetch(NAMES, least=2) == ["Bo"]


def _count_potters(unit: UnitOfWork) -> None:
    unit.execute(select(func.count()).select_from(table(Potter)))


def _fetch_names(unit: UnitOfWork) -> None:
    unit.fetch(NAMES, least=0)


@pytest.mark.parametrize("ask", [_count_potters, _fetch_names])
def test_a_unit_of_work_that_loses_its_connection_says_so_and_leaves_nothing(database: Database, ask: object) -> None:
    """What it had flushed is gone with its transaction; the same unit can begin anew."""
    assert callable(ask)
    with database.unit_of_work() as unit:
        unit.persist(Potter(id=2, name="Bo"))
        unit.flush()
        drop(database)
        with pytest.raises(ConnectionLost) as lost:
            ask(unit)
        assert isinstance(lost.value, StoreBusy)
        assert unit.commits == 0
        unit.rollback()
        assert [p.name for p in unit.find(Potter)] == ["Ada"]
