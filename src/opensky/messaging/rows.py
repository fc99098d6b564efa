"""Messages as rows of the queue's table, and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from opensky.messaging.bodies import ticket_of
from opensky.messaging.errors import NotSendable
from opensky.messaging.message import HIGHEST, LOWEST, Message
from opensky.messaging.tables import KEY_LENGTH, MESSAGES, NAME_LENGTH, OUTGOING, READY, WAITING
from opensky.persistence.cursors import instant, microseconds

LONGEST_BODY = 8 * 1024 * 1024
"""More bytes are refused: what is larger is a file, and a message says where it is."""
_encode = msgspec.json.Encoder().encode

COLUMNS = tuple(
    MESSAGES.c[name]
    for name in (
        *("id", "queue", "type", "priority", "due_at", "attempt", "order_key", "unique_key"),
        *("correlation", "causation", "headers", "body", "error"),
    )
)
"""What ``message`` is made of, in its order."""


class _Head(msgspec.Struct, array_like=True):
    """What stands in the column ``headers``."""

    headers: dict[str, str] = {}
    history: tuple[str, ...] = ()


_head = msgspec.json.Decoder(_Head).decode


def row(
    message: Message,
    id_: int,
    now: datetime,
    due_at: datetime | None,
    *,
    outgoing: bool,
    longest: int = LONGEST_BODY,
) -> dict[str, Any]:
    """Return the row of a new message.

    Raises:
        NotSendable: a name is missing or too long, the priority is none, or the parameters are not plain data.
    """
    _check(message)
    due = microseconds(due_at or now)
    state = OUTGOING if outgoing else WAITING if due_at is not None and due_at > now else READY
    return {
        "id": id_,
        "state": state,
        "queue": message.queue_name,
        "priority": message.priority,
        "due_at": due,
        "owner": "",
        "taken": 0,
        "attempt": message.attempt,
        "order_key": message.key or None,
        "unique_key": message.unique or None,
        "type": message.type,
        "correlation": message.correlation or id_,
        "causation": message.causation,
        "headers": head(message.headers, message.history),
        "body": body(message.parameters, longest),
        "error": message.error,
    }


def head(headers: Mapping[str, str], history: tuple[str, ...]) -> str:
    """Return headers and history as they are kept."""
    return _encode(_Head(dict(headers), history)).decode()


def body(parameters: Mapping[str, Any], longest: int = LONGEST_BODY) -> str:
    """Return parameters as they are kept; raises ``NotSendable``."""
    try:
        encoded = _encode(parameters)
    except (TypeError, ValueError, RecursionError) as error:
        message = f"These parameters are no plain data ({error}): {parameters!r}"
        raise NotSendable(message) from error
    if len(encoded) > longest:
        raise NotSendable(
            f"A message may have {longest:,} bytes, this one has {len(encoded):,}. Keep them where the receiver can"
            " read them, in a file or a document, and send its name."
        )
    return encoded.decode()


def kept(message: Message) -> str:
    """Return the body of a message that was read, as it stands in a row: itself, or its ticket."""
    return str(message.ticket) if message.ticket else body(message.parameters)


def message(  # noqa: PLR0917 - the columns, in order
    id_: int,
    queue: str,
    type_: str,
    priority: int,
    due_at: int,
    attempt: int,
    key: str | None,
    unique: str | None,
    correlation: int,
    causation: int,
    headers: str,
    parameters: str,
    error: str,
) -> Message:
    """Return the message of the columns ``COLUMNS``; a large body is still to be fetched."""
    about = _head(headers)
    ticket = ticket_of(parameters)
    return Message(
        queue_name=queue,
        parameters={} if ticket else msgspec.json.decode(parameters),
        headers=about.headers,
        id=id_,
        type=type_,
        correlation=correlation,
        causation=causation,
        history=about.history,
        attempt=attempt,
        error=error,
        priority=priority,
        due_at=instant(due_at),
        key=key or "",
        unique=unique or "",
        ticket=ticket,
    )


def dead(message: Message, error: str, cause: str, now: int) -> dict[str, Any]:
    """Return the row of a message that is given up."""
    return {
        "id": message.id,
        "queue": message.queue_name,
        "type": message.type,
        "priority": message.priority,
        "attempt": message.attempt,
        "order_key": message.key or None,
        "correlation": message.correlation,
        "causation": message.causation,
        "headers": head(message.headers, message.history),
        "body": kept(message),
        "cause": cause[:KEY_LENGTH],
        "error": error,
        "died_at": now,
    }


def _check(message: Message) -> None:
    problem = ""
    if not message.queue_name:
        problem = "It names no queue."
    elif len(message.queue_name) > NAME_LENGTH or len(message.type) > NAME_LENGTH:
        problem = f"The names of its queue and type may have {NAME_LENGTH} characters."
    elif max(len(message.key), len(message.unique)) > KEY_LENGTH:
        problem = f"Its key and its unique text may have {KEY_LENGTH} characters."
    elif not HIGHEST <= message.priority <= LOWEST:
        problem = f"Its priority must be {HIGHEST} to {LOWEST}, not {message.priority}."
    if problem:
        raise NotSendable(
            f"A message of type {message.type!r} for queue {message.queue_name!r} cannot be sent. {problem}"
        )
