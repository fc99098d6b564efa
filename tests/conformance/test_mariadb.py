"""MariaDB keeps every promise of the persistence ports."""

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
def whole(mariadb_url: str) -> Iterator[Database]:
    """Give a database with all tables, for the whole module."""
    database = Database(mariadb_url, MODEL)
    database.create()
    yield database
    database.close()


@pytest.fixture
def database(whole: Database) -> Iterator[Database]:
    """Give an empty database."""
    yield whole
    empty(whole)


class TestMariaDBDocuments(DocumentConformance):
    """Documents in MariaDB."""


class TestMariaDBReading(ReadingConformance):
    """Prepared questions to documents in MariaDB."""


class TestMariaDBRows(RowConformance):
    """Rows in MariaDB."""


class TestMariaDBUnitOfWork(UnitOfWorkConformance):
    """Both in one database."""


class TestMariaDBLifecycle(LifecycleConformance):
    """Listeners to lives in MariaDB."""


class TestMariaDBLoading(LoadingConformance):
    """Listeners to loading in MariaDB."""


class TestMariaDBOutbox(OutboxConformance):
    """The outbox in the same database."""
