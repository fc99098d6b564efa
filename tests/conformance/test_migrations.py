"""Every SQL engine can be migrated, and says clearly what it cannot do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from opensky.migrations import How, NotPossible, Runner, Target
from opensky.testing.conformance.migrations import POTS, MigrationConformance


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

    def test_what_no_transaction_can_hold_runs_outside_of_one(self, runner: Runner) -> None:
        """An index is made while the table is in use; all or nothing is refused for it."""
        self._write(
            runner,
            POTS,
            """
            TRANSACTIONAL = False

            def up(migration):
                migration.sql("CREATE INDEX CONCURRENTLY ix_mig_pots_version ON mig_pots (version)")
            """,
        )
        with pytest.raises(NotPossible, match="TRANSACTIONAL = False"):
            runner.up(how=How(all_or_nothing=True))
        assert len(runner.up()) == 2
        assert (("version",), False) in self._schema(runner)["mig_pots"].indexes
