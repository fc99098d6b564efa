"""A message as a STOMP frame, and back. What is ours travels in headers of our own; a foreign message is taken as it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from opensky.messaging.message import HIGHEST, LOWEST, USUAL_PRIORITY, Message
from opensky.messaging.rows import body
from opensky.messaging.stomp.dialects import Dialect
from opensky.messaging.stomp.frames import Frame
from opensky.messaging.tables import KEY_LENGTH, NAME_LENGTH

_ID = "opensky_id"
_TICKET = "opensky_ticket"
"""Says that the body is in the database from which the message was sent, and how long it is."""
_JSON = "application/json"
_THEIRS = frozenset(
    (
        "destination",
        "message-id",
        "subscription",
        "ack",
        "content-length",
        "content-type",
        "priority",
        "persistent",
        "expires",
        "timestamp",
        "redelivered",
    )
)


def to_frame(message: Message, dialect: Dialect, due_at: datetime | None = None) -> Frame:
    """Return the SEND frame of a message that has its id; in place of a body that was not fetched goes its ticket."""
    headers: dict[str, str] = {
        "destination": dialect.destination(message.queue_name),
        "content-type": _JSON,
        # JMS counts from 0 (can wait) to 9 (now).
        "priority": str(LOWEST - message.priority),
        _ID: str(message.id),
        "opensky_correlation": str(message.correlation or message.id),
        "opensky_causation": str(message.causation),
        "opensky_type": message.type,
        "opensky_history": " ".join(message.history),
        "opensky_key": message.key,
        "opensky_headers": msgspec.json.encode(dict(message.headers)).decode(),
    }
    if message.ticket:
        headers[_TICKET] = str(message.ticket)
    headers |= dialect.sending(message.id, due_at)
    return Frame("SEND", headers, b"" if message.ticket else body(message.parameters).encode())


def from_frame(frame: Frame, queue: str) -> tuple[Message, str]:
    """Return the message of a MESSAGE frame, and the text by which a second delivery of it is known.

    A foreign message has no id yet. Its body becomes the parameters if it is a JSON object, else the parameter ``body``.
    """
    headers = frame.headers
    ours = headers.get(_ID, "").isdecimal()
    id_ = int(headers[_ID]) if ours else 0
    message = Message(
        queue_name=queue,
        parameters=_parameters(frame),
        headers=_headers(headers, ours=ours),
        id=id_,
        type=headers.get("opensky_type", "")[:NAME_LENGTH],
        correlation=_number(headers.get("opensky_correlation")),
        causation=_signed(headers.get("opensky_causation", "")),
        history=tuple(headers.get("opensky_history", "").split()),
        priority=min(max(LOWEST - _number(headers.get("priority"), LOWEST - USUAL_PRIORITY), HIGHEST), LOWEST),
        key=headers.get("opensky_key", "")[:KEY_LENGTH],
        ticket=_number(headers.get(_TICKET)) if ours else 0,
    )
    return message, str(id_) if ours else headers.get("message-id", "")


def _parameters(frame: Frame) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(frame.body) if frame.body else {}
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = None
    return found if isinstance(found, dict) else {"body": frame.body.decode(errors="replace")}


def _headers(headers: Mapping[str, str], *, ours: bool) -> dict[str, str]:
    if not ours:
        return {name: value for name, value in headers.items() if name not in _THEIRS}
    try:
        return msgspec.json.decode(headers.get("opensky_headers", "{}"), type=dict[str, str])
    except msgspec.MsgspecError:
        return {}


def _signed(text: str) -> int:
    return -_number(text[1:]) if text.startswith("-") else _number(text)


def _number(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and text.isdecimal() else otherwise
