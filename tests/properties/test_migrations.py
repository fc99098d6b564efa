"""Whatever the tables were and whatever they become: a written version leads there, and back."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Float, Index, Integer, MetaData, Table
from sqlalchemy.types import TypeEngine

from opensky.migrations import Runner, Target
from opensky.migrations.diffing import difference, write_difference
from opensky.migrations.schemas import Schema, schema_of
from opensky.persistence.types import INT64, UtcDateTime, text

TYPES: dict[str, TypeEngine[Any]] = {
    "int": INT64,
    "word": text(40),
    "line": text(200),
    "body": text(),
    "when": UtcDateTime(),
    "flag": Boolean(),
    "much": Float(),
}
NAMES = st.sampled_from(["maker", "price", "shelf", "note"])
COLUMNS = st.dictionaries(NAMES, st.tuples(st.sampled_from(sorted(TYPES)), st.booleans()), max_size=4)
TABLES = st.dictionaries(st.sampled_from(["pots", "jars", "cups"]), st.tuples(COLUMNS, st.booleans()), max_size=3)
Described = dict[str, tuple[dict[str, tuple[str, bool]], bool]]


def tables(described: Described) -> MetaData:
    """Make tables of a description."""
    made = MetaData()
    for name, (columns, indexed) in described.items():
        parts = [Column(c, TYPES[kind], nullable=nullable) for c, (kind, nullable) in columns.items()]
        table = Table(name, made, Column("id", Integer, primary_key=True), *parts)
        short = [c for c, (kind, _) in columns.items() if kind != "body"]
        if indexed and short:
            Index(f"ix_{name}", table.c[short[0]].desc(), table.c.id)
    return made


def schema(target: Target) -> tuple[Schema, list[str]]:
    """The tables that are there, and how their indexes were made."""
    query = "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    with target.connect() as connection, connection.begin():
        return schema_of(connection), [sql for (sql,) in connection.exec_driver_sql(query)]


def go(target: Target, folder: Path, wanted: MetaData, at: datetime) -> bool:
    """Write the version that leads to what is wanted; return whether there was anything to do."""
    with target.connect() as connection, connection.begin():
        found = difference(connection, wanted)
    if found is None:
        return False
    write_difference(folder, "", found, at)
    return True


@settings(max_examples=25)
@given(first=TABLES, second=TABLES)
def test_a_written_version_leads_there_and_back(first: Described, second: Described) -> None:
    """Up gives what a fresh database has, down gives what was there before, and up again the same as the first time."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "versions"
        folder.mkdir()
        (Path(place) / "o.sqlite").touch()
        target = Target(Path(place) / "o.sqlite")
        runner = Runner(target=target, folder=folder, say=lambda _: None)
        try:
            at = datetime(2013, 2, 4, tzinfo=UTC)
            go(target, folder, tables(first), at)
            runner.up()
            before = schema(target)
            assert set(before[0]) == set(first)
            if not go(target, folder, tables(second), at + timedelta(days=1)):
                return
            runner.up()
            after = schema(target)
            with target.connect() as connection, connection.begin():
                assert difference(connection, tables(second)) is None
            runner.down()
            assert schema(target) == before
            runner.up()
            assert schema(target) == after
        finally:
            target.close()
