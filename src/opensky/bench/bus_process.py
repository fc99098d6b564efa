"""The bus as a process of its own: how soon a nudge wakes it, and what it holds in memory."""

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec

from opensky.bench.processes import pss_megabytes, tree
from opensky.kernel.clock import SystemClock
from opensky.kernel.errors import OpenSkyError
from opensky.kernel.ids import IdGenerator
from opensky.messaging import Listener, Nudger, Outgoing
from opensky.osis.runtime import Worker, flow, message, payload
from opensky.persistence import Database
from opensky.settings import Settings
from opensky.wiring.databases import open_database

TIMES = 100
_PAUSE = 0.02
_SETTLE_SECONDS = 3.0


@payload("bench.woken")
class Woken(msgspec.Struct):
    """Says when it was sent, by the monotonic clock that all processes share."""

    sent: float


def wake_ups(folder: Path) -> tuple[list[float], list[float]]:
    """Return the seconds from a nudge to the listener that it wakes, and from a commit to the flow of its message."""
    file = folder / "woken.sqlite"
    with closing(Database(file, (), ids=IdGenerator(1, SystemClock()))) as database:
        database.create()
    nudged = _child(_listen, folder / "n")
    worked = _child(_work, file, folder / "w")
    with (
        nudged as listener,
        worked as flows,
        closing(_database(file, 2)) as database,
        Nudger(folder / "n") as nudger,
        Nudger(folder / "w") as waker,
    ):
        return (
            [_nudge(nudger, listener) for _ in range(TIMES)],
            [_send(database, waker, flows) for _ in range(TIMES)],
        )


def _nudge(nudger: Nudger, woken: Connection) -> float:
    time.sleep(_PAUSE)
    began = time.monotonic()
    nudger.nudge()
    at: float = woken.recv()
    return at - began


def _send(database: Database, nudger: Nudger, handled: Connection) -> float:
    time.sleep(_PAUSE)
    with database.unit_of_work() as unit:
        Outgoing(unit, database.ids, nudger).send(message(Woken(0.0)))
        began = time.monotonic()
        unit.commit()
    at: float = handled.recv()
    return at - began


def _database(file: Path, node: int) -> Database:
    return Database(file, (), ids=IdGenerator(node, SystemClock()))


def _listen(told: Connection, folder: Path) -> None:
    with Listener(folder) as listener:
        told.send("ready")
        while True:
            if listener.wait(5):
                told.send(time.monotonic())


def _work(told: Connection, file: Path, folder: Path) -> None:
    @flow("bench.woken")
    def woken(_body: Woken) -> None:
        told.send(time.monotonic())

    database = _database(file, 3)

    @contextmanager
    def scope() -> Iterator[Callable[[type], Any]]:
        with database.unit_of_work() as unit:
            yield lambda _cls: unit

    told.send("ready")
    Worker(database, [woken], scope, lambda unit: Outgoing(unit, database.ids), folder).run()


@contextmanager
def _child(target: Callable[..., None], *arguments: Any) -> Iterator[Connection]:
    near, far = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=target, args=(far, *arguments), daemon=True)
    process.start()
    try:
        near.recv()
        time.sleep(0.2)
        yield near
    finally:
        process.kill()
        process.join()


def idle_megabytes(folder: Path) -> float:
    """Return what the bus of an empty shop holds, after it has looked for messages a while."""
    folder.mkdir()
    settings = Settings(data=folder)
    with closing(open_database(settings)) as database:
        database.create()
    log = folder / "bus.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "opensky.cli", "bus", "run", "--data", str(folder)],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=os.environ | {"OPENSKY_SECRET_KEY": "only to be measured, never to be served"},
        )
    try:
        deadline = time.monotonic() + 60
        while not list((folder / "run" / "bus").glob("*.nudge")):
            if process.poll() is not None or time.monotonic() > deadline:
                raise OpenSkyError(f"The bus does not start:\n{log.read_text('utf-8')[-2000:]}")
            time.sleep(0.1)
        time.sleep(_SETTLE_SECONDS)
        return pss_megabytes(tree(process.pid))
    finally:
        process.kill()
        process.wait()
