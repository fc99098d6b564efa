"""Jobs: plain functions that are run at the times of a cron expression.

What a job needs it names as typed parameters, as a flow does; one annotated ``Run`` is told which time it is run for. All that it
does is one transaction; one that yields commits at each yield, for work that others must not wait for. What it returns, a sentence,
is kept with the run.
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, get_type_hints

import msgspec

from opensky.scheduler.errors import WrongJob
from opensky.scheduler.objects import LONGEST_NAME
from opensky.scheduler.times import Times

Missed = Literal["skip", "once", "all"]
"""What becomes of times at which no program was there: nothing, one run for all of them, or a run for each."""
_NAME = re.compile(rf"[a-z][a-z0-9_]{{0,{LONGEST_NAME - 1}}}")
_LONGEST_TIMEOUT = timedelta(days=1).total_seconds()

Function = Callable[..., Any]


@lru_cache(maxsize=256)
def _times(when: str, zone: str) -> Times:
    return Times(when, zone)


class Run(msgspec.Struct, frozen=True):
    """One run: of which job, for which time of its schedule, as which try, and who asked for it, if somebody did."""

    id: int
    job: str
    due_at: datetime
    tries: int = 1
    asked_by: str = ""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A job as plain data: all that is needed to know when to run it. The program that watches the clock loads no more of it."""

    name: str
    sentence: str
    when: str
    zone: str = "UTC"
    missed: Missed = "once"
    timeout: float = 3600.0
    jitter: float = 0.0
    on: bool = True

    @property
    def times(self) -> Times:
        """Its times; raises ``WrongJob``."""
        return _times(self.when, self.zone)


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A function and when it is run."""

    note: Note
    function: Function
    services: dict[str, type] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.note.name

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the function, as a test does."""
        return self.function(*arguments, **named)


def job(
    when: str, *, zone: str = "", missed: Missed = "once", timeout: float = 3600.0, jitter: float = 0.0, name: str = ""
) -> Callable[[Function], Job]:
    """Make a function a job.

    Args:
        when: a cron expression: minute, hour, day of the month, month, day of the week; of six fields the first are seconds.
        zone: time zone of these; without one, that of the shop.
        missed: what becomes of times at which it could not run. It also says whether a run whose program died is begun again.
        timeout: seconds after which it is killed.
        jitter: seconds over which the runs of several shops are spread, at most half of what lies between two times.
        name: other than that of the function.

    Raises:
        WrongJob: it cannot be run as it is written.
    """

    def made(function: Function) -> Job:
        label = f"{function.__module__}.{function.__qualname__}"
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            raise WrongJob(f"{label}: a job is a plain function; write def instead of async def.")
        called = name or function.__name__
        if not _NAME.fullmatch(called):
            raise WrongJob(f"{label}: {called!r} is no name of a job; write small letters, digits and _.")
        if not 0 < timeout <= _LONGEST_TIMEOUT:
            raise WrongJob(f"{label}: a job ends within a day; timeout={timeout} does not say when.")
        hints = get_type_hints(function)
        hints.pop("return", None)
        if missing := [each for each in inspect.signature(function).parameters if each not in hints]:
            raise WrongJob(f"{label}: {', '.join(missing)} must name the class of a service.")
        sentence = (inspect.getdoc(function) or "").partition("\n")[0]
        note = Note(name=called, sentence=sentence, when=when, zone=zone, missed=missed, timeout=timeout, jitter=jitter)
        Times(when, zone or "UTC")
        return Job(note, function, hints)

    return made
