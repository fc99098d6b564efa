"""What is done about a job now, by its schedule and by what it says of times at which no program was there."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from opensky.scheduler import Note
from opensky.scheduler.plan import LATE, NOTHING, Decision, begins, decide

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def hourly(**changed: Any) -> Note:
    """A job of each full hour."""
    return Note(**({"name": "bells", "sentence": "Ring.", "when": "0 * * * *"} | changed))


def test_nothing_is_done_before_its_time() -> None:
    """Not by a second."""
    assert decide(hourly(), NOON, NOON + HOUR - SECOND) == NOTHING


def test_a_job_is_run_at_its_time() -> None:
    """And is then dealt with up to there."""
    assert decide(hourly(), NOON, NOON + HOUR) == Decision(run=NOON + HOUR)
    assert decide(hourly(), NOON + HOUR, NOON + HOUR) == NOTHING


def test_of_many_missed_times_one_is_made_up_for() -> None:
    """The newest; how many were left out is known."""
    assert decide(hourly(missed="once"), NOON, NOON + 5.5 * HOUR) == Decision(run=NOON + 5 * HOUR, passed=4)


def test_one_that_skips_is_not_run_late() -> None:
    """Nobody wants noon's bells at half past."""
    found = decide(hourly(missed="skip"), NOON, NOON + 5.5 * HOUR)
    assert found == Decision(leave=NOON + 5 * HOUR, passed=4)


def test_one_that_skips_is_run_if_a_program_is_there_in_time() -> None:
    """Two minutes are in time: a program that restarts takes some seconds."""
    found = decide(hourly(missed="skip"), NOON, NOON + 5 * HOUR + LATE)
    assert found == Decision(run=NOON + 5 * HOUR, passed=4)


def test_one_that_wants_all_gets_them_one_after_the_other_in_order() -> None:
    """A roll-up of each day is about that day."""
    note, dealt, ran = hourly(missed="all"), NOON, []
    while (decision := decide(note, dealt, NOON + 3.5 * HOUR)) != NOTHING:
        assert decision.run is not None
        dealt = decision.run
        ran.append(dealt)
    assert ran == [NOON + HOUR, NOON + 2 * HOUR, NOON + 3 * HOUR]


def test_one_that_is_off_lets_its_times_go_by() -> None:
    """So that nothing is made up for when it is switched on again."""
    assert decide(hourly(on=False, missed="all"), NOON, NOON + 3.5 * HOUR) == Decision(leave=NOON + 3 * HOUR)
    assert begins(hourly(on=False), NOON) is None


def test_years_of_missed_minutes_are_counted_to_a_thousand_and_no_further() -> None:
    """A shop that was closed for years opens at once."""
    decision = decide(hourly(when="* * * * *"), NOON, NOON + timedelta(days=3000))
    assert decision == Decision(run=NOON + timedelta(days=3000), passed=999)


def test_runs_are_spread_over_no_more_than_half_of_what_lies_between() -> None:
    """Who has an hourly job run each minute need not know that it is spread over ten."""
    often = hourly(when="* * * * *", jitter=600)
    first = begins(often, NOON, "salt")
    assert first is not None
    assert timedelta(minutes=1) <= first - NOON <= timedelta(minutes=1.5)
    assert decide(often, NOON, first, "salt").run == NOON + timedelta(minutes=1)


@given(st.floats(1, 3000), st.integers(0, 20_000), st.sampled_from(["skip", "once", "all"]), st.booleans())
def test_it_is_run_not_before_it_begins_and_never_twice(jitter: float, seconds: int, missed: Any, on: bool) -> None:
    """Whatever is run or left out lies after what was dealt with, and has begun."""
    note, now = hourly(jitter=jitter, missed=missed, on=on), NOON + seconds * SECOND
    decision = decide(note, NOON, now, "salt")
    dealt = decision.run or decision.leave
    if dealt is None:
        first = begins(hourly(jitter=jitter), NOON, "salt")
        assert first is not None
        assert first > now
    else:
        assert NOON < dealt <= now
        later = begins(hourly(jitter=jitter), dealt - SECOND, "salt")
        assert later is not None
        assert later <= now
