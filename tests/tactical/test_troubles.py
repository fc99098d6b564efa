"""What lasts is said, what flutters is not; nothing ends too soon, and quiet hours hold back what can wait."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.kernel.errors import Misconfigured
from opensky.tactical.example import example
from opensky.tactical.readings import State
from opensky.tactical.telling import Telling
from opensky.tactical.troubles import BROKEN_FOR, SILENCE, WATCHED_FOR, WELL_FOR, Hysteresis, Trouble, troubles

NOON = 1_795_500_000.0
DOWN = Trouble("errors", "Errors", "Half of all answers are errors.", State.BROKEN)
SLOW = Trouble("web", "Web", "Answers take long.", State.WATCH)


def test_what_is_broken_is_said_once_it_has_lasted() -> None:
    lasting = Hysteresis()
    said = [lasting.observe({"errors": DOWN}, (), second).raised for second in range(0, 16, 5)]
    assert said == [[], [], [DOWN], [DOWN]]


def test_what_flutters_is_never_said() -> None:
    lasting = Hysteresis()
    for second in range(0, 600, 5):
        found = {"errors": DOWN} if second % 10 else {}
        assert lasting.observe(found, (), second) == ([], [])


def test_what_is_to_be_watched_has_more_time_and_gets_worse_by_itself() -> None:
    """Broken for a moment, it is still only to be watched."""
    lasting = Hysteresis()
    worse = SLOW._replace(state=State.BROKEN)
    assert lasting.observe({"web": SLOW}, (), 0).raised == []
    assert lasting.observe({"web": SLOW}, (), WATCHED_FOR).raised == [SLOW]
    assert lasting.observe({"web": worse}, {"web"}, WATCHED_FOR + 1).raised == [SLOW]
    assert lasting.observe({"web": worse}, {"web"}, WATCHED_FOR + 1 + BROKEN_FOR).raised == [worse]


def test_it_is_over_once_it_was_well_for_a_minute() -> None:
    """Also for a program that begins anew, which never saw it; a relapse begins the minute again."""
    lasting = Hysteresis()
    assert lasting.observe({}, {"errors"}, 0).ended == []
    assert lasting.observe({"errors": DOWN}, {"errors"}, 30).ended == []
    assert lasting.observe({}, {"errors"}, 40).ended == []
    assert lasting.observe({}, {"errors"}, 39 + WELL_FOR).ended == []
    assert lasting.observe({}, {"errors"}, 40 + WELL_FOR).ended == ["errors"]


def test_while_nothing_is_counted_nothing_is_over() -> None:
    """Silence is a trouble of its own, and of all else nobody knows."""
    lasting = Hysteresis()
    silent = troubles(replace(example(NOON), at=NOON + 600))
    assert silent is not None
    assert list(silent) == [SILENCE]
    for second in range(0, 300, 5):
        assert lasting.observe(silent, {"errors", SILENCE}, second).ended == []
    assert lasting.observe({}, {"errors", SILENCE}, 300).ended == []
    assert lasting.observe({}, {"errors", SILENCE}, 300 + WELL_FOR).ended == ["errors", SILENCE]
    assert troubles(replace(example(NOON), newest=None)) is None
    assert lasting.observe(None, {"errors"}, 400) == ([], [])


def test_a_board_on_which_all_is_well_has_no_troubles() -> None:
    broken = example(NOON, State.BROKEN)
    found = troubles(broken)
    assert found
    assert {each.state for each in found.values()} <= {State.WATCH, State.BROKEN}


@given(st.lists(st.tuples(st.sampled_from(["", "web", "errors"]), st.integers(1, 90)), max_size=60))
def test_whatever_comes_it_is_raised_before_it_ends(came: list[tuple[str, int]]) -> None:
    """And nothing that is not open is ever over."""
    lasting, open_, now = Hysteresis(), set[str](), 0.0
    for key, seconds in came:
        now += seconds
        found = {key: DOWN._replace(key=key)} if key else {}
        ripe = lasting.observe(found, open_, now)
        assert set(ripe.ended) <= open_
        assert not {each.key for each in ripe.raised} & set(ripe.ended)
        open_ = (open_ | {each.key for each in ripe.raised}) - set(ripe.ended)


@pytest.mark.parametrize(
    ("hour", "held"), [("21:59", False), ("22:00", True), ("03:00", True), ("06:59", True), ("07:00", False)]
)
def test_quiet_hours_are_those_of_a_place_and_hold_back_what_can_wait(hour: str, held: bool) -> None:
    telling = Telling.read({"quiet": "22:00-07:00", "zone": "Europe/Brussels"})
    local = datetime.fromisoformat(f"2026-07-01T{hour}:00+02:00").astimezone(UTC)
    assert telling.holds_back(State.WATCH, local) is held
    assert not telling.holds_back(State.BROKEN, local)
    assert not Telling().holds_back(State.WATCH, local)


@pytest.mark.parametrize(
    "table",
    [
        {"mails": []},
        {"emails": "ops@shop.example"},
        {"emails": ["nobody"]},
        {"emails": [7]},
        {"webhook": "chat"},
        {"webhook": 7},
        {"quiet": "night"},
        {"quiet": "25:00-07:00"},
        {"quiet": 7},
        {"zone": "Europe/Nowhere"},
        {"zone": "../../etc/passwd"},
        {"zone": 7},
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured, match="alerts"):
        Telling.read(table)
