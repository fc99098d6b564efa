"""Whatever is typed as the terms of a rule, or as groups of conditions, is read or refused in words; windows are what a clock says."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from opensky.devo.rewards import limits, nesting, terms
from opensky.devo.rewards.objects import WEEKDAYS
from opensky.devo.rewards.repository import KeptRule
from opensky.kernel.errors import FieldError, Invalid

LIKELY = st.sampled_from(
    [
        "",
        "UTC",
        "America/New_York",
        "../etc/passwd",
        "sat,sun",
        "18:00",
        "24:00",
        "day",
        "week",
        "0",
        "7",
        "-1",
        "1e9",
        "NaN",
    ]
)
TYPED = st.dictionaries(st.sampled_from(terms.FIELDS), LIKELY | st.text(max_size=12), max_size=12)
LEAF = st.none() | st.booleans() | st.integers() | st.text(max_size=6) | LIKELY
KEYS = st.sampled_from(
    ["all", "any", "none", "type", "text", "minimum_total", "skus", "since", "order", "free"]
) | st.text(max_size=4)
KINDS = st.sampled_from(["order", "product", "member", "date", "free", "follow"])
TREES = st.recursive(
    LEAF | st.fixed_dictionaries({"type": KINDS}, optional={"minimum_total": LIKELY, "skus": LIKELY, "text": LIKELY}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
HOURS = st.builds(lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.integers(0, 59))
ZONES = st.sampled_from(["UTC", "America/New_York", "Europe/Brussels", "Asia/Kathmandu", "Australia/Lord_Howe"])
_BEGIN, _END = (datetime(year, 1, 1) for year in (2024, 2028))  # noqa: DTZ001 - hypothesis adds the zone
MOMENTS = st.datetimes(_BEGIN, _END, timezones=st.just(UTC))


def rule(**said: Any) -> KeptRule:
    """A rule with these terms."""
    at = datetime(2024, 1, 1, tzinfo=UTC)
    whole: dict[str, Any] = {
        "name": "",
        "event": "",
        "condition": "",
        "reward": "",
        "state": "",
        "revision": "",
        "created_at": at,
    }
    return KeptRule(id=7, **whole, **said)


@given(TYPED)
def test_terms_are_read_or_refused_and_read_terms_can_be_asked(typed: dict[str, str]) -> None:
    """Nothing that is typed raises anything, and what was read serves at any moment."""
    wrong: list[FieldError] = []
    found = terms.read(typed, "USD", wrong)
    assert {each.field for each in wrong} <= set(terms.FIELDS)
    made = rule(**{name: getattr(found, name) for name in found.__slots__})
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    made.covers(at)
    used = limits.uses(made, at, 500)
    assert [each[:3] for each in limits.read(limits.written(used))] == [each[:3] for each in used]


@given(TREES)
def test_groups_are_built_or_refused(tree: Any) -> None:
    """With a place, and never by another error."""
    with suppress(Invalid):
        nesting.built("order.paid", tree)


@given(begins=HOURS, ends=HOURS, days=st.sets(st.sampled_from(WEEKDAYS)), zone=ZONES, at=MOMENTS)
def test_a_window_is_open_as_the_clock_on_the_wall_says(
    begins: str, ends: str, days: set[str], zone: str, at: datetime
) -> None:
    """A slow answer agrees: walk back over the wall to when the window that this minute is in began."""
    if begins == ends:
        return
    wall = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0)
    length = (int(ends[:2]) * 60 + int(ends[3:]) - int(begins[:2]) * 60 - int(begins[3:])) % (24 * 60)
    since = (wall.hour * 60 + wall.minute - int(begins[:2]) * 60 - int(begins[3:])) % (24 * 60)
    began = wall - timedelta(minutes=since)
    expected = since < length and (not days or WEEKDAYS[began.weekday()] in days)
    asked = rule(zone=zone, weekdays=sorted(days), hours_from=begins, hours_until=ends)
    assert limits.is_open(asked, at) is expected


@given(st.sampled_from(["day", "week", "month"]), ZONES, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_a_stretch_begins_where_its_name_changes(period: str, zone: str, at: datetime, after: timedelta) -> None:
    """Two moments are in one stretch if and only if it began for both at one moment."""
    asked, then = rule(period=period, zone=zone), at + after
    same = limits.span_of(asked, at) == limits.span_of(asked, then)
    assert same == (limits.begin_of(asked, at) == limits.begin_of(asked, then))
    assert limits.begin_of(asked, at) <= at


@given(st.integers(1, 99), st.integers(1, 1 << 62))
def test_a_share_is_stable_and_grows(share: int, member_id: int) -> None:
    """Whoever is in a share is in each larger one."""
    got = [limits.in_share(7, member_id, each) for each in (share, share, share + 1, 100)]
    assert got[0] == got[1]
    assert got == sorted(got)
    assert got[3]
