"""``opensky bench bus``: what a message costs, from the transaction that sends it to the flow that has handled it.

CPU time of this process, bodies of 1 KB, the embedded queue on SQLite. The peers are constants, measured alike on 2026-11-23 with 1,500 jobs
that do nothing and an argument of 1 KB (client CPU; the Redis server's is not in them): Dramatiq 2.2 on Redis 177 µs a job and 138 to enqueue,
huey 3.5 on SQLite 374 and 251, TaskIQ on Redis streams 500 and 305, Celery 5.7 on Redis 679 and 515; stompman 3.16 229 to consume and acknowledge.
``--broker artemis`` (or ``activemq``, ``rabbitmq``, or a URL) measures a broker as well.
"""

import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Column, Integer, MetaData, Table, insert

from opensky.bench.bus_process import idle_megabytes, wake_ups
from opensky.bench.bus_shipments import shipments
from opensky.bench.bus_stomp import brokered, codec
from opensky.bench.results import Metric, Results
from opensky.bench.rounds import settled
from opensky.messaging import Outgoing
from opensky.osis.runtime import Flow, Worker, flow, message, payload
from opensky.osis.runtime.handling import Scopes
from opensky.persistence import Command, Database, UnitOfWork

PEERS = {"Dramatiq, Redis": 177.0, "huey, SQLite": 374.0, "TaskIQ, Redis": 500.0, "Celery, Redis": 679.0}
ENQUEUE_PEER = 138.0
_BUSINESS = Table("bench_rows", MetaData(), Column("id", Integer, primary_key=True), Column("at", Integer))
_WRITE = Command(insert(_BUSINESS))
_TEXT = "x" * 1000
MICRO = 1e6


@payload("bench.idle")
class Idle(msgspec.Struct):
    """1 KB for a flow that does nothing."""

    text: str


@payload("bench.kept")
class Kept(msgspec.Struct):
    """1 KB for a flow that has a transaction and does nothing in it."""

    text: str


@flow("bench.idle")
def idle(_body: Idle) -> None:
    """Do nothing."""


@flow("bench.kept")
def kept(_body: Kept, _unit: UnitOfWork) -> None:
    """Do nothing, in a transaction of its own."""


def run(*, jobs: int = 1500, rounds: int = 5, broker: str = "") -> Results:
    """Measure the embedded queue with ``jobs`` messages a round, the codec of STOMP, a broker if one is named, and an idle bus."""
    with tempfile.TemporaryDirectory(prefix="opensky-bench-") as folder:
        results = _embedded(Path(folder), jobs, rounds)
        results |= _woken(Path(folder))
        results |= codec(rounds)
        results |= shipments(rounds=rounds)
        if broker:
            results |= brokered(broker, rounds)
        results |= _held(Path(folder))
    return results | {f"{name}: a job": Metric(value=value, unit="CPU-µs") for name, value in PEERS.items()}


def _embedded(folder: Path, jobs: int, rounds: int) -> Results:
    with closing(Database(folder / "bus.sqlite", ())) as database:
        database.create()
        with database.unit_of_work() as unit:
            _BUSINESS.create(unit.connection)
            unit.commit()
        made = _Sender(database)
        works = {each: _worker(database, each, folder) for each in (idle, kept)}
        alone, together, within, idly, keeping = [], [], [], [], []
        with settled():
            for _ in range(rounds + 1):
                alone.append(_cpu(lambda: made.rows(jobs)) / jobs)
                together.append(_cpu(lambda: made.rows_and_messages(jobs, Idle)) / jobs)
                within.append(_cpu(lambda: made.messages(jobs, Idle)) / jobs)
                idly.append(_cpu(works[idle].drain) / (2 * jobs))
                made.rows_and_messages(jobs, Kept)
                keeping.append(_cpu(works[kept].drain) / jobs)
    every = (alone, together, within, idly, keeping)
    row, both, sent, job, whole = (statistics.median(each[1:]) * MICRO for each in every)
    peer = min(PEERS.values())
    return {
        "enqueue in a business transaction that writes one row": Metric(
            value=both - row, unit="CPU-µs", target=40, peer=ENQUEUE_PEER
        ),
        "enqueue in a transaction of many": Metric(value=sent, unit="CPU-µs", peer=ENQUEUE_PEER),
        "that transaction without a message": Metric(value=row, unit="CPU-µs"),
        "a job that does nothing, from claim to acknowledgement": Metric(
            value=job, unit="CPU-µs", target=60, peer=peer
        ),
        "a job with a transaction of its own": Metric(value=whole, unit="CPU-µs", peer=peer),
    }


class _Sender:
    """Business transactions: one row each, with a message or without."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ids = itertools.count(1)

    def rows(self, number: int) -> None:
        for _ in range(number):
            with self._database.unit_of_work() as unit:
                unit.run(_WRITE, {"id": next(self._ids), "at": 0})
                unit.commit()

    def rows_and_messages(self, number: int, kind: type[Any]) -> None:
        for _ in range(number):
            with self._database.unit_of_work() as unit:
                unit.run(_WRITE, {"id": next(self._ids), "at": 0})
                Outgoing(unit, self._database.ids).send(message(kind(_TEXT)))
                unit.commit()

    def messages(self, number: int, kind: type[Any]) -> None:
        with self._database.unit_of_work() as unit:
            client = Outgoing(unit, self._database.ids)
            for _ in range(number):
                client.send(message(kind(_TEXT)))
            unit.commit()


def _worker(database: Database, works: Flow, folder: Path) -> Worker:
    return Worker(database, [works], _scopes(database), lambda unit: Outgoing(unit, database.ids), folder)


def _scopes(database: Database) -> Scopes:
    @contextmanager
    def scope() -> Iterator[Callable[[type], Any]]:
        with database.unit_of_work() as unit:
            yield lambda _cls: unit

    return scope


def _woken(folder: Path) -> Results:
    nudges, flows = wake_ups(folder)
    return {
        "wake-up by a nudge, half of them within": Metric(value=_middle(nudges), unit="ms", target=1),
        "from the commit to the flow, half within": Metric(value=_middle(flows), unit="ms"),
    }


def _held(folder: Path) -> Results:
    megabytes = idle_megabytes(folder / "shop")
    return {"memory of a bus process": Metric(value=megabytes, unit="MB", target=80)}


def _middle(seconds: Sequence[float]) -> float:
    return statistics.median(seconds) * 1000


def _cpu(act: Callable[[], Any]) -> float:
    before = time.process_time()
    act()
    return time.process_time() - before
