"""Jobs in the admin: when each comes, how it went, and having one run now."""

import pytest

from opensky.kernel.clock import SetClock
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Database
from opensky.scheduler.book import Book
from opensky.scheduler.job import Run
from opensky.testing.browser import Browser
from opensky.wiring.jobs import JOBS


@pytest.fixture
def book(database: Database, ids: IdGenerator) -> Book:
    """What a program that runs jobs writes into."""
    made = Book(database, ids, "a node")
    made.know(each.name for each in JOBS)
    return made


def taken(book: Book, job: str) -> Run:
    run = book.take(job, book._database.clock.now())
    assert run is not None
    return run


def test_every_job_is_listed_with_what_it_does(staff: Browser, book: Book) -> None:
    """In words, for people who read no cron expressions."""
    staff.open("/admin/jobs")
    for each in JOBS:
        assert each.name in staff.text()
        assert each.note.sentence in staff.text()
    assert "At 07:00 on Monday" in staff.text()
    assert "nobody has run it" not in staff.text()


def test_nobody_else_sees_jobs(another: Browser) -> None:
    """A guest is asked to log in."""
    for path in ("/admin/jobs", "/admin/jobs/write_news", "/admin/jobs/runs/7"):
        assert another.open(path).url.path == "/log-in"


def test_a_run_is_shown_with_the_end_of_its_log(staff: Browser, book: Book, clock: SetClock) -> None:
    """And leads from the list to there."""
    clock.advance(seconds=1)
    run = taken(book, "write_news")
    clock.advance(seconds=3)
    book.end(run, "failed", "No rope <to> ring.", "one line\nand <another>\n")

    staff.open("/admin/jobs")
    assert "failed" in staff.text()
    staff.open(f"/admin/jobs/runs/{run.id}")

    assert staff.heading == "Run of write_news"
    assert "No rope <to> ring." in staff.text()
    assert "and <another>" in staff.text()
    assert "3.0 s" in staff.text()


def test_staff_have_a_job_run(staff: Browser, book: Book, clock: SetClock) -> None:
    """It waits for a program that runs jobs; who asked is written down, and a second press says so."""
    staff.open("/admin/jobs/write_news")
    staff.submit("/admin/jobs/write_news/run")
    assert "It begins within a few seconds." in staff.text()

    clock.advance(seconds=1)
    staff.submit("/admin/jobs/write_news/run")
    assert "asked for already" in staff.text()

    [(run_id, job)] = book.asked()
    run = book.take_asked(run_id, job)
    assert run is not None
    assert (run.job, run.asked_by) == ("write_news", "Ada")


def test_what_nobody_runs_is_said_on_top(staff: Browser, book: Book, clock: SetClock) -> None:
    """A bus that is down would else be seen when the letters do not come."""
    staff.open("/admin/jobs")
    clock.advance(minutes=20)
    staff.open("/admin/jobs")
    assert "A job should have begun" in staff.text()


def test_older_runs_are_a_page_further(staff: Browser, book: Book, clock: SetClock) -> None:
    """Thirty on each."""
    for number in range(31):
        clock.advance(minutes=1)
        book.end(taken(book, "prune_runs"), "done", f"Run number {number}.")

    staff.open("/admin/jobs/prune_runs")
    assert "Run number 30." in staff.text()
    assert "Run number 0." not in staff.text()
    older = staff.get("/admin/jobs/prune_runs").text.partition('href="?before=')[2].partition('"')[0]
    staff.open(f"/admin/jobs/prune_runs?before={older}")
    assert "Run number 0." in staff.text()


@pytest.mark.parametrize("path", ["/admin/jobs/nothing", "/admin/jobs/runs/7"])
def test_what_is_not_there_is_not_found(staff: Browser, path: str) -> None:
    """With a page that says so."""
    assert staff.open(path).status_code == 404
