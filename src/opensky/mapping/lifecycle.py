"""Marks for who hears of an object's life, and for the times that it keeps of itself. They hold data and do nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import FunctionType
from typing import Any, TypeVar

F = TypeVar("F")
C = TypeVar("C", bound=type)

OBJECT_EVENTS = (
    "pre_persist",
    "post_persist",
    "pre_update",
    "post_update",
    "pre_remove",
    "post_remove",
    "pre_load",
    "post_load",
)
"""What befalls one object: heard by its own methods, by its listeners and by global ones."""

UNIT_EVENTS = ("pre_flush", "on_flush", "post_flush", "load_metadata", "document_not_found")
"""What befalls a unit of work or the model: heard by global listeners alone."""

NOT_YET = datetime(1000, 1, 1, tzinfo=UTC)
"""The default of a field marked ``CreatedAt`` or ``UpdatedAt`` that is never ``None``: the unit of work fills it in.

The earliest instant that every store can keep.
"""


class CreatedAt:
    """The instant when the object was persisted, by the unit of work's clock; one that the creator gave stays."""


class UpdatedAt:
    """The instant of the last flush that changed something on the object; at first, that of its creation."""


@dataclass(frozen=True, slots=True)
class ListenedBy:
    """What ``@listened_by`` leaves on the class: a listener class, or where to import it from."""

    listener: type | str
    priority: int = 0


def listened_by(*listeners: type | str, priority: int = 0) -> Callable[[C], C]:
    """Let objects of this class be listened to by others; a listener has methods named after the events that it hears.

    ``"package.module:Class"`` is imported when first needed, so that objects need not know who listens. Higher priority first.
    """

    def mark(cls: C) -> C:
        found = tuple(ListenedBy(listener, priority) for listener in listeners)
        cls.__listened_by__ = (*cls.__dict__.get("__listened_by__", ()), *found)  # type: ignore[attr-defined]
        return cls

    return mark


def pre_persist(method: F) -> F:
    """Call this method when the object is given to ``persist`` for the first time, before it is tracked."""
    return _marked(method, "pre_persist")


def post_persist(method: F) -> F:
    """Call this method in the flush that inserted the object, before the commit."""
    return _marked(method, "post_persist")


def pre_update(method: F) -> F:
    """Call this method in a flush before the object is written, if something on it really changed."""
    return _marked(method, "pre_update")


def post_update(method: F) -> F:
    """Call this method in the flush that updated the object, before the commit."""
    return _marked(method, "post_update")


def pre_remove(method: F) -> F:
    """Call this method when the object is given to ``remove``."""
    return _marked(method, "pre_remove")


def post_remove(method: F) -> F:
    """Call this method in the flush that removed the object, before the commit."""
    return _marked(method, "post_remove")


def pre_load(method: F) -> F:
    """Call this class method with the plain data of an object before it is built; what it changes there is what is built."""
    return _marked(method, "pre_load")


def post_load(method: F) -> F:
    """Call this method when the object has been read, once all objects of the same answer are there."""
    return _marked(method, "post_load")


def marked_methods(cls: type) -> dict[str, tuple[str, ...]]:
    """Return the methods of a class that are marked, by event: those of its bases first, each in the order written."""
    found: dict[str, tuple[str, ...]] = {}
    members = {name: member for base in reversed(cls.__mro__) for name, member in vars(base).items()}
    for name, member in members.items():
        # Nothing but methods is asked: a column of a mapped class takes long to say that it has no such attribute.
        if isinstance(member, FunctionType | classmethod | staticmethod):
            for event in getattr(getattr(member, "__func__", member), "__lifecycle__", ()):
                found[event] = (*found.get(event, ()), name)
    return found


def _marked(method: F, event: str) -> F:
    function: Any = getattr(method, "__func__", method)
    function.__lifecycle__ = (*getattr(function, "__lifecycle__", ()), event)
    return method
