"""Folding backwards: what an object was, from what it is and what has happened to it since."""

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from opensky.kernel.ids import first_id_at
from opensky.mapping import describe
from opensky.persistence.documents.codec import Plain, dump
from opensky.persistence.history.keys import key_text
from opensky.persistence.history.privacy import keeps, masked, privacy_of
from opensky.persistence.history.reading import Asked, ChangeHistory, Entry, Source
from opensky.persistence.lifecycle.rows import plain_row

T = TypeVar("T")


class Objects(Source, Protocol):
    """What folding needs of a unit of work."""

    def get(self, cls: type[T], *key: Any) -> T | None:
        """Return the object of an id."""


@dataclass(frozen=True, slots=True)
class Past:
    """An object as it was. ``state`` is ``None`` where there was no such object.

    ``hidden`` names the fields that are masked. ``whole`` is false where the versions tell that the object was also changed
    without its being kept: what was touched then stands as it was afterwards. ``known`` is false where no change was kept
    until then, so that this is the oldest state that the history knows.
    """

    state: Plain | None
    hidden: frozenset[str]
    whole: bool
    known: bool = True


def as_of(unit: Objects, cls: type, key: Sequence[Any], at: datetime) -> Past:
    """Return an object as it was at an instant, whatever happened at that very instant included; also one that is gone.

    Raises:
        NotImplementedError: the history keeps nothing of this class.
    """
    if not keeps(cls):
        message = f"The history keeps nothing of {cls.__name__}."
        raise NotImplementedError(message)
    obj = unit.get(cls, *key)
    history, whose = ChangeHistory(unit), Asked(kind=cls.__name__, object_id=key_text(tuple(key)))
    near = history.since(whose.kind, whose.object_id, first_id_at(at))
    since, before = [entry for entry in near if entry.at > at], [entry for entry in near if entry.at <= at]
    if not before:
        before = history.page(whose, 1, first_id_at(at)).entries
    state, version = present(obj)
    return fold(cls, state, version, since, before[0] if before else None)


def present(obj: Any) -> tuple[Plain | None, int | None]:
    """Return an object's state without its version, and the version."""
    if obj is None:
        return None, None
    description = describe(type(obj))
    version = description.version
    state = plain_row(obj) if description.store == "sql" else dump(obj)
    if version is not None:
        state.pop(version.name, None)
    return state, None if version is None else getattr(obj, version.name)


def fold(cls: type, state: Plain | None, version: int | None, since: Iterable[Entry], last: Entry | None) -> Past:
    """Undo changes from a state and its version; ``last`` is the newest change that stays, if there is one."""
    state, whole = copy.deepcopy(state), True
    for entry in in_order(since):
        whole = whole and _follows(version, entry)
        state = undone(cls, state, entry)
        version = entry.version - 1 if entry.operation == "update" and entry.version is not None else None
    # A version of 0 is an object as it was made: there was nothing to keep.
    whole = whole and (_follows(version, last) if last is not None else version in {None, 0})
    if state is None:
        return Past(None, frozenset(), whole)
    return _guarded(cls, state, whole=whole, known=last is not None)


def _follows(version: int | None, entry: Entry) -> bool:
    """Say whether an object in that version can have become so by this change."""
    return version is None or entry.operation == "remove" or entry.version in {None, version}


def undone(cls: type, state: Plain | None, entry: Entry) -> Plain | None:
    """Return the state before a change. The given one may be changed in place."""
    if entry.operation == "insert":
        return None
    if state is None or entry.operation == "remove":
        state = {f.name: None for f in describe(cls).stored_fields if not f.version}
    for path, change in entry.fields.items():
        place(state, path, change.old)
    return state


def place(state: Plain, path: str, value: Any) -> bool:
    """Put a value at a dotted path; says whether there was a place for it."""
    *way, last = path.split(".")
    for part in way:
        inner = state.get(part)
        if not isinstance(inner, dict):
            return False
        state = inner
    state[last] = copy.deepcopy(value)
    return True


def value_at(state: Plain | None, path: str) -> Any:
    """Return what stands at a dotted path, ``None`` where nothing does."""
    found: Any = state
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return changes of one object newest first.

    Ids are in order of time, but two machines may disagree about a millisecond: within one life of the object its versions
    decide.
    """
    ordered = sorted(entries, key=lambda entry: -entry.id)
    for later, earlier in zip(range(len(ordered)), range(1, len(ordered)), strict=False):
        a, b = ordered[later], ordered[earlier]
        if a.operation != "update" or b.operation != "update" or a.version is None or b.version is None:
            continue
        if a.version < b.version:
            ordered[later], ordered[earlier] = b, a
    return ordered


def _guarded(cls: type, state: Plain, *, whole: bool, known: bool) -> Past:
    """Mask what is personal, also what was read from the object as it is now."""
    hidden = {name: privacy for name in state if (privacy := privacy_of(cls, name))}
    for name, privacy in hidden.items():
        if privacy == "secret":
            del state[name]
        else:
            state[name] = masked(cls, name, state[name])
    return Past(state, frozenset(hidden), whole, known)
