"""A book of jobs in a file of its own, and loops whose jobs are small programs."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from opensky.kernel.clock import SetClock, SystemClock
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Database
from opensky.scheduler import Note, Run
from opensky.scheduler.book import Book
from opensky.scheduler.children import Child
from opensky.scheduler.loop import Loop
from opensky.scheduler.objects import JobRun, JobState
from opensky.stats import Stats

MakeLoop = Callable[..., Loop]


@pytest.fixture
def database(tmp_path: Path, clock: SetClock) -> Iterator[Database]:
    """Give an empty database in a file of its own."""
    made = Database(tmp_path / "opensky.sqlite", (JobState, JobRun), clock=clock)
    made.create()
    yield made
    made.close()


@pytest.fixture
def written() -> list[bytes]:
    """What jobs have written, as their loop passed it on."""
    return []


@pytest.fixture
def make_loop(database: Database, written: list[bytes]) -> Iterator[MakeLoop]:
    """Makes loops; ``programs`` are the texts of the jobs' programs. What still runs at the end is killed."""
    made: list[Loop] = []

    def make(node: int = 1, stats: Stats | None = None, **programs: str) -> Loop:
        notes = [Note(name=name, sentence=name, when="0 * * * *", timeout=60, missed="once") for name in programs]

        def start(run: Run) -> Child:
            # -S and -E: without what a site has installed it starts in twenty milliseconds.
            command = [sys.executable, "-S", "-E", "-c", programs[run.job]]
            return Child(command, {}, written.append)

        book = Book(database, IdGenerator(node, SystemClock()), f"node {node}")
        made.append(Loop(book, notes, start, database.clock, stats or Stats()))
        return made[-1]

    yield make
    for each in made:
        each.stop()
        each.run()
