"""What would break the running release is refused, with the reason and the safe way; what would not, is not."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from opensky.migrations import Runner, check
from opensky.migrations.reads import Reads, keep

Write = Callable[[str, str], None]

BATCH = "\n    with migration.tables.batch_alter_table('stock_items') as t:\n        "
READS = Reads({"stock_items": ["sku", "on_hand"], "pots": ["id", "version", "body"]}, {"pots": ["slug", "tags"]})


def live(runner: Runner, reads: Reads) -> None:
    """Say what the release that is live reads."""
    with runner.target.connect() as connection, connection.begin():
        keep(connection, reads, datetime(2013, 2, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("migration.sql('DROP TABLE stock_items')", "drops or renames the table stock_items"),
        ("migration.sql('ALTER TABLE stock_items RENAME TO stocks')", "drops or renames the table stock_items"),
        (
            "migration.sql('ALTER TABLE stock_items RENAME COLUMN on_hand TO here')",
            "drops or renames the column stock_items.on_hand",
        ),
        (
            BATCH + "t.add_column(sa.Column('shelf', sa.Integer(), nullable=False))",
            "adds the column stock_items.shelf, NOT NULL and without a default",
        ),
        (
            BATCH + "t.alter_column('sku', type_=sa.String(10), existing_type=sa.String(40))",
            "narrows stock_items.sku from VARCHAR(40) to VARCHAR(10)",
        ),
        ("migration.documents('pots').rename('slug', 'name')", "takes slug away from the documents of pots"),
    ],
)
def test_what_the_running_release_needs_is_kept(runner: Runner, write: Write, body: str, what: str) -> None:
    """A finding says what, why, and what to do instead; the database is not touched."""
    live(runner, READS)
    write("04", f"import sqlalchemy as sa\ndef up(migration): {body}")
    findings = check(runner)
    assert findings[0].what == what
    assert all(f.refused for f in findings)
    assert findings[0].instead.endswith((".", ")."))
    assert runner.status().recorded == {}


@pytest.mark.parametrize(
    "body",
    [
        "migration.sql('CREATE TABLE notes (id INTEGER PRIMARY KEY)')",
        "migration.sql('ALTER TABLE stock_items ADD COLUMN sold_out SMALLINT NOT NULL DEFAULT 0')",
        "migration.sql('ALTER TABLE stock_items ADD COLUMN note TEXT')",
        "migration.sql('ALTER TABLE pots DROP COLUMN slug')",
        "migration.documents('pots').remove('maker')",
        BATCH + "t.alter_column('sku', type_=sa.String(80), existing_type=sa.String(40))",
    ],
)
def test_what_it_does_not_read_may_go_and_what_is_new_may_come(runner: Runner, write: Write, body: str) -> None:
    """Expand whenever you like; contract when nobody reads it any more."""
    live(runner, READS)
    write("04", f"import sqlalchemy as sa\ndef up(migration): {body}")
    assert check(runner) == []


def test_what_may_happen_is_told_without_being_refused(runner: Runner, write: Write) -> None:
    """A unique index on columns that are there."""
    write("04", "def up(migration): migration.sql('CREATE UNIQUE INDEX uq_stock ON stock_items (on_hand)')")
    [finding] = check(runner)
    assert (finding.refused, finding.what) == (False, "lets stock_items have each on_hand only once")


def test_where_no_release_has_said_what_it_reads_all_counts_as_read(runner: Runner, write: Write) -> None:
    """Nothing is known, so nothing may go."""
    write("04", "def up(migration): migration.sql('ALTER TABLE pots DROP COLUMN slug')")
    write("05", "def up(migration): migration.documents('pots').remove('maker')")
    assert [f.what for f in check(runner)] == [
        "drops or renames the column pots.slug",
        "takes maker away from the documents of pots",
    ]
