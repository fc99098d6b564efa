"""What moves between a row and a document is neither lost nor doubled, whenever processes are killed."""

import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from opensky.persistence import StaleObject, StoreBusy, relay
from opensky.persistence.documents.elsewhere import MongoStore
from opensky.persistence.documents.journal_tables import HEADS
from opensky.testing.apart import ENGINES, apart, opened, stored
from opensky.testing.conformance.model import Pot, Shift

pytestmark = [pytest.mark.services, pytest.mark.slow]

ACCOUNTS = 5
EACH = 1000
KILLS = 12


@pytest.fixture(params=ENGINES)
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Rows and documents with the same amount each."""
    # SecantusDB 0.7.0b3 stands still for ever if a database is dropped during an update, and what killed clients had sent may
    # still run: drop_database waits for the update with the lock in hand that the update wants. MongoDB lets it wait.
    with apart(request.param, tmp_path, drop=False) as found:
        database = opened(found)
        database.create()
        with database.unit_of_work() as unit:
            unit.persist_all(Pot(id=i, slug=f"pot{i}", weight=float(EACH)) for i in range(ACCOUNTS))
            unit.persist_all(Shift(potter_id=i, day="mon", hours=EACH) for i in range(ACCOUNTS))
            unit.commit()
        database.close()
        yield found


def _transfer(urls: tuple[str, str], node: int) -> None:
    """Move amounts from documents to rows and from documents to documents, for ever."""
    chance = random.Random(node)
    database = opened(urls, node)
    # A transaction of a killed client holds its documents for a minute; see test_documents_elsewhere for what happens then.
    database.elsewhere = MongoStore(urls[1], transactions=False)
    relaying = relay.Relay(database, every=0.2)
    relaying.start()
    while True:
        with database.unit_of_work() as unit:
            one, other = unit.get_many(Pot, chance.sample(range(ACCOUNTS), 2))
            shift = unit.find(Shift, {"potter_id": one.id})[0]
            one.weight -= 3
            other.weight += 1
            shift.hours += 2
            try:
                unit.commit()
            except (StaleObject, StoreBusy):
                time.sleep(chance.random() / 50)


def test_random_kills_lose_and_double_nothing(urls: tuple[str, str]) -> None:
    """Three workers, each killed several times in the middle of whatever it does; the sum stays."""
    quick = multiprocessing.get_context("forkserver")
    quick.set_forkserver_preload(["opensky.testing.apart", "opensky.persistence.documents.elsewhere"])
    workers = {node: quick.Process(target=_transfer, args=(urls, node)) for node in (1, 2, 3)}
    for worker in workers.values():
        worker.start()
    _wait_for_work(urls)
    for kill in range(KILLS):
        time.sleep(random.uniform(0.3, 1.2))
        node = kill % 3 + 1
        workers[node].kill()
        workers[node].join()
        workers[node] = quick.Process(target=_transfer, args=(urls, node + 3 * kill + 3))
        workers[node].start()
    for worker in workers.values():
        worker.kill()
        worker.join()

    with closing(opened(urls)) as database:
        relay.redo_once(database, due_only=False)
        assert relay.waiting(database).rows == 0
        with database.unit_of_work() as unit:
            pots, shifts = unit.find(Pot), unit.find(Shift)
            heads = {h.id: (h.version, h.revision) for h in unit.connection.execute(select(HEADS))}
    assert {i: (d["version"], d["_rev"]) for i, d in stored(urls).items()} == heads
    assert sum(p.weight for p in pots) + sum(s.hours for s in shifts) == 2 * ACCOUNTS * EACH
    transfers = (sum(s.hours for s in shifts) - ACCOUNTS * EACH) // 2
    assert sum(p.version for p in pots) == 2 * transfers
    assert transfers > KILLS


def _wait_for_work(urls: tuple[str, str]) -> None:
    """Until the first transfers have arrived: a busy machine starts processes slowly."""
    deadline = time.monotonic() + 60
    while sum(document["version"] for document in stored(urls).values()) < 2 * KILLS + 2:
        assert time.monotonic() < deadline
        time.sleep(0.2)
