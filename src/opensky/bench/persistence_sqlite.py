"""The embedded store in ``bench persistence``: a feed and a point read over many documents, and what history adds to a flush."""

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from opensky.bench.persistence_objects import SELLERS, BenchProduct, edit, make
from opensky.bench.results import Metric, Results
from opensky.bench.rounds import settled
from opensky.persistence import Database, UnitOfWork
from opensky.persistence.documents.reading import DocumentQuery, Param
from opensky.persistence.history.objects import Change
from opensky.persistence.history.recording import Recorder

_FOLLOWED = 200
_SHOWN = 50
_TIMES = 200
_AT_ONCE = 5000


class Card(msgspec.Struct, frozen=True):
    """What a feed shows of a product."""

    id: int
    slug: str
    name: str
    created_at: str


_FEED = DocumentQuery(
    BenchProduct, {"seller_id": {"$in": Param("sellers")}}, into=Card, sort=("-created_at",), limit=_SHOWN
)
_POINT = DocumentQuery(BenchProduct, {"id": Param("id")}, into=Card)


def embedded(kept: int, changed: int, rounds: int) -> Results:
    """Measure the document engine in SQLite with ``kept`` documents."""
    with tempfile.TemporaryDirectory(prefix="opensky-bench-") as folder:
        database = Database(Path(folder) / "opensky.sqlite", [BenchProduct, Change])
        try:
            database.create()
            products = make(kept)
            for start in range(0, kept, _AT_ONCE):
                with database.bulk() as bulk:
                    bulk.documents(BenchProduct, products[start : start + _AT_ONCE])
                    bulk.commit()
            return _read(database, kept) | _history(database, changed, rounds)
        finally:
            database.close()


def _read(database: Database, kept: int) -> Results:
    chance = random.Random(5)
    sellers = [chance.sample(range(1, SELLERS + 1), _FOLLOWED) for _ in range(_TIMES)]
    ids = [chance.randrange(kept) + 1 for _ in range(_TIMES * 10)]
    with database.reader() as reader:
        feed = _each([partial(reader.read, _FEED, sellers=some) for some in sellers])
        point = _each([partial(reader.read_one, _POINT, id=each) for each in ids])
    return {
        f"feed of {_FOLLOWED} sellers over {kept:,} documents": Metric(value=feed * 1000, unit="CPU-ms", target=1.5),
        "one document by its id": Metric(value=point * 1000, unit="CPU-ms", target=0.02),
    }


def _each(calls: list[Callable[[], Any]]) -> float:
    """Return the median CPU seconds of one call, from ten parts that are each long enough for the clock."""
    calls[0]()
    size = max(len(calls) // 10, 1)
    times = []
    for start in range(0, len(calls), size):
        part = calls[start : start + size]
        before = time.process_time()
        for call in part:
            call()
        times.append((time.process_time() - before) / len(part))
    return statistics.median(times)


def _history(database: Database, count: int, rounds: int) -> Results:
    """Write the same changes with and without a history in turn; nothing is committed, for a disk is not what we measure."""
    recorder = Recorder(database.ids, database.clock)
    times: dict[bool, list[float]] = {False: [], True: []}
    with settled():
        for turn in range(rounds + 1):
            for recorded in (False, True):
                with database.unit_of_work() as unit:
                    if recorded:
                        unit.recorder = recorder
                    times[recorded].append(_flushed(unit, count, turn))
    without, with_it = (statistics.median(times[recorded][1:]) for recorded in (False, True))
    return {
        "history adds to a flush": Metric(value=(with_it / without - 1) * 100, unit="%", target=25),
        f"flush of {count:,} changed documents in SQLite": Metric(value=without * 1000, unit="CPU-ms"),
    }


def _flushed(unit: UnitOfWork, count: int, turn: int) -> float:
    for each in unit.find(BenchProduct, {"id": {"$lte": count}}):
        edit(each, 100 + turn)
    before = time.process_time()
    unit.flush()
    return time.process_time() - before
