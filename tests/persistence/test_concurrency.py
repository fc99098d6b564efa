"""The embedded store under several threads and processes, and under kill -9."""

import multiprocessing
import os
import signal
import threading
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import update

from opensky.kernel.clock import SystemClock
from opensky.kernel.ids import IdGenerator
from opensky.messaging import Message, Outgoing, Queue
from opensky.persistence import Database, table
from opensky.testing.conformance.model import MODEL, Pot, Potter, Shift

TIMES = 40


def _open(file: Path, node: int = 0) -> Database:
    return Database(file, MODEL, ids=IdGenerator(node, SystemClock()))


def _count_up(file: Path, node: int) -> None:
    database = _open(file, node)
    rows = table(Shift)

    def work() -> None:
        for _ in range(TIMES):
            with database.unit_of_work() as unit:
                unit.execute(update(rows).values(hours=rows.c.hours + 1))
                Outgoing(unit, database.ids).send(Message(queue_name="shifts", parameters={"by": node}))
                unit.commit()
            with database.unit_of_work(read_only=True) as reading:
                reading.find(Shift)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()


def test_two_processes_of_four_threads_lose_no_update(tmp_path: Path) -> None:
    """Every writer waits for its turn; nobody sees "database is locked" and every update counts."""
    file = tmp_path / "opensky.sqlite"
    database = _open(file)
    database.create()
    with database.unit_of_work() as unit:
        unit.persist(Shift(potter_id=1, day="mon"))
        unit.commit()
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_count_up, args=(file, node)) for node in (1, 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [w.exitcode for w in workers] == [0, 0]
    with database.unit_of_work(read_only=True) as unit:
        (shift,) = unit.find(Shift)
        assert shift.hours == 2 * 4 * TIMES
    assert [depth.ready for depth in Queue(database).depths()] == [2 * 4 * TIMES]
    database.close()


def _write_pairs(file: Path) -> None:
    database = _open(file)
    number = 0
    while True:
        number += 1
        with database.unit_of_work() as unit:
            unit.persist(Potter(id=number, name=f"P{number}"))
            unit.persist(Pot(id=number, slug=f"pot{number}", maker_id=number))
            Outgoing(unit, database.ids).send(Message(queue_name="potters", parameters={"id": number}))
            unit.commit()


def test_kill_9_leaves_whole_transactions_only(tmp_path: Path) -> None:
    """Row, document and message of a transaction are all there or none is, and the file opens at once."""
    file = tmp_path / "opensky.sqlite"
    database = _open(file)
    database.create()
    worker = multiprocessing.get_context("spawn").Process(target=_write_pairs, args=(file,))
    worker.start()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with database.unit_of_work(read_only=True) as unit:
            if len(unit.find(Potter, limit=20)) == 20:
                break
        time.sleep(0.01)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    with database.unit_of_work() as unit:
        rows, documents = unit.find(Potter), unit.find(Pot)
        assert len(rows) >= 20
        assert {r.id for r in rows} == {d.maker_id for d in documents}
        unit.persist(Potter(id=10**9, name="after"))
        unit.commit()
    messages = Queue(database).claim(["potters"], 100_000, timedelta(minutes=1), "ada")
    assert {r.id for r in rows} == {m.parameters["id"] for m in messages}
    database.close()
