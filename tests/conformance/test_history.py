"""The change history keeps its promises on every engine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opensky.persistence import Database
from opensky.testing.conformance.history import HISTORY_MODEL, HistoryConformance


@pytest.fixture(
    params=[
        "",
        pytest.param("mariadb_url", marks=pytest.mark.services),
        pytest.param("postgresql_url", marks=pytest.mark.services),
        pytest.param("mongodb_url", marks=pytest.mark.services),
    ],
    ids=["SQLite", "MariaDB", "PostgreSQL", "MongoDB beside SQLite"],
)
def database(request: Any, tmp_path: Path) -> Iterator[Database]:
    """Give an empty database."""
    url = request.getfixturevalue(request.param) if request.param else ""
    elsewhere = url if url.startswith("mongodb") else ""
    database = Database(
        tmp_path / "opensky.sqlite" if elsewhere or not url else url, HISTORY_MODEL, documents=elsewhere
    )
    database.create()
    yield database
    if url:
        from opensky.testing.engines import empty  # noqa: PLC0415 - needs the drivers of servers

        empty(database, elsewhere)
    database.close()


class TestHistory(HistoryConformance):
    """On this engine."""
