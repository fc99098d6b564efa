"""Documents in MongoDB keep every promise of the persistence ports, whichever SQL database has the rows."""

from collections.abc import Iterator
from pathlib import Path

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


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mariadb"])
def rows(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path | str:
    """Where the rows are."""
    if request.param == "sqlite":
        return tmp_path_factory.mktemp("rows") / "opensky.sqlite"
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="module")
def whole(rows: Path | str, mongodb_url: str) -> Iterator[Database]:
    """Give a database with all tables and collections, for the whole module."""
    database = Database(rows, MODEL, documents=mongodb_url)
    database.create()
    yield database
    database.close()


@pytest.fixture
def database(whole: Database, mongodb_url: str) -> Iterator[Database]:
    """Give an empty database."""
    yield whole
    empty(whole, mongodb_url)


class TestMongoDBDocuments(DocumentConformance):
    """Documents in MongoDB."""


class TestMongoDBReading(ReadingConformance):
    """Prepared questions to documents in MongoDB."""


class TestMongoDBRows(RowConformance):
    """Rows beside such documents."""


class TestMongoDBUnitOfWork(UnitOfWorkConformance):
    """Both, in two databases."""


class TestMongoDBLifecycle(LifecycleConformance):
    """Listeners to lives in two databases."""


class TestMongoDBLoading(LoadingConformance):
    """Listeners to loading in two databases."""


class TestMongoDBOutbox(OutboxConformance):
    """The outbox, and a journal beside it."""
