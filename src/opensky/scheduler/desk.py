"""The desk: what a person wants to know of jobs, and the one thing that a person may want of them, which is a run now."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select

from opensky.kernel.errors import NotFound
from opensky.kernel.ids import LAST
from opensky.persistence import Database, table
from opensky.scheduler.job import Note
from opensky.scheduler.objects import JobRun, JobState, State
from opensky.scheduler.plan import begins

_r, _s = table(JobRun).c, table(JobState).c


class RunLine(NamedTuple):
    """One run, as lists show it."""

    id: int
    job: str
    due_at: datetime
    state: State
    asked_by: str
    runner: str
    tries: int
    passed: int
    began_at: datetime | None
    ended_at: datetime | None
    said: str

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        if self.began_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.began_at).total_seconds()


class JobLine(NamedTuple):
    """One job: what it is, when it begins next, and its newest run."""

    note: Note
    next_at: datetime | None
    last: RunLine | None


class Timetable:
    """All jobs of the shop, as settings have changed them."""

    def __init__(self, notes: Iterable[Note], salt: str = "") -> None:
        self.notes: Sequence[Note] = tuple(notes)
        self.salt = salt
        self._of = {each.name: each for each in self.notes}

    def of(self, name: str) -> Note:
        """Return a job; raises ``NotFound``."""
        if name not in self._of:
            known = ", ".join(self._of) or "none"
            raise NotFound(f"There is no job {name!r}; known are {known}.", job=name)
        return self._of[name]

    def next(self, now: datetime) -> tuple[Note, datetime] | None:
        """Return which job begins next, and when; no database is asked."""
        coming = [(at, each.name) for each in self.notes if (at := begins(each, now, self.salt)) is not None]
        if not coming:
            return None
        at, name = min(coming)
        return self._of[name], at


class Desk:
    """Reads the book of jobs; each question is one or two statements."""

    def __init__(self, database: Database, timetable: Timetable) -> None:
        self._database = database
        self.timetable = timetable

    def lines(self) -> list[JobLine]:
        """Return every job with its next time and its newest run, those that are switched off last."""
        now = self._database.clock.now()
        newest = select(_r.job, func.max(_r.id).label("id")).group_by(_r.job).subquery()
        statement = select(*_COLUMNS).join(newest, and_(_r.id == newest.c.id))
        with self._database.reader(primary=True) as reader:
            last = {found.job: found for found in map(_line, reader.rows(statement))}
            dealt = dict(map(tuple, reader.rows(select(_s.name, _s.slot_at))))
        made = [
            JobLine(each, begins(each, dealt.get(each.name, now), self.timetable.salt), last.get(each.name))
            for each in self.timetable.notes
        ]
        return sorted(made, key=lambda line: not line.note.on)

    def history(self, job: str = "", before: int = LAST, limit: int = 50) -> list[RunLine]:
        """Return the runs of a job, or of all, the newest first, before an id."""
        statement = select(*_COLUMNS).where(_r.id < before).order_by(_r.id.desc()).limit(limit)
        if job:
            statement = statement.where(_r.job == job)
        with self._database.reader(primary=True) as reader:
            return [_line(row) for row in reader.rows(statement)]

    def run(self, id_: int) -> tuple[RunLine, str]:
        """Return a run and the end of what it wrote; raises ``NotFound``."""
        with self._database.reader(primary=True) as reader:
            found = reader.one(select(*_COLUMNS, _r.log).where(_r.id == id_))
        if found is None:
            raise NotFound(f"There is no run {id_}; old ones are forgotten.", run=id_)
        columns = tuple(found)
        return _line(columns[:-1]), str(columns[-1])


_COLUMNS = (
    *(_r.id, _r.job, _r.due_at, _r.state, _r.asked_by, _r.runner, _r.tries, _r.passed),
    *(_r.began_at, _r.ended_at, _r.said),
)


def _line(row: Any) -> RunLine:
    return RunLine(*row)
