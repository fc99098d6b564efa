"""Properties of the change history: what holds for all objects, of both stores, whatever happens to them."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from opensky.kernel.clock import SetClock
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money
from opensky.persistence import Database, UnitOfWork
from opensky.persistence.history.folding import as_of, present
from opensky.persistence.history.objects import Change
from opensky.persistence.history.recording import Recorder
from opensky.testing.conformance.model import MODEL, NOON, Pot, Potter, Size

words = st.sampled_from(["", "a", "Ä b", "|price|", '"'])
sizes = st.builds(
    Size, width=st.integers(-3, 3), label=words, price=st.none() | st.builds(Money, st.integers(-2, 2), st.just("USD"))
)
instants = st.none() | st.just(NOON)
notes = st.dictionaries(st.sampled_from(["x", "y z"]), st.integers(0, 3) | words, max_size=2)
pot_edits = st.fixed_dictionaries(
    {},
    optional={
        "maker_id": st.none() | st.integers(-2, 2),
        "tags": st.lists(words.filter(bool), max_size=3),
        "sizes": st.lists(sizes, max_size=2),
        "best": st.none() | sizes,
        "glazed": st.booleans(),
        "weight": st.sampled_from([-1.5, 0.0, 2.0]),
        "fired_at": instants,
    },
)
potter_edits = st.fixed_dictionaries(
    {},
    optional={
        "fee": st.builds(Money, st.integers(-2, 2), st.sampled_from(["USD", "EUR"])),
        "notes": notes,
        "size": st.none() | sizes,
        "active": st.booleans(),
        "left_at": instants,
    },
)
lives = st.lists(st.just("remove") | pot_edits, max_size=6), st.lists(st.just("remove") | potter_edits, max_size=6)


@contextmanager
def recorded(tmp_path_factory: Any) -> Iterator[tuple[SetClock, Callable[[], UnitOfWork]]]:
    clock = SetClock(NOON)
    ids = IdGenerator(1, clock)
    file = tmp_path_factory.mktemp("history") / "pots.sqlite"
    database = Database(file, (*MODEL, Change), ids=ids, clock=clock)
    database.create()

    def begin() -> UnitOfWork:
        unit = database.unit_of_work()
        unit.recorder = Recorder(ids, clock)
        return unit

    try:
        yield clock, begin
    finally:
        database.close()


@settings(max_examples=80)
@given(made=st.tuples(*lives))
def test_the_history_folded_backwards_gives_every_earlier_state(tmp_path_factory: Any, made: Any) -> None:
    """Through edits, removals and new lives under the same id, of a document and of a row."""
    with recorded(tmp_path_factory) as (clock, begin):
        for cls, edits in zip((Pot, Potter), made, strict=True):
            states: list[tuple[Any, Any]] = []
            for edit in ({}, *edits):
                clock.advance(milliseconds=3)
                with begin() as unit:
                    live(unit, cls, edit)
                    unit.commit()
                    states.append((clock.now(), copy.deepcopy(present(unit.get(cls, 7))[0])))

            with begin() as unit:
                assert as_of(unit, cls, (7,), NOON - timedelta(days=1)).state is None
                for at, state in states:
                    past = as_of(unit, cls, (7,), at)
                    assert (past.state, past.whole) == (state, True)


def live(unit: UnitOfWork, cls: type, edit: Any) -> None:
    """Make the object where there is none; otherwise edit or remove it."""
    obj: Any = unit.get(cls, 7)
    if obj is None:
        obj = Pot(id=7, slug="pot") if cls is Pot else Potter(id=7, name="Ann")
        unit.persist(obj)
        return
    if edit == "remove":
        unit.remove(obj)
        return
    for name, value in edit.items():
        setattr(obj, name, copy.deepcopy(value))
