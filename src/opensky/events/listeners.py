"""Who listens to what. Registrations are written down in ``wiring``, sorted once, and never change after."""

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from opensky.events.declarations import declaration_of, declarations
from opensky.events.errors import WrongListener
from opensky.events.event import Event

Listen = Callable[[Event], object]
Resolve = Callable[[type], Any]
"""Gives the object of a class for the present request; the ``get`` of a container."""


@dataclass(frozen=True, slots=True)
class Registration:
    """One listener: a function, or a method of an object that is made only when an event comes.

    ``pattern`` is a name (``seller.follow``), a beginning (``seller.*``) or ``*`` for every event.
    """

    pattern: str
    listener: Listen | type
    method: str = ""
    priority: int = 0

    @property
    def name(self) -> str:
        """The name by which errors and ``opensky events`` call this listener."""
        called = getattr(self.listener, "__qualname__", type(self.listener).__qualname__)
        module = getattr(self.listener, "__module__", type(self.listener).__module__)
        return ".".join(filter(None, (module, called, self.method)))

    def matches(self, event: str) -> bool:
        """Say whether this listener hears of events of that name."""
        return self.pattern in (event, "*") or fnmatch.fnmatchcase(event, self.pattern)

    def bind(self, resolve: Resolve) -> Listen:
        """Return the function to call; ``resolve`` gives the object whose method it is."""
        if self.method:
            bound: Listen = getattr(resolve(self.listener), self.method)  # type: ignore[arg-type]
            return bound
        return self.listener


@runtime_checkable
class Subscriber(Protocol):
    """A class that lists by itself what it listens to."""

    @classmethod
    def subscribed_events(cls) -> Mapping[str, str | tuple[str, int]]:
        """Return, for each name or pattern, a method, or a method and its priority."""


def listen(pattern: str, listener: Listen | type, method: str = "", *, priority: int = 0) -> Registration:
    """Register a function, or a class and one of its methods. A higher priority hears first; equals in order.

    Raises:
        UnknownEvent: no event of that name is declared.
        WrongListener: the pattern has no such form or matches nothing, or the class has no such method.
    """
    if "*" not in pattern:
        declaration_of(pattern)
    elif pattern != "*" and not (pattern.endswith(".*") and pattern.count("*") == 1):
        message = f"Pattern {pattern!r} must be a name, a beginning such as 'seller.*', or '*'."
        raise WrongListener(message, pattern=pattern)
    elif pattern != "*" and not any(d.name.startswith(pattern[:-1]) for d in declarations()):
        message = f"No declared event begins with {pattern[:-1]!r}."
        raise WrongListener(message, pattern=pattern)
    if isinstance(listener, type) and not callable(getattr(listener, method, None) if method else None):
        message = f"{listener.__qualname__} has no method {method!r} to hear of {pattern!r}; name one that it has."
        raise WrongListener(message, pattern=pattern)
    return Registration(pattern, listener, method, priority)


def subscribe(subscriber: Subscriber | type[Subscriber]) -> tuple[Registration, ...]:
    """Return the registrations that a subscriber lists: of an object, or of a class that is made when an event comes."""
    found = []
    for pattern, how in subscriber.subscribed_events().items():
        method, priority = (how, 0) if isinstance(how, str) else how
        if isinstance(subscriber, type):
            found.append(listen(pattern, subscriber, method, priority=priority))
        elif bound := getattr(subscriber, method, None):
            found.append(listen(pattern, bound, priority=priority))
        else:
            message = f"{type(subscriber).__qualname__} has no method {method!r} to hear of {pattern!r}."
            raise WrongListener(message, pattern=pattern)
    return tuple(found)


class Listeners:
    """All registrations of the application, ready to be asked. Safe to share between threads."""

    def __init__(self, registrations: Iterable[Registration] = ()) -> None:
        self._all = tuple(sorted(registrations, key=lambda r: -r.priority))
        self._by_name: dict[str, tuple[Registration, ...]] = {}

    def of(self, event: str) -> tuple[Registration, ...]:
        """Return who hears of an event, in the order in which they hear."""
        if event not in self._by_name:
            self._by_name[event] = tuple(r for r in self._all if r.matches(event))
        return self._by_name[event]
