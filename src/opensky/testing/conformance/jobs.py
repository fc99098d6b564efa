"""What the book of jobs promises on every database: of many who want a run one gets it, and none is lost with its runner."""

import json
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest

from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Conflict
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Database
from opensky.scheduler import Note, Run
from opensky.scheduler.book import TRIES, Book, Standing
from opensky.scheduler.desk import Desk, RunLine, Timetable

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BELLS = Note(name="bells", sentence="Ring.", when="0 * * * *")

RACER = """
import json, sys, time
from datetime import datetime, timedelta
from opensky.kernel.ids import IdGenerator
from opensky.kernel.clock import SystemClock
from opensky.persistence import Database
from opensky.scheduler.book import Book
from opensky.scheduler.objects import JobRun, JobState

url, node, begin, slots = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), [datetime.fromisoformat(each) for each in sys.argv[4:]]
ids = IdGenerator(node, SystemClock())
database = Database(url, (JobState, JobRun), ids=ids)
book, got = Book(database, ids, f"node {node}"), []
time.sleep(max(0, begin - time.time()))
for slot in slots:
    while book.standings()[0].slot_at < slot:
        run = book.take("bells", slot)
        if run is not None:
            got.append(slot.isoformat())
            book.end(run, "done", f"by {node}")
database.close()
print(json.dumps(got))
"""


class JobBookConformance:
    """The book of jobs in the database of the fixture ``database``, whose clock is the fixture ``clock``."""

    def test_a_time_is_run_by_one_node(self, database: Database, clock: SetClock) -> None:
        """Also after that run has ended: the time is dealt with."""
        ada, bo = book(database, "ada"), book(database, "bo", 2)
        run = ada.take("bells", clock.now())
        assert run is not None
        assert bo.take("bells", clock.now()) is None
        ada.end(run, "done", "Rang.")
        assert bo.take("bells", clock.now()) is None
        assert [(each.state, each.runner, each.said) for each in history(database)] == [("done", "ada", "Rang.")]

    def test_of_a_new_job_the_times_from_now_on_count(self, database: Database, clock: SetClock) -> None:
        """A release that brings a job does not begin with all the nights before it; one that is known is left as it is."""
        ada = book(database, "ada")
        began = clock.now()
        clock.advance(hours=1)
        ada.know(["bells", "lamps"])
        assert {each.name: each.slot_at for each in ada.standings()} == {"bells": began - HOUR, "lamps": began + HOUR}

    def test_a_run_waits_for_the_one_before_it(self, database: Database, clock: SetClock) -> None:
        """Two of one job never run at once; another job does."""
        ada = book(database, "ada")
        ada.know(["lamps"])
        first = taken(ada, clock)
        clock.advance(hours=1)
        assert ada.put_off(first)
        assert ada.take("bells", clock.now()) is None
        assert ada.take("lamps", clock.now()) is not None
        ada.end(first, "done")
        assert ada.take("bells", clock.now()) is not None

    def test_a_lost_run_is_begun_again_by_whoever_looks_first(self, database: Database, clock: SetClock) -> None:
        """Once its lease is over; the history has one row of it, which says that it is the second try."""
        ada, bo, cy = book(database, "ada"), book(database, "bo", 2), book(database, "cy", 3)
        first = taken(ada, clock)
        [held] = bo.standings()
        assert bo.take_over(held, again=True) is None
        clock.advance(seconds=31)
        second = bo.take_over(held, again=True)
        assert second == Run(first.id, "bells", first.due_at, tries=2)
        assert cy.take_over(held, again=True) is None
        assert [(each.state, each.runner, each.tries) for each in history(database)] == [("running", "bo", 2)]

    def test_who_was_given_up_cannot_end_or_keep_what_another_has(self, database: Database, clock: SetClock) -> None:
        """A machine that slept and wakes up again is told that the run is not its any more."""
        ada, bo = book(database, "ada"), book(database, "bo", 2)
        first = taken(ada, clock)
        clock.advance(minutes=1)
        second = bo.take_over(held(bo), again=True)
        assert second is not None
        assert not ada.put_off(first, "still here")
        assert not ada.end(first, "done", "Rang, I think.")
        assert bo.put_off(second)
        assert bo.end(second, "done", "Rang.")
        assert [(each.state, each.said) for each in history(database)] == [("done", "Rang.")]
        assert held(ada).holder == ""

    def test_what_may_not_run_late_is_written_down_as_lost(self, database: Database, clock: SetClock) -> None:
        """And the job is free for its next time."""
        ada, bo = book(database, "ada"), book(database, "bo", 2)
        taken(ada, clock)
        clock.advance(minutes=1)
        assert bo.take_over(held(bo), again=False) is None
        assert [each.state for each in history(database)] == ["lost"]
        clock.advance(hours=1)
        assert bo.take("bells", clock.now()) is not None

    def test_a_run_that_kills_its_runner_is_tried_three_times(self, database: Database, clock: SetClock) -> None:
        """It would else take one node after the other with it, for ever."""
        ada = book(database, "ada")
        taken(ada, clock)
        begun = 1
        for _ in range(5):
            clock.advance(minutes=1)
            begun += held(ada).holder != "" and ada.take_over(held(ada), again=True) is not None
        assert begun == TRIES == 3
        assert [(each.state, each.tries) for each in history(database)] == [("lost", 3)]

    def test_one_that_was_stopped_is_begun_again_at_once(self, database: Database, clock: SetClock) -> None:
        """A program that is restarted need not wait for the end of its own lease."""
        ada, bo = book(database, "ada"), book(database, "bo", 2)
        first = taken(ada, clock)
        ada.end(first, "stopped", "The shop was closed.", "half of it\n")
        again = bo.take_over(held(bo), again=True)
        assert again is not None
        assert (again.id, again.tries) == (first.id, 2)

    def test_somebody_may_ask_for_a_run(self, database: Database, clock: SetClock) -> None:
        """It has nothing to do with the schedule, and the history says who it was."""
        ada, bo = book(database, "ada"), book(database, "bo", 2)
        id_ = ada.ask("bells", "Maya")
        assert bo.asked() == [(id_, "bells")]
        assert bo.take_asked(id_, "bells") == Run(id_, "bells", clock.now(), asked_by="Maya")
        assert ada.take_asked(id_, "bells") is None
        assert bo.asked() == []
        assert held(ada).slot_at == clock.now() - HOUR

    def test_who_asks_twice_is_told_that_once_is_enough(self, database: Database, clock: SetClock) -> None:
        """Until it has begun."""
        ada = book(database, "ada")
        id_ = ada.ask("bells", "Maya")
        clock.advance(seconds=1)
        with pytest.raises(Conflict, match="asked for already"):
            ada.ask("bells", "Jo")
        assert ada.take_asked(id_, "bells") is not None
        ada.ask("bells", "Jo")

    def test_a_run_that_was_asked_for_waits_for_the_one_that_goes_on(self, database: Database, clock: SetClock) -> None:
        """Nothing of it is lost."""
        ada = book(database, "ada")
        first = taken(ada, clock)
        clock.advance(seconds=1)
        id_ = ada.ask("bells", "Maya")
        assert ada.take_asked(id_, "bells") is None
        ada.end(first, "done")
        assert ada.take_asked(id_, "bells") is not None

    def test_times_that_are_left_out_are_in_the_history_once(self, database: Database, clock: SetClock) -> None:
        """Two nodes that start at the same time both see that nobody was there."""
        for each in (book(database, "ada"), book(database, "bo", 2)):
            each.leave("bells", clock.now(), passed=6)
        assert [(each.state, each.due_at, each.passed) for each in history(database)] == [("missed", clock.now(), 6)]
        assert book(database, "cy", 3).take("bells", clock.now()) is None

    def test_a_run_shows_how_far_it_is(self, database: Database, clock: SetClock) -> None:
        """What it has written by then can be read while it goes on, on whichever node."""
        ada = book(database, "ada")
        run = taken(ada, clock)
        assert ada.put_off(run, "half of it ☂\n")
        _, log = desk(database).run(run.id)
        assert log == "half of it ☂\n"

    def test_old_runs_are_forgotten_but_for_the_newest_of_each_job(self, database: Database, clock: SetClock) -> None:
        """Else the yearly job would look as if it had never been run."""
        ada = book(database, "ada")
        ada.know(["lamps"])
        for job in ("lamps", "bells", "bells", "bells"):
            clock.advance(hours=1)
            run = ada.take(job, clock.now())
            assert run is not None
            ada.end(run, "done")
        clock.advance(days=31)
        assert ada.prune(clock.now() - timedelta(days=30)) == 2
        assert ada.prune(clock.now() - timedelta(days=30)) == 0
        assert sorted(each.job for each in history(database)) == ["bells", "lamps"]

    def test_the_desk_shows_when_each_is_next_and_how_the_newest_ended(
        self, database: Database, clock: SetClock
    ) -> None:
        """By two statements, however many jobs and runs there are."""
        ada = book(database, "ada")
        for state in ("failed", "done"):
            run = ada.take("bells", clock.now())
            assert run is not None
            ada.end(run, state)
            clock.advance(hours=1)
        lamps = Note(name="lamps", sentence="Light.", when="0 18 * * *", on=False)
        lines = Desk(database, Timetable([lamps, BELLS])).lines()
        assert [(each.note.name, each.next_at, each.last and each.last.state) for each in lines] == [
            ("bells", clock.now(), "done"),
            ("lamps", None, None),
        ]

    def test_of_several_processes_exactly_one_has_each_time(self, database: Database, clock: SetClock) -> None:
        """Four that begin at the same moment and want the same fifteen times."""
        slots = [clock.now() + number * MINUTE for number in range(15)]
        book(database, "ada").leave("bells", clock.now() - MINUTE, noted=False)
        url = database.url.render_as_string(hide_password=False)
        begin = time.time() + 2.0
        racers = [
            subprocess.Popen(
                [sys.executable, "-c", RACER, url, str(10 + number), str(begin), *(each.isoformat() for each in slots)],
                stdout=subprocess.PIPE,
                text=True,
            )
            for number in range(4)
        ]
        got: Counter[str] = Counter()
        for each in racers:
            said, _ = each.communicate(timeout=60)
            got.update(json.loads(said))
        assert got == Counter(each.isoformat() for each in slots)
        assert len(history(database)) == 15


def book(database: Database, runner: str, node: int = 1) -> Book:
    """The book as one node has it, with a job that was known an hour ago."""
    made = Book(database, IdGenerator(node, database.clock), runner)
    clock = database.clock
    assert isinstance(clock, SetClock)
    if not made.standings():
        clock.at -= HOUR
        made.know(["bells"])
        clock.at += HOUR
    return made


def taken(of: Book, clock: SetClock) -> Run:
    """A run that has begun."""
    run = of.take("bells", clock.now())
    assert run is not None
    return run


def held(of: Book) -> Standing:
    """How the bells stand."""
    return next(each for each in of.standings() if each.name == "bells")


def desk(database: Database) -> Desk:
    """What a person looks at."""
    return Desk(database, Timetable([BELLS]))


def history(database: Database) -> list[RunLine]:
    """All runs, the newest first."""
    return desk(database).history()
