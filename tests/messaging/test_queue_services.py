"""The embedded queue keeps its promises in MariaDB and PostgreSQL."""

from collections.abc import Iterator

import pytest

from opensky.persistence import Database
from opensky.testing.conformance.queue import QueueConformance
from opensky.testing.engines import empty

pytestmark = pytest.mark.services


@pytest.fixture(scope="module", params=["mariadb_url", "postgresql_url"])
def whole(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Give a database with all tables, for the whole module, on each server."""
    database = Database(request.getfixturevalue(request.param), ())
    database.create()
    yield database
    database.close()


@pytest.fixture
def database(whole: Database) -> Iterator[Database]:
    """Give an empty database."""
    yield whole
    empty(whole)


class TestQueueOnServers(QueueConformance):
    """The queue on each server."""
