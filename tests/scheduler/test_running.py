"""A job gets the services that it names, and what it does is kept: whole, or step by step where it says so."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from opensky.kernel.clock import SetClock
from opensky.persistence import Database, UnitOfWork
from opensky.scheduler import Job, Run, WrongJob, job
from opensky.scheduler.objects import JobState
from opensky.scheduler.running import perform

RUN = Run(7, "ring", datetime(2026, 7, 1, 12, tzinfo=UTC))


def state(name: str) -> JobState:
    """Something to write."""
    return JobState(name=name, slot_at=RUN.due_at)


def scope(database: Database) -> Callable[[], Any]:
    """What a container does, with one service."""

    @contextmanager
    def opened() -> Iterator[Callable[[type], Any]]:
        with database.unit_of_work() as unit:
            yield {UnitOfWork: unit, str: "a service"}.__getitem__

    return opened


def written(database: Database) -> list[str]:
    with database.unit_of_work(read_only=True) as unit:
        return sorted(each.name for each in unit.find(JobState))


def test_what_a_job_does_is_committed_with_its_end(database: Database) -> None:
    """And its sentence is what it returns."""

    @job("0 3 * * *")
    def ring(unit: UnitOfWork, word: str) -> str:
        """Ring the bells."""
        unit.persist(state("bells"))
        return f"With {word}."

    assert perform(ring, RUN, scope(database)) == "With a service."
    assert written(database) == ["bells"]
    assert (ring.name, ring.note.sentence) == ("ring", "Ring the bells.")


def test_one_that_yields_keeps_each_step(database: Database) -> None:
    """What failed after the second is undone, and no more than that."""

    @job("0 3 * * *")
    def ring(unit: UnitOfWork) -> Generator[None, None, str]:
        for each in ("first", "second", "third"):
            unit.persist(state(each))
            if each == "third":
                raise RuntimeError("the rope broke")
            yield
        return "never"

    with pytest.raises(RuntimeError, match="rope"):
        perform(ring, RUN, scope(database))
    assert written(database) == ["first", "second"]


def test_one_that_yields_may_have_the_last_word(database: Database) -> None:
    """As a generator returns."""

    @job("0 3 * * *")
    def ring(unit: UnitOfWork) -> Generator[None, None, str]:
        unit.persist(state("only"))
        yield
        return "Rang once."

    assert perform(ring, RUN, scope(database)) == "Rang once."
    assert written(database) == ["only"]


def test_a_job_may_ask_for_which_time_it_is_run(database: Database, clock: SetClock) -> None:
    """A roll-up of a day is told which."""

    @job("0 3 * * *", missed="all")
    def ring(run: Run) -> str:
        return f"For {run.due_at:%d %B}, as try {run.tries}."

    assert perform(ring, RUN, scope(database)) == "For 01 July, as try 1."


async def later() -> None:
    """A coroutine."""


def untyped(bells) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - that is what is wrong with it
    """It does not say what it needs."""


def Loud() -> None:  # noqa: N802 - that is what is wrong with it
    """Its name stands in the names of stats."""


def fine() -> None:
    """Nothing is wrong with it but its time."""


@pytest.mark.parametrize(
    ("function", "how", "why"),
    [
        (later, {}, "plain function"),
        (untyped, {}, "bells must name"),
        (Loud, {}, "'Loud' is no name"),
        (fine, {"timeout": 0}, "timeout=0"),
        (fine, {"timeout": 90_000}, "ends within a day"),
    ],
)
def test_what_cannot_be_a_job_is_refused_when_it_is_declared(function: Any, how: dict[str, Any], why: str) -> None:
    """With the name of the function, and what to do."""
    with pytest.raises(WrongJob, match=why):
        job("0 3 * * *", **how)(function)


def test_a_time_that_makes_no_sense_is_refused_then_too() -> None:
    """Not in the night in which it should have come."""
    with pytest.raises(WrongJob, match="cron expression"):
        job("at three")(fine)
    made = job("0 3 * * *")(fine)
    assert isinstance(made, Job)
    assert made() is None
