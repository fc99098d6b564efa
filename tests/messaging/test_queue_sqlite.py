"""The embedded queue keeps its promises in SQLite."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opensky.messaging import claiming, queue
from opensky.messaging.stomp import relay
from opensky.persistence import Database, Query
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


@pytest.mark.parametrize("asked", [claiming._ANY_DUE, queue._EARLIEST, relay._ANY], ids=["due", "earliest", "outgoing"])
def test_what_is_due_is_found_by_an_index_of_only_what_is_not_ready(database: Database, asked: Query[Any]) -> None:
    """SQLite takes it only where the question says so in the index's own words; a table full of ready ones must not be read."""
    ran: list[str] = []
    with database.unit_of_work() as unit:
        driver: Any = unit.connection.connection.driver_connection
        driver.set_trace_callback(ran.append)
        unit.fetch(asked, now=1, most=1)
        driver.set_trace_callback(None)
        assert "ix_messages_state_due_at" in str(driver.execute(f"EXPLAIN QUERY PLAN {ran[-1]}").fetchall())
