"""Change sets of whole flushes, for rows and documents alike: they say what happened, all of it and nothing else."""

import copy
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opensky.kernel.money import Money
from opensky.persistence import Database, UnitOfWork
from opensky.persistence.documents.codec import dump
from opensky.persistence.lifecycle import ObjectChange
from opensky.persistence.lifecycle.changes import applied, undone, value_at
from opensky.testing.conformance.model import MODEL, NOON, Pot, Potter, Size

words = st.sampled_from(["a", "ab", "Ä", "b"])
amounts = st.builds(Money, st.integers(-2, 2), st.sampled_from(["USD", "EUR"]))
sizes = st.builds(Size, width=st.integers(0, 2), label=words, price=st.none() | amounts)
instants = st.builds(lambda hours: NOON + timedelta(hours=hours), st.integers(0, 2))
pot_edits: dict[str, st.SearchStrategy[Any]] = {
    "slug": words,
    "maker_id": st.none() | st.integers(0, 2),
    "tags": st.lists(words, max_size=2),
    "sizes": st.lists(sizes, max_size=2),
    "best": st.none() | sizes,
    "best.width": st.integers(0, 2),
    "best.price": st.none() | amounts,
    "tags.append": words,
    "glazed": st.booleans(),
    "weight": st.sampled_from([0.0, 1.5]),
    "made_at": instants,
    "fired_at": st.none() | instants,
}
potter_edits: dict[str, st.SearchStrategy[Any]] = {
    "name": words,
    "fee": amounts,
    "notes": st.dictionaries(words, st.none() | st.integers(0, 1) | st.lists(words, max_size=1), max_size=2),
    "size": st.none() | sizes,
    "active": st.booleans(),
    "joined_at": instants,
    "left_at": st.none() | instants,
}


def edits(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[list[tuple[str, Any]]]:
    """Draw some edits, of the same field twice too, and back to what it was."""
    one = st.sampled_from(sorted(fields)).flatmap(lambda path: st.tuples(st.just(path), fields[path]))
    return st.lists(one, max_size=5)


def edit(obj: Any, path: str, value: Any) -> None:
    """Change an object as a person would."""
    name, _, inside = path.partition(".")
    if inside == "append":
        getattr(obj, name).append(value)
    elif not inside:
        setattr(obj, name, copy.deepcopy(value))
    elif getattr(obj, name) is not None:
        setattr(getattr(obj, name), inside, value)


def state(obj: Any) -> dict[str, Any]:
    """Return an object as plain data, without its version."""
    return {k: copy.deepcopy(v) for k, v in dump(obj).items() if k != "version"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Give a database whose transactions are never committed here."""
    database = Database(tmp_path_factory.mktemp("changes") / "opensky.sqlite", MODEL)
    database.create()
    yield database
    database.close()


@pytest.mark.parametrize(
    ("cls", "new", "fields"), [(Pot, {"slug": "a"}, pot_edits), (Potter, {"name": "a"}, potter_edits)]
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_change_set_leads_from_the_old_state_to_the_new_and_back(
    database: Database, cls: Any, new: dict[str, Any], fields: Any, data: st.DataObject
) -> None:
    """Over an insert, several edited flushes and a removal, and every path really changed."""
    told: list[ObjectChange] = []

    def record(_: UnitOfWork, changes: Sequence[ObjectChange]) -> None:
        told.extend(changes)

    with database.unit_of_work() as unit:
        unit.recorder = record
        obj = cls(id=1, **new)
        unit.persist(obj)
        unit.flush()
        before = state(obj)
        assert told.pop().fields == {path: (None, value) for path, value in before.items() if value is not None}
        for _ in range(data.draw(st.integers(1, 3))):
            for path, value in data.draw(edits(fields)):
                edit(obj, path, value)
            unit.flush()
            after = state(obj)
            changed = told.pop().fields if told else {}
            assert (applied(changed, before), undone(changed, after)) == (after, before)
            for path, (old, becomes) in changed.items():
                assert (value_at(before, path), value_at(after, path)) == (old, becomes)
                assert old != becomes
            before = after
        unit.remove(obj)
        unit.flush()
        assert told.pop().fields == {path: (value, None) for path, value in before.items() if value is not None}
        assert told == []
