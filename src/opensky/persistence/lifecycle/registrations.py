"""How listeners of other objects' lives are written down: object listeners, global listeners and subscribers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from opensky.events.errors import WrongListener
from opensky.events.listeners import Subscriber
from opensky.mapping.lifecycle import OBJECT_EVENTS, UNIT_EVENTS, marked_methods

Listener = Callable[[Any], object]
EVENTS = (*OBJECT_EVENTS, *UNIT_EVENTS)


@dataclass(frozen=True, slots=True)
class GlobalListener:
    """One function, or one method of a class that is made when the event comes, for one event of all classes."""

    event: str
    listener: Listener | type
    method: str = ""
    priority: int = 0

    @property
    def name(self) -> str:
        """The name by which errors and ``opensky events`` call this listener."""
        return name_of(self.listener, self.method)


@dataclass(frozen=True, slots=True)
class ObjectListener:
    """One listener for one class and those that inherit from it."""

    cls: type
    listener: Any
    priority: int = 0

    def methods(self) -> tuple[tuple[str, str], ...]:
        """Return (event, method) for each event that the listener hears; raises ``WrongListener`` if there is none."""
        kind = self.listener if isinstance(self.listener, type) else type(self.listener)
        found = []
        marks = marked_methods(kind)
        for event in OBJECT_EVENTS:
            marked = marks.get(event, ())
            names = marked if event in marked or not callable(getattr(kind, event, None)) else (event, *marked)
            found += [(event, name) for name in names]
        if not found:
            message = (
                f"{kind.__qualname__} hears nothing of {self.cls.__qualname__}: "
                f"name its methods after events, or mark them so: {', '.join(OBJECT_EVENTS)}."
            )
            raise WrongListener(message)
        return tuple(found)


Registration = GlobalListener | ObjectListener


def listen(event: str, listener: Listener | type, method: str = "", *, priority: int = 0) -> GlobalListener:
    """Register a function, or a class and one of its methods, for one event of every class. Higher priority hears first.

    Raises:
        WrongListener: there is no such event, or the class has no such method.
    """
    if event not in EVENTS:
        message = f"There is no lifecycle event {event!r}; there are {', '.join(EVENTS)}."
        raise WrongListener(message, event=event)
    if isinstance(listener, type) and not callable(getattr(listener, method, None) if method else None):
        message = f"{listener.__qualname__} has no method {method!r} to hear of {event!r}; name one that it has."
        raise WrongListener(message, event=event)
    return GlobalListener(event, listener, method, priority)


def listen_to(cls: type, listener: Any, *, priority: int = 0) -> ObjectListener:
    """Register a class (made when an event comes) or an object for the life of objects of one class.

    Its methods are named after the events that they hear, or marked, and take the object and the arguments of the event
    (``pre_load``: the plain data and the arguments).
    """
    registration = ObjectListener(cls, listener, priority)
    registration.methods()
    return registration


def subscribe(subscriber: Subscriber | type[Subscriber]) -> tuple[GlobalListener, ...]:
    """Return the registrations that a subscriber lists: an object, or a class that is made when an event comes."""
    found = []
    for event, how in subscriber.subscribed_events().items():
        method, priority = (how, 0) if isinstance(how, str) else how
        kind = subscriber if isinstance(subscriber, type) else type(subscriber)
        registered = listen(event, kind, method, priority=priority)
        if not isinstance(subscriber, type):
            registered = GlobalListener(event, getattr(subscriber, method), "", priority)
        found.append(registered)
    return tuple(found)


def name_of(listener: Any, method: str = "") -> str:
    """Return the name of a function, a class or an object, with that of a method."""
    called = listener if hasattr(listener, "__qualname__") else type(listener)
    return ".".join(filter(None, (called.__module__, called.__qualname__, method)))
