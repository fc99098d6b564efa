"""The story of the talk: a full name becomes first and last name, document by document, as each is read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from opensky.cli.migrate_eventual import report
from opensky.mapping import Id, Index, Version, also_load, document, entity, old_shape, post_load
from opensky.migrations.eventual import BATCH, Remaining, remaining, renewed_classes, sweep
from opensky.persistence import Database, ReadOnly, table


@document("story_users", Index("last_name"))
@dataclass(eq=False, slots=True, kw_only=True)
class User:
    """As it was: a single string. As it is: two, of which the second may be empty."""

    id: Annotated[int, Id()]
    first_name: str = ""
    last_name: str = ""
    visits: int = 0
    version: Annotated[int, Version()] = 0

    @also_load("full_name")
    def split_name(self, full_name: str) -> None:
        """Take the old name apart at its last blank: several first names are more common than several last ones."""
        first, _, last = full_name.strip().rpartition(" ")
        self.first_name, self.last_name = (first.strip(), last) if first else (last, "")


@old_shape(having="full_name")
@entity("story_clerks")
@dataclass(eq=False, kw_only=True)
class Clerk:
    """The same in rows: both columns stay until nobody reads the old one."""

    id: Annotated[int, Id()]
    full_name: str | None = None
    first_name: str = ""

    @post_load
    def split_name(self) -> None:
        """Move the name over."""
        if self.full_name is not None:
            self.first_name, self.full_name = self.full_name.split(" ")[0], None


NAMES = {
    1: ("Jon Wage", "Jon", "Wage"),
    2: ("Cher", "Cher", ""),
    3: ("Ada Augusta Byron", "Ada Augusta", "Byron"),
    4: ("  Mo  Linden ", "Mo", "Linden"),
    5: ("", "", ""),
    6: (None, "", ""),
}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "o.sqlite", [User, Clerk])
    made.create()
    yield made
    made.close()


@pytest.fixture
def old(database: Database) -> Database:
    """Six users as the release before wrote them, one without a name, and one new one."""
    with database.engines[1].begin() as connection:
        for id_, (name, _, _) in NAMES.items():
            keep(connection, {"id": id_, "full_name": name, "visits": 1, "version": 3})
        keep(connection, {"id": 7, "visits": 1, "version": 3})
        keep(connection, {"id": 8, "first_name": "New", "last_name": "One", "visits": 0, "version": 0})
    return database


def keep(connection: Connection, body: dict[str, object]) -> None:
    """Write a document past the mapper."""
    values = {"id": body["id"], "version": body["version"], "body": json.dumps(body, separators=(",", ":"))}
    connection.execute(table(User).insert().values(values))


def bodies(database: Database) -> dict[int, dict[str, object]]:
    """The documents as they are kept."""
    with database.engines[0].connect() as connection:
        return {id_: json.loads(body) for id_, body in connection.execute(select(table(User).c.id, table(User).c.body))}


def test_an_old_name_is_read_as_two(old: Database) -> None:
    """One word, three words, blanks, none at all: everybody can be read, and nothing is written by reading."""
    before = bodies(old)
    with old.unit_of_work(read_only=True) as unit:
        found = {u.id: (u.first_name, u.last_name) for u in unit.find(User)}
        unit.commit()
    assert found == {id_: (first, last) for id_, (_, first, last) in NAMES.items()} | {7: ("", ""), 8: ("New", "One")}
    assert bodies(old) == before


def test_a_reading_unit_still_refuses_what_somebody_changed(old: Database) -> None:
    """Only what the shape changed may go unwritten."""
    with old.unit_of_work(read_only=True) as unit:
        unit.get(User, 1).visits += 1  # type: ignore[union-attr]
        with pytest.raises(ReadOnly):
            unit.commit()


def test_what_is_read_is_written_in_the_new_shape_at_the_next_flush(old: Database) -> None:
    """The old key is gone, the version goes on, and the index finds the new field."""
    with old.unit_of_work() as unit:
        unit.get(User, 1)
        unit.commit()
    assert bodies(old)[1] == {"id": 1, "first_name": "Jon", "last_name": "Wage", "visits": 1, "version": 4}
    with old.unit_of_work() as unit:
        assert [u.id for u in unit.find(User, {"last_name": "Wage"})] == [1]
        unit.commit()
    assert bodies(old)[1]["version"] == 4


def test_what_remains_is_counted(old: Database) -> None:
    """By the key that old documents have; who was read and written is done."""
    assert remaining(old, User) == Remaining(User, 8, 6)
    with old.unit_of_work() as unit:
        unit.get_many(User, [1, 2])
        unit.commit()
    assert remaining(old, User) == Remaining(User, 8, 4)
    assert renewed_classes(old) == [User, Clerk]


def test_a_sweep_finishes_at_its_pace(old: Database) -> None:
    """It sleeps as long as its rate asks for, tells how far it is, and a second one finds nothing."""
    slept: list[float] = []
    told: list[int] = []
    done = sweep(old, User, rate=2, progress=told.append, sleep=slept.append)
    assert (done.renewed, done.failed, told) == (6, [], [6])
    assert 2 < sum(slept) <= 3
    assert remaining(old, User).old == 0
    assert {id_: (b["first_name"], b["last_name"]) for id_, b in bodies(old).items() if id_ in NAMES} == {
        id_: (first, last) for id_, (_, first, last) in NAMES.items()
    }
    assert sweep(old, User, rate=1000).renewed == 0


def test_a_sweep_never_overwrites_a_concurrent_edit(database: Database) -> None:
    """Somebody edits a user whom the sweep has on its list already: the edit stays, and the user is renewed with it."""
    with database.engines[1].begin() as connection:
        for id_ in range(1, BATCH + 2):
            keep(connection, {"id": id_, "full_name": f"Jo {id_}", "visits": 1, "version": 0})

    def edit_the_last(_number: int) -> None:
        with database.unit_of_work() as unit:
            last = unit.get(User, BATCH + 1)
            assert last is not None
            last.visits = 99
            unit.commit()

    assert sweep(database, User, rate=1e6, progress=edit_the_last).renewed == BATCH + 1
    kept = bodies(database)[BATCH + 1]
    assert (kept["first_name"], kept["last_name"], kept["visits"]) == ("Jo", str(BATCH + 1), 99)
    assert remaining(database, User).old == 0


def test_a_killed_sweep_goes_on_where_it_was(database: Database) -> None:
    """Nothing is kept of how far it came: what is done is no longer old."""
    with database.engines[1].begin() as connection:
        for id_ in range(1, 2 * BATCH + 1):
            keep(connection, {"id": id_, "full_name": f"Jo {id_}", "visits": 1, "version": 0})

    def die(_number: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(database, User, rate=1e6, progress=die)
    assert remaining(database, User).old == BATCH
    assert sweep(database, User, rate=1e6).renewed == BATCH


def test_one_document_that_cannot_be_read_stops_nobody_else(old: Database) -> None:
    """It is told with its id, and the others are renewed."""
    with old.engines[1].begin() as connection:
        connection.exec_driver_sql(
            """UPDATE story_users SET body = replace(body, '"visits":1', '"visits":"x"') WHERE id = 2"""
        )
    done = sweep(old, User, rate=10_000)
    assert done.renewed == 5
    [(id_, why)] = done.failed
    assert id_ == 2
    assert "visits" in why
    assert remaining(old, User).old == 1


def test_rows_move_over_too(database: Database) -> None:
    """By a hook after loading, while both columns are there."""
    with database.engines[1].begin() as connection:
        connection.execute(
            table(Clerk).insert(), [{"id": i, "full_name": f"Jo {i}", "first_name": ""} for i in (1, 2, 3)]
        )
        connection.execute(update(table(Clerk)).where(table(Clerk).c.id == 3).values(full_name=None))
    assert remaining(database, Clerk) == Remaining(Clerk, 3, 2)
    assert sweep(database, Clerk, rate=10_000).renewed == 2
    assert remaining(database, Clerk).old == 0
    with database.engines[0].connect() as connection:
        assert connection.execute(select(table(Clerk)).order_by(table(Clerk).c.id)).fetchall() == [
            (1, None, "Jo"),
            (2, None, "Jo"),
            (3, None, ""),
        ]


def test_the_command_tells_what_remains_and_what_it_did(old: Database, capsys: pytest.CaptureFixture[str]) -> None:
    """A line a class; what could not be renewed is named, and the status says it too."""
    report(old, finish=False, rate=1)
    assert capsys.readouterr().out.splitlines() == [
        "User                         6 of 8 in an old shape",
        "Clerk                        0 of 0 in an old shape",
    ]
    report(old, finish=True, rate=10_000)
    assert capsys.readouterr().out.splitlines()[-1] == "User: 6 renewed."

    with old.engines[1].begin() as connection:
        keep(connection, {"id": 9, "full_name": "No Body", "visits": "many", "version": 0})
    with pytest.raises(SystemExit, match="1"):
        report(old, finish=True, rate=10_000)
    said = capsys.readouterr().err
    assert "User 9 could not be: " in said
    assert said.endswith("opensky: 1 could not be renewed; mend the class or the documents, and sweep again.\n")
