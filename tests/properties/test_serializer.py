"""Properties of the serializer: compiled views say what a slow walk over the marks says, nothing leaks, what is shown can be laid back."""

import copy
import json
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Annotated, Any, NewType, get_args

from hypothesis import given
from hypothesis import strategies as st

from opensky.kernel.money import Money
from opensky.mapping import (
    Groups,
    Id,
    MatchBy,
    MaxDepth,
    ReadOnly,
    Serialized,
    Since,
    SkipWhenEmpty,
    Until,
    describe,
    marked,
)
from opensky.serializer import apply, serialize

GROUPS = ("api", "staff", "me")
VERSIONS = ("", "1", "1.5", "2")
PlateId = NewType("PlateId", int)


@dataclass(slots=True, kw_only=True)
class Rim:
    """Embedded."""

    sku: Annotated[str, Groups("api", "staff", "me")]
    width: Annotated[int, Groups("api"), Since("1.5")] = 0
    cost: Annotated[Money | None, Groups("staff")] = None
    inside: Annotated["Rim | None", Groups("api", "staff", "me"), MaxDepth(1)] = None
    hidden: str = "SECRET"


@dataclass(slots=True, kw_only=True)
class Plate:
    """One of each mark."""

    id: Annotated[PlateId, Id(), Groups("api", "staff")]
    name: Annotated[str, Groups("api", "me"), Serialized("title")]
    price: Annotated[Money, Groups("api")]
    was: Annotated[Money | None, Groups("api"), Until("1.5")] = None
    maker_id: Annotated[int | None, Groups("staff", "me")] = None
    tags: Annotated[list[str], Groups("me"), SkipWhenEmpty()] = field(default_factory=list)
    made_at: Annotated[datetime | None, Groups("api")] = None
    best: Annotated[Rim | None, Groups("api", "me"), MaxDepth(2)] = None
    rims: Annotated[list[Rim], Groups("api", "staff"), MaxDepth(1), MatchBy("sku")] = field(default_factory=list)
    rank: Annotated[int, Groups("api"), ReadOnly()] = 0
    hidden: str = "SECRET"


words = st.text(max_size=5)
money = st.builds(Money, st.integers(-(10**9), 10**9), st.sampled_from(["USD", "JPY", "BHD"]))
moments = st.datetimes(timezones=st.just(UTC), min_value=datetime(1990, 1, 1))  # noqa: DTZ001 - hypothesis wants it naive


def rims(inside: st.SearchStrategy[Any]) -> st.SearchStrategy[Rim]:
    """Rims of every kind."""
    return st.builds(Rim, sku=words, width=st.integers(0, 9), cost=st.none() | money, inside=inside)


deep = rims(st.none() | rims(st.none() | rims(st.none())))
plates = st.builds(
    Plate,
    id=st.integers(1, 2**62).map(PlateId),
    name=words,
    price=money,
    was=st.none() | money,
    maker_id=st.none() | st.integers(1, 2**62),
    tags=st.lists(words, max_size=2),
    made_at=st.none() | moments,
    best=st.none() | deep,
    rims=st.lists(deep, max_size=3, unique_by=lambda rim: rim.sku),
    rank=st.integers(0, 3),
)
chosen = st.sets(st.sampled_from(GROUPS), min_size=1)


def visited(obj: Any, groups: set[str], version: str, depth: int | None = None) -> dict[str, Any]:
    """The reference: a slow walk over the marks, with nothing generated."""
    found: dict[str, Any] = {}
    for each in describe(type(obj)).fields:
        since, until, limit = marked(each, Since), marked(each, Until), marked(each, MaxDepth)
        if not each.groups & groups or (
            version
            and (
                (since and _number(version) < _number(since.version))
                or (until and _number(version) > _number(until.version))
            )
        ):
            continue
        left = depth
        if each.type is Rim:
            left = min(d for d in (depth, limit.levels if limit else None, 99) if d is not None)
            if left == 0:
                continue
        value = getattr(obj, each.name)
        if marked(each, SkipWhenEmpty) and value in (None, "", [], {}):
            continue
        name = marked(each, Serialized)
        is_id = each.id or each.name.endswith("_id")
        found[name.name if name else each.name] = _plain(
            value, groups, version, None if left is None else left - 1, is_id
        )
    return found


def _plain(value: Any, groups: set[str], version: str, depth: int | None, is_id: bool) -> Any:
    match value:
        case Rim():
            return visited(value, groups, version, depth)
        case list():
            return [_plain(each, groups, version, depth, is_id) for each in value]
        case Money():
            return {"amount": value.text, "currency": value.currency}
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case int() if is_id:
            return str(value)
    return value


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@given(st.lists(plates, min_size=1, max_size=3), chosen, st.sampled_from(VERSIONS))
def test_a_compiled_view_says_what_a_slow_walk_over_the_marks_says(
    some: list[Plate], groups: set[str], version: str
) -> None:
    """For all objects, groups and versions, one by one and as a list."""
    expected = [visited(plate, groups, version) for plate in some]

    assert json.loads(serialize(some, groups, version=version)) == expected
    assert json.loads(serialize(some[0], groups, version=version)) == expected[0]


@given(plates, chosen, st.sampled_from(VERSIONS))
def test_nothing_outside_the_groups_and_the_version_ever_appears(plate: Plate, groups: set[str], version: str) -> None:
    """Not at any depth: every name that is shown is that of a member of these groups, and no hidden value is in the text."""
    text = serialize(plate, groups, version=version)
    names = {
        (m.name if (m := marked(f, Serialized)) else f.name)
        for cls in (Plate, Rim)
        for f in describe(cls).fields
        if f.groups & groups
    }

    assert b"SECRET" not in text
    assert _names(json.loads(text)) <= names | {"amount", "currency"}


def _names(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(_names, value.values()))
    return set().union(*map(_names, value)) if isinstance(value, list) else set()


@given(plates, plates, chosen)
def test_what_is_shown_and_laid_onto_another_gives_the_same_for_all_that_can_be_written(
    one: Plate, other: Plate, groups: set[str]
) -> None:
    """``apply(serialize(x))`` onto another object: it shows what x shows, but for what is read-only; the rest of it stays."""
    sent = {k: v for k, v in json.loads(serialize(one, groups)).items() if k not in {"id", "rank"}}
    before = copy.deepcopy(other)
    other.best = None  # a new embedded object shows exactly what was sent of it

    apply(sent, other, groups, rules=())

    now = json.loads(serialize(other, groups))
    assert {k: v for k, v in now.items() if k in sent} == sent
    for each in fields(Plate):
        hint = Plate.__annotations__[each.name]
        shown = {n for mark in get_args(hint)[1:] if isinstance(mark, Groups) for n in mark.names}
        if not shown & groups and each.name != "best":
            assert getattr(other, each.name) == getattr(before, each.name)


@given(plates, chosen)
def test_what_is_shown_and_laid_onto_a_copy_changes_nothing(plate: Plate, groups: set[str]) -> None:
    """Not what is shown, and not what is hidden."""
    sent = {k: v for k, v in json.loads(serialize(plate, groups)).items() if k not in {"id", "rank"}}
    twin = copy.deepcopy(plate)

    assert apply(sent, twin, groups, rules=()) == plate
