"""kill -9 of whoever sends and handles messages of the embedded queue: nothing is lost, no effect is there twice."""

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from opensky.messaging import DeadLetters
from opensky.messaging.tables import FINISHED
from opensky.persistence import Database
from opensky.testing import carrying
from opensky.testing.carrying import EFFECTS, ORDERS, books, column, noted, opened

pytestmark = pytest.mark.slow

KILLS = 60
SECONDS_TO_DRAIN = 60
PARTS = (carrying.produce, carrying.work, carrying.produce, carrying.work)


def test_random_kills_lose_and_double_nothing(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """Two producers and two workers, one of them killed and started again sixty times; the books balance all the time."""
    carrying.created(tmp_path)
    quick = multiprocessing.get_context("forkserver")
    quick.set_forkserver_preload(["opensky.testing.carrying"])
    nodes = iter(range(1, 1000))

    def started(part: int) -> BaseProcess:
        process = quick.Process(target=PARTS[part], args=(tmp_path, next(nodes)))
        process.start()
        return process

    processes = [started(part) for part in range(len(PARTS))]
    database = opened(tmp_path)
    try:
        _wait_for_work(database)
        for kill in range(KILLS):
            time.sleep(random.uniform(0.02, 0.35))
            part = kill % len(PARTS)
            processes[part].kill()
            processes[part].join()
            processes[part] = started(part)
            if kill % 5 == 0:
                assert books(database).balanced
        (tmp_path / "enough").touch()
        for part in (0, 2):
            processes[part].join()
        deadline = time.monotonic() + SECONDS_TO_DRAIN
        while books(database).live:
            assert time.monotonic() < deadline, books(database)
            time.sleep(0.1)
    finally:
        for process in processes:
            process.kill()
            process.join()
    _judge(tmp_path, record_property)
    database.close()


def _wait_for_work(database: Database) -> None:
    deadline = time.monotonic() + 60
    while books(database).acknowledged < 10:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _judge(folder: Path, told: Callable[[str, object], None]) -> None:
    with closing(opened(folder)) as database:
        found = books(database)
        orders, effects = column(database, ORDERS.c.message_id), column(database, EFFECTS.c.message_id)
        letters = [letter.message.id for letter in DeadLetters(database).listed(limit=100_000)]
        assert found.balanced
        assert found.live == 0
        assert effects == column(database, FINISHED.c.id)
        assert len(effects) == len(set(effects))
        assert sorted(effects + letters) == orders
        with database.reader() as reader:
            assert [tuple(row) for row in reader.rows(carrying.INTEGRITY)] == [("ok",)]
    ledger = noted(folder / "ledger")
    assert set(ledger) <= set(orders)
    assert len(orders) - len(ledger) <= KILLS  # killed between the commit and the ledger
    calls = Counter(noted(folder / "calls"))
    assert set(calls) == set(effects)
    again = sum(calls.values()) - len(calls)
    assert again <= KILLS * 2  # a worker has two hands here, each with one call under way
    told("orders", len(orders))
    told("calls repeated with their key", again)
