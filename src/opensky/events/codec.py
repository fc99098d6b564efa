"""The codec: an event as plain data that any queue can carry, and back.

What has no JSON form of its own travels as an object of one key: ``{"$datetime": "..."}``, ``$date``, ``$decimal``,
``$money``, ``$tuple``, and ``$int`` for integers that a reader with doubles would round (ids). The subject travels as
class and id, and is read again at the other end.
"""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from opensky.events.declarations import declaration_of
from opensky.events.errors import NotPlain, SubjectGone, WrongEvent
from opensky.events.event import Event
from opensky.kernel.money import Money

_EXACT_IN_A_DOUBLE = 1 << 53


class Subjects(Protocol):
    """Where subjects are kept; persistence serves this."""

    def key(self, subject: object) -> tuple[Any, ...]:
        """Return the id of an object, as a tuple: one value, or several of a composite key."""

    def get(self, cls: type[Any], *key: Any) -> object | None:
        """Return the object of that class and id, or ``None`` if there is none any more."""


class Codec:
    """Writes events as plain data, and reads them again."""

    def __init__(self, subjects: Subjects) -> None:
        self._subjects = subjects

    def encode(self, event: Event) -> dict[str, Any]:
        """Return the event as plain data: text, numbers, booleans, ``None``, lists and dictionaries with text keys.

        Raises:
            NotPlain: a parameter holds what has no plain form.
        """
        subject = None
        if event.subject is not None:
            subject = {"class": type(event.subject).__name__, "id": encode(self._subjects.key(event.subject))}
        return {"name": str(event.name), "subject": subject, "parameters": encode(dict(event.parameters))}

    def decode(self, data: Mapping[str, Any]) -> Event:
        """Return the event as it is now: same name and parameters, its subject read again.

        Raises:
            UnknownEvent: nobody declares that name here.
            SubjectGone: the subject does not exist any more.
            WrongEvent: the data is not that of such an event.
        """
        name, key, parameters = _read(data)
        declared = declaration_of(name)
        subject = None
        if key is not None and declared.subject is not None:
            subject = self._subjects.get(declared.subject, *key)
            if subject is None:
                message = f"The {declared.subject.__name__} {key} of event {name!r} does not exist any more."
                raise SubjectGone(message, event=name, key=key)
        return Event(declared.name, subject, parameters)


def _read(data: Any) -> tuple[str, tuple[Any, ...] | None, dict[str, Any]]:
    try:
        reference = data["subject"]
        name, key = data["name"], decode(reference["id"]) if reference is not None else None
        parameters = decode(data["parameters"])
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        message = f"This is not the data of an event: {error!r}."
        raise WrongEvent(message) from error
    if not (
        isinstance(name, str)
        and isinstance(parameters, dict)
        and (key is None or (isinstance(key, tuple) and all(isinstance(part, int | str) for part in key)))
    ):
        message = f"This is not the data of an event: {data!r}."
        raise WrongEvent(message)
    return name, key, parameters


def encode(value: Any) -> Any:  # noqa: C901, PLR0911 - one case a kind of value
    """Return a value as plain data; raises ``NotPlain``."""
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if abs(value) < _EXACT_IN_A_DOUBLE else {"$int": str(value)}
        case float() if math.isfinite(value):
            return value
        case datetime() if value.tzinfo is not None:
            return {"$datetime": value.isoformat()}
        case list():
            return [encode(each) for each in value]
        case tuple():
            return {"$tuple": [encode(each) for each in value]}
        case Money():
            return {"$money": f"{value.minor} {value.currency}"}
        case Decimal() if value.is_finite():
            return {"$decimal": str(value)}
        case date() if not isinstance(value, datetime):
            return {"$date": value.isoformat()}
        case dict() if all(isinstance(key, str) for key in value):
            return {f"${key}" if key.startswith("$") else key: encode(each) for key, each in value.items()}
    message = f"{value!r} has no plain form; give an id, text, a finite number, an aware time, money, or lists of them."
    raise NotPlain(message)


def decode(value: Any) -> Any:
    """Return what ``encode`` was given."""
    if isinstance(value, list):
        return [decode(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(tag, inside)] = value.items()
        if reader := _READERS.get(tag):
            return reader(inside)
    return {key.removeprefix("$"): decode(each) for key, each in value.items()}


def _money(text: str) -> Money:
    minor, currency = text.split(" ")
    return Money(int(minor), currency)


_READERS: dict[str, Callable[[Any], Any]] = {
    "$int": int,
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$decimal": Decimal,
    "$money": _money,
    "$tuple": lambda inside: tuple(decode(each) for each in inside),
}
