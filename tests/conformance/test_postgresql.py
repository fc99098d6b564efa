"""PostgreSQL keeps every promise of the persistence ports."""

from collections.abc import Iterator

import pytest

from opensky.persistence import Database
from opensky.testing.conformance import (
    MODEL,
    DocumentConformance,
    LifecycleConformance,
    LoadingConformance,
    OutboxConformance,
    ReadingConformance,
    RowConformance,
    UnitOfWorkConformance,
)
from opensky.testing.engines import empty

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def whole(postgresql_url: str) -> Iterator[Database]:
    """Give a database with all tables, for the whole module."""
    database = Database(postgresql_url, MODEL)
    database.create()
    yield database
    database.close()


@pytest.fixture
def database(whole: Database) -> Iterator[Database]:
    """Give an empty database."""
    yield whole
    empty(whole)


class TestPostgreSQLDocuments(DocumentConformance):
    """Documents in PostgreSQL."""


class TestPostgreSQLReading(ReadingConformance):
    """Prepared questions to documents in PostgreSQL."""


class TestPostgreSQLRows(RowConformance):
    """Rows in PostgreSQL."""


class TestPostgreSQLUnitOfWork(UnitOfWorkConformance):
    """Both in one database."""


class TestPostgreSQLLifecycle(LifecycleConformance):
    """Listeners to lives in PostgreSQL."""


class TestPostgreSQLLoading(LoadingConformance):
    """Listeners to loading in PostgreSQL."""


class TestPostgreSQLOutbox(OutboxConformance):
    """The outbox in the same database."""
