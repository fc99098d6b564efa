"""Wherever a worker, a sender, a relay or an intake dies, a message's effect is there once; on each engine."""

import multiprocessing
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from opensky.messaging import DeadLetters, Message, Nudger, Queue
from opensky.messaging.stomp import Classic, Frame, Intake, Relay
from opensky.messaging.stomp.wire import to_frame
from opensky.osis.runtime import flow
from opensky.persistence import Database, UnitOfWork
from opensky.testing import carrying
from opensky.testing.carrying import CARRY, EFFECTS, Calls, Parcel, Site, books, column, die, noted, opened
from opensky.testing.running import running, until

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


def dying(point: str) -> Callable[..., None]:
    """Return the flow of parcels as one that dies at a point within it."""

    def carried(parcel: Parcel, it: Message, unit: UnitOfWork, calls: Calls) -> None:
        if point == "before the call":
            die()
        calls.call(it.id)
        if point == "after the call":
            die()
        unit.run(CARRY, {"message_id": it.id, "order_id": parcel.number})
        if point == "after the effect":
            die()

    return carried


def work_and_die(site: Site, point: str) -> None:
    """Handle parcels in this process until it dies at the point."""
    database = opened(site, node=1)

    def begun(unit: UnitOfWork) -> None:
        if point == "after the claim":
            die()
        if point == "before the commit":
            event.listen(unit.connection, "commit", lambda _connection: die())
        if point == "after the commit":
            unit.after_commit(die)

    carrying.worker(database, site, begun, lease=LEASE, flows=(flow("carry")(dying(point)),)).drain()


class Deadly(Nudger):
    """Dies instead of nudging."""

    def nudge(self) -> None:
        die()


def place_and_die(site: Site) -> None:
    """Place an order and die after its commit, before anybody is told."""
    carrying.place(opened(site, node=1), 1, Deadly(site.folder))


def died(target: Callable[..., None], *arguments: Any) -> None:
    """Run something in a process of its own that is to kill itself."""
    process = multiprocessing.get_context("fork").Process(target=target, args=arguments)
    process.start()
    process.join()
    assert process.exitcode == -9


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_that_dies_leaves_one_effect(site: Site, database: Database, point: str) -> None:
    """Handled again after the lease by another worker, unless it was committed; calls that are made again have the same key."""
    id_ = carrying.place(database, 1)
    database.close()  # a child does not go on with its parent's connections
    died(work_and_die, site, point)
    assert books(database).balanced
    time.sleep(LEASE.total_seconds())
    carrying.worker(database, site).drain()
    assert column(database, EFFECTS.c.message_id) == [id_]
    assert noted(site.folder / "calls") == [id_] * POINTS[point]
    assert (books(database).live, books(database).acknowledged) == (0, 1)


def test_a_sender_that_dies_before_it_nudges_has_sent(site: Site, database: Database) -> None:
    """The worker finds the message when it next looks by itself."""
    database.close()
    died(place_and_die, site)
    assert (books(database).put, books(database).live) == (1, 1)
    with running(carrying.worker(database, site)):
        until(lambda: books(database).acknowledged == 1)


class Broker:
    """A connection whose broker has everything, and does something else before it says so."""

    dialect = Classic()

    def __init__(self, before_the_receipt: Callable[[], object]) -> None:
        self._before_the_receipt = before_the_receipt

    def confirmed(self, *_frames: Frame) -> None:
        self._before_the_receipt()


def broker(before_the_receipt: Callable[[], object] = lambda: None) -> Any:
    """Return as much of a connection as a relay asks for."""
    return Broker(before_the_receipt)


def publish_and_die(site: Site) -> None:
    """Publish, and die when the broker has confirmed, before the row is taken away."""
    Relay(opened(site, node=1), "dies", lease=LEASE).round(broker(die))


@pytest.mark.parametrize("relay", ["dead", "waiting", "quick"])
def test_a_message_that_is_back_before_its_row_is_gone_is_there_once(
    site: Site, database: Database, relay: str
) -> None:
    """Sender and receiver share a database; the relay died before it took the row away, or waits for its receipt, or was quick."""
    id_ = carrying.place(database, 1, remote=True)
    message = Message(queue_name="carry", parameters={"number": 1}, type="Parcel", id=id_, correlation=id_)
    arriving = to_frame(message, Classic())
    back = Frame("MESSAGE", {**arriving.headers, "subscription": "q0"}, arriving.body)
    intake = Intake(database, ["carry"])
    if relay == "dead":
        database.close()
        died(publish_and_die, site)
        assert intake._keep([back]) == 1
        time.sleep(LEASE.total_seconds())
    elif relay == "waiting":
        assert Relay(database, "waits").round(broker(lambda: intake._keep([back]))) == 1
    else:
        assert Relay(database, "quick").round(broker()) == 1
        assert intake._keep([back]) == 1
    assert Relay(database, "next").round(broker()) == 0
    assert intake._keep([back]) == 0  # the broker brings it again: it is known
    assert books(database).live == 1
    carrying.worker(database, site).drain()
    assert column(database, EFFECTS.c.message_id) == [id_]
    assert books(database).balanced


@pytest.mark.slow
def test_a_message_that_kills_its_worker_does_not_block_its_queue(site: Site, database: Database) -> None:
    """Those that were claimed in a batch with it are handled; it is a dead letter after so many deaths."""
    killer, *others = [carrying.place(database, number) for number in range(1, 9)]
    deaths = 0
    while not DeadLetters(database).listed():
        database.close()
        process = multiprocessing.get_context("fork").Process(target=kill_and_carry, args=(site, killer))
        process.start()
        process.join()
        deaths += process.exitcode == -9
        time.sleep(0.05)
        assert deaths < 40
    carrying.worker(database, site, lease=LEASE).drain()
    assert [letter.message.id for letter in DeadLetters(database).listed()] == [killer]
    assert column(database, EFFECTS.c.message_id) == others
    assert [depth.ready + depth.taken for depth in Queue(database).depths()] == [0]


def kill_and_carry(site: Site, killer: int) -> None:
    """Handle parcels; one of them kills."""

    @flow("carry")
    def carried(parcel: Parcel, it: Message, unit: UnitOfWork) -> None:
        if it.id == killer:
            die()
        unit.run(CARRY, {"message_id": it.id, "order_id": parcel.number})

    with closing(opened(site, node=1)) as database:
        carrying.worker(database, site, lease=timedelta(seconds=0.05), flows=(carried,)).drain()
