"""Carriers for the tests of kills: orders are placed with a message each, carried by a flow, and the books say where each one is."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, func, insert, literal_column, select, text

from opensky.kernel.clock import SystemClock
from opensky.kernel.ids import IdGenerator
from opensky.messaging import Message, Nudger, Outgoing
from opensky.messaging.tables import DEAD, FINISHED, MESSAGES
from opensky.osis.runtime import Backoff, Reject, Worker, flow, message, payload
from opensky.persistence import Command, Database, UnitOfWork
from opensky.testing.engines import empty

_OWN = MetaData()
ORDERS = Table("carried_orders", _OWN, Column("message_id", BigInteger), Column("rejected", Integer))
EFFECTS = Table("carried_effects", _OWN, Column("message_id", BigInteger), Column("order_id", BigInteger))
DELIVERED = Table("carried_deliveries", _OWN, Column("order_id", BigInteger))
"""No unique key: what happened twice is to be seen."""
PLACE, CARRY = Command(insert(ORDERS)), Command(insert(EFFECTS))
LEASE = timedelta(seconds=1.5)
REJECTED_EVERY, BULKY_EVERY = 50, 7
LARGE = 1000
"""Bodies of more bytes are kept apart here, so that it happens often and costs little."""
INTEGRITY = text("PRAGMA integrity_check")


@dataclass(frozen=True, slots=True)
class Site:
    """Where it all happens: a folder for what is written down beside the database, and the addresses of servers."""

    folder: Path
    database: str = ""
    """URL; empty for an SQLite file in the folder."""
    broker: str = ""
    """URL; empty for no broker."""
    devo: int = 0
    """Port of DEVO; 0 where nothing is delivered to it."""
    receipts: bool = True
    """Whether the relay asks the broker to confirm. Without, messages are lost: that is what it is for."""

    @property
    def address(self) -> str:
        """The URL of the database."""
        return self.database or f"sqlite:///{self.folder / 'o.sqlite'}"

    @property
    def enough(self) -> bool:
        """Whether no more orders are to be placed."""
        return (self.folder / "enough").exists()


@payload("carry")
class Parcel(msgspec.Struct):
    """Something to be carried; a bulky one has a body that is kept apart."""

    number: int
    filling: str = ""


class Calls:
    """The third party: remembers who called with which key, in a file that outlives the caller."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "calls"

    def call(self, key: int) -> None:
        """Do what cannot be taken back."""
        note(self._file, key)


@flow("carry", retry=Backoff(times=0))
def carry(parcel: Parcel, it: Message, unit: UnitOfWork, calls: Calls) -> None:
    """Call a third party, then write down that it was called."""
    if parcel.number % REJECTED_EVERY == 0:
        raise Reject("nobody carries this")
    calls.call(it.id)
    unit.run(CARRY, {"message_id": it.id, "order_id": it.correlation})


def opened(site: Site, node: int = 0) -> Database:
    """Open the database of a site as a node of its own."""
    clock = SystemClock()
    return Database(site.address, (), ids=IdGenerator(node, clock), clock=clock)


def created(site: Site) -> None:
    """Make the tables of a site."""
    with closing(opened(site)) as database:
        database.create()
        add_tables(database)


def add_tables(database: Database) -> None:
    """Add the tables of orders and effects."""
    with database.unit_of_work() as unit:
        _OWN.create_all(unit.connection)
        unit.commit()


def emptied(site: Site) -> None:
    """Remove what another test left in the database of a site."""
    with closing(opened(site)) as database:
        empty(database)


def place(
    database: Database, number: int, nudger: Nudger | None = None, *, remote: bool = False, first: type[Any] = Parcel
) -> int:
    """Place an order and send its message, with a payload of class ``first``, in one transaction; return its id."""
    with database.unit_of_work() as unit:
        client = Outgoing(unit, database.ids, nudger, lambda _queue: remote, LARGE)
        id_ = client.send(message(first(number, "x" * 3 * LARGE if number % BULKY_EVERY == 0 else "")))
        unit.run(PLACE, {"message_id": id_, "rejected": int(number % REJECTED_EVERY == 0)})
        unit.commit()
    return id_


def worker(
    database: Database,
    site: Site,
    begun: Callable[[UnitOfWork], None] = lambda _unit: None,
    services: dict[type, Any] | None = None,
    **options: Any,
) -> Worker:
    """Return a worker for parcels; ``begun`` is told of each unit of work in which one is carried."""
    folder = site.folder
    known = {Calls: Calls(folder), **(services or {})}

    @contextmanager
    def scope() -> Iterator[Callable[[type], Any]]:
        with database.unit_of_work() as unit:
            begun(unit)
            yield {UnitOfWork: unit, **known}.__getitem__

    def client(unit: UnitOfWork) -> Outgoing:
        return Outgoing(unit, database.ids, Nudger(folder), lambda _queue: bool(site.broker), LARGE)

    usual: dict[str, Any] = {"lease": LEASE, "threads": 2}
    return Worker(database, options.pop("flows", (carry,)), scope, client, folder, **usual | options)


def note(file: Path, number: int) -> None:
    """Append a number with one system call: a killed process leaves whole lines."""
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(handle, f"{number}\n".encode())
    os.close(handle)


def noted(file: Path) -> list[int]:
    """Return what was appended."""
    return [int(line) for line in file.read_text().split()] if file.exists() else []


class Books(msgspec.Struct):
    """How many messages were put, and where they are: read by one statement, so at one instant."""

    orders: int
    sent: int
    """By flows, for what they handled."""
    acknowledged: int
    dead: int
    live: int

    @property
    def put(self) -> int:
        """How many messages there have been."""
        return self.orders + self.sent

    @property
    def at_the_broker(self) -> int:
        """How many the database has not got: they must all be at the broker, and none without one."""
        return self.put - self.acknowledged - self.dead - self.live

    @property
    def balanced(self) -> bool:
        """Is none missing and none there twice?"""
        return self.at_the_broker == 0

    @property
    def open(self) -> int:
        """How many are still to be handled."""
        return self.put - self.acknowledged - self.dead


def books(database: Database) -> Books:
    """Read how the books stand."""
    counts = [
        select(func.count(literal_column("1"))).select_from(each).scalar_subquery()
        for each in (ORDERS, FINISHED, DEAD, MESSAGES)
    ]
    counts.insert(1, select(func.coalesce(func.sum(FINISHED.c.sent), 0)).scalar_subquery())
    with database.reader() as reader:
        [row] = reader.rows(select(*counts))
    return Books(*map(int, row))


def column(database: Database, of: Any) -> list[int]:
    """Read a column of one of the tables."""
    with database.reader() as reader:
        return sorted(row[0] for row in reader.rows(select(of)))


def die() -> None:
    """End this process as the kernel or a power cut does."""
    os.kill(os.getpid(), signal.SIGKILL)
