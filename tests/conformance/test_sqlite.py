"""The embedded engine keeps every promise of the persistence ports."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from opensky.persistence import Database
from opensky.testing.conformance import (
    MODEL,
    DocumentConformance,
    OutboxConformance,
    ReadingConformance,
    RowConformance,
    UnitOfWorkConformance,
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Give an empty database in a file of its own."""
    database = Database(tmp_path / "opensky.sqlite", MODEL)
    database.create()
    yield database
    database.close()


class TestSqliteDocuments(DocumentConformance):
    """Documents in SQLite."""


class TestSqliteReading(ReadingConformance):
    """Prepared questions to documents in SQLite."""


class TestSqliteRows(RowConformance):
    """Rows in SQLite."""


class TestSqliteUnitOfWork(UnitOfWorkConformance):
    """Both in one file."""


class TestSqliteOutbox(OutboxConformance):
    """The outbox in the same file."""
