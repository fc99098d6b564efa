"""Versions are written from what differs; what is written needs no code of the application."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, MetaData, String, Table

from opensky.migrations import BadVersion, Runner, Version, versions_in
from opensky.migrations.diffing import Difference, difference, generate, write_difference
from opensky.migrations.schemas import schema_of
from opensky.persistence.types import INT64, EmbeddedJson, UtcDateTime, text

Columns = Callable[[str], list[str]]
NOW = datetime(2013, 2, 4, 11, 45, 59, tzinfo=UTC)


def wanted() -> MetaData:
    """The tables of the folder's shop, changed: a column more, a table more, a column and an index less."""
    tables = MetaData()
    Table("stock_items", tables, Column("sku", String(40), primary_key=True), Column("shelf", text(20), nullable=False))
    pots = [Column("id", Integer, primary_key=True), Column("version", Integer, nullable=False)]
    Table(
        "pots",
        tables,
        *pots,
        Column("body", text(), nullable=False),
        Column("slug", text(255)),
        Column("maker", text(9)),
    )
    side = [Column("value", text(255), primary_key=True), Column("id", Integer, primary_key=True)]
    Table("pots__tags", tables, *side, ForeignKeyConstraint(["id"], ["pots.id"], ondelete="CASCADE"))
    notes = Table("notes", tables, Column("id", INT64, primary_key=True), Column("at", UtcDateTime(), nullable=False))
    notes.append_column(Column("lines", EmbeddedJson(list[str])))
    Index("ix_notes_at", notes.c.at)
    return tables


def found(runner: Runner, tables: MetaData) -> Difference | None:
    """What differs."""
    with runner.target.connect() as connection, connection.begin():
        return difference(connection, tables)


def test_what_differs_is_written_run_and_undone(runner: Runner, folder: Path) -> None:
    """After it nothing differs; after undoing it, the tables are as they were."""
    with runner.target.connect() as connection, connection.begin():
        before = schema_of(connection)
    differs = found(runner, wanted())
    assert differs is not None
    assert differs.tables == ["notes", "pots", "stock_items"]
    path = write_difference(folder, "adds notes", differs, NOW)
    source = path.read_text()
    assert path.name == "Version20130204114559.py"
    assert source.startswith('"""adds notes."""\n')
    assert "opensky" not in source
    assert "types.instant()" in source
    assert "migration.documents('pots').refill()" in source

    runner.up()
    assert found(runner, wanted()) is None
    runner.down()
    with runner.target.connect() as connection, connection.begin():
        assert schema_of(connection) == before


def test_full_text_tables_are_left_to_sqlite(runner: Runner) -> None:
    """Nobody declares them as tables, and nobody wants them dropped."""
    tables = MetaData()
    with runner.target.connect() as connection, connection.begin():
        tables.reflect(connection)
        connection.exec_driver_sql("CREATE VIRTUAL TABLE words USING fts5 (line)")
    assert found(runner, tables) is None


def test_an_empty_version_can_be_filled(runner: Runner, folder: Path) -> None:
    """It runs as it is; a second one of the same second gets the next number."""
    first = generate(folder, 'Adds a "switch"', NOW)
    second = generate(folder, "", NOW)
    assert [v.description for v in versions_in(folder)] == [
        "Adds a 'switch'.",
        "Say in one sentence what this version is for.",
    ]
    assert (first.name, second.name) == ("Version20130204114559.py", "Version20130204114600.py")
    assert len(runner.up()) == 2


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("Version1.py", "", "its name must be VersionYYYYMMDDHHMMSS.py"),
        ("Version20131304000000.py", "", "its name must be VersionYYYYMMDDHHMMSS.py"),
        ("Version20130204000000.py", "def up(:", "is not valid Python"),
        ("Version20130204000000.py", "x = 1", "has no function up"),
        ("Version20130204000000.py", "1 / 0", "cannot be loaded"),
        ("Version20130204000000.py", "from opensky.devo.model import MODEL", "imports opensky.devo.model"),
        ("Version20130204000000.py", "def up(m):\n    import opensky.kernel", "imports opensky.kernel"),
    ],
)
def test_a_file_that_is_no_version_is_named(folder: Path, name: str, content: str, why: str) -> None:
    """With what is wrong, before anything is run."""
    (folder / name).write_text(content)
    with pytest.raises(BadVersion, match=why):
        [version.load() for version in versions_in(folder)]


def test_a_number_stands_once_in_all_folders(folder: Path) -> None:
    """Folders by year are welcome; two files of one number are not."""
    for place in (folder, folder / "2013"):
        place.mkdir(exist_ok=True)
        (place / "Version20130204000000.py").write_text("def up(m): pass")
    with pytest.raises(BadVersion, match="have the same number"):
        versions_in(folder)


def test_a_version_without_down_cannot_be_undone(folder: Path) -> None:
    """And says how to forget it."""
    path = folder / "Version20130204000000.py"
    path.write_text("def up(m): pass")
    with pytest.raises(BadVersion, match="version 20130204000000 --delete"):
        Version("20130204000000", "", path).load().steps("down")
