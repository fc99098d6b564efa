"""Jobs in the admin: when each is run, what became of its runs, and one now."""

from datetime import datetime, timedelta

from opensky.devo.admin.acts import note
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Conflict
from opensky.persistence import UnitOfWork
from opensky.persistence.cursors import id_before
from opensky.scheduler.book import Book
from opensky.scheduler.desk import Desk, JobLine
from opensky.scheduler.reading import readable
from opensky.web import Form, Page, Redirect, Visitor, access, action, page

JOBS = "/admin/jobs"
PAGE = 30
OVERDUE = timedelta(minutes=3)
"""What should have begun so long ago, and has not, is not just late: nobody runs jobs."""


class JobAdmin:
    """Jobs: what they did, and a run by hand."""

    def __init__(self, desk: Desk, book: Book, unit: UnitOfWork, clock: Clock, visitor: Visitor) -> None:
        self._desk = desk
        self._book = book
        self._unit = unit
        self._clock = clock
        self._visitor = visitor

    @page(JOBS, access=access.STAFF)
    def list(self) -> Page:
        """List every job, when it comes next, and how it went the last time."""
        lines = self._desk.lines()
        since = min((each for line in lines if (each := self._overdue(line))), default=None)
        return Page("admin/jobs.html", here=JOBS, lines=lines, overdue=since)

    @page(f"{JOBS}/{{name:str}}", access=access.STAFF)
    def show(self, name: str, before: str = "") -> Page:
        """Show a job with its runs, the newest first."""
        job = self._desk.timetable.of(name)
        line = next(each for each in self._desk.lines() if each.note is job)
        runs = self._desk.history(name, id_before(before), PAGE + 1)
        older = str(runs[PAGE - 1].id) if len(runs) > PAGE else ""
        return Page("admin/job.html", here=JOBS, line=line, runs=runs[:PAGE], older=older)

    @page(f"{JOBS}/runs/{{run_id:int}}", access=access.STAFF)
    def run(self, run_id: int) -> Page:
        """Show one run, and the end of what it wrote."""
        run, log = self._desk.run(run_id)
        return Page("admin/job_run.html", here=JOBS, run=run, log=readable(log))

    @action(f"{JOBS}/{{name:str}}/run", access=access.STAFF)
    def ask(self, name: str, form: Form) -> Redirect:
        """Have a job run now: whichever program that runs jobs sees it first begins it."""
        job = self._desk.timetable.of(name)
        note(self._visitor, "run job", job.name)
        try:
            self._book.ask(job.name, self._visitor.name, self._unit)
        except Conflict as error:
            return Redirect(f"{JOBS}/{name}", flash=error.message, problem=True)
        return Redirect(f"{JOBS}/{name}", flash="It begins within a few seconds.")

    def _overdue(self, line: JobLine) -> datetime | None:
        now = self._clock.now()
        goes_on = line.last is not None and line.last.state == "running"
        late = line.note.on and not goes_on and line.next_at is not None and line.next_at < now - OVERDUE
        return line.next_at if late else None
