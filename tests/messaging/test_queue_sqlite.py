"""The embedded queue keeps its promises in SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from opensky.persistence import Database
from opensky.testing.conformance.queue import QueueConformance


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Give an empty database in a file of its own."""
    database = Database(tmp_path / "opensky.sqlite", ())
    database.create()
    yield database
    database.close()


class TestSqliteQueue(QueueConformance):
    """The queue in SQLite."""
