"""Which tier holds the others up, by worked examples."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.tactical.readings import State, Tier
from opensky.tactical.stack import PARTS, shared, told, weighed

MS = st.floats(0, 1e5)


def _tier(
    key: str, state: State = State.OK, said: str = "", share: float | None = None, usual: float | None = None
) -> Tier:
    return Tier(key, key.title(), state, said, share=share, usual_share=usual)


def test_shares_are_of_all_working_time() -> None:
    """The web spent 600 ms, the bus 200; of both 400 were in the database: the rest is theirs, three to one."""
    assert shared(PARTS, {"web": 600.0, "bus": 200.0, "sql": 400.0}) == {
        "web": pytest.approx(0.375),
        "bus": pytest.approx(0.125),
        "sql": pytest.approx(0.5),
    }


@given(st.fixed_dictionaries(dict.fromkeys(("web", "bus", "sql", "documents", "third"), MS)))
def test_shares_are_never_more_than_the_whole(spent: dict[str, float | None]) -> None:
    found = shared(PARTS, spent)
    assert all(0 <= each <= 1 for each in found.values())
    assert sum(found.values()) <= 1.0 + 1e-9


def test_the_tier_whose_share_rose_most_is_the_bottleneck() -> None:
    """The web is slower than the database, but only since it waits for it: of its own time less is spent than before."""
    stack = weighed(
        [
            _tier("web", State.BROKEN, "Its p95 is 900 ms.", 0.1, 0.6),
            _tier("sql", State.WATCH, "What it is asked waits 300 ms for its turn.", 0.9, 0.3),
        ]
    )
    assert (stack.bottleneck, stack.state) == ("sql", State.BROKEN)
    assert stack.sentence == "Sql: What it is asked waits 300 ms for its turn."


SLOW = replace(_tier("web", State.WATCH, "Slow.", 0.2, 0.7), p95=500.0, usual_p95=50.0)


def test_a_tier_that_looks_well_is_named_when_most_time_has_gone_into_it() -> None:
    third = replace(_tier("third", share=0.8, usual=0.3), in_flight=4.0, usual_in_flight=0.5)
    stack = weighed([SLOW, third])
    assert stack.bottleneck == "third"
    assert stack.sentence == "Third: 80 % of all working time is spent in it, usually 30 %."
    assert [tier.state for tier in stack.tiers] == [State.WATCH, State.WATCH]


def test_a_tier_is_not_blamed_for_others_that_fail_or_do_less() -> None:
    """Pages that fail at once leave most of the time to whoever goes on as ever."""
    third = replace(_tier("third", share=0.8, usual=0.3), in_flight=4.0, usual_in_flight=0.5)
    failing = _tier("web", State.BROKEN, "20 % of what it does fails.", 0.1, 0.5)
    assert weighed([failing, third]).bottleneck == "web"
    assert weighed([SLOW, replace(third, in_flight=0.6)]).bottleneck == "web"


def test_a_silent_program_comes_before_all() -> None:
    silent = _tier("bus", *told(Tier("bus", "Bus", State.OK, ""), silent=True))
    stack = weighed([_tier("web", State.BROKEN, "Slow.", 0.9, 0.1), silent])
    assert (stack.bottleneck, stack.state) == ("bus", State.BROKEN)


def test_some_silent_programs_are_to_be_watched() -> None:
    tier = Tier("web", "Web", State.OK, "")
    assert told(tier, some_silent=(1, 2)) == (State.WATCH, "One of 2 programs has said nothing for 10 s.")
    assert told(tier, some_silent=(3, 8)) == (State.WATCH, "3 of 8 programs have said nothing for 10 s.")


def test_a_well_stack_says_where_its_time_goes() -> None:
    stack = weighed([_tier("web", share=0.7), _tier("sql", share=0.3)])
    assert (stack.bottleneck, stack.state) == ("", State.OK)
    assert stack.sentence == "No tier holds the others up; most of the time is spent in: Web (70 %)."


def test_without_numbers_nothing_is_said() -> None:
    assert weighed([]).sentence == "Nothing has been counted yet."


@pytest.mark.parametrize(
    ("numbers", "state", "said"),
    [
        ({"rate": 12.0, "p95": 40.0, "usual_p95": 35.0}, State.OK, "12 a second, p95 40 ms."),
        ({"p95": 180.0, "usual_p95": 40.0}, State.WATCH, "Its p95 is 180 ms, 4.5 times the usual 40 ms."),
        # A few seconds with more log-ins than others: a password takes its time.
        ({"rate": 12.0, "p95": 92.0, "usual_p95": 26.0}, State.OK, "12 a second, p95 92 ms."),
        ({"p95": 900.0, "usual_p95": 40.0}, State.BROKEN, "Its p95 is 900 ms, 22 times the usual 40 ms."),
        ({"rate": 1.0, "p95": 3.0, "usual_p95": 0.2}, State.OK, "1 a second, p95 3 ms."),  # still quick
        ({"utilisation": 0.95}, State.WATCH, "95 % of it is taken."),
        ({"saturation": 45.0, "saturation_unit": "s"}, State.WATCH, "The oldest message has waited 45 s."),
        ({"saturation": 240.0, "saturation_unit": "s"}, State.BROKEN, "The oldest message has waited 4 min."),
        ({"saturation": 2000.0, "saturation_unit": "ms"}, State.BROKEN, "What it is asked waits 2 s for its turn."),
    ],
)
def test_a_tier_says_what_is_wrong_with_it(numbers: dict[str, float], state: State, said: str) -> None:
    assert told(Tier("web", "Web", State.OK, "", **numbers)) == (state, said)  # type: ignore[arg-type]


def test_errors_are_bad_above_one_in_a_hundred_but_not_the_odd_one() -> None:
    failing = Tier("web", "Web", State.OK, "", rate=10.0, errors=0.03)
    assert told(failing, failed=0.3) == (State.WATCH, "3 % of what it does fails.")
    assert told(failing, failed=0.05)[0] is State.OK


def test_a_tier_whose_times_vary_much_is_not_slow_for_it() -> None:
    """A log-in takes a quarter of a second to prove a password; a few more of them are no trouble."""
    slow = Tier("web", "Web", State.OK, "", p95=250.0, usual_p95=50.0)
    assert told(slow, high=300.0)[0] is State.OK
    assert told(slow, high=200.0)[0] is State.WATCH


def test_a_tier_that_fails_is_named_before_one_in_which_more_time_is_spent() -> None:
    failing = replace(_tier("web", State.BROKEN, share=0.2, usual=0.4), errors=0.2)
    stack = weighed([failing, _tier("third", share=0.8, usual=0.3)])
    assert stack.bottleneck == "web"
