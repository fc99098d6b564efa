"""What every engine of a board's numbers promises: the same points and marks, whatever kept them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pytest

from opensky.stats.targets import WrongTarget
from opensky.tactical.lines import points
from opensky.tactical.numbers import Numbers, NumbersUnavailable

STEP = 10
"""Seconds between two points that an engine is given: the finest that the suite asks for."""


@dataclass(frozen=True)
class Engine:
    """An engine with nothing in it yet.

    ``put`` keeps values at a second, ``mark`` sets a mark; ``now`` is the second at which ``numbers`` look at it, a multiple of ``STEP``.
    """

    numbers: Numbers
    put: Callable[[Mapping[str, float], int], None]
    mark: Callable[[str, Sequence[str], str, int], None]
    now: int


class NumbersConformance:
    """Two fixtures are the engine's own: ``engine``, and ``unavailable``, of which nothing can be had."""

    def test_points_are_those_that_were_put_on_their_seconds(self, engine: Engine) -> None:
        for n in range(6):
            engine.put({"a.one": float(n)}, engine.now - 60 + STEP * n)
        [found] = engine.numbers.fetch("a.one", engine.now - 61, engine.now)
        assert found.step == STEP
        assert points(found, engine.now - 60, engine.now) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
        assert points(found, engine.now - 30, engine.now - 10) == [3.0, 4.0]

    def test_what_was_not_counted_is_nothing_and_not_0(self, engine: Engine) -> None:
        engine.put({"a.one": 1.0}, engine.now - 40)
        engine.put({"a.one": 2.0}, engine.now - 20)
        [found] = engine.numbers.fetch("a.one", engine.now - 41, engine.now)
        assert points(found, engine.now - 40, engine.now) == [1.0, 2.0]
        assert found.values.count(None) >= 1

    def test_patterns_and_functions_are_at_hand(self, engine: Engine) -> None:
        for name, value in (("a.one", 1.0), ("a.two", 2.0), ("b.one", 4.0)):
            engine.put({name: value}, engine.now - 20)
        several = engine.numbers.fetch("a.*", engine.now - 31, engine.now)
        [total] = engine.numbers.fetch("sumSeries(*.one)", engine.now - 31, engine.now)
        assert sorted(each.name for each in several) == ["a.one", "a.two"]
        assert points(total, engine.now - 30, engine.now) == [5.0]

    def test_a_name_under_which_nothing_was_counted_has_no_series(self, engine: Engine) -> None:
        engine.put({"a.one": 1.0}, engine.now - 20)
        assert engine.numbers.fetch("a.three", engine.now - 31, engine.now) == []
        assert engine.numbers.fetch("sumSeries(c.*)", engine.now - 31, engine.now) == []

    def test_a_target_that_cannot_be_read_is_refused(self, engine: Engine) -> None:
        engine.put({"a.one": 1.0}, engine.now - 20)
        with pytest.raises(WrongTarget):
            engine.numbers.fetch("sumSeries(a.one", engine.now - 31, engine.now)

    def test_marks_come_with_their_tags_and_data_the_oldest_first(self, engine: Engine) -> None:
        engine.mark("deploy 2", ["deploy"], "second", engine.now - 20)
        engine.mark("deploy 1", ["deploy"], "first", engine.now - 40)
        engine.mark("lunch", ["note", "team"], "", engine.now - 30)
        engine.mark("long ago", ["deploy"], "", engine.now - 4000)
        every = engine.numbers.marks(engine.now - 60, engine.now)
        deploys = engine.numbers.marks(engine.now - 60, engine.now, ["deploy"])
        assert [each.what for each in every] == ["deploy 1", "lunch", "deploy 2"]
        assert [(each.when, each.what, each.tags, each.data) for each in deploys] == [
            (engine.now - 40, "deploy 1", ("deploy",), "first"),
            (engine.now - 20, "deploy 2", ("deploy",), "second"),
        ]
        assert engine.numbers.marks(engine.now - 60, engine.now, ["deploy", "note"]) == []

    def test_numbers_that_cannot_be_had_are_said_to_be(self, unavailable: Numbers) -> None:
        with pytest.raises(NumbersUnavailable):
            unavailable.fetch("a.one", 0, 100)
