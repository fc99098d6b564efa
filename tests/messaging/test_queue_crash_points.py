"""Wherever a worker or a sender dies, a message's effect is there once; and what kills or waits stops nothing else."""

import multiprocessing
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from opensky.messaging import DeadLetters, Message, Nudger, Queue
from opensky.osis.runtime import flow
from opensky.persistence import Database, UnitOfWork
from opensky.testing import carrying
from opensky.testing.carrying import CARRY, EFFECTS, Calls, Parcel, books, carry, column, die, noted, opened

LEASE = timedelta(seconds=0.3)
POINTS = {
    "after the claim": 1,
    "before the call": 1,
    "after the call": 2,
    "after the effect": 2,
    "before the commit": 2,
    "after the commit": 1,
}
"""Where a worker dies, and how often the third party is called in all, always with the same key."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with an empty database."""
    carrying.created(tmp_path)
    return tmp_path


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    """Give the database of the folder."""
    with closing(opened(folder)) as database:
        yield database


def dying(point: str) -> Callable[..., None]:
    """Return the flow of parcels as one that dies at a point within it."""

    def carried(parcel: Parcel, it: Message, unit: UnitOfWork, calls: Calls) -> None:
        if point == "before the call":
            die()
        calls.call(it.id)
        if point == "after the call":
            die()
        unit.run(CARRY, {"message_id": it.id, "worker": parcel.number})
        if point == "after the effect":
            die()

    return carried


def work_and_die(folder: Path, point: str) -> None:
    """Handle parcels in this process until it dies at the point."""
    database = opened(folder, node=1)

    def begun(unit: UnitOfWork) -> None:
        if point == "after the claim":
            die()
        if point == "before the commit":
            event.listen(unit.connection, "commit", lambda _connection: die())
        if point == "after the commit":
            unit.after_commit(die)

    carrying.worker(database, folder, begun, lease=LEASE, flows=(flow("carry")(dying(point)),)).drain()


class Deadly(Nudger):
    """Dies instead of nudging."""

    def nudge(self) -> None:
        die()


def place_and_die(folder: Path) -> None:
    """Place an order and die after its commit, before anybody is told."""
    carrying.place(opened(folder, node=1), 1, Deadly(folder))


def died(target: Callable[..., None], *arguments: Any) -> None:
    """Run something in a process of its own that is to kill itself."""
    process = multiprocessing.get_context("fork").Process(target=target, args=arguments)
    process.start()
    process.join()
    assert process.exitcode == -9


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_that_dies_leaves_one_effect(folder: Path, database: Database, point: str) -> None:
    """Handled again after the lease by another worker, unless it was committed; calls that are made again have the same key."""
    id_ = carrying.place(database, 1)
    database.close()  # a child does not go on with its parent's connections
    died(work_and_die, folder, point)
    assert books(database).balanced
    time.sleep(LEASE.total_seconds())
    carrying.worker(database, folder).drain()
    assert column(database, EFFECTS.c.message_id) == [id_]
    assert noted(folder / "calls") == [id_] * POINTS[point]
    assert (books(database).live, books(database).acknowledged) == (0, 1)


def test_a_sender_that_dies_before_it_nudges_has_sent(folder: Path, database: Database) -> None:
    """The worker finds the message when it next looks by itself."""
    database.close()
    died(place_and_die, folder)
    assert (books(database).put, books(database).live) == (1, 1)
    worker = carrying.worker(database, folder)
    with running(worker):
        until(lambda: books(database).acknowledged == 1)


@pytest.mark.slow
def test_a_message_that_kills_its_worker_does_not_block_its_queue(folder: Path, database: Database) -> None:
    """Those that were claimed in a batch with it are handled; it is a dead letter after so many deaths."""
    killer, *others = [carrying.place(database, number) for number in range(1, 9)]
    database.close()
    deaths = 0
    while not DeadLetters(database).listed():
        database.close()
        process = multiprocessing.get_context("fork").Process(target=kill_and_carry, args=(folder, killer))
        process.start()
        process.join()
        deaths += process.exitcode == -9
        time.sleep(0.05)
        assert deaths < 40
    carrying.worker(database, folder, lease=LEASE).drain()
    assert [letter.message.id for letter in DeadLetters(database).listed()] == [killer]
    assert column(database, EFFECTS.c.message_id) == others


def kill_and_carry(folder: Path, killer: int) -> None:
    """Handle parcels; one of them kills."""

    @flow("carry")
    def carried(parcel: Parcel, it: Message, unit: UnitOfWork) -> None:
        if it.id == killer:
            die()
        unit.run(CARRY, {"message_id": it.id, "worker": parcel.number})

    carrying.worker(opened(folder, node=1), folder, lease=timedelta(seconds=0.05), flows=(carried,)).drain()


def test_while_the_queue_cannot_be_reached_the_worker_waits_and_says_so(folder: Path, database: Database) -> None:
    """It goes on by itself when the database is whole again."""
    carrying.place(database, 1)
    said: list[tuple[str, str]] = []
    worker = carrying.worker(
        database, folder, flows=(carry,), report=lambda what, **about: said.append((what, str(about.get("error"))))
    )
    with closing(sqlite3.connect(folder / "o.sqlite", isolation_level=None)) as other:
        other.execute("ALTER TABLE messages RENAME TO gone")
        with running(worker):
            until(lambda: bool(said))
            other.execute("ALTER TABLE gone RENAME TO messages")
            until(lambda: books(database).acknowledged == 1)
    assert {what for what, _ in said} == {"cannot work"}
    assert "messages" in said[0][1]


@pytest.mark.slow
def test_while_another_program_locks_the_database_the_worker_waits_and_says_so(
    folder: Path, database: Database
) -> None:
    """A backup that takes long stops it, and no longer than it lasts."""
    carrying.place(database, 1)
    said: list[str] = []
    worker = carrying.worker(database, folder, report=lambda what, **_about: said.append(what))
    with closing(sqlite3.connect(folder / "o.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with running(worker):
            until(lambda: bool(said))
            assert books(database).live == 1
            other.execute("ROLLBACK")
            until(lambda: books(database).acknowledged == 1)
    assert [depth for depth in Queue(database).depths() if depth.dead] == []


class running:  # noqa: N801 - a context manager that reads as a verb
    """Runs a worker in a thread."""

    def __init__(self, worker: Any) -> None:
        self._worker = worker
        self._thread = threading.Thread(target=worker.run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._worker.stop()
        self._thread.join(20)


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
