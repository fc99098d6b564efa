"""Carriers for the tests of kills: orders are placed with a message each, carried by flows, all in processes that may die."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
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

_OWN = MetaData()
ORDERS = Table("carried_orders", _OWN, Column("message_id", BigInteger), Column("rejected", Integer))
EFFECTS = Table("carried_effects", _OWN, Column("message_id", BigInteger), Column("worker", Integer))
"""No unique key: what happened twice is to be seen."""
PLACE, CARRY = Command(insert(ORDERS)), Command(insert(EFFECTS))
LEASE = timedelta(seconds=1.5)
REJECTED_EVERY = 50
INTEGRITY = text("PRAGMA integrity_check")


@payload("carry")
class Parcel(msgspec.Struct):
    """Something to be carried."""

    number: int


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
    unit.run(CARRY, {"message_id": it.id, "worker": os.getpid()})


def opened(folder: Path, node: int = 0) -> Database:
    """Open the database of a folder as a node of its own."""
    clock = SystemClock()
    return Database(folder / "o.sqlite", (), ids=IdGenerator(node, clock), clock=clock)


def created(folder: Path) -> None:
    """Make the database of a folder."""
    with closing(opened(folder)) as database:
        database.create()
        with database.unit_of_work() as unit:
            _OWN.create_all(unit.connection)
            unit.commit()


def place(database: Database, number: int, nudger: Nudger | None = None) -> int:
    """Place an order and send its message, in one transaction; return its id."""
    with database.unit_of_work() as unit:
        id_ = Outgoing(unit, database.ids, nudger).send(message(Parcel(number)))
        unit.run(PLACE, {"message_id": id_, "rejected": int(number % REJECTED_EVERY == 0)})
        unit.commit()
    return id_


def produce(folder: Path, node: int) -> None:
    """Place orders until killed, and note each in a ledger once it is committed."""
    database, nudger = opened(folder, node), Nudger(folder)
    number = node * 1_000_000
    while not (folder / "enough").exists():
        number += 1
        note(folder / "ledger", place(database, number, nudger))


def work(folder: Path, node: int) -> None:
    """Run a worker until killed."""
    worker(opened(folder, node), folder).run()


def worker(
    database: Database, folder: Path, begun: Callable[[UnitOfWork], None] = lambda _unit: None, **options: Any
) -> Worker:
    """Return a worker for parcels; ``begun`` is told of each unit of work in which one is carried."""

    @contextmanager
    def scope() -> Iterator[Callable[[type], Any]]:
        with database.unit_of_work() as unit:
            begun(unit)
            yield {UnitOfWork: unit, Calls: Calls(folder)}.__getitem__

    def client(unit: UnitOfWork) -> Outgoing:
        return Outgoing(unit, database.ids, Nudger(folder))

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
    """How many orders were placed, and where their messages are: read by one statement, so at one instant."""

    put: int
    acknowledged: int
    dead: int
    live: int

    @property
    def balanced(self) -> bool:
        """Is none missing and none there twice?"""
        return self.put == self.acknowledged + self.dead + self.live


def books(database: Database) -> Books:
    """Read how the books stand."""
    tables = (ORDERS, FINISHED, DEAD, MESSAGES)
    counts = [select(func.count(literal_column("1"))).select_from(each).scalar_subquery() for each in tables]
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
