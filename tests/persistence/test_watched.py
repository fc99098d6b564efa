"""Whoever watches a database is told of each statement, on every engine, once, whoever ran it."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import bindparam, delete, func, select, text

from opensky.kernel.watching import Calls, both
from opensky.persistence import Command, Database, Query, table
from opensky.persistence.watched import COMMIT, DELETE, INSERT, OTHER, SELECT, UPDATE, WAITING, kind_of
from opensky.testing.conformance.model import MODEL, Pot, Potter
from opensky.testing.engines import created

NAMES = Query(select(table(Potter).c.name).where(table(Potter).c.id >= bindparam("least")), str)
FORGET = Command(delete(table(Potter)).where(table(Potter).c.id == bindparam("which")))


class Heard:
    """What a watch was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float, str, bool]] = []

    def __call__(self, name: str, ms: float, text: str = "", /, *, failed: bool = False) -> None:
        self.told.append((name, ms, text, failed))

    def take(self) -> Counter[str]:
        """Return how often each was told since the last time."""
        told, self.told = self.told, []
        assert all(ms >= 0 for _, ms, _, _ in told)
        return Counter(name for name, *_ in told)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def database(engine: dict[str, str], tmp_path: Path, heard: Heard) -> Iterator[Database]:
    url = engine["database_url"] or tmp_path / "watched.sqlite"
    with closing(Database(url, MODEL, documents=engine["documents_url"], watch=heard)) as made:
        created(made)
        heard.take()
        yield made


def test_each_statement_is_told_once_whoever_runs_it(database: Database, heard: Heard) -> None:
    """Objects, Core statements, prepared queries and commands that go to the driver, many rows at once."""
    with database.unit_of_work() as unit:
        unit.persist(Potter(id=1, name="Ada"))
        unit.commit()
    written = heard.take()
    assert (written[INSERT], written[COMMIT], written[WAITING], written[OTHER]) == (1, 1, 1, 0)
    with database.reader() as reader:
        assert reader.fetch(NAMES, least=0) == ["Ada"]
        assert reader.rows(select(func.count()).select_from(table(Potter)))[0][0] == 1
    assert heard.take()[SELECT] == 2
    with database.unit_of_work() as unit:
        unit.run(FORGET, {"which": 2}, {"which": 3})
        unit.commit()
    many = heard.take()
    assert (many[DELETE] in {1, 2}, many[COMMIT]) == (True, 1)  # a driver may send a statement for each row
    with database.unit_of_work() as unit:
        assert unit.run(FORGET, which=3) == 0
        potter = unit.get(Potter, 1)
        assert potter is not None
        potter.name = "Ada the second"
        unit.commit()
    changed = heard.take()
    assert (changed[DELETE], changed[UPDATE], changed[SELECT], changed[COMMIT]) == (1, 1, 1, 1)


def test_calls_of_a_document_store_are_told_where_there_is_one(database: Database, heard: Heard) -> None:
    """Documents beside the rows are statements."""
    with database.unit_of_work() as unit:
        unit.persist(Pot(id=1, slug="bowl"))
        unit.commit()
    with database.unit_of_work() as unit:
        assert [pot.slug for pot in unit.find(Pot, {"slug": "bowl"})] == ["bowl"]
    told = heard.take()
    documents = {name for name in told if name.startswith("documents.")}
    assert documents == ({"documents.apply", "documents.find"} if database.elsewhere is not None else set())


def test_a_statement_that_fails_is_told_too(database: Database, heard: Heard) -> None:
    with pytest.raises(Exception, match="nowhere"), database.unit_of_work(read_only=True) as unit:
        unit.execute(text("SELECT nothing FROM nowhere"))
    assert heard.take()[SELECT] == 1


def test_waiting_for_the_turn_to_write_is_told(tmp_path: Path, heard: Heard) -> None:
    """Of SQLite, where one writes at a time: it is no statement, and what it takes is not counted as one."""
    with closing(created(Database(tmp_path / "watched.sqlite", MODEL, watch=heard))) as database:
        heard.take()
        held = threading.Event()

        def hold() -> None:
            with database.unit_of_work() as unit:
                unit.execute(delete(table(Potter)))
                held.set()
                time.sleep(0.2)
                unit.commit()

        other = threading.Thread(target=hold)
        other.start()
        held.wait()
        with database.unit_of_work() as unit:
            unit.execute(delete(table(Potter)))
            unit.commit()
        other.join()
        assert max(ms for name, ms, *_ in heard.told if name == WAITING) > 100
        assert max(ms for name, ms, *_ in heard.told if name == DELETE) < 100


def test_a_database_that_nobody_watches_has_the_drivers_own_cursors(tmp_path: Path) -> None:
    """Watching costs nothing where nobody does."""
    with closing(created(Database(tmp_path / "x.sqlite", MODEL))) as database, database.unit_of_work() as unit:
        assert type(unit.connection.connection.cursor()).__name__ == "Cursor"


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELECT 1", SELECT),
        ("WITH x AS (SELECT 1) SELECT * FROM x", SELECT),
        ("INSERT INTO x VALUES (1)", INSERT),
        ("UPDATE x SET y = 1", UPDATE),
        ("DELETE FROM x", DELETE),
        ("SAVEPOINT a", OTHER),
        ("PRAGMA x", ""),
        ("BEGIN IMMEDIATE", ""),
        (b"SELECT 1", OTHER),
    ],
)
def test_a_statement_is_counted_as_what_it_does(sql: object, kind: str) -> None:
    assert kind_of(sql) == kind


def test_calls_say_how_they_ended(heard: Heard) -> None:
    """One that raises has failed, and so has one that says so."""
    calls = Calls("third.fraud", heard)
    with calls.timed("check"):
        pass
    with pytest.raises(KeyError), calls.timed():
        raise KeyError
    with calls.timed() as call:
        call.failed = True
    assert [(name, text, failed) for name, _, text, failed in heard.told] == [
        ("third.fraud", "check", False),
        ("third.fraud", "", True),
        ("third.fraud", "", True),
    ]


def test_two_may_watch(heard: Heard) -> None:
    other = Heard()
    told = both(heard, other)
    assert told is not None
    told("sql.select", 1.0, "SELECT 1")
    assert heard.told == other.told == [("sql.select", 1.0, "SELECT 1", False)]
    assert both(heard, None) is heard
    assert both(None, None) is None
