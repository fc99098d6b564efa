"""Every SQL engine can be migrated, and says clearly what it cannot do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from opensky.migrations import Target
from opensky.testing.conformance.migrations import MigrationConformance


class TestSqlite(MigrationConformance):
    @pytest.fixture
    def target(self, tmp_path: Path) -> Iterator[Target]:
        """Give an empty file."""
        (tmp_path / "o.sqlite").touch()
        made = Target(tmp_path / "o.sqlite")
        yield made
        made.close()


@pytest.mark.services
class TestMariaDb(MigrationConformance):
    @pytest.fixture
    def target(self, mariadb_url: str) -> Iterator[Target]:
        """Give a database of its own on the server."""
        made = Target(mariadb_url)
        yield made
        made.close()


@pytest.mark.services
class TestPostgreSql(MigrationConformance):
    @pytest.fixture
    def target(self, postgresql_url: str) -> Iterator[Target]:
        """Give a database of its own on the server."""
        made = Target(postgresql_url)
        yield made
        made.close()
