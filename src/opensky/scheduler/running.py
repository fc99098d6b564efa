"""Running a job, in the process that was started for it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from opensky.persistence import UnitOfWork
from opensky.scheduler.job import Job, Run
from opensky.scheduler.objects import LONGEST_SAID

Get = Callable[[type], Any]
"""Makes a service: a container's ``get``."""


def perform(job: Job, run: Run, scope: Callable[[], AbstractContextManager[Get]]) -> str:
    """Run a job and commit what it did; return its sentence. At each yield it commits, too.

    What it raises is left to who called; what was not committed by then is undone.
    """
    with scope() as get:
        services = {name: run if cls is Run else get(cls) for name, cls in job.services.items()}
        unit: UnitOfWork = get(UnitOfWork)
        made = job.function(**services)
        if isinstance(made, Iterator):
            made = _steps(made, unit)
        unit.commit()
    return str(made or "")[:LONGEST_SAID]


def _steps(steps: Iterator[Any], unit: UnitOfWork) -> Any:
    """Go through the steps of a job, each a transaction with objects of its own; return what it returns at its end."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
        unit.commit()
        unit.rollback()  # forgets what was read: a long job is to hold no more than a step
