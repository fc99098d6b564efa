"""Listeners: who is told before and after an object is shown or written. Nobody listens, nothing is called."""

from collections.abc import Callable
from typing import Any, get_args

from opensky.kernel.errors import Misconfigured
from opensky.mapping.shape import Moment

Listener = Callable[..., Any]


class Listeners:
    """Who listens to which moment of which class: functions that were added, and marked methods of the class itself.

    ``pre_serialize(obj)`` · ``post_serialize(obj, view)``, may return another view of the same class ·
    ``pre_deserialize(cls, data)``, may return other data · ``post_deserialize(obj)``, may raise ``Invalid``.
    """

    def __init__(self) -> None:
        self._added: list[tuple[str, type, Listener]] = []

    def add(self, moment: Moment, listener: Listener, cls: type = object) -> None:
        """Call ``listener`` at that moment for objects of a class and its subclasses; in the order added."""
        if moment not in get_args(Moment):
            raise Misconfigured(f"There is no moment {moment!r}; the serializer has {', '.join(get_args(Moment))}.")
        self._added.append((moment, cls, listener))

    def of(self, moment: Moment, cls: type) -> tuple[Listener, ...]:
        """Return all that listen: methods of the class first, then what was added."""
        own = tuple(_bound(cls, name, moment) for name in _marked(cls, moment))
        return own + tuple(listener for at, kind, listener in self._added if at == moment and issubclass(cls, kind))

    def change_views(self) -> bool:
        """Say whether anybody was added who could replace a view."""
        return any(at == "post_serialize" for at, *_ in self._added)


def _marked(cls: type, moment: Moment) -> list[str]:
    names = dict.fromkeys(name for base in reversed(cls.__mro__) for name in vars(base))
    return [name for name in names if _moment(getattr(cls, name, None)) == moment]


def _moment(member: Any) -> str:
    return str(getattr(getattr(member, "__func__", member), "__serializer_moment__", ""))


def _bound(cls: type, name: str, moment: Moment) -> Listener:
    method = getattr(cls, name)
    if moment == "pre_deserialize":
        # A class method: it knows its class already.
        return lambda _, data: method(data)
    listener: Listener = method
    return listener
