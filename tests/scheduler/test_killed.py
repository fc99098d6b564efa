"""A program that runs jobs is killed: its job dies with it, and another program begins that run again, which ends once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from opensky.kernel.clock import SystemClock
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Database
from opensky.scheduler.book import Book
from opensky.scheduler.desk import Desk, Timetable
from opensky.scheduler.objects import JobRun, JobState

RUNNER = """
import os, sys
from datetime import timedelta
from pathlib import Path
from opensky.kernel.clock import SystemClock
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Database
from opensky.scheduler import Note
from opensky.scheduler.book import Book
from opensky.scheduler.children import Child
from opensky.scheduler.loop import Loop
from opensky.scheduler.objects import JobRun, JobState
from opensky.stats import Stats

file, node, program = sys.argv[1], int(sys.argv[2]), sys.argv[3]
ids = IdGenerator(node, SystemClock())
book = Book(Database(Path(file), (JobState, JobRun), ids=ids), ids, f"node {node}", lease=timedelta(seconds=2))
yearly = Note(name="bells", sentence="Ring.", when="0 0 1 1 *")
start = lambda run: Child([sys.executable, "-c", program, str(run.tries)], os.environ, lambda lines: os.write(1, lines))
Loop(book, [yearly], start, SystemClock(), Stats()).run()
"""
HOLDS = "import os, time; from opensky.kernel import lifeline; lifeline.hold(); print(os.getpid(), flush=True); time.sleep(60)"
RINGS = "import os, sys; os.write(int(sys.argv[2]), b'Rang, as try ' + sys.argv[1].encode())"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database in a file of its own, by the machine's clock."""
    made = Database(tmp_path / "opensky.sqlite", (JobState, JobRun))
    made.create()
    yield made
    made.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[int, str], "subprocess.Popen[str]"]]:
    """Starts programs that run jobs; they are killed at the end."""
    made: list[subprocess.Popen[str]] = []

    def started(node: int, program: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", RUNNER, str(tmp_path / "opensky.sqlite"), str(node), program]
        made.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return made[-1]

    yield started
    for each in made:
        each.kill()
        each.communicate()


def lives(process: int) -> bool:
    """Whether a process is there and is no dead one that nobody has asked about."""
    try:
        return Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not become so within a minute"
        time.sleep(0.05)


def test_a_run_whose_runner_is_killed_is_ended_by_another(
    database: Database, start: Callable[[int, str], "subprocess.Popen[str]"]
) -> None:
    """Its job is dead within a moment, so that two never work at it; and its row says that it took a second try."""
    Book(database, IdGenerator(3, SystemClock()), "somebody").ask("bells", "Maya")
    first = start(1, HOLDS)
    assert first.stdout is not None
    job = int(first.stdout.readline())
    assert lives(job)

    os.kill(first.pid, signal.SIGKILL)
    until(lambda: not lives(job))
    start(2, RINGS)

    desk = Desk(database, Timetable([]))
    until(lambda: desk.history()[0].state == "done")
    assert [(each.said, each.tries, each.runner, each.asked_by) for each in desk.history()] == [
        ("Rang, as try 2", 2, "node 2", "Maya")
    ]
