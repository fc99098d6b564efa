"""What a deploy did: more than chance, or not."""

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.kernel.errors import Invalid
from opensky.stats.marks import Marks
from opensky.stats.store import Store
from opensky.tactical import deploys
from opensky.tactical.deploys import Counted, difference, ranks
from opensky.tactical.look import Look
from opensky.tactical.marking import mark, read_mark
from opensky.tactical.numbers import StoreNumbers
from opensky.tactical.readings import Deploy, Judgement, Mark
from opensky.tactical.tiles import TILES

NOON = 1_795_435_200
NONE = Counted(0, 0)
COUNTS = st.integers(0, 10_000).map(float)
Play = Callable[[float, float, int], Sequence[Deploy]]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """Play ten minutes of traffic, a deploy, and some seconds after it, with so many errors and milliseconds; return what is said of it."""
    chance = random.Random(7)
    numbers = StoreNumbers(tmp_path, lambda: NOON + 100)

    def played(errors: float, ms: float, seconds: int) -> Sequence[Deploy]:
        with Store(tmp_path, "1s:1h,10s:12h") as store:
            for second in range(NOON - 600, NOON + seconds):
                after = second >= NOON
                failed = sum(chance.random() < (errors if after else 0.001) for _ in range(10))
                point = {
                    "stats.timers.web.ms.count_ps": 10.0,
                    "stats.counters.web.status.500.rate": float(failed),
                    "stats.timers.web.ms.upper_95": chance.gauss(ms if after else 40.0, 4.0),
                    "stats.counters.order.paid.rate": float(chance.random() < 0.5),
                }
                store.put(point, second)
        mark(Marks(tmp_path), "1a2b3c", "maya", "new shelves", NOON)
        return deploys.read_deploys(Look(numbers, NOON + seconds), TILES)

    yield played
    numbers.close()


def test_a_deploy_that_breaks_pages_is_worse_after_twenty_seconds(play: Play) -> None:
    [found] = play(0.2, 40.0, 24)
    assert (found.what, found.who, found.note) == ("1a2b3c", "maya", "new shelves")
    assert found.judgement is Judgement.WORSE
    assert found.sentence.startswith("Errors went up from 0")
    assert [change.title for change in found.changes if change.worse] == ["Errors"]


def test_a_deploy_that_slows_pages_is_worse(play: Play) -> None:
    [found] = play(0.001, 80.0, 40)
    assert found.judgement is Judgement.WORSE
    assert found.sentence.startswith("Answers, p95 went up from 4")


def test_a_deploy_that_makes_pages_quicker_is_better(play: Play) -> None:
    [found] = play(0.001, 20.0, 40)
    assert found.judgement is Judgement.BETTER


def test_a_deploy_that_does_nothing_is_the_same(play: Play) -> None:
    [found] = play(0.001, 40.0, 90)
    assert (found.judgement, found.sentence) == (Judgement.SAME, "Nothing changed by more than chance.")


def test_nothing_is_said_too_early(play: Play) -> None:
    [found] = play(0.9, 900.0, 12)
    assert found.judgement is Judgement.EARLY


def test_a_deploy_around_which_nothing_was_counted_is_unknown(tmp_path: Path) -> None:
    Store(tmp_path, "1s:1h").close()
    mark(Marks(tmp_path), "1a2b3c", when=NOON - 60)
    numbers = StoreNumbers(tmp_path, lambda: NOON)
    [found] = deploys.read_deploys(Look(numbers, NOON), TILES)
    numbers.close()
    assert found.judgement is Judgement.UNKNOWN


def test_a_mark_of_another_program_is_a_deploy_too() -> None:
    """Graphite's own events have a text, and what else they like as data."""
    assert read_mark(Mark(1, "deploy 0badc0de", ("deploy",), "by hand")) == ("0badc0de", "", "by hand")
    assert read_mark(Mark(1, "deploy", ("deploy",), "[1]")) == ("deploy", "", "[1]")


@pytest.mark.parametrize("what", ["", "  ", "x" * 200])
def test_a_deploy_says_what_was_deployed(tmp_path: Path, what: str) -> None:
    with pytest.raises(Invalid, match="Say what was deployed"):
        mark(Marks(tmp_path), what)
    assert Marks(tmp_path).between(0, 1e12) == []


@pytest.mark.parametrize(
    ("after", "before", "deviations"),
    [
        (Counted(100, 60), Counted(100, 60), 0.0),
        (Counted(160, 60), Counted(100, 60), 60 / 260**0.5),  # (a - b) / sqrt(a + b)
        (Counted(0, 60), Counted(100, 60), -100 / 101**0.5),
    ],
)
def test_counts_differ_by_deviations_of_chance(after: Counted, before: Counted, deviations: float) -> None:
    assert difference(after, before, NONE, NONE) == pytest.approx(deviations)


def test_what_happens_each_week_at_that_time_is_no_change() -> None:
    """Orders double at eight, as they did a week ago."""
    assert difference(Counted(200, 60), Counted(100, 60), Counted(200, 60), Counted(100, 60)) == 0.0
    assert difference(Counted(200, 60), Counted(100, 60), NONE, NONE) > deploys.SURE


@given(COUNTS, COUNTS)
def test_the_other_way_round_is_the_other_sign(one: float, other: float) -> None:
    there, back = (difference(Counted(a, 60), Counted(b, 60), NONE, NONE) for a, b in ((one, other), (other, one)))
    assert there == pytest.approx(-back)


@given(st.lists(st.floats(0, 100), min_size=4, max_size=30), st.lists(st.floats(0, 100), min_size=4, max_size=30))
def test_ranks_turn_round_and_never_mind_how_far_away_a_point_is(after: list[float], before: list[float]) -> None:
    assert ranks(after, before) == pytest.approx(-ranks(before, after))
    top = max(*after, *before) + 1
    assert ranks([*after, top], before) == ranks([*after, top * 1000], before)
