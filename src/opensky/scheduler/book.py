"""The book of jobs: who runs what, kept in the shop's own database, so that of many nodes one runs each time and none leads.

A run is taken in one transaction: the job's row says that its times up to there are dealt with and who has it, and the row of the run
has that time as its unique key. Whoever has it puts its end off while it runs; what is not put off was lost with its runner.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, delete, select, update

from opensky.kernel.errors import Conflict
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Database, Reader, UnitOfWork, table
from opensky.persistence.cursors import EARLIEST
from opensky.persistence.statements import insert_ignore
from opensky.scheduler.job import Run
from opensky.scheduler.objects import LONGEST_SAID, JobRun, JobState, State

LEASE = timedelta(seconds=30)
"""So long a job is held; then whoever looks may say that its runner is dead."""
TRIES = 3
"""So often a run is begun, if the program that runs it dies each time."""
STEP = 500
_STATES, _RUNS = table(JobState), table(JobRun)
_s, _r = _STATES.c, _RUNS.c


class Standing(NamedTuple):
    """How a job stands: dealt with up to when, and who has it until when."""

    name: str
    slot_at: datetime
    holder: str
    held_until: datetime | None


class Book:
    """Takes, keeps and ends runs for one program, ``runner``. Each verb is one transaction of its own; safe in threads."""

    def __init__(self, database: Database, ids: IdGenerator, runner: str, lease: timedelta = LEASE) -> None:
        self.lease = lease
        self._database = database
        self._ids = ids
        self._runner = runner

    def know(self, names: Iterable[str]) -> None:
        """Begin to keep book of jobs: of one that is new the times from now on count."""
        now = self._database.clock.now()
        known = {each.name for each in self.standings()}
        if rows := [{"name": n, "slot_at": now, "holder": "", "held_until": None} for n in names if n not in known]:
            with self._database.unit_of_work() as unit:
                unit.execute(insert_ignore(_STATES), rows)
                unit.commit()

    def standings(self) -> list[Standing]:
        """How does each job stand?"""
        with self._database.reader(primary=True) as reader:
            statement = select(_s.name, _s.slot_at, _s.holder, _s.held_until)
            return [Standing(*row) for row in map(tuple, reader.rows(statement))]

    def asked(self) -> list[tuple[int, str]]:
        """Which runs did somebody ask for that nobody has begun, the oldest first?"""
        statement = select(_r.id, _r.job).where(_r.state == "asked").order_by(_r.id).limit(100)
        with self._database.reader(primary=True) as reader:
            return [(int(id_), job) for id_, job in map(tuple, reader.rows(statement))]

    def take(self, job: str, due_at: datetime, passed: int = 0, by: str = "") -> Run | None:
        """Take the run of a time of the schedule, or one that somebody wants now; ``None`` if another node has it, or the job runs."""
        id_, now = self._ids.next(), self._database.clock.now()
        with self._database.unit_of_work() as unit:
            if not self._hold(unit, job, f"{id_}:1", now, slot_at=None if by else due_at):
                return None
            row = _row(id_, job, due_at, "running") | {"runner": self._runner, "tries": 1, "passed": passed}
            if not unit.execute(insert_ignore(_RUNS), row | {"asked_by": by, "began_at": now}).rowcount:
                # Its time is in the book already, from before the job's own row was made anew: it has been dealt with.
                _let_go(unit, job, f"{id_}:1")
                unit.commit()
                return None
            unit.commit()
        return Run(id_, job, due_at, asked_by=by)

    def take_asked(self, run_id: int, job: str) -> Run | None:
        """Take a run that somebody asked for; ``None`` if another node was quicker, or the job runs now."""
        now = self._database.clock.now()
        with self._database.unit_of_work() as unit:
            if not self._hold(unit, job, f"{run_id}:1", now):
                return None
            begun = {"state": "running", "runner": self._runner, "tries": 1, "began_at": now}
            taken = update(_RUNS).where(_r.id == run_id, _r.state == "asked").values(begun)
            if not unit.execute(taken).rowcount:
                return None  # what was held is let go with the transaction
            due_at, by = _asked(unit, run_id)
            unit.commit()
        return Run(run_id, job, due_at, asked_by=by)

    def take_over(self, standing: Standing, *, again: bool) -> Run | None:
        """Deal with a run whose runner is gone: begin it ``again``, at most ``TRIES`` times in all, or write down that it was lost."""
        now = self._database.clock.now()
        id_, _, tried = standing.holder.partition(":")
        run_id, tries = int(id_), int(tried)
        with self._database.unit_of_work() as unit:
            mine = f"{run_id}:{tries + 1}"
            theirs = and_(_s.name == standing.name, _s.holder == standing.holder, _s.held_until < now)
            if not unit.execute(
                update(_STATES).where(theirs).values(holder=mine, held_until=now + self.lease)
            ).rowcount:
                return None
            left = and_(_r.id == run_id, _r.state.in_(("running", "stopped")))
            if again and tries < TRIES:
                values = {"state": "running", "runner": self._runner, "tries": tries + 1, "began_at": now}
                begun = unit.execute(update(_RUNS).where(left).values(values | {"ended_at": None})).rowcount
            else:
                why = "The program that ran it was gone before it ended."
                lost = {"state": "lost", "ended_at": now, "said": why}
                unit.execute(update(_RUNS).where(left, _r.state == "running").values(lost))
                begun = 0
            if not begun:
                _let_go(unit, standing.name, mine)
                unit.commit()
                return None
            due_at, by = _asked(unit, run_id)
            unit.commit()
        return Run(run_id, standing.name, due_at, tries + 1, by)

    def leave(self, job: str, slot_at: datetime, passed: int = 0, *, noted: bool = True) -> None:
        """Leave out the times of a schedule up to one; ``noted``, they are in the history as missed."""
        with self._database.unit_of_work() as unit:
            later = update(_STATES).where(_s.name == job, _s.slot_at < slot_at, _s.holder == "")
            if unit.execute(later.values(slot_at=slot_at)).rowcount and noted:
                why = "No program was there to run it."
                row = _row(self._ids.next(), job, slot_at, "missed") | {"passed": passed, "said": why}
                unit.execute(insert_ignore(_RUNS), row | {"ended_at": self._database.clock.now()})
            unit.commit()

    def put_off(self, run: Run, log: str = "") -> bool:
        """Say that a run goes on, and what it has written; ``False`` if it is not ours any more, so that it must be ended."""
        now = self._database.clock.now()
        with self._database.unit_of_work() as unit:
            ours = and_(_s.name == run.job, _s.holder == f"{run.id}:{run.tries}")
            kept = unit.execute(update(_STATES).where(ours).values(held_until=now + self.lease)).rowcount
            if kept and log:
                unit.execute(update(_RUNS).where(_r.id == run.id, _r.state == "running").values(log=log))
            unit.commit()
        return bool(kept)

    def end(self, run: Run, state: State, said: str = "", log: str = "") -> bool:
        """Write down how a run ended, and let the job go; ``False`` if somebody else has taken it over meanwhile.

        One that was ``stopped`` is let go in such a way that who looks next finds it, as they would one that was lost.
        """
        now = self._database.clock.now()
        with self._database.unit_of_work() as unit:
            values = {"state": state, "ended_at": now, "said": said[:LONGEST_SAID], "log": log}
            ours = and_(_r.id == run.id, _r.tries == run.tries, _r.state == "running")
            ended = unit.execute(update(_RUNS).where(ours).values(values)).rowcount
            if state == "stopped":
                held = and_(_s.name == run.job, _s.holder == f"{run.id}:{run.tries}")
                unit.execute(update(_STATES).where(held).values(held_until=EARLIEST_HELD))
            else:
                _let_go(unit, run.job, f"{run.id}:{run.tries}")
            unit.commit()
        return bool(ended)

    def ask(self, job: str, by: str, unit: UnitOfWork | None = None) -> int:
        """Ask for a run now; whichever node has a hand free begins it. Returns its id.

        Raises:
            Conflict: somebody has asked already, and it has not begun.
        """
        if unit is None:
            with self._database.unit_of_work() as own:
                id_ = self.ask(job, by, own)
                own.commit()
            return id_
        waits = select(_r.id).where(_r.state == "asked", _r.job == job).limit(1)
        if unit.execute(waits).first() is not None:
            raise Conflict(f"A run of {job} was asked for already, and begins as soon as a program has a hand free.")
        id_ = self._ids.next()
        unit.execute(insert_ignore(_RUNS), _row(id_, job, self._database.clock.now(), "asked") | {"asked_by": by})
        return id_

    def prune(self, before: datetime) -> int:
        """Forget a step of the runs that ended before an instant, but not the last one of a job; return how many."""
        old = select(_r.id, _r.job).where(_r.ended_at < before).order_by(_r.id).limit(STEP)
        with self._database.reader(primary=True) as reader:
            ended = [(int(id_), str(job)) for id_, job in map(tuple, reader.rows(old))]
            newest = {job: _newest(reader, job) for job in {job for _, job in ended}}
        gone = [id_ for id_, job in ended if id_ != newest[job]]
        if not gone:
            return 0
        with self._database.unit_of_work() as unit:
            done = unit.execute(delete(_RUNS).where(_r.id.in_(gone))).rowcount
            unit.commit()
        return int(done)

    def _hold(self, unit: UnitOfWork, job: str, holder: str, now: datetime, slot_at: datetime | None = None) -> bool:
        """Have a job that nobody has, and whose schedule is not dealt with up to ``slot_at`` yet."""
        free = [_s.name == job, _s.holder == ""]
        values: dict[str, Any] = {"holder": holder, "held_until": now + self.lease}
        if slot_at is not None:
            free.append(_s.slot_at < slot_at)
            values["slot_at"] = slot_at
        return bool(unit.execute(update(_STATES).where(*free).values(values)).rowcount)


EARLIEST_HELD = EARLIEST.replace(year=1970)
"""Held until long ago: to be had by whoever looks."""


def _newest(reader: Reader, job: str) -> int:
    found = reader.one(select(_r.id).where(_r.job == job).order_by(_r.id.desc()).limit(1))
    return int(found[0]) if found is not None else 0


def _asked(unit: UnitOfWork, run_id: int) -> tuple[datetime, str]:
    """For which time is a run, and who asked for it?"""
    row = tuple(unit.execute(select(_r.due_at, _r.asked_by).where(_r.id == run_id)).one())
    return row[0], row[1]


def _let_go(unit: UnitOfWork, job: str, holder: str) -> None:
    unit.execute(update(_STATES).where(_s.name == job, _s.holder == holder).values(holder="", held_until=None))


def _row(id_: int, job: str, due_at: datetime, state: State) -> dict[str, Any]:
    """Return a run's row: all columns, as a bulk insert knows no defaults of a class."""
    return {
        "id": id_,
        "job": job,
        "due_at": due_at,
        "state": state,
        "asked_by": "",
        "runner": "",
        "tries": 0,
        "passed": 0,
        "began_at": None,
        "ended_at": None,
        "said": "",
        "log": "",
    }
