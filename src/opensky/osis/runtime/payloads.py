"""Payloads: the typed bodies of messages. A class names the queue that its objects go to, so a flow just yields them."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import msgspec

from opensky.messaging import Message
from opensky.messaging.message import USUAL_PRIORITY
from opensky.osis.runtime.errors import Reject, WrongFlow

T = TypeVar("T")


def payload(
    queue: str, *, key: str = "", unique: str = "", priority: int = USUAL_PRIORITY
) -> Callable[[type[T]], type[T]]:
    """Send objects of this class (a msgspec struct or a dataclass) to ``queue``.

    ``key`` and ``unique`` name fields whose values order the messages, or admit one waiting message each.
    """

    def mark(cls: type[T]) -> type[T]:
        cls.__payload__ = Destination(queue, key, unique, priority)  # type: ignore[attr-defined]
        return cls

    return mark


class Destination(NamedTuple):
    """Where the objects of a payload class go."""

    queue: str
    key: str
    unique: str
    priority: int


class Later(NamedTuple):
    """A payload that is to be delivered after a delay, or at an instant."""

    payload: Any
    delay: timedelta | None
    at: datetime | None


def later(payload: Any, *, at: datetime | None = None, **delay: float) -> Later:
    """Have a payload delivered later: ``later(reminder, minutes=5)``, or ``later(reminder, at=instant)``."""
    return Later(payload, timedelta(**delay) if delay else None, at)


def destination(cls: type) -> Destination:
    """Return where objects of a class go; raises ``WrongFlow`` if it is no payload."""
    found: Destination | None = getattr(cls, "__payload__", None)
    if found is None:
        raise WrongFlow(f'{cls.__qualname__} names no queue; mark it @payload("name.of.queue").')
    return found


def message(payload: Any, **about: Any) -> Message:
    """Return the message of a payload; ``about`` are further fields of the message, such as ``correlation``."""
    to = destination(type(payload))
    return Message(
        queue_name=to.queue,
        type=type(payload).__name__,
        parameters=msgspec.to_builtins(payload),
        key=str(getattr(payload, to.key)) if to.key else "",
        unique=str(getattr(payload, to.unique)) if to.unique else "",
        priority=to.priority,
        **about,
    )


def opened(parameters: Mapping[str, Any], into: type[T]) -> T:
    """Return the payload of a message's parameters; raises ``Reject`` where they are none."""
    try:
        return msgspec.convert(parameters, into, strict=False)
    except msgspec.ValidationError as error:
        raise Reject(f"This is no {into.__name__}: {error}") from error
