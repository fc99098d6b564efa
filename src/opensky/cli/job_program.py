"""The process of one job: it is started for one run, and ends with it. Started with ``table`` it says which jobs there are.

The last argument is the number of a descriptor, to which it says what it has done or why it failed.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import structlog
from dishka import Container

from opensky.kernel import lifeline
from opensky.kernel.doing import Work, doing
from opensky.kernel.errors import OpenSkyError
from opensky.logs import configure
from opensky.scheduler import Run
from opensky.scheduler.running import Get, perform
from opensky.settings import Settings


def main() -> None:
    """Do what the first argument says: ``table``, or a run as JSON."""
    lifeline.hold()
    what, says = sys.argv[1], int(sys.argv[2])
    settings = Settings.load()
    configure("cron", settings.log_level)
    log = structlog.get_logger("cron")
    try:
        said, status = _table(settings) if what == "table" else _run(settings, what), 0
    except Exception as error:
        log.exception("job failed")
        said, status = error.message if isinstance(error, OpenSkyError) else f"{type(error).__name__}: {error}", 1
    os.write(says, said.encode())
    sys.exit(status)


def _table(settings: Settings) -> str:
    from opensky.wiring.jobs import timetable  # noqa: PLC0415 - below the guard of main, which says what is wrong

    return msgspec.json.encode(timetable(settings).notes).decode()


def _run(settings: Settings, what: str) -> str:
    from opensky.wiring import container  # noqa: PLC0415 - as above
    from opensky.wiring.jobs import JOBS  # noqa: PLC0415

    run = msgspec.json.decode(what, type=Run)
    job = next((each for each in JOBS if each.name == run.job), None)
    if job is None:
        raise OpenSkyError(f"There is no job {run.job!r} in this release.")
    facts = {"job": run.job, "run": str(run.id)} | ({"asked_by": run.asked_by} if run.asked_by else {})
    log = structlog.get_logger("cron")
    with doing(Work(**facts)), container(settings) as app:
        log.info("job begins", due=run.due_at.isoformat(), tries=run.tries)
        said = perform(job, run, lambda: _scope(app))
        log.info("job done", said=said)
    return said


@contextmanager
def _scope(app: Container) -> Iterator[Get]:
    with app() as opened:
        yield opened.get


if __name__ == "__main__":
    main()
