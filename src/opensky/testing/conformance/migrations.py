"""What migrations promise on every SQL engine."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest
from sqlalchemy import text

from opensky.migrations import AlreadyMigrating, How, MigrationFailed, NotPossible, Runner, Target, check
from opensky.migrations.diffing import difference, write_difference
from opensky.migrations.schemas import Schema, schema_of
from opensky.persistence import METADATA

POTS = '''
    """Makes pots, and a jar of each kind."""

    import sqlalchemy as sa

    def up(migration):
        tables, types = migration.tables, migration.types
        tables.create_table(
            "mig_pots",
            sa.Column("id", types.integer(), primary_key=True, autoincrement=False),
            sa.Column("version", types.integer(), nullable=False),
            sa.Column("body", types.text(), nullable=False),
            sa.Column("slug", types.text(100)),
            sa.Column("made_at", types.instant()),
        )
        tables.create_table(
            "mig_pots__tags",
            sa.Column("value", types.text(100), primary_key=True),
            sa.Column("id", types.integer(), primary_key=True, autoincrement=False),
            sa.ForeignKeyConstraint(["id"], ["mig_pots.id"], ondelete="CASCADE"),
        )
        tables.create_index("uq_mig_pots_slug", "mig_pots", ["slug"], unique=True)
        insert = "INSERT INTO mig_pots (id, version, body, slug) VALUES (:id, 0, :body, :slug)"
        for id, slug in ((1, "fig"), (2, "plum")):
            body = '{"id":%d,"version":0,"slug":"%s","tags":["x"],"flag":true}' % (id, slug)
            migration.sql(insert, {"id": id, "body": body, "slug": slug})
            migration.sql("INSERT INTO mig_pots__tags (value, id) VALUES ('x', :id)", {"id": id})

    def down(migration):
        migration.tables.drop_table("mig_pots__tags")
        migration.tables.drop_table("mig_pots")
'''
GROWN = '''
    """Gives pots a maker, and other words."""

    import sqlalchemy as sa

    def louder(body):
        body["slug"] = body["slug"].upper()
        body["tags"] = [*body["tags"], "new"]

    def up(migration):
        with migration.tables.batch_alter_table("mig_pots") as pots:
            pots.add_column(sa.Column("maker", migration.types.text(40), nullable=False, server_default="Ada"))
            pots.drop_column("made_at")
        migration.documents("mig_pots").each(louder)
        migration.documents("mig_pots").rename("flag", "fired")

    def down(migration):
        with migration.tables.batch_alter_table("mig_pots") as pots:
            pots.drop_column("maker")
            pots.add_column(sa.Column("made_at", migration.types.instant()))
        migration.documents("mig_pots").rename("fired", "flag")
'''
BROKEN = """
    def up(migration):
        migration.sql("CREATE TABLE mig_half (id INTEGER PRIMARY KEY)")
        migration.sql("INSERT INTO mig_nowhere VALUES (1)")

    def down(migration):
        migration.sql("DROP TABLE mig_half")
"""
KILLED = """
    import os, signal

    def up(migration):
        migration.sql("CREATE TABLE mig_half (id INTEGER PRIMARY KEY)")
        migration.sql("CREATE INDEX ix_mig_half ON mig_half (id)")
        if os.environ.get("KILLED_HERE"):
            os.kill(os.getpid(), signal.SIGKILL)

    def down(migration):
        migration.sql("DROP TABLE mig_half")
"""
_RUN = "import sys; from opensky.migrations import *; Runner(target=Target(sys.argv[1]), folder=Path(sys.argv[2])).up()"


class MigrationConformance:
    """A subclass gives the fixture ``target``: an empty database."""

    @pytest.fixture
    def runner(self, target: Target, tmp_path: Path) -> Iterator[Runner]:
        """A runner over a folder in which a test writes versions."""
        (tmp_path / "versions").mkdir()
        yield Runner(target=target, folder=tmp_path / "versions", say=lambda _: None)
        with target.connect() as connection, connection.begin():
            for table in ("mig_pots__tags", "mig_pots", "mig_half", "migrations", "live_release"):
                connection.execute(text(f"DROP TABLE IF EXISTS {table}"))

    def test_up_and_down_lead_there_and_back(self, runner: Runner) -> None:
        """The same tables as before after each down, the same as the first time after each up."""
        self._write(runner, POTS, GROWN)
        runner.up("next")
        first = self._schema(runner)
        runner.up()
        second = self._schema(runner)
        assert set(second["mig_pots"].columns) == {"id", "version", "body", "slug", "maker"}
        runner.down()
        assert self._schema(runner) == first
        runner.up()
        assert self._schema(runner) == second
        runner.down("first")
        assert self._schema(runner) == {}
        assert runner.status().current == ""

    def test_documents_and_what_is_derived_change_together(self, runner: Runner) -> None:
        """Body, version, index column and side table."""
        self._write(runner, POTS, GROWN)
        runner.up()
        assert self._rows(runner, "SELECT id, version, slug, body FROM mig_pots ORDER BY id")[0] == (
            1,
            2,
            "FIG",
            '{"id":1,"version":2,"slug":"FIG","tags":["x","new"],"fired":true}',
        )
        assert self._rows(runner, "SELECT value, id FROM mig_pots__tags ORDER BY id, value") == [
            ("new", 1),
            ("x", 1),
            ("new", 2),
            ("x", 2),
        ]

    def test_a_failed_version_is_recorded_and_says_how_to_go_on(self, runner: Runner) -> None:
        """Where the database can undo, nothing stands and up tries again; else a person must say what comes next."""
        self._write(runner, POTS, BROKEN)
        with pytest.raises(MigrationFailed, match="mig_nowhere") as failure:
            runner.up()
        [entry] = runner.status().failed
        assert entry.stopped_at.startswith("INSERT INTO mig_nowhere")
        assert runner.status().current == "20130204000000"
        if runner.target.undoes_ddl:
            assert (entry.statements, "All of it was undone" in failure.value.message) == (0, True)
            assert "mig_half" not in self._schema(runner)
            return
        assert entry.statements == 1
        assert "version 20130205000000 --add" in failure.value.message
        with pytest.raises(NotPossible, match="its first 1 statements stand"):
            runner.up()
        [undoing] = runner.execute(["20130205000000"], "down", How(dry_run=True))
        assert [str(s) for s in undoing.statements] == ["DROP TABLE mig_half;"]
        runner.add(lambda status: [v.number for v in status.missing])
        assert runner.up() == []
        assert runner.status().failed == []

    def test_a_killed_version_leaves_a_line_that_says_what_stands(self, runner: Runner) -> None:
        """Nothing where the database can undo: up runs it again. Else how far it was, and what a person does about it."""
        self._write(runner, KILLED)
        code = f"from pathlib import Path; {_RUN}"
        url = runner.target.url.render_as_string(hide_password=False)
        command = [sys.executable, "-c", code, url, str(runner.folder)]
        killed = subprocess.run(command, env=os.environ | {"KILLED_HERE": "1"}, check=False)
        assert killed.returncode == -signal.SIGKILL
        assert not runner.running()
        [entry] = runner.status().failed
        assert entry.begun
        if runner.target.undoes_ddl:
            assert (entry.statements, entry.stands_half, "mig_half" in self._schema(runner)) == (0, False, False)
            assert len(runner.up()) == 1
            assert runner.status().failed == []
            return
        assert (entry.statements, entry.stopped_at) == (1, "CREATE INDEX ix_mig_half ON mig_half (id)")
        with pytest.raises(
            NotPossible, match=r"was killed half way: its first 1 statements stand, .* version .* --add"
        ):
            runner.up()

    def test_a_version_whose_undoing_fails_is_still_there(self, runner: Runner) -> None:
        """Where the undoing is undone itself; else what stands of the undoing is told."""
        undoing = 'def down(migration):\n        migration.sql("DROP TABLE mig_half")\n        migration.sql("DROP TABLE mig_no")\n'
        self._write(runner, KILLED.partition("def down")[0] + undoing)
        runner.up()
        with pytest.raises(MigrationFailed, match="mig_no"):
            runner.down()
        if runner.target.undoes_ddl:
            assert (runner.status().failed, len(runner.status().executed)) == ([], 1)
            assert "mig_half" in self._schema(runner)
            return
        [entry] = runner.status().failed
        assert (entry.undoing, entry.statements) == (True, 1)
        with pytest.raises(NotPossible, match=r"while it was undone, stopped half way.* version .* --delete"):
            runner.up()

    def test_values_stand_in_what_changes_tables_too(self, runner: Runner) -> None:
        """No database takes parameters there, so they are written into it; a quote in a text stays a quote."""
        self._write(
            runner,
            """
            def up(migration):
                migration.sql(
                    "CREATE TABLE mig_half (id INTEGER PRIMARY KEY, n INTEGER DEFAULT :n, w VARCHAR(40) DEFAULT :w)",
                    {"n": 7, "w": "it's 5% :new"},
                )
                migration.sql("INSERT INTO mig_half (id) VALUES (:id)", {"id": 1})
                migration.sql("UPDATE mig_half SET n = 7 WHERE w LIKE 'it%' AND w <> :w", {"w": "100%"})
            """,
        )
        [tried] = runner.up(how=How(dry_run=True))
        written = [str(each) for each in tried.statements]
        assert "DEFAULT 7" in written[0]
        assert "5% :new" in written[0]
        assert written[2] == "UPDATE mig_half SET n = 7 WHERE w LIKE 'it%' AND w <> '100%';"
        runner.up()
        assert self._rows(runner, "SELECT n, w FROM mig_half") == [(7, "it's 5% :new")]

    def test_a_dry_run_keeps_nothing(self, runner: Runner) -> None:
        """And shows the statements, tried or only written down."""
        self._write(runner, POTS)
        [ran] = runner.up(how=How(dry_run=True))
        assert self._schema(runner) == {}
        assert any("CREATE TABLE mig_pots" in s.text for s in ran.statements)
        assert any('VALUES (1, 0, \'{"id":1' in s.text for s in ran.statements)

    def test_all_or_nothing_where_the_database_can(self, runner: Runner) -> None:
        """Where it cannot, it is refused with the reason, and nothing is changed."""
        self._write(runner, POTS, BROKEN)
        refusal = MigrationFailed if runner.target.undoes_ddl else NotPossible
        with pytest.raises(refusal):
            runner.up(how=How(all_or_nothing=True))
        assert self._schema(runner) == {}
        assert runner.status().recorded == {}

    def test_one_at_a_time_and_a_lost_connection_leaves_no_lock(self, runner: Runner) -> None:
        """The second waits or gives up; the lock ends with whoever held it."""
        self._write(runner, POTS)
        other = Target(runner.target.url)
        with other.connect() as connection, other.locked(connection, 0, lambda _: None):
            with pytest.raises(AlreadyMigrating):
                runner.up(how=How(wait=0))
            waiting = threading.Thread(target=runner.up)
            waiting.start()
        waiting.join(30)
        other.close()
        assert runner.status().missing == []

    def test_a_difference_is_written_run_and_undone(self, runner: Runner) -> None:
        """The shop's own tables: written from nothing, run, found equal, and undone to nothing."""
        with runner.target.connect() as connection, connection.begin():
            found = difference(connection, METADATA)
            assert found is not None
        write_difference(runner.folder, "Makes everything.", found, datetime(2013, 2, 4, tzinfo=UTC))
        runner.up()
        with runner.target.connect() as connection, connection.begin():
            assert difference(connection, METADATA) is None
        runner.down()
        assert self._schema(runner) == {}

    def test_a_check_finds_what_would_break_without_touching_anything(self, runner: Runner) -> None:
        """On an empty copy, which is gone afterwards."""
        self._write(runner, POTS, GROWN)
        runner.up("next")
        before = self._schema(runner)
        assert [f.what for f in check(runner)] == [
            "drops or renames the column mig_pots.made_at",
            "takes flag away from the documents of mig_pots",
        ]
        assert self._schema(runner) == before
        assert len(runner.status().missing) == 1

    def _write(self, runner: Runner, *versions: str) -> None:
        for day, content in enumerate(versions, 4):
            (runner.folder / f"Version201302{day:02}000000.py").write_text(dedent(content), "utf-8")

    def _schema(self, runner: Runner) -> Schema:
        with runner.target.connect() as connection, connection.begin():
            return schema_of(connection)

    def _rows(self, runner: Runner, query: str) -> list[tuple[object, ...]]:
        with runner.target.connect() as connection, connection.begin():
            return [tuple(row) for row in connection.execute(text(query))]
