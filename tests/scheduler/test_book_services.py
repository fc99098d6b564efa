"""The book of jobs keeps its promises in MariaDB and PostgreSQL."""

from collections.abc import Iterator

import pytest

from opensky.kernel.clock import SetClock
from opensky.persistence import Database
from opensky.scheduler.objects import JobRun, JobState
from opensky.testing.conformance.jobs import JobBookConformance
from opensky.testing.engines import empty

pytestmark = pytest.mark.services


@pytest.fixture(scope="module", params=["mariadb_url", "postgresql_url"])
def whole(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Give a database with all tables, for the whole module, on each server."""
    made = Database(request.getfixturevalue(request.param), (JobState, JobRun))
    made.create()
    yield made
    made.close()


@pytest.fixture
def database(whole: Database, clock: SetClock) -> Iterator[Database]:
    """Give an empty database whose clock stands."""
    whole.clock = clock
    yield whole
    empty(whole)


class TestBookOnServers(JobBookConformance):
    """The book on each server."""
