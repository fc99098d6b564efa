"""References between objects, within a store and across stores: loaded in one batch, never one by one.

A reference that was not loaded raises ``NotLoaded`` when it is used, on entities and documents alike.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from opensky.kernel.errors import Misconfigured
from opensky.kernel.once import once_a_class
from opensky.mapping import Description, ReferenceMany, ReferenceOne, describe
from opensky.persistence.errors import NotLoaded


class Finder(Protocol):
    """What loading needs of a unit of work."""

    def get_many(self, cls: type[Any], keys: Sequence[Any]) -> list[Any]:
        """Return the objects of these ids, missing ones left out."""

    def find(self, cls: type[Any], filter_: dict[str, Any], *, sort: Sequence[str] = ()) -> list[Any]:
        """Return the objects that match."""


class _Guard:
    """Stands in for a reference attribute: keeps the loaded value, raises where there is none."""

    def __init__(self, cls: type, name: str, slot: Any) -> None:
        self._label, self._name, self._slot = f"{cls.__name__}.{name}", name, slot

    def __get__(self, obj: Any, owner: type | None = None) -> Any:
        if obj is None:
            return self
        try:
            return self._slot.__get__(obj, owner) if self._slot else obj.__dict__[self._name]
        except (AttributeError, KeyError):
            message = f"{self._label} was not loaded. Load it for the whole list: unit.load(objects, {self._name!r})."
            raise NotLoaded(message) from None

    def __set__(self, obj: Any, value: Any) -> None:
        if self._slot:
            self._slot.__set__(obj, value)
        else:
            obj.__dict__[self._name] = value

    def __delete__(self, obj: Any) -> None:
        if self._slot:
            self._slot.__delete__(obj)
        else:
            obj.__dict__.pop(self._name, None)


@once_a_class
def guard_references(cls: type) -> tuple[str, ...]:
    """Make unloaded references of a class raise; returns their names. Does its work once a class."""
    names = tuple(f.name for f in describe(cls).fields if f.reference is not None)
    for name in names:
        slot = cls.__dict__.get(name)
        setattr(cls, name, _Guard(cls, name, slot if hasattr(slot, "__set__") else None))
    return names


def forget_references(obj: Any) -> None:
    """Mark the references of an object that was just read as not loaded."""
    for name in guard_references(type(obj)):
        delattr(obj, name)


Missed = Callable[[type, Any], None]
"""Told the class and id of each reference whose target is gone."""


def load_references(finder: Finder, objects: Sequence[Any], name: str, missed: Missed) -> None:
    """Fill one reference of all ``objects`` (of one class) with one query.

    Raises:
        Misconfigured: the field is not a reference, or its target is not kept.
    """
    if not objects:
        return
    description = describe(type(objects[0]))
    field = description.field(name)
    match field.reference:
        case ReferenceOne(by=by):
            _load_one(finder, objects, name, by, field.type, missed)
        case ReferenceMany(mapped_by=mapped_by) if mapped_by:
            _load_mapped(finder, objects, name, mapped_by, field.type, description)
        case ReferenceMany(by=by):
            _load_listed(finder, objects, name, by, field.type, missed)
        case _:
            message = f"{description.cls.__qualname__}.{name} is not a reference."
            raise Misconfigured(message)


def _load_one(finder: Finder, objects: Sequence[Any], name: str, by: str, target: type, missed: Missed) -> None:
    ids = [i for o in objects if (i := getattr(o, by)) is not None]
    found = {_id_of(target)(t): t for t in finder.get_many(target, ids)}
    for gone in dict.fromkeys(i for i in ids if i not in found):
        missed(target, gone)
    for obj in objects:
        setattr(obj, name, found.get(getattr(obj, by)))


def _load_listed(finder: Finder, objects: Sequence[Any], name: str, by: str, target: type, missed: Missed) -> None:
    ids = list(dict.fromkeys(i for o in objects for i in getattr(o, by)))
    found = {_id_of(target)(t): t for t in finder.get_many(target, ids)}
    for gone in (i for i in ids if i not in found):
        missed(target, gone)
    for obj in objects:
        setattr(obj, name, [found[i] for i in getattr(obj, by) if i in found])


def _load_mapped(
    finder: Finder, objects: Sequence[Any], name: str, mapped_by: str, target: type, description: Description
) -> None:
    key = _id_of(description.cls)
    by_owner: dict[Any, list[Any]] = {key(o): [] for o in objects}
    rest = tuple(f.name for f in describe(target).ids if f.name != mapped_by)
    for found in finder.find(target, {mapped_by: {"$in": list(by_owner)}}, sort=rest):
        by_owner[getattr(found, mapped_by)].append(found)
    for obj in objects:
        setattr(obj, name, by_owner[key(obj)])


def _id_of(cls: type) -> Callable[[Any], Any]:
    (field,) = describe(cls).ids
    name = field.name

    def read(obj: Any) -> Any:
        return getattr(obj, name)

    return read
