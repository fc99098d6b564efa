"""The book of jobs keeps its promises in SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from opensky.kernel.clock import SetClock
from opensky.persistence import Database
from opensky.scheduler.objects import JobRun, JobState
from opensky.testing.conformance.jobs import JobBookConformance


@pytest.fixture
def database(tmp_path: Path, clock: SetClock) -> Iterator[Database]:
    """Give an empty database in a file of its own."""
    made = Database(tmp_path / "opensky.sqlite", (JobState, JobRun), clock=clock)
    made.create()
    yield made
    made.close()


class TestBookInSqlite(JobBookConformance):
    """The book in SQLite."""
