"""What a cron expression means: weekdays, nights in which clocks are put on or back, and what makes no sense."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.scheduler import WrongJob
from opensky.scheduler.times import Times, spread

JULY = datetime(2026, 7, 1, 12, tzinfo=UTC)
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"]
EXPRESSIONS = ["*/5 * * * *", "30 2 * * *", "0,30 1-3 * * *", "0 0 1 * *", "15 3 * * MON", "0 */6 * * *", "59 23 L * *"]
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds it


def written(times: Times, since: datetime, number: int) -> list[str]:
    """The next times, as UTC."""
    return [each.strftime("%a %d %b %H:%M") for each in islice(times.after(since), number)]


def test_one_is_monday() -> None:
    """And Sunday is both 0 and 7, as cron has it."""
    assert written(Times("0 6 * * 1"), JULY, 2) == ["Mon 06 Jul 06:00", "Mon 13 Jul 06:00"]
    assert written(Times("0 6 * * 0"), JULY, 1) == written(Times("0 6 * * 7"), JULY, 1) == ["Sun 05 Jul 06:00"]


def test_a_time_is_after_the_one_that_is_asked_about() -> None:
    """So that whoever has dealt with a time goes on with the next."""
    [noon, one] = islice(Times("0 * * * *").after(JULY - timedelta(seconds=1)), 2)
    assert (noon, one) == (JULY, JULY + timedelta(hours=1))
    assert Times("0 * * * *").next(noon) == one


def test_a_job_of_the_hour_that_spring_leaves_out_comes_as_the_clocks_are_put_on() -> None:
    """In New York, 8 March 2026, there is no 2:30: it is 3:00 then, which is 7:00 in UTC."""
    before = datetime(2026, 3, 7, 12, tzinfo=UTC)
    assert written(Times("30 2 * * *", "America/New_York"), before, 2) == ["Sun 08 Mar 07:00", "Mon 09 Mar 06:30"]


def test_two_times_of_that_hour_are_one() -> None:
    """2:00 and 2:30 both are 3:00 that night: nobody means two runs at once."""
    before = datetime(2026, 3, 8, 1, tzinfo=UTC)
    expected = ["Sun 08 Mar 07:00", "Mon 09 Mar 06:00", "Mon 09 Mar 06:30"]
    assert written(Times("0,30 2 * * *", "America/New_York"), before, 3) == expected


def test_a_job_of_the_hour_that_autumn_has_twice_comes_once() -> None:
    """In Berlin, 25 October 2026, 2:30 is at 0:30 and at 1:30 in UTC: the first counts."""
    before = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert written(Times("30 2 * * *", "Europe/Berlin"), before, 2) == ["Sun 25 Oct 00:30", "Mon 26 Oct 01:30"]


def test_whoever_begins_in_the_second_of_these_hours_does_not_run_it_again() -> None:
    """A node that starts then, or has just dealt with what came before, waits for the next night."""
    within = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert written(Times("30 2 * * *", "Europe/Berlin"), within, 1) == ["Mon 26 Oct 01:30"]


def test_a_job_of_every_half_hour_runs_by_hours_that_really_pass() -> None:
    """In the night of 25 hours it comes fifty times."""
    begin = datetime(2026, 10, 24, 22, tzinfo=UTC)  # midnight in Berlin
    assert len(Times("*/30 * * * *", "Europe/Berlin").between(begin, begin + timedelta(hours=25))) == 50


@pytest.mark.parametrize("expression", ["", "* * * *", "61 * * * *", "every day", "0 0 30 2 *", "* * * * * * *"])
def test_what_never_comes_or_cannot_be_read_is_refused(expression: str) -> None:
    """When the job is declared; not in some night."""
    with pytest.raises(WrongJob):
        Times(expression)


@pytest.mark.parametrize("zone", ["Mars/Base", "../../etc/passwd", ""])
def test_a_zone_that_is_none_is_refused(zone: str) -> None:
    """With a sentence that names one."""
    with pytest.raises(WrongJob, match="Europe/Berlin"):
        Times("0 0 * * *", zone)


@given(st.sampled_from(EXPRESSIONS), st.sampled_from(ZONES), INSTANTS)
def test_times_rise_and_are_the_same_from_wherever_one_looks(expression: str, zone: str, since: datetime) -> None:
    """Else a node that restarts would leave one out, or run one twice."""
    times = Times(expression, zone)
    found = list(islice(times.after(since), 6))
    assert all(a < b for a, b in pairwise([since, *found]))
    assert [times.next(each) for each in found[:-1]] == found[1:]


@given(st.sampled_from(EXPRESSIONS), st.sampled_from(ZONES), INSTANTS, st.timedeltas(timedelta(0), timedelta(days=5)))
def test_the_latest_is_the_last_of_those_between(
    expression: str, zone: str, since: datetime, length: timedelta
) -> None:
    """However far back one looks for it."""
    times = Times(expression, zone)
    between = times.between(since, since + length, most=100_000)
    assert times.latest(since, since + length) == (between[-1] if between else None)


@given(st.text(max_size=20), INSTANTS, st.floats(0, 1000), st.text(max_size=20))
def test_a_run_is_spread_within_its_bounds_and_for_all_nodes_alike(
    job: str, slot: datetime, jitter: float, salt: str
) -> None:
    """Two nodes of a shop wait for the same moment."""
    assert timedelta(0) <= spread(job, slot, jitter, salt) <= timedelta(seconds=jitter)
    assert spread(job, slot, jitter, salt) == spread(job, slot, jitter, salt)


def test_two_shops_do_not_begin_at_the_same_moment() -> None:
    """That is what it is for: a server that many shops use is not asked by all of them at midnight."""
    moments = {spread("letters", JULY, 600, f"shop {number}") for number in range(20)}
    assert len(moments) == 20
