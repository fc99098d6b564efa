"""Events: what happened, by declared names, and who listens. No engine is known here."""

from opensky.events.codec import Codec, Subjects
from opensky.events.declarations import Declaration, EventName, declaration_of, declarations, declare
from opensky.events.dispatcher import Dispatcher
from opensky.events.errors import (
    EventError,
    ListenerFailed,
    NotPlain,
    SubjectGone,
    UnknownEvent,
    WrongEvent,
    WrongListener,
)
from opensky.events.event import Event
from opensky.events.listeners import Listeners, Registration, Subscriber, listen, subscribe

__all__ = [
    "Codec",
    "Declaration",
    "Dispatcher",
    "Event",
    "EventError",
    "EventName",
    "ListenerFailed",
    "Listeners",
    "NotPlain",
    "Registration",
    "SubjectGone",
    "Subjects",
    "Subscriber",
    "UnknownEvent",
    "WrongEvent",
    "WrongListener",
    "declaration_of",
    "declarations",
    "declare",
    "listen",
    "subscribe",
]
