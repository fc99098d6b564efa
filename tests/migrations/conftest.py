"""A database with tables of a small shop, and a folder in which a test writes versions."""

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from sqlalchemy import inspect, text

from opensky.kernel.clock import SetClock
from opensky.migrations import Runner, Target

Write = Callable[[str, str], None]

_SHOP = (
    "CREATE TABLE stock_items (sku VARCHAR(40) NOT NULL PRIMARY KEY, on_hand INTEGER NOT NULL)",
    "CREATE INDEX ix_stock_newest ON stock_items (on_hand DESC, sku)",
    "CREATE TABLE pots (id INTEGER NOT NULL PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL, slug VARCHAR(255))",
    """CREATE TABLE pots__tags (value VARCHAR(255) NOT NULL, id INTEGER NOT NULL,
    PRIMARY KEY (value, id), FOREIGN KEY (id) REFERENCES pots (id) ON DELETE CASCADE)""",
    "INSERT INTO stock_items VALUES ('A', 3), ('B', 0)",
    """INSERT INTO pots VALUES (1, 0, '{"id":1,"version":0,"slug":"a","tags":["x"]}', 'a')""",
    """INSERT INTO pots VALUES (2, 4, '{"id":2,"version":4,"slug":"b","tags":[],"maker":"Ada"}', 'b')""",
    "INSERT INTO pots__tags VALUES ('x', 1)",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "migrations"
    made.mkdir()
    return made


@pytest.fixture
def write(folder: Path) -> Write:
    """Write the version of a day of February 2013."""

    def into(day: str, content: str) -> None:
        (folder / f"Version201302{day}120000.py").write_text(dedent(content), "utf-8")

    return into


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Target]:
    (tmp_path / "shop.sqlite").touch()
    made = Target(tmp_path / "shop.sqlite")
    with made.connect() as connection, connection.begin():
        for statement in _SHOP:
            connection.execute(text(statement.replace(":", r"\:")))
    yield made
    made.close()


@pytest.fixture
def said() -> list[str]:
    """What versions and the runner told a person."""
    return []


@pytest.fixture
def runner(target: Target, folder: Path, clock: SetClock, said: list[str]) -> Runner:
    return Runner(target=target, folder=folder, clock=clock, say=said.append)


@pytest.fixture
def ask(target: Target) -> Callable[[str], list[tuple[object, ...]]]:
    """Ask the database."""

    def rows(query: str) -> list[tuple[object, ...]]:
        with target.connect() as connection, connection.begin():
            return [tuple(row) for row in connection.execute(text(query))]

    return rows


@pytest.fixture
def columns(target: Target) -> Callable[[str], list[str]]:
    """The columns of a table."""

    def of(table: str) -> list[str]:
        with target.connect() as connection, connection.begin():
            return [c["name"] for c in inspect(connection).get_columns(table)]

    return of
