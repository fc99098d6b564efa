"""What fails, hangs or kills stops nothing else; while its database is gone, locked or full the bus waits, says so, and goes on."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pymysql
import pytest
from sqlalchemy import text

from opensky.messaging import DeadLetters, Message
from opensky.messaging.tables import FINISHED
from opensky.osis.runtime import Backoff, Reject, Unavailable, flow
from opensky.persistence import Database, Deadlock, StoreFull, UnitOfWork
from opensky.persistence.engines import sqlite
from opensky.persistence.refusals import refusal_from
from opensky.testing import brokers, carrying
from opensky.testing.brokers import DATABASES
from opensky.testing.carrying import CARRY, EFFECTS, Calls, Parcel, Site, books, column, noted, opened
from opensky.testing.engines import made
from opensky.testing.running import running, until

ONCE = Backoff(times=0)
"""No second try, so that whatever is counted as a try shows as a dead letter."""


class Said(list[tuple[str, str]]):
    """What a worker reported."""

    def report(self, what: str, **about: object) -> None:
        self.append((what, str(about.get("error", ""))))


@pytest.fixture
def said() -> Said:
    """Give an empty log."""
    return Said()


@pytest.fixture
def embedded(tmp_path: Path) -> Site:
    """Give a site on the embedded database."""
    site = Site(tmp_path)
    carrying.created(site)
    return site


@pytest.fixture
def shop(embedded: Site) -> Iterator[Database]:
    """Give the embedded database."""
    with closing(opened(embedded)) as database:
        yield database


def letters(database: Database) -> list[int]:
    """Whose messages were given up?"""
    return [letter.message.id for letter in DeadLetters(database).listed()]


def test_what_can_never_be_handled_blocks_nothing(site: Site, database: Database) -> None:
    """Each that is refused or fails is a dead letter at once; what was sent before, between and after it is carried."""

    @flow("carry", retry=ONCE)
    def carried(parcel: Parcel, it: Message, unit: UnitOfWork) -> None:
        if parcel.number % 2:
            raise (Reject("no") if parcel.number % 4 == 1 else ValueError("cannot"))
        unit.run(CARRY, {"message_id": it.id, "order_id": 0})

    ids = [carrying.place(database, number) for number in range(1, 13)]
    carrying.worker(database, site, flows=(carried,)).drain()
    assert sorted(letters(database)) == ids[::2]
    assert column(database, EFFECTS.c.message_id) == ids[1::2]
    assert books(database).balanced


def test_a_flow_that_never_comes_back_is_given_up_and_its_place_is_free(shop: Database, embedded: Site) -> None:
    """Though but one at a time is allowed: the one that hangs is a dead letter, the next is carried by another hand."""
    never = threading.Event()
    first, second = carrying.place(shop, 1), carrying.place(shop, 2)

    @flow("carry", retry=ONCE, timeout=1, limit=1, breaker="carrier")
    def carried(parcel: Parcel, it: Message, unit: UnitOfWork) -> None:
        if parcel.number == 1:
            never.wait(60)
        unit.run(CARRY, {"message_id": it.id, "order_id": 0})

    worker = carrying.worker(shop, embedded, flows=(carried,))
    with running(worker):
        until(lambda: books(shop).acknowledged == 1)
        assert worker.breakers["carrier"].state == "closed"
        never.set()
    assert (letters(shop), column(shop, EFFECTS.c.message_id)) == ([first], [second])


def test_a_third_party_that_hangs_as_often_as_it_takes_counts_as_down(shop: Database, embedded: Site) -> None:
    """What hangs is a failure to the breaker, as what says so is."""
    never = threading.Event()

    @flow("carry", retry=Backoff(times=9, base=60), timeout=0.2, breaker="carrier")
    def carried(parcel: Parcel) -> None:
        if parcel.number % 2:
            raise Unavailable("not now")
        never.wait(60)

    for number in range(1, 6):
        carrying.place(shop, number)
    worker = carrying.worker(shop, embedded, flows=(carried,), threads=1)
    with running(worker):
        until(lambda: worker.breakers["carrier"].state == "open")
        never.set()
    assert books(shop).live == 5


def test_being_let_go_by_the_database_is_no_try(shop: Database, embedded: Site) -> None:
    """Of two transactions that wait for each other one is let go: its message is handled again, also where no try is left."""
    tries: list[int] = []

    @flow("carry", retry=ONCE)
    def carried(parcel: Parcel, it: Message, unit: UnitOfWork) -> None:
        tries.append(parcel.number)
        if len(tries) == 1:
            raise Deadlock("let go")
        unit.run(CARRY, {"message_id": it.id, "order_id": 0})

    id_ = carrying.place(shop, 1)
    with running(carrying.worker(shop, embedded, flows=(carried,))):
        until(lambda: books(shop).acknowledged == 1)
    assert (tries, letters(shop), column(shop, EFFECTS.c.message_id)) == ([1, 1], [], [id_])


def test_while_the_queue_cannot_be_reached_the_worker_waits_and_says_so(
    shop: Database, embedded: Site, said: Said
) -> None:
    """It goes on by itself when the database is whole again."""
    carrying.place(shop, 1)
    with closing(sqlite3.connect(embedded.folder / "o.sqlite", isolation_level=None)) as other:
        other.execute("ALTER TABLE messages RENAME TO gone")
        with running(carrying.worker(shop, embedded, report=said.report)):
            until(lambda: bool(said))
            other.execute("ALTER TABLE gone RENAME TO messages")
            until(lambda: books(shop).acknowledged == 1)
    assert {what for what, _ in said} == {"cannot work"}
    assert "messages" in said[0][1]


def test_while_another_program_locks_the_database_the_worker_waits_and_says_so(
    embedded: Site, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup that takes long stops it, and no longer than it lasts."""
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 1)
    with (
        closing(opened(embedded)) as database,
        closing(sqlite3.connect(embedded.folder / "o.sqlite", isolation_level=None)) as other,
    ):
        carrying.place(database, 1)
        other.execute("BEGIN IMMEDIATE")
        with running(carrying.worker(database, embedded, report=said.report)):
            until(lambda: bool(said))
            assert books(database).live == 1
            other.execute("ROLLBACK")
            until(lambda: books(database).acknowledged == 1)
        assert letters(database) == []


def test_while_the_database_is_full_the_worker_waits_and_says_so(shop: Database, embedded: Site, said: Said) -> None:
    """Nothing is lost and no message pays for it with a try: when there is room again all is done."""

    @flow("carry", retry=ONCE)
    def heavy(parcel: Parcel, it: Message, unit: UnitOfWork, calls: Calls) -> None:
        calls.call(it.id)
        unit.run(CARRY, {"message_id": it.id, "order_id": 0})
        unit.connection.execute(text("INSERT INTO ballast VALUES (zeroblob(200000))"))

    with shop.unit_of_work() as unit:
        unit.connection.execute(text("CREATE TABLE ballast (stone BLOB)"))
        unit.commit()
    ids = [carrying.place(shop, number) for number in (1, 2, 3)]
    pages(shop, 1)  # what it has already it keeps: full as of now
    with running(carrying.worker(shop, embedded, flows=(heavy,), report=said.report)):
        until(lambda: len(said) > 2)
        assert (books(shop).live, books(shop).dead, column(shop, EFFECTS.c.message_id)) == (3, 0, [])
        pages(shop, 1_000_000)
        until(lambda: books(shop).acknowledged == 3)
    assert column(shop, EFFECTS.c.message_id) == ids
    assert set(noted(embedded.folder / "calls")) == set(ids)
    assert {what for what, _ in said} == {"cannot work"}
    assert "StoreFull: There is no room left on the disk of the database" in said[0][1]


def pages(database: Database, most: int) -> None:
    """Say how many pages the database may have, to SQLite's one connection that writes."""
    with database.unit_of_work() as unit:
        unit.connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")
        unit.commit()


@pytest.mark.services
@pytest.mark.parametrize("engine", DATABASES)
def test_while_the_database_server_is_gone_the_worker_waits_and_says_so(
    engine: str, tmp_path: Path, said: Said
) -> None:
    """Also when it goes while a message is handled: that one is handled again, its call repeated under its key, no try counted."""
    which = DATABASES[engine]
    if missing := which.missing():
        pytest.skip(f"needs {which.name} ({missing} is not installed)")
    begun, gone = threading.Event(), threading.Event()

    @flow("carry", retry=ONCE)
    def carried(parcel: Parcel, it: Message, unit: UnitOfWork, calls: Calls) -> None:
        calls.call(it.id)
        begun.set()
        gone.wait(30)
        unit.run(CARRY, {"message_id": it.id, "order_id": parcel.number})

    with brokers.started(engine) as server:
        site = Site(tmp_path, made(server.url))
        carrying.created(site)
        with closing(opened(site)) as database:
            ids = [carrying.place(database, number) for number in (1, 2, 3)]
            with running(
                carrying.worker(
                    database, site, flows=(carried,), report=said.report, threads=1, lease=timedelta(seconds=60)
                )
            ):
                assert begun.wait(30)
                server.kill()
                gone.set()
                until(lambda: any(what == "cannot work" for what, _ in said))
                server.start_again()
                until(lambda: books(database).acknowledged == 3)  # sooner than the leases end: they were given back
            assert column(database, EFFECTS.c.message_id) == ids
            assert column(database, FINISHED.c.attempt) == [0, 0, 0]
            assert letters(database) == []
        assert sorted(noted(tmp_path / "calls")) == sorted([*ids, ids[0]])


@pytest.mark.parametrize(
    "said",
    [
        psycopg.errors.DiskFull("no space"),
        pymysql.err.OperationalError(1114, "full"),
        pymysql.err.OperationalError(1021, ""),
    ],
    ids=["PostgreSQL", "MariaDB's table", "MariaDB's disk"],
)
def test_a_server_whose_disk_is_full_is_understood(said: Exception) -> None:
    """Said by each in a way of its own; to the bus and to the web it is the same."""
    assert isinstance(refusal_from(said), StoreFull)
