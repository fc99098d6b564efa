"""The three interfaces of messaging: a message, a client that sends it, and a forwarder that makes messages of events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from opensky.events import Event
from opensky.messaging.errors import NotSendable

USUAL_PRIORITY = 5
HIGHEST, LOWEST = 0, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent: the name of a queue, plain parameters, headers, and where it stands in its journey.

    ``id``, ``correlation`` and ``due_at`` of zero or ``None`` are filled in when it is sent.
    """

    queue_name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """The body: text, numbers, booleans, ``None``, lists and dictionaries of them."""
    headers: Mapping[str, str] = field(default_factory=dict)
    id: int = 0
    type: str = ""
    """What kind of message it is, such as the name of an event."""
    correlation: int = 0
    """Id of the first message of the journey that this one belongs to; that message's own id is the same."""
    causation: int = 0
    """Id of the message whose handling has sent this one; negative if the shop sent it when that message was told to it."""
    history: tuple[str, ...] = ()
    """Which flows the journey has gone through on the way to this message, each as ``flow@message id``."""
    attempt: int = 0
    """How many tries have failed."""
    error: str = ""
    """What the last failed try said."""
    priority: int = USUAL_PRIORITY
    """0 goes first, 9 last; equal ones go in the order of their ids."""
    due_at: datetime | None = None
    """Not before this instant."""
    key: str = ""
    """Messages of one queue with one key are handled one at a time, in the order of their ids."""
    ticket: int = 0
    """How many bytes its body has, where that is kept apart because it is large; filled in when it is read."""
    unique: str = ""
    """While a message of the queue with this text waits, no second one is taken."""


class Client(Protocol):
    """Sends messages."""

    def connect(self) -> None:
        """Be ready to send; a second call does nothing."""

    def disconnect(self) -> None:
        """Send what is still to be sent, and let go."""

    def send(self, message: Message, *, delay: timedelta | None = None, at: datetime | None = None) -> int:
        """Take a message over and return its id: from here on it is not lost.

        With ``delay`` or ``at`` it is delivered then. Where a message with the same ``unique`` text waits, returns that one's id.

        Raises:
            NotSendable: it names no queue, or its parameters are not plain data.
        """


def when_due(message: Message, now: datetime, delay: timedelta | None, at: datetime | None) -> datetime | None:
    """Return when a message is to be delivered that is sent with a delay or an instant, or says it itself; ``None`` for now.

    Raises:
        NotSendable: with both.
    """
    if delay is not None and at is not None:
        raise NotSendable("A message has a delay or an instant of delivery, not both.")
    return now + delay if delay is not None else at or message.due_at


class EventForwarder(Protocol):
    """Makes messages of events."""

    def forward(self, event: Event) -> None:
        """Send the event to each queue that the configuration names for it; nothing where it names none."""
