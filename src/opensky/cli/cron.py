"""``opensky cron``: what is run by the clock, what became of it, and running it now."""

import getpass
import json
import signal
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from cyclopts import App
from dishka import Container
from rich.console import Console
from rich.table import Column, Table

from opensky.cli.folder import existing, settings_of
from opensky.cli.ready import refuse_unready
from opensky.cli.shop import opened
from opensky.kernel import lifeline
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Conflict, Misconfigured
from opensky.logs import configure
from opensky.persistence import Database
from opensky.scheduler import Note
from opensky.scheduler.book import Book
from opensky.scheduler.desk import Desk, RunLine, Timetable
from opensky.stats import Stats
from opensky.wiring.cron import Cron

app = App(
    name="cron",
    help="Jobs that are run by the clock: their runs, and one now.",
    help_epilogue="Example: ./opensky cron list",
)


@app.command(name="list", help_epilogue="Example: ./opensky cron list")
def show(*, data: Path | None = None, json: bool = False) -> None:
    """Show every job: when it is run, when next, and how its newest run ended.

    Args:
        data: data folder of the shop (default: var).
        json: print one JSON object.
    """
    with opened(data) as shop:
        lines = shop.get(Desk).lines()
    if json:
        _print_json({each.note.name: _job_fields(each.note, each.next_at, each.last) for each in lines})
        return
    for each in lines:
        zone = f" ({each.note.zone})" if each.note.zone != "UTC" else ""
        next_ = f"next {_at(each.next_at, each.note.zone)}" if each.note.on else "is off"
        print(f"{each.note.name:<18} {each.note.when + zone:<18} {next_:<24}  {_outcome(each.last)}".rstrip())
        print(f"    {each.note.sentence}")


@app.command(help_epilogue="Example: ./opensky cron history write_news --limit 5")
def history(name: str = "", *, limit: int = 20, data: Path | None = None, json: bool = False) -> None:
    """Show the newest runs, of one job or of all.

    Args:
        name: job whose runs to show.
        limit: how many.
        data: data folder of the shop (default: var).
        json: print a JSON list.
    """
    if limit < 1:
        raise Misconfigured("Show at least one run: --limit 1.")
    with opened(data) as shop:
        desk = shop.get(Desk)
        if name:
            desk.timetable.of(name)
        runs = desk.history(name, limit=limit)
    if json:
        _print_json([_run_fields(each) for each in runs])
        return
    if not runs:
        print("Nothing was run yet.")
        return
    table = Table(Column("job", no_wrap=True), Column("due (UTC)", no_wrap=True), "took", "by", "ended", "what it said")
    for run in runs:
        took = f"{run.seconds:.1f} s" if run.seconds is not None else ""
        table.add_row(run.job, _at(run.due_at, "UTC"), took, run.asked_by, _state(run), run.said)
    Console().print(table)


@app.command(help_epilogue="Example: ./opensky cron run expire_credits")
def run(name: str, *, data: Path | None = None) -> None:
    """Run a job now and wait for its end; what it logs is shown. Ends with status 1 if it fails.

    Args:
        name: the job.
        data: data folder of the shop (default: var).
    """
    lifeline.hold()
    with opened(data) as shop:
        timetable, book = shop.get(Timetable), shop.get(Book)
        note = timetable.of(name)
        book.know([name])
        taken = book.take(name, shop.get(Clock).now(), by=getpass.getuser())
        if taken is None:
            raise Conflict(f"{name} runs now; wait for its end (./opensky cron history {name} says when).")
        _cron(shop).loop([note]).see_through(taken)
        ended, _ = shop.get(Desk).run(taken.id)
    print(f"{name}: {ended.state}, {ended.said}" if ended.said else f"{name}: {ended.state}.")
    if ended.state != "done":
        sys.exit(1)


@app.command(help_epilogue="Example: ./opensky cron start --data /srv/shop")
def start(*, data: Path | None = None) -> None:
    """Run jobs at their times until SIGTERM or Ctrl-C. The bus does this, too: start it where there is none, or beside it.

    Args:
        data: data folder of the shop (default: var).
    """
    settings = settings_of(existing(data))
    lifeline.hold()
    configure("cron", settings.log_level)
    with opened(data) as shop:
        refuse_unready(settings, shop.get(Database), reads_documents=False)
        loop = _cron(shop).loop(shop.get(Timetable).notes)
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: loop.stop())
        structlog.get_logger("cron").info("cron begins", jobs=len(shop.get(Timetable).notes))
        shop.get(Stats).start()
        loop.run()


def _cron(shop: Container) -> Cron:
    return Cron(shop, structlog.get_logger("cron").warning)


def _outcome(run: RunLine | None) -> str:
    return "" if run is None else f"{_state(run)}, {_at(run.began_at or run.due_at, 'UTC')}"


def _state(run: RunLine) -> str:
    more = f", try {run.tries}" if run.tries > 1 else ""
    left = f", {run.passed} before it left out" if run.passed else ""
    return f"{run.state}{more}{left}"


def _at(moment: datetime | None, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") if moment is not None else "never"


def _job_fields(note: Note, next_at: datetime | None, last: RunLine | None) -> dict[str, object]:
    about = {"sentence": note.sentence, "when": note.when, "zone": note.zone, "missed": note.missed, "on": note.on}
    return {**about, "next_at": next_at, "last": _run_fields(last) if last is not None else None}


def _run_fields(run: RunLine) -> dict[str, object]:
    return {**run._asdict(), "seconds": run.seconds}


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))
