"""Chaos: senders, relays, intakes, workers and DEVO, each a process that is killed and started again, and servers likewise.

Orders are placed and split into parcels; for each a third party is called and an effect written down; when all are carried, DEVO is told by a
signed callback. Each of these steps is a message, which goes through a broker if there is one. ``Crew`` runs the processes; what must hold afterwards is in ``opensky.testing.verdict``.
"""

import itertools
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.process import BaseProcess
from typing import Any

import msgspec

from opensky.kernel.clock import SystemClock
from opensky.messaging import Message, Nudger
from opensky.messaging.stomp import Connection, Intake, Relay, Servers, StompError, connect
from opensky.osis.partners.devo import Devo
from opensky.osis.runtime import Backoff, Reject, flow, join, payload
from opensky.persistence import StoreBusy, UnitOfWork
from opensky.testing.carrying import (
    CARRY,
    LARGE,
    REJECTED_EVERY,
    Calls,
    Parcel,
    Site,
    note,
    opened,
    place,
    worker,
)

KEY = "0" * 64
DOOR = "/callbacks/delivered"
PARCELS = 2
PACE = 0.02
"""Seconds between two orders of one sender."""
_FIRST_NODE = 16
"""The numbers before it are claimed by DEVO, by locks in its data folder."""
_PAUSE = 0.1
_RELAY_LEASE = timedelta(seconds=1)
_AGAIN = Backoff(times=60, base=0.1, cap=1)
_PRELOAD = ["opensky.testing.chaos", "opensky.testing.door"]

Role = Callable[[Site, int], None]


@payload("sort")
class Order(msgspec.Struct):
    """Something to be carried in ``PARCELS`` parcels; a bulky one has a body that is kept apart, and so have its parcels."""

    number: int
    filling: str = ""


@payload("deliver")
class Delivery(msgspec.Struct):
    """A parcel that has been carried."""

    parcel: int


@flow("sort", retry=Backoff(times=0))
def sort(order: Order) -> Iterator[Parcel]:
    """Split an order into parcels: a step without a service, acknowledged together with others."""
    if order.number % REJECTED_EVERY == 0:
        raise Reject("nobody carries this")
    for _ in range(PARCELS):
        yield Parcel(order.number, order.filling)


@flow("carry", retry=Backoff(times=0))
def carry(_parcel: Parcel, it: Message, unit: UnitOfWork, calls: Calls) -> Delivery:
    """Call a third party, and write down that it was called."""
    calls.call(it.id)
    unit.run(CARRY, {"message_id": it.id, "order_id": it.correlation})
    return Delivery(it.id)


@payload("tell")
class Whole(msgspec.Struct):
    """An order of which all parcels have been carried; DEVO is to know."""

    order: int


@join("deliver", retry=_AGAIN)
def gather(_parcels: list[Delivery], it: Message) -> Whole:
    """Wait for all parcels of an order. It calls nobody itself: a join holds its transaction, in which DEVO could not write."""
    return Whole(it.correlation)


@flow("tell", retry=_AGAIN, timeout=20)
def tell(whole: Whole, it: Message, devo: Devo) -> None:
    """Tell DEVO, as the shop's own flows do."""
    devo.post(DOOR, str(it.id), msgspec.json.encode(whole))


FLOWS = (sort, carry, gather, tell)
QUEUES = [each.queue for each in FLOWS]


def send(site: Site, node: int) -> None:
    """Place orders until there are enough, and note each in a ledger once it is committed."""
    database, nudger = opened(site, node), Nudger(site.folder)
    for number in itertools.count(node * 1_000_000 + node):
        if site.enough:
            return
        try:
            id_ = place(database, number, nudger, remote=bool(site.broker), first=Order)
        except StoreBusy:  # nobody was told that it is placed: nothing is owed
            time.sleep(_PAUSE)
        else:
            note(site.folder / "ledger", id_)
            time.sleep(PACE)


def work(site: Site, node: int) -> None:
    """Run a worker."""
    devo = Devo(f"http://127.0.0.1:{site.devo}", KEY, SystemClock())
    worker(opened(site, node), site, flows=FLOWS, services={Devo: devo}).run()


def publish(site: Site, node: int) -> None:
    """Run a relay to the broker."""
    relay = Relay(opened(site, node), f"relay {node}", lease=_RELAY_LEASE, redeems=QUEUES.__contains__)

    def work(connection: Connection) -> None:
        if not relay.round(connection):
            connection.receive(0.0)
            time.sleep(_PAUSE / 10)

    _connected(site, work)


def take_in(site: Site, node: int) -> None:
    """Run an intake from the broker."""
    intake = Intake(opened(site, node), QUEUES, Nudger(site.folder), LARGE)
    _connected(site, lambda connection: intake.round(connection, 0.5), intake.subscribe)


def _connected(
    site: Site, work: Callable[[Connection], Any], begin: Callable[[Connection], None] = lambda _connection: None
) -> None:
    """Work on a connection for ever; a new one when it breaks."""
    while True:
        try:
            with connect(Servers.read(site.broker)) as connection:
                begin(connection)
                if not site.receipts:
                    connection.confirmed = lambda *frames, **_: connection.send(*frames)  # type: ignore[method-assign]
                while True:
                    work(connection)
        except (StompError, StoreBusy):
            time.sleep(_PAUSE)


class Crew:
    """Processes, one for each role; each can be killed, and another then takes its place."""

    def __init__(self, site: Site, roles: Sequence[Role]) -> None:
        self.site = site
        self.roles = roles
        self._hangs = -1
        self._nodes = itertools.count(_FIRST_NODE)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(_PRELOAD)
        self._processes: list[BaseProcess] = []

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Start all, and kill all at the end."""
        try:
            self._processes = [self._started(role) for role in self.roles]
            yield
        finally:
            for each in self._processes:
                each.kill()
            for each in self._processes:
                each.join()

    def replace(self, turn: int) -> None:
        """Kill the one whose turn it is -9, and start another in its place."""
        which = turn % len(self.roles)
        if which == self._hangs:
            which = (which + 1) % len(self.roles)
        self._processes[which].kill()
        self._processes[which].join()
        self._processes[which] = self._started(self.roles[which])

    @contextmanager
    def hanging(self, which: int, seconds: float) -> Iterator[None]:
        """Have one hang for so long, and then go on as if nothing had been; others may be killed meanwhile."""
        self._hangs = which
        process = self._processes[which]
        os.kill(process.pid or 0, signal.SIGSTOP)
        wakes = threading.Timer(seconds, self._wake, [process])
        wakes.start()
        try:
            yield
        finally:
            wakes.join()

    def _wake(self, process: BaseProcess) -> None:
        os.kill(process.pid or 0, signal.SIGCONT)
        self._hangs = -1

    def dismiss_senders(self) -> None:
        """Have no more orders placed."""
        (self.site.folder / "enough").touch()
        for role, process in zip(self.roles, self._processes, strict=True):
            if role is send:
                process.join()

    def _started(self, role: Role) -> BaseProcess:
        process = self._context.Process(target=role, args=(self.site, next(self._nodes)), daemon=True)
        process.start()
        return process
