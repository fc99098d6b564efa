"""Cron, as a program runs it beside its own work: a thread that watches the clock, and a child for each job.

It loads no job: a child says which there are. So the bus, in whose process this mostly is, stays as small as it was.
"""

import hashlib
import os
import socket
import sys
import threading
import time
from collections.abc import Sequence

import msgspec
from dishka import Container

from opensky.kernel.clock import Clock
from opensky.kernel.errors import OpenSkyError
from opensky.kernel.ids import IdGenerator
from opensky.osis.runtime.hands import Report
from opensky.osis.runtime.worker import silent
from opensky.persistence import Database
from opensky.scheduler import Note, Run
from opensky.scheduler.book import Book
from opensky.scheduler.children import Child
from opensky.scheduler.loop import Loop
from opensky.settings import Settings
from opensky.stats import Stats

PROGRAM = (sys.executable, "-P", "-m", "opensky.cli.job_program")
"""What is started for a job, and to say which jobs there are."""
AFTER_START = 5.0
"""Seconds: who starts a shop wants its pages first."""
_STOP_WITHIN, _SAY_WITHIN, _AGAIN, _LISTEN = 8.0, 60.0, 60.0, 0.1


class Cron:
    """Runs the jobs of a shop below this process, until it is stopped."""

    def __init__(self, app: Container, report: Report = silent, program: Sequence[str] = PROGRAM) -> None:
        self._app = app
        self._report = report
        self._program = tuple(program)
        self._environment = dict(os.environ) | app.get(Settings).environment()
        self._loop: Loop | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Watch the clock in a thread of its own. It starts the children, which die with it: it lives as long as the process."""
        self._thread = threading.Thread(target=self._watch, name="cron", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End what runs, and wait for it; what was cut short is begun again by whoever looks next."""
        self._ended.set()
        if self._loop is not None:
            self._loop.stop(_STOP_WITHIN)
        if self._thread is not None:
            self._thread.join(_STOP_WITHIN)

    def loop(self, notes: Sequence[Note]) -> Loop:
        """Return a loop for these jobs."""
        app, settings = self._app, self._app.get(Settings)
        ids = app.get(IdGenerator)
        return Loop(
            Book(app.get(Database), ids, runner_name()),
            notes,
            self._child,
            app.get(Clock),
            app.get(Stats),
            salt=salt(settings),
            report=self._report,
        )

    def notes(self) -> list[Note]:
        """Ask a child which jobs there are.

        Raises:
            OpenSkyError: it cannot say; the message is its own.
        """
        child = Child([*self._program, "table"], self._environment, _pass_on)
        until = time.monotonic() + _SAY_WITHIN
        while (status := child.wait(_LISTEN)) is None:
            child.listen()
            if self._ended.is_set() or time.monotonic() > until:
                child.kill()
                child.wait(1)
                raise OpenSkyError(f"The program of the jobs did not say within {_SAY_WITHIN:g} s which there are.")
        if status != 0:
            raise OpenSkyError(child.said or f"The program of the jobs ended with status {status}.")
        return msgspec.json.decode(child.said.encode(), type=list[Note])

    def _child(self, run: Run) -> Child:
        return Child([*self._program, msgspec.json.encode(run).decode()], self._environment, _pass_on)

    def _watch(self) -> None:
        wait = AFTER_START
        while not self._ended.wait(wait):
            try:
                self._loop = self.loop(self.notes())
            except (OpenSkyError, OSError) as error:
                if self._ended.is_set():
                    return
                self._report("cannot read the jobs", error=str(error), again_in=_AGAIN)
                wait = _AGAIN
                continue
            if self._ended.is_set():
                return
            self._loop.run()
            return


def runner_name() -> str:
    """Return how this process is called in the history of runs."""
    return f"{socket.gethostname()[:100]}:{os.getpid()}"


def salt(settings: Settings) -> str:
    """Return what spreads the runs of this shop otherwise than those of another; each of its nodes comes to the same."""
    return hashlib.sha256(f"jobs {settings.secret_key}".encode()).hexdigest()[:16]


def _pass_on(lines: bytes) -> None:
    """Write what a job has said among what this program says."""
    while lines:
        lines = lines[os.write(1, lines) :]
