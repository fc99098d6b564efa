"""``opensky bench persistence``: what it costs to read, compare and write 1,000 documents, and to ask 100,000.

The unit is what raw pymongo needs to read the same 1,000 documents as dictionaries, from the same server in the same run; the measure is CPU
time of this process. The server is SecantusDB, in a process of its own. The embedded store is measured in milliseconds.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection
from sqlalchemy.pool import StaticPool

from opensky.bench.persistence_objects import BenchProduct, edit, make
from opensky.bench.persistence_peers import Beanie, MongoEngine, Peer, RawPymongo
from opensky.bench.persistence_server import mongodb
from opensky.bench.persistence_sqlite import embedded
from opensky.bench.results import Metric, Results
from opensky.bench.rounds import medians, settled
from opensky.kernel.clock import SystemClock
from opensky.persistence import Database, UnitOfWork
from opensky.persistence.documents.codec import Plain, dump
from opensky.persistence.documents.engine import DocumentEngine
from opensky.persistence.documents.mongo_engine import MongoDocuments
from opensky.persistence.documents.mongo_numbers import PLAIN_NUMBERS

_SAVED_ONE_BY_ONE = 50
"""So many documents are saved by peers that save one by one; the time is reckoned up, for a thousand take minutes."""


def run(*, documents: int = 1000, kept: int = 100_000, rounds: int = 9) -> Results:
    """Measure documents in MongoDB's protocol against peers, then the embedded store with ``kept`` documents."""
    with mongodb() as url, tempfile.TemporaryDirectory(prefix="opensky-bench-") as folder:
        bodies = [dump(each) for each in make(documents)]
        raw, ours, journaled = RawPymongo(url, bodies), Ours(url, bodies), Journaled(url, Path(folder), bodies)
        peers: list[Peer] = [MongoEngine(url, bodies), Beanie(url, bodies)]
        ways: list[Peer] = [raw, ours, journaled, *peers]
        try:
            results = _measured(raw, ours, journaled, peers, rounds)
        finally:
            for way in ways:
                way.close()
    return results | embedded(kept, documents, rounds)


def _measured(raw: Peer, ours: "Ours", journaled: Peer, peers: Sequence[Peer], rounds: int) -> Results:
    reading = medians({way.name: way.read for way in (raw, ours, *peers)}, rounds)
    unit = reading[raw.name]
    writing = {way.name: _flush(way, raw, rounds) for way in (raw, ours, journaled)}
    writing |= {way.name: _flush(way, raw, 3, _SAVED_ONE_BY_ONE) for way in peers}
    ours.read()
    unchanged = medians({"unit": raw.read, "flush": ours.unit.flush}, rounds)
    results = {
        "read 1,000 documents, times raw pymongo": Metric(
            value=reading[ours.name] / unit, unit="x", target=2, peer=min(reading[p.name] for p in peers) / unit
        ),
        "write 1,000 changed documents": Metric(
            value=writing[ours.name], unit="x", target=3, peer=min(writing[p.name] for p in peers)
        ),
        "write 1,000 changed documents with rows as authority": Metric(value=writing[journaled.name], unit="x"),
        "find no change in 1,000 documents": Metric(value=unchanged["flush"] / unchanged["unit"], unit="x", target=0.6),
    }
    for way in (raw, *peers):
        if way is not raw:
            results[f"{way.name}: read"] = Metric(value=reading[way.name] / unit, unit="x")
        results[f"{way.name}: write"] = Metric(value=writing[way.name], unit="x")
    results["raw pymongo: read, the unit"] = Metric(value=unit * 1000, unit="CPU-ms")
    return results


def _flush(way: Peer, raw: Peer, rounds: int, some: int | None = None) -> float:
    """Return the time of writing all documents after a change to each, in units read in turn with it.

    Of ``some`` of them it is reckoned up to all.
    """
    times: list[float] = []
    units: list[float] = []
    with settled():
        for turn in range(rounds + 1):
            before = time.process_time()
            raw.read()
            units.append(time.process_time() - before)
            documents = way.read()
            chosen = documents[:some]
            way.change(chosen, turn + 1)
            before = time.process_time()
            way.write(chosen)
            times.append((time.process_time() - before) * len(documents) / len(chosen))
    return statistics.median(times[1:]) / statistics.median(units[1:])


class Ours:
    """Plain objects and the unit of work, straight on MongoDB: as raw pymongo and the peers are."""

    name = "ours"

    def __init__(self, url: str, bodies: Sequence[Plain]) -> None:
        self._client: MongoClient[Plain] = MongoClient(url, type_registry=PLAIN_NUMBERS)
        documents = MongoDocuments(self._client["bench"])
        documents.bulk(BenchProduct, bodies)
        # The unit of work wants a transaction of rows; here it has none to write.
        self._engine = create_engine("sqlite://", poolclass=StaticPool)
        self._clock = SystemClock()
        self._begin: Callable[[], UnitOfWork] = lambda: UnitOfWork(_Straight(self._engine, documents), self._clock)
        self.unit = self._begin()

    def read(self) -> Sequence[BenchProduct]:
        self.unit.close()
        self.unit = self._begin()
        return self.unit.find(BenchProduct)

    def change(self, documents: Sequence[Any], turn: int) -> None:
        for each in documents:
            edit(each, turn)

    def write(self, documents: Sequence[Any]) -> None:
        self.unit.commit()

    def close(self) -> None:
        self.unit.close()
        self._engine.dispose()
        self._client.close()


class Journaled(Ours):
    """The same beside rows in SQLite, which decide: heads, claims and journal in SQL, then MongoDB (adr 0018)."""

    name = "ours with rows as authority"

    def __init__(self, url: str, folder: Path, bodies: Sequence[Plain]) -> None:
        self._database = Database(folder / "rows.sqlite", [BenchProduct], documents=f"{url}bench_journaled")
        self._database.create()
        with self._database.bulk() as bulk:
            bulk.documents(BenchProduct, make(len(bodies)))
            bulk.commit()
        self._begin = self._database.unit_of_work
        self.unit = self._begin()

    def close(self) -> None:
        self.unit.close()
        self._database.close()


class _Straight:
    """Transactions of one store alone."""

    def __init__(self, engine: Any, documents: MongoDocuments) -> None:
        self._engine, self._documents = engine, documents

    def begin(self) -> Connection:
        connection: Connection = self._engine.connect()
        return connection

    def commit(self, connection: Connection) -> None:
        connection.commit()

    def end(self, connection: Connection) -> None:
        connection.close()

    def documents(self, connection: Connection) -> DocumentEngine:
        return self._documents
