"""What ``opensky cron`` shows, and that it runs jobs: one now, and all at their times."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from opensky.cli import cron
from opensky.kernel.clock import SystemClock
from opensky.kernel.errors import Conflict, Misconfigured, NotFound
from opensky.kernel.ids import IdGenerator
from opensky.scheduler.book import Book
from opensky.scheduler.desk import Desk, Timetable
from opensky.settings import Settings
from opensky.testing.engines import created
from opensky.wiring import open_database
from opensky.wiring.jobs import JOBS

Shown = pytest.CaptureFixture[str]


@pytest.fixture
def shop(settings: Settings) -> Settings:
    """A shop with tables, in which nothing was run yet."""
    created(open_database(settings)).close()
    return settings


@pytest.fixture
def book(shop: Settings) -> Iterator[Book]:
    """What another program would write into."""
    with closing(open_database(shop)) as database:
        yield Book(database, IdGenerator(9, SystemClock()), "another")


def test_every_job_is_listed(shop: Settings, capsys: Shown) -> None:
    """With what it does and when it comes next, for people and for programs."""
    cron.show(data=shop.data)
    out = capsys.readouterr().out
    for each in JOBS:
        assert each.name in out
        assert each.note.sentence in out
    cron.show(data=shop.data, json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["write_news"]["when"] == "0 7 * * MON"
    assert told["write_news"]["last"] is None


def test_a_job_is_run_now_and_is_in_the_history(shop: Settings, capfd: Shown) -> None:
    """In a process of its own, whose log is shown; who ran it is known."""
    cron.run("prune_runs", data=shop.data)
    out = capfd.readouterr().out
    assert '"event":"job begins"' in out
    assert out.endswith("prune_runs: done, Runs that were old: 0.\n")

    cron.history("prune_runs", data=shop.data, json=True)
    [run] = json.loads(capfd.readouterr().out)
    assert (run["job"], run["state"], run["said"]) == ("prune_runs", "done", "Runs that were old: 0.")
    assert run["asked_by"]
    cron.history(data=shop.data)
    assert "prune_runs" in capfd.readouterr().out


def test_nothing_was_run_yet(shop: Settings, capsys: Shown) -> None:
    """Said by a sentence, not by an empty table."""
    cron.history(data=shop.data)
    assert capsys.readouterr().out == "Nothing was run yet.\n"


def test_a_job_that_runs_elsewhere_is_not_run_twice(shop: Settings, book: Book) -> None:
    """Whoever wants it now is told so, and nothing is left behind that would run it later."""
    book.know(["prune_runs"])
    assert book.take("prune_runs", SystemClock().now()) is not None
    with pytest.raises(Conflict, match="prune_runs runs now"):
        cron.run("prune_runs", data=shop.data)
    assert book.asked() == []


def test_what_is_not_there_is_named(shop: Settings) -> None:
    """With what there is."""
    for command in (cron.run, cron.history):
        with pytest.raises(NotFound, match="no job 'ring'; known are finish_orders, write_news"):
            command("ring", data=shop.data)
    with pytest.raises(Misconfigured, match="at least one"):
        cron.history(limit=0, data=shop.data)


@pytest.mark.slow
def test_jobs_are_run_until_the_program_is_told_to_stop(shop: Settings, book: Book) -> None:
    """What somebody asks for is done within seconds; then it ends, with status 0."""
    id_ = book.ask("prune_runs", "Ada")
    command = [sys.executable, "-m", "opensky.cli", "cron", "start", "--data", str(shop.data)]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    try:
        deadline = time.monotonic() + 90
        while True:
            assert program.poll() is None
            assert time.monotonic() < deadline
            if Desk(book._database, Timetable([])).run(id_)[0].state == "done":
                break
            time.sleep(0.2)
    finally:
        program.send_signal(signal.SIGTERM)
        said, _ = program.communicate(timeout=60)
    assert program.returncode == 0
    assert '"asked_by":"Ada"' in said
