"""How the board is put together."""

from datetime import UTC, datetime

from opensky.kernel.clock import SetClock
from opensky.settings import Settings
from opensky.wiring.board import look, next_job
from opensky.wiring.jobs import timetable

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_the_board_names_the_job_that_begins_next() -> None:
    """And the one after it, once it has begun."""
    clock, table = SetClock(NOON), timetable(Settings(secret_key="k" * 64))
    asked, coming = next_job(table, clock), table.next(NOON)
    first = asked()
    assert first is not None
    assert coming is not None
    assert (first.name, first.at) == (coming[0].name, coming[1].timestamp())
    clock.advance(seconds=first.at - NOON.timestamp() + 1)
    second = asked()
    assert second is not None
    assert second.at > first.at


def test_a_look_has_a_name_that_stays() -> None:
    """Two processes of one release call it alike, so that no page loads anew for nothing."""
    assert look() == look()
    assert len(look()) == 12
