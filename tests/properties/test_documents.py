"""Properties of the document mapper: what holds for all documents, edits and filters."""

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opensky.kernel.money import Money
from opensky.persistence import Database
from opensky.persistence.documents.changes import changes
from opensky.persistence.documents.codec import comparer, dump, load, reviser
from opensky.persistence.documents.hydration import hydrate
from opensky.testing.conformance.model import MODEL, NOON, Pot, Size
from opensky.testing.engines import empty

ON_SERVERS = [pytest.param(name, marks=pytest.mark.services) for name in ("mariadb_url", "postgresql_url")]

words = st.sampled_from(["", "a", "ab", "b", "Ä", "abc"])
sizes = st.builds(
    Size, width=st.integers(-3, 3), label=words, price=st.none() | st.builds(Money, st.integers(-2, 2), st.just("USD"))
)
pots = st.builds(
    Pot,
    id=st.integers(1, 2**62),
    slug=words,
    maker_id=st.none() | st.integers(-2, 2),
    tags=st.lists(words.filter(bool), max_size=3),
    sizes=st.lists(sizes, max_size=3),
    best=st.none() | sizes,
    glazed=st.booleans(),
    weight=st.sampled_from([-1.5, 0.0, 0.25, 2.0]),
    fired_at=st.none() | st.just(NOON),
)
scalars: dict[str, st.SearchStrategy[Any]] = {
    "slug": words,
    "maker_id": st.none() | st.integers(-2, 2),
    "weight": st.sampled_from([-1.5, 0.0, 0.25, 2.0]),
    "glazed": st.booleans(),
    "best.width": st.none() | st.integers(-3, 3),
    "tags": words.filter(bool),
    "sizes.width": st.integers(-3, 3),
    "sizes.label": words,
}


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a condition on one path."""
    path = draw(st.sampled_from(sorted(scalars)))
    values = scalars[path]
    op = draw(st.sampled_from(["$eq", "$ne", "$in", "$nin", "$gt", "$gte", "$lt", "$lte"]))
    if op in {"$in", "$nin"}:
        return {path: {op: draw(st.lists(values, max_size=3))}}
    if op in {"$eq", "$ne"}:
        return {path: {op: draw(values)}}
    return {path: {op: draw(values.filter(lambda v: v is not None))}}


filters = st.recursive(
    conditions(),
    lambda inner: st.builds(
        lambda op, some: {op: some}, st.sampled_from(["$and", "$or", "$nor"]), st.lists(inner, max_size=3)
    ),
    max_leaves=4,
)


@given(pots)
def test_a_document_survives_plain_data(pot: Pot) -> None:
    """Dumped and loaded again it dumps the same."""
    assert dump(load(Pot, dump(pot))) == dump(pot)


@given(pots, pots)
def test_a_change_set_applied_to_the_old_gives_the_new(old: Pot, new: Pot) -> None:
    """Whatever changed, the paths of the change set say it all, and equal documents have none."""
    before, after = dump(old), dump(new)
    patched = copy.deepcopy(before)
    for path, (was, becomes) in changes(before, after).items():
        *way, last = path.split(".")
        target = patched
        for part in way:
            target = target[part]
        assert target.get(last) == was
        target[last] = becomes
    assert patched == after
    assert changes(after, after) == {}


THERE: set[Any] = set()
"""Databases on servers of which the tables are there: making them takes longer than an example."""


@pytest.mark.parametrize("server", ["", *ON_SERVERS])
@settings(max_examples=120, deadline=None)
@given(
    some=st.lists(pots, max_size=6, unique_by=(lambda p: p.id, lambda p: p.slug)),
    asked=st.lists(filters, min_size=1, max_size=8),
)
def test_a_filter_finds_what_its_meaning_says(
    tmp_path_factory: Any, request: Any, server: str, some: list[Pot], asked: list[dict[str, Any]]
) -> None:
    """The compiled SQL agrees with the meaning of the operators, spelled out in Python, on every document."""
    url = request.getfixturevalue(server) if server else Path(tmp_path_factory.mktemp("filters")) / "pots.sqlite"
    database = Database(url, MODEL)
    try:
        if url not in THERE:
            database.create()
        if server:
            THERE.add(url)
            empty(database)
        with database.bulk() as bulk:
            bulk.documents(Pot, some)
            bulk.commit()
        with database.unit_of_work(read_only=True) as unit:
            for filter_ in asked:
                assert {p.id for p in unit.find(Pot, filter_)} == {p.id for p in some if _meets(dump(p), filter_)}
    finally:
        database.close()


def _meets(body: dict[str, Any], filter_: dict[str, Any]) -> bool:
    return all(_meets_part(body, key, value) for key, value in filter_.items())


def _meets_part(body: dict[str, Any], key: str, value: Any) -> bool:
    if key == "$and":
        return all(_meets(body, v) for v in value)
    if key == "$or":
        return any(_meets(body, v) for v in value)
    if key == "$nor":
        return not any(_meets(body, v) for v in value)
    ((op, wanted),) = value.items()
    found = _values(body, key.split("."))
    plain = {"$ne": "$eq", "$nin": "$in"}.get(op)
    return not _any_meets(found, plain, wanted) if plain else _any_meets(found, op, wanted)


def _any_meets(found: list[Any], op: str, wanted: Any) -> bool:
    tests: dict[str, Callable[[Any], bool]] = {
        "$eq": lambda v: v == wanted,
        "$in": lambda v: v in wanted,
        "$gt": lambda v: v is not None and v > wanted,
        "$gte": lambda v: v is not None and v >= wanted,
        "$lt": lambda v: v is not None and v < wanted,
        "$lte": lambda v: v is not None and v <= wanted,
    }
    return any(tests[op](v) for v in found)


def _values(value: Any, path: list[str]) -> list[Any]:
    if not path:
        return list(value) if isinstance(value, list) else [value]
    if isinstance(value, list):
        return [found for each in value for found in _values(each, path)]
    return _values(None if value is None else value.get(path[0]), path[1:] if value is not None else [])


@given(pots)
def test_a_document_is_hydrated_as_it_is_loaded(pot: Pot) -> None:
    """The generated code makes what ``load`` makes, but for references, which are not loaded."""
    body = dump(pot)
    made = hydrate(Pot, body)

    assert dump(made) == dump(load(Pot, body)) == body
    assert type(made) is Pot
    assert not comparer(Pot)(made, body)


@given(pots, st.data())
def test_data_of_another_shape_is_hydrated_as_it_is_loaded_or_refused_alike(pot: Pot, data: st.DataObject) -> None:
    """Whatever stands at a key, or does not."""
    body = dump(pot)
    key = data.draw(st.sampled_from(sorted(body)))
    if data.draw(st.booleans()):
        del body[key]
    else:
        body[key] = data.draw(_anything)
    body |= data.draw(st.sampled_from([{}, {"unknown": 1}]))

    try:
        expected = dump(load(Pot, body))
    except msgspec.ValidationError as error:
        with pytest.raises(msgspec.ValidationError, match=re.escape(str(error))):
            hydrate(Pot, body)
    else:
        assert dump(hydrate(Pot, body)) == expected


_anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.just(0.5),
    st.sampled_from(["", "a", "2026-03-01T12:00:00Z", "noon"]),
    st.lists(st.none() | st.integers(0, 1) | st.just("a"), max_size=2),
    st.fixed_dictionaries(
        {}, optional={"width": st.integers(0, 2), "label": st.just("x"), "price": st.none() | st.just({"minor": 1})}
    ),
)


@given(pots, pots)
def test_comparing_says_what_dumping_and_comparing_says(one: Pot, other: Pot) -> None:
    """Of two documents, and of one whose parts were changed in place."""
    differs = comparer(Pot)
    body = dump(one)
    assert differs(other, body) == (dump(other) != body)
    assert reviser(Pot)(other, body) == (dump(other) if dump(other) != body else None)
    other.slug, other.tags, other.best = one.slug, other.tags, one.best
    assert differs(other, body) == (dump(other) != body)
    assert reviser(Pot)(other, body) == (dump(other) if dump(other) != body else None)
    if one.sizes:
        one.sizes[-1].width += 1
        assert differs(one, body)
        assert reviser(Pot)(one, body) == dump(one) != body


@given(pots, st.data())
def test_a_snapshot_of_another_shape_differs(pot: Pot, data: st.DataObject) -> None:
    """A key too many, one too few, or a value of another kind: what is in the store is not what would be written."""
    body = dump(pot)
    key = data.draw(st.sampled_from(sorted(body)))
    snapshot = body | {key: data.draw(_anything)}
    assert comparer(Pot)(pot, snapshot) == (snapshot != body)
    assert reviser(Pot)(pot, snapshot) == (body if snapshot != body else None)
    assert comparer(Pot)(pot, body | {"unknown": None})
    del snapshot[key]
    assert comparer(Pot)(pot, snapshot)
    assert reviser(Pot)(pot, snapshot) == body


class Kind(Enum):
    """An enum."""

    BIG = "big"


@dataclass(eq=False, slots=True, kw_only=True)
class Drawer:
    """Holds whatever is put in."""

    notes: dict[str, Any] = field(default_factory=dict)
    kind: Kind = Kind.BIG
    day: date = date(2026, 3, 1)
    pairs: list[tuple[int, str]] = field(default_factory=list)
    inner: list[list[int]] = field(default_factory=list)


def test_plain_data_shares_nothing_with_its_object() -> None:
    """What is changed deep inside is seen, whether the object was dumped or loaded."""
    drawer = Drawer(notes={"a": [{"b": 1}]}, pairs=[(1, "x")], inner=[[1]])
    body = dump(drawer)
    assert body == {"notes": {"a": [{"b": 1}]}, "kind": "big", "day": "2026-03-01", "pairs": [[1, "x"]], "inner": [[1]]}

    for each in (drawer, load(Drawer, body), hydrate(Drawer, body)):
        assert not comparer(Drawer)(each, body)
        each.notes["a"][0]["b"] = 2
        assert comparer(Drawer)(each, body)
        each.notes["a"][0]["b"] = 1
        each.inner[0].append(2)
        assert changes(body, dump(each)) == {"inner": ([[1]], [[1, 2]])}
