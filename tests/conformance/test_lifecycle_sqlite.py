"""The embedded engine keeps every promise of the lifecycle."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from opensky.persistence import Database
from opensky.testing.conformance import MODEL, LifecycleConformance, LoadingConformance


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Give an empty database in a file of its own."""
    database = Database(tmp_path / "opensky.sqlite", MODEL)
    database.create()
    yield database
    database.close()


class TestSqliteLifecycle(LifecycleConformance):
    """Rows and documents in one SQLite file."""


class TestSqliteLoading(LoadingConformance):
    """Both, read from one SQLite file."""
