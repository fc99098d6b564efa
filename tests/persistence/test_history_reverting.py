"""Undoing a change: what would happen is shown first, nothing newer is lost unasked, and the undoing is kept, too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Conflict
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money
from opensky.persistence import Database, UnitOfWork
from opensky.persistence.history.actor import Actor
from opensky.persistence.history.objects import Change
from opensky.persistence.history.reading import Asked, ChangeHistory, Entry
from opensky.persistence.history.recording import Recorder
from opensky.persistence.history.reverting import Reverter
from opensky.testing.conformance.model import MODEL, NOON, Pot, Potter, Size
from opensky.testing.conformance.private import PRIVATE, Account, Person

ALL = (*MODEL, *PRIVATE)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def unit(tmp_path: Path, clock: SetClock) -> Iterator[UnitOfWork]:
    """Ada's unit of work, whose changes are kept."""
    database = Database(tmp_path / "opensky.sqlite", (*ALL, Change), ids=IdGenerator(1, clock), clock=clock)
    database.create()
    with database.unit_of_work() as unit:
        unit.recorder, unit.acting = Recorder(database.ids, clock), Actor("staff", 5, "Ada", "r-1")
        yield unit
    database.close()


@pytest.fixture
def reverter(unit: UnitOfWork) -> Reverter:
    return Reverter(unit, ALL)


@pytest.fixture
def pot(unit: UnitOfWork) -> Pot:
    """A pot that was edited once: glazed, and with a price on its best size."""
    pot = Pot(id=1, slug="pot", best=Size(width=1, price=Money(100)))
    unit.persist(pot)
    unit.commit()
    assert pot.best
    pot.glazed, pot.best.price, pot.tags = True, Money(250), ["new"]
    unit.commit()
    return pot


def edit(obj: object, **values: Any) -> None:
    for name, value in values.items():
        setattr(obj, name, value)


def newest(unit: UnitOfWork, kind: str = "Pot") -> Entry:
    return ChangeHistory(unit).page(Asked(kind=kind), 1).entries[0]


def test_what_would_happen_is_shown_and_nothing_is_done(unit: UnitOfWork, reverter: Reverter, pot: Pot) -> None:
    """Field by field: as it is now, and as it will be."""
    seen = reverter.look(newest(unit).id)

    assert {s.path: (s.now, s.will_be) for s in seen.steps} == {
        "glazed": (True, False),
        "best.price": ({"minor": 250, "currency": "USD"}, {"minor": 100, "currency": "USD"}),
        "tags": (["new"], []),
    }
    assert (seen.possible, seen.touched_later, seen.version) == (True, False, 1)
    assert pot.glazed is True


def test_a_whole_change_is_reverted_and_kept_as_one(unit: UnitOfWork, reverter: Reverter, pot: Pot) -> None:
    """With the reason that names the change."""
    change = newest(unit)

    reverter.revert(change.id, version=1, reason="Wrong pot")
    unit.commit()

    assert (pot.glazed, pot.best, pot.tags) == (False, Size(width=1, price=Money(100)), [])
    kept = newest(unit)
    assert (kept.actor.name, kept.actor.reason) == ("Ada", f"Revert of change {change.id}: Wrong pot")
    assert kept.fields.keys() == change.fields.keys()


@pytest.mark.parametrize("path", ["best.price", "best"])
def test_one_field_is_reverted_alone(unit: UnitOfWork, reverter: Reverter, pot: Pot, path: str) -> None:
    """By its path, or by the field that it is a part of."""
    reverter.revert(newest(unit).id, path, version=1)

    assert (pot.glazed, pot.best) == (True, Size(width=1, price=Money(100)))


def test_a_row_is_reverted_too(unit: UnitOfWork, reverter: Reverter) -> None:
    """Money, embedded JSON and instants come back in their types."""
    ann = Potter(id=2, name="Ann", fee=Money(100), size=Size(width=1), notes={"a": 1})
    unit.persist(ann)
    unit.commit()
    edit(ann, fee=Money(9, "EUR"), size=None, left_at=NOON, notes={})
    unit.commit()

    reverter.revert(newest(unit, "Potter").id, version=1)
    unit.commit()

    assert (ann.fee, ann.size, ann.left_at, ann.notes) == (Money(100), Size(width=1), None, {"a": 1})


def test_a_later_change_of_the_field_is_not_lost_unasked(
    unit: UnitOfWork, reverter: Reverter, pot: Pot, clock: SetClock
) -> None:
    """Refused until somebody says that they want it."""
    change = newest(unit)
    clock.advance(seconds=1)
    pot.tags = ["newer"]
    unit.commit()
    seen = reverter.look(change.id, "tags")
    assert seen.steps[0].later == (newest(unit).id,)

    with pytest.raises(Conflict, match="later change"):
        reverter.revert(change.id, "tags", version=2)
    assert pot.tags == ["newer"]
    reverter.revert(change.id, "tags", version=2, confirmed=True)

    assert pot.tags == []


def test_what_changed_since_it_was_looked_at_is_looked_at_again(unit: UnitOfWork, reverter: Reverter, pot: Pot) -> None:
    """The version that was seen must be the one that is there."""
    change = newest(unit)
    pot.weight = 2.0
    unit.commit()

    with pytest.raises(Conflict, match="meanwhile"):
        reverter.revert(change.id, version=1)

    assert pot.glazed is True


def test_reverting_twice_says_that_there_is_nothing_to_do(unit: UnitOfWork, reverter: Reverter, pot: Pot) -> None:
    """It is as it should be already."""
    change = newest(unit)
    reverter.revert(change.id, version=1)
    unit.commit()

    assert reverter.look(change.id).possible is False
    with pytest.raises(Conflict, match="nothing to do"):
        reverter.revert(change.id, version=2, confirmed=True)


@pytest.mark.parametrize("cls", [Pot, Potter])
def test_a_removed_object_comes_back(unit: UnitOfWork, reverter: Reverter, cls: type, clock: SetClock) -> None:
    """With all its values, under its id; and the making of an object can be reverted by removing it."""
    made: Any = Pot(id=7, slug="pot", best=Size(width=3)) if cls is Pot else Potter(id=7, name="Ann", size=None)
    unit.persist(made)
    unit.commit()
    clock.advance(seconds=1)
    unit.remove(made)
    unit.commit()
    clock.advance(seconds=1)

    reverter.revert(newest(unit, cls.__name__).id, version=None)
    unit.commit()
    again: Any = unit.get(cls, 7)
    assert again is not None
    assert (
        (again.best, again.slug) == (Size(width=3), "pot") if cls is Pot else (again.name, again.size) == ("Ann", None)
    )
    clock.advance(seconds=1)

    reverter.revert(newest(unit, cls.__name__).id, version=0)
    unit.commit()
    assert unit.get(cls, 7) is None


def test_what_was_not_kept_cannot_come_back(unit: UnitOfWork, reverter: Reverter) -> None:
    """A masked value is not written over the true one; the other fields can be reverted one by one."""
    ann = Person(id=1, name="Ann", craft="Potter")
    unit.persist(ann)
    unit.commit()
    ann.name, ann.craft = "Eve", "Baker"
    unit.commit()
    change = newest(unit, "Person")

    with pytest.raises(Conflict, match="private"):
        reverter.revert(change.id, version=1)
    reverter.revert(change.id, "craft", version=1)

    assert (ann.name, ann.craft) == ("Eve", "Potter")


def test_what_an_object_keeps_by_itself_is_not_in_the_way(
    unit: UnitOfWork, reverter: Reverter, clock: SetClock
) -> None:
    """The instant of the last change is that of the reverting."""
    account = Account(id=1, owed=Money(1), note="new")
    unit.persist(account)
    unit.commit()
    clock.advance(seconds=1)
    account.note = "old"
    unit.commit()
    change = newest(unit, "Account")
    assert change.fields.keys() == {"note", "changed_at"}
    clock.advance(seconds=1)

    reverter.revert(change.id, version=None)
    unit.commit()

    assert (account.note, account.changed_at) == ("new", clock.now())


def test_a_part_of_what_is_gone_is_not_invented(unit: UnitOfWork, reverter: Reverter, pot: Pot) -> None:
    """The size whose price was changed has been taken away."""
    change = newest(unit)
    pot.best = None
    unit.commit()

    with pytest.raises(Conflict, match="not there any more"):
        reverter.revert(change.id, "best.price", version=2, confirmed=True)
