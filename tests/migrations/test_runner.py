"""Versions are a set: run once, recorded with time and duration, undone one by one, and clear when one fails."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from opensky.migrations import (
    Aborted,
    AlreadyMigrating,
    BadVersion,
    How,
    MigrationFailed,
    Moment,
    NotPossible,
    Runner,
    Target,
)

Rows = Callable[[str], list[tuple[object, ...]]]
Columns = Callable[[str], list[str]]
Write = Callable[[str, str], None]

SOLD_OUT = '''
    """Adds a switch that says sold out."""

    def up(migration):
        migration.sql("ALTER TABLE stock_items ADD COLUMN sold_out SMALLINT NOT NULL DEFAULT 0")

    def down(migration):
        with migration.tables.batch_alter_table("stock_items") as table:
            table.drop_column("sold_out")
'''
NOTES = '''
    """Adds notes."""

    def up(migration):
        migration.sql("CREATE TABLE notes (id INTEGER PRIMARY KEY, line TEXT)")
        migration.sql("INSERT INTO notes (line) VALUES (:line)", {"line": "it's: new"})

    def down(migration):
        migration.tables.drop_table("notes")
'''

BROKEN = NOTES.replace("    def down", '        migration.sql("INSERT INTO nowhere VALUES (1)")\n\n    def down')


def test_what_is_missing_is_run_once_and_recorded(runner: Runner, write: Write, ask: Rows, columns: Columns) -> None:
    """Each with its time and duration; a second run finds nothing to do."""
    write("04", SOLD_OUT)
    write("05", NOTES)

    assert [r.version.number for r in runner.up()] == ["20130204120000", "20130205120000"]
    assert runner.up() == []
    assert columns("stock_items") == ["sku", "on_hand", "sold_out"]
    assert ask("SELECT line FROM notes") == [("it's: new",)]
    assert ask("SELECT version, state, executed_at, milliseconds < 5000 FROM migrations ORDER BY version") == [
        ("20130204120000", "executed", "2013-02-08 12:00:00.000000", 1),
        ("20130205120000", "executed", "2013-02-08 12:00:00.000000", 1),
    ]


def test_a_version_that_comes_late_is_run_too(runner: Runner, write: Write) -> None:
    """A branch that was merged later brings an older number: a set has no line to stand behind."""
    write("05", NOTES)
    runner.up()
    write("04", SOLD_OUT)
    assert [v.number for v in runner.status().missing] == ["20130204120000"]
    assert [r.version.number for r in runner.up()] == ["20130204120000"]


def test_down_undoes_the_newest_and_keeps_indexes_as_they_were(
    runner: Runner, write: Write, ask: Rows, columns: Columns
) -> None:
    """Though SQLite rebuilds the table to drop a column, which alone would lose the DESC of an index."""
    write("04", SOLD_OUT)
    indexes = ask("SELECT sql FROM sqlite_master WHERE name = 'ix_stock_newest'")
    runner.up()
    [undone] = runner.down()
    assert (undone.direction, undone.version.description) == ("down", "Adds a switch that says sold out.")
    assert columns("stock_items") == ["sku", "on_hand"]
    assert ask("SELECT sql FROM sqlite_master WHERE name = 'ix_stock_newest'") == indexes
    assert ask("SELECT * FROM stock_items") == [("A", 3), ("B", 0)]
    assert ask("SELECT * FROM migrations") == []


def test_rebuilding_a_table_takes_nothing_along_that_refers_to_it(runner: Runner, write: Write, ask: Rows) -> None:
    """SQLite would delete the rows of the side table with the table that they refer to."""
    write(
        "04",
        """
        import sqlalchemy as sa

        def up(migration):
            with migration.tables.batch_alter_table("pots") as pots:
                pots.alter_column("slug", type_=sa.String(100), existing_type=sa.String(255))
        """,
    )
    runner.up()
    assert ask("SELECT * FROM pots__tags") == [("x", 1)]


def test_a_version_can_be_named_and_aliases_are_understood(runner: Runner, write: Write) -> None:
    """Up to one, the next, back to one, back to the first."""
    for day in ("04", "05", "06"):
        write(day, "def up(migration): pass\ndef down(migration): pass")
    assert len(runner.up("next")) == 1
    assert len(runner.up("Version20130205120000")) == 1
    assert len(runner.up()) == 1
    assert [r.version.number for r in runner.down("20130204120000")] == ["20130206120000", "20130205120000"]
    assert len(runner.down("first")) == 1
    with pytest.raises(BadVersion, match="There is no Version20130207120000 in the folder"):
        runner.up("20130207120000")


def test_one_version_can_be_executed_out_of_order(runner: Runner, write: Write) -> None:
    """And not twice, nor undone where it is not."""
    write("04", SOLD_OUT)
    write("05", NOTES)
    runner.execute(["20130205120000"], "up")
    assert [v.number for v in runner.status().missing] == ["20130204120000"]
    with pytest.raises(NotPossible, match="has Version20130205120000 already"):
        runner.execute(["20130205120000"], "up")
    with pytest.raises(NotPossible, match="nothing to undo"):
        runner.execute(["20130204120000"], "down")
    runner.execute(["20130205120000"], "down")
    assert len(runner.status().missing) == 2


def test_a_failed_version_is_undone_recorded_and_told(runner: Runner, write: Write, ask: Rows) -> None:
    """The versions before it stand; once it is mended, up goes on."""
    write("04", SOLD_OUT)
    write("05", BROKEN)
    write("06", "def up(migration): pass")

    with pytest.raises(MigrationFailed) as failure:
        runner.up()

    assert failure.value.message == (
        "Version20130205120000 stopped at: INSERT INTO nowhere VALUES (1): no such table: nowhere. "
        "All of it was undone; mend the file, then run the command again."
    )
    assert ask("SELECT version, state, statements, stopped_at FROM migrations ORDER BY version") == [
        ("20130204120000", "executed", 0, ""),
        ("20130205120000", "failed", 0, "INSERT INTO nowhere VALUES (1)"),
    ]
    assert ask("SELECT name FROM sqlite_master WHERE name = 'notes'") == []

    write("05", NOTES)
    assert [r.version.number for r in runner.up()] == ["20130205120000", "20130206120000"]
    assert runner.status().failed == []


def test_all_or_nothing_leaves_nothing_when_the_last_one_fails(runner: Runner, write: Write, ask: Rows) -> None:
    """Several versions are one transaction."""
    write("04", SOLD_OUT)
    write("05", BROKEN)
    with pytest.raises(MigrationFailed, match="Nothing was changed"):
        runner.up(how=How(all_or_nothing=True))
    assert ask("SELECT * FROM migrations") == []
    write("05", NOTES)
    assert len(runner.up(how=How(all_or_nothing=True))) == 2
    assert runner.status().missing == []


def test_a_dry_run_tries_everything_and_keeps_nothing(
    runner: Runner, write: Write, ask: Rows, columns: Columns
) -> None:
    """The second version sees what the first did; statements come with their values, ready to be run by hand."""
    write("04", SOLD_OUT)
    write("05", NOTES)
    ran = runner.up(how=How(dry_run=True))
    assert [str(s) for r in ran for s in r.statements] == [
        "ALTER TABLE stock_items ADD COLUMN sold_out SMALLINT NOT NULL DEFAULT 0;",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, line TEXT);",
        "INSERT INTO notes (line) VALUES ('it''s: new');",
    ]
    assert columns("stock_items") == ["sku", "on_hand"]
    assert ask("SELECT name FROM sqlite_master WHERE name IN ('notes', 'migrations')") == []


def test_a_version_can_skip_itself_abort_and_warn(runner: Runner, write: Write, said: list[str]) -> None:
    """What skips counts as done; what aborts stops the run and is not recorded."""
    write("04", "def up(migration): migration.skip_if(migration.has_table('pots'), 'pots are there')")
    write("05", "def up(migration): migration.warn_if(not migration.has_column('pots', 'colour'), 'no colour')")
    write("06", "def up(migration): migration.abort_if(migration.rows('SELECT 1 FROM pots'), 'There are pots.')")
    with pytest.raises(Aborted, match="Version20130206120000 refuses to run: There are pots"):
        runner.up()
    status = runner.status()
    assert {n: e.state for n, e in status.recorded.items()} == {
        "20130204120000": "skipped",
        "20130205120000": "executed",
    }
    assert said == ["Warning: no colour"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            'migration.sql("DROP TABLE pots", on="oracle")',
            "on=oracle is no kind of database; there are mariadb, postgresql",
        ),
        ('migration.sql("COMMIT")', "COMMIT would end the transaction"),
        ('migration.tables.execute("rollback work;")', "would end the transaction"),
        ("import sys; sys.exit(3)", r"it called sys.exit\(3\)"),
    ],
)
def test_what_a_version_must_not_do_is_refused_and_undone(
    runner: Runner, write: Write, ask: Rows, line: str, told: str
) -> None:
    """A name that is no database's, the end of a transaction that is not its own, the end of the process."""
    write("04", f"def up(migration):\n    migration.sql('CREATE TABLE notes (id INTEGER)')\n    {line}")
    with pytest.raises(MigrationFailed, match=told):
        runner.up()
    assert ask("SELECT name FROM sqlite_master WHERE name = 'notes'") == []
    assert len(ask("SELECT * FROM pots")) == 2


def test_other_names_of_a_database_are_understood(runner: Runner, write: Write, ask: Rows) -> None:
    """As they stand in its address."""
    write("04", "def up(migration): migration.sql('DROP TABLE pots', on=['mysql', 'postgres'])")
    runner.up()
    assert len(ask("SELECT * FROM pots")) == 2


def test_hooks_run_around_a_version(runner: Runner, write: Write, said: list[str]) -> None:
    """In their order, in the same transaction."""
    names = ("pre_up", "up", "post_up", "pre_down", "down", "post_down")
    write("04", "\n".join(f"def {n}(migration): migration.write(migration.direction + ' {n}')" for n in names))
    runner.up()
    runner.down()
    assert said == ["up pre_up", "up up", "up post_up", "down pre_down", "down down", "down post_down"]


def test_five_moments_are_told(runner: Runner, write: Write) -> None:
    """Whoever deploys can count and announce."""
    told: list[Moment] = []
    runner.listeners.append(told.append)
    write("04", "def up(migration): pass")
    write("05", "def up(migration): migration.skip_if(True, 'done')")
    runner.up()
    assert [(m.name, m.number, m.count, m.reason) for m in told] == [
        ("migrating", "", 2, ""),
        ("executing", "20130204120000", 0, ""),
        ("executed", "20130204120000", 0, ""),
        ("executing", "20130205120000", 0, ""),
        ("skipped", "20130205120000", 0, "done"),
        ("migrated", "", 2, ""),
    ]


def test_only_one_migrates_at_a_time(runner: Runner, write: Write, said: list[str]) -> None:
    """The second waits, and then finds nothing to do; or gives up, and has changed nothing."""
    write("04", SOLD_OUT)
    other = Target(runner.target.url)
    with other.connect() as connection, other.locked(connection, 0, said.append):
        with pytest.raises(AlreadyMigrating, match="nothing was changed"):
            runner.up(how=How(wait=0))
        waiting = threading.Thread(target=runner.up)
        waiting.start()
        while not said:
            waiting.join(0.01)
        assert said == ["Another process is migrating this database; waiting for it."]
    waiting.join(20)
    other.close()
    assert runner.status().missing == []


def test_versions_can_be_recorded_and_forgotten_by_hand(runner: Runner, write: Write, columns: Columns) -> None:
    """Nothing is run for it."""
    write("04", SOLD_OUT)
    assert runner.add(lambda status: [v.number for v in status.versions]) == ["20130204120000"]
    assert runner.up() == []
    assert runner.delete(lambda _: ["20130204120000"]) == ["20130204120000"]
    assert len(runner.status().missing) == 1
    assert columns("stock_items") == ["sku", "on_hand"]


def test_a_rollup_leaves_the_one_version_of_the_folder(runner: Runner, write: Write, folder: Path) -> None:
    """And refuses while there are more."""
    for day in ("04", "05"):
        write(day, "def up(migration): pass")
    runner.up()
    with pytest.raises(NotPossible, match="There are 2 versions"):
        runner.rollup()
    (folder / "Version20130204120000.py").unlink()
    assert [e.number for e in runner.status().unknown] == ["20130204120000"]
    assert runner.rollup() == "20130205120000"
    assert list(runner.status().recorded) == ["20130205120000"]
