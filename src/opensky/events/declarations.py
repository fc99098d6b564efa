"""The register of events: each name declared once, with a sentence, what it is about and what it carries.

Statistics, rules, forwarding and documentation are made from this list, so that it can never be incomplete.
"""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NewType

from opensky.events.errors import UnknownEvent, WrongEvent

EventName = NewType("EventName", str)
"""A declared name, such as ``seller.follow``; only ``declare`` makes one."""

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*(\.[a-z][a-z0-9]*(_[a-z0-9]+)*)+")


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is known of one event."""

    name: EventName
    sentence: str
    subject: type | None
    parameters: frozenset[str]


_declared: dict[str, Declaration] = {}


def declare(name: str, sentence: str, *, subject: type | None, parameters: Sequence[str] = ()) -> EventName:
    """Declare an event and return its name, to be kept as a constant in the ``events.py`` of a feature.

    Args:
        name: at least two parts with a dot between: whom it befell, what happened (``seller.follow``).
        sentence: what happened, for a reader who does not know the code.
        subject: the class of what the event is about; ``None`` for an event about nothing in particular.
        parameters: the names of all values that the event carries; each event carries every one.

    Raises:
        WrongEvent: the name or sentence has no such form, or the name is declared otherwise elsewhere.
    """
    if not _NAME.fullmatch(name):
        message = f"Event name {name!r} must be small words with dots between, such as 'seller.follow'."
        raise WrongEvent(message, event=name)
    if not sentence.endswith("."):
        message = f"The sentence of event {name!r} must be a sentence, with a full stop."
        raise WrongEvent(message, event=name)
    declaration = Declaration(EventName(name), sentence, subject, frozenset(parameters))
    if _declared.setdefault(name, declaration) != declaration:
        message = f"Event {name!r} is declared twice, with a difference; import the constant of the first declaration."
        raise WrongEvent(message, event=name)
    return declaration.name


def declaration_of(name: str) -> Declaration:
    """Return what is known of an event; raises ``UnknownEvent``."""
    try:
        return _declared[name]
    except KeyError:
        close = difflib.get_close_matches(name, _declared, n=1)
        hint = f"did you mean {close[0]!r}?" if close else "declare it in the events.py of its feature."
        message = f"No event {name!r} is declared; {hint}"
        raise UnknownEvent(message, event=name) from None


def declarations() -> tuple[Declaration, ...]:
    """Return all events that are declared by what is imported, sorted by name."""
    return tuple(_declared[name] for name in sorted(_declared))
