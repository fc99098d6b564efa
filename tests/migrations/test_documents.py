"""Documents are migrated without their classes: bodies, versions, index columns and side tables stay one."""

import json
from collections.abc import Callable

import pytest

from opensky.migrations import How, MigrationFailed, Runner

Rows = Callable[[str], list[tuple[object, ...]]]
Write = Callable[[str, str], None]


def bodies(ask: Rows) -> list[dict[str, object]]:
    """The documents as they are kept."""
    return [json.loads(str(body)) for (body,) in ask("SELECT body FROM pots ORDER BY id")]


def test_fields_are_renamed_removed_and_filled(runner: Runner, write: Write, ask: Rows) -> None:
    """Each change counts the version up, so that nobody overwrites it with what they read before."""
    write(
        "04",
        """
        def up(migration):
            pots = migration.documents("pots")
            assert pots.rename("maker", "potter") == 1
            assert pots.fill("colour", "grey") == 2
            assert pots.count(having="potter") == 1

        def down(migration):
            pots = migration.documents("pots")
            pots.rename("potter", "maker")
            pots.remove("colour")
        """,
    )
    [ran] = runner.up()
    assert bodies(ask) == [
        {"id": 1, "version": 1, "slug": "a", "tags": ["x"], "colour": "grey"},
        {"id": 2, "version": 6, "slug": "b", "tags": [], "potter": "Ada", "colour": "grey"},
    ]
    assert ask("SELECT version FROM pots ORDER BY id") == [(1,), (6,)]
    assert [str(s) for s in ran.statements] == [
        "-- documents pots: rename maker to potter: 1",
        "-- documents pots: fill colour with 'grey': 2",
    ]
    runner.down()
    assert [{k: v for k, v in body.items() if k != "version"} for body in bodies(ask)] == [
        {"id": 1, "slug": "a", "tags": ["x"]},
        {"id": 2, "slug": "b", "tags": [], "maker": "Ada"},
    ]


def test_what_is_derived_follows_the_body(runner: Runner, write: Write, ask: Rows) -> None:
    """The column of an index and the side table of a list."""
    write(
        "04",
        """
        def louder(body):
            body["slug"] = body["slug"].upper()
            body["tags"] = [*body["tags"], "new"]

        def up(migration):
            migration.documents("pots").each(louder)
        """,
    )
    runner.up()
    assert ask("SELECT id, slug FROM pots ORDER BY id") == [(1, "A"), (2, "B")]
    assert ask("SELECT id, value FROM pots__tags ORDER BY id, value") == [(1, "new"), (1, "x"), (2, "new")]


def test_a_new_index_column_is_filled_from_the_bodies(runner: Runner, write: Write, ask: Rows) -> None:
    """As a diff writes it for a class that has a further index."""
    write(
        "04",
        """
        import sqlalchemy as sa

        def up(migration):
            migration.tables.add_column("pots", sa.Column("maker", migration.types.text(255), nullable=True))
            migration.documents("pots").refill()
        """,
    )
    runner.up()
    assert ask("SELECT id, maker, version FROM pots ORDER BY id") == [(1, None, 0), (2, "Ada", 4)]


def test_a_dry_run_changes_no_document(runner: Runner, write: Write, ask: Rows) -> None:
    """But tells how many it would."""
    write("04", "def up(migration): migration.documents('pots').remove('slug')")
    before = bodies(ask)
    [ran] = runner.up(how=How(dry_run=True))
    assert [str(s) for s in ran.statements] == ["-- documents pots: remove slug: 2"]
    assert bodies(ask) == before


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("migration.documents('nobody').count()", "There is no collection 'nobody'"),
        ("migration.documents('stock_items').count()", "is a table of rows"),
        ("migration.documents('pots').each(lambda body: body.update(id=9))", "ids stay"),
    ],
)
def test_what_makes_no_sense_is_refused(runner: Runner, write: Write, ask: Rows, line: str, why: str) -> None:
    """With a sentence, and nothing changed."""
    write("04", f"def up(migration): {line}")
    before = bodies(ask)
    with pytest.raises(MigrationFailed, match=why):
        runner.up()
    assert bodies(ask) == before
