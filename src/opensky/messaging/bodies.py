"""Claim check: a large body is handed in at a cloakroom, a table of its own, and its message travels with a ticket.

The row of a message is written anew with each claim, each try and each renewal of a lease, and it may go through a broker; a body
of a megabyte should do neither. Where the body would stand there is then a ticket, the length of the body: bodies are objects, so
that a number cannot be one. The body is kept under the id of its message, in the transaction that sends it, and goes with the
acknowledgement, or when a dead letter is discarded.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Column, Table, bindparam, delete, insert, select

from opensky.messaging.message import Message
from opensky.persistence import Command, Query, Reader, UnitOfWork
from opensky.persistence.tables import METADATA
from opensky.persistence.types import INT64, LONG_TEXT

LARGE = 64 * 1024
"""Bodies of more bytes are kept apart, unless the settings say otherwise."""
AT_ONCE = 8 * 1024 * 1024
"""A worker gets large bodies of so many bytes at a time, or one that is larger still."""
GONE = "its large body is not in this database"
_MOST_BYTES = 4
"""A character has so many bytes at most."""
Row = dict[str, Any]

BODIES = Table(
    "message_bodies",
    METADATA,
    Column("id", INT64, primary_key=True, autoincrement=False),
    Column("body", LONG_TEXT, nullable=False),
)
"""Large bodies, under the ids of their messages."""

_b = BODIES.c
_KEEP = Command(insert(BODIES))
_DROP = Command(delete(BODIES).where(_b.id == bindparam("which")))
_GET = Query(
    select(_b.id, _b.body).where(_b.id.in_(bindparam("ids", expanding=True))),
    lambda id_, body: (id_, msgspec.json.decode(body)),
)


def handed_in(made: Row, large: int) -> Row | None:
    """Put a ticket into the row of a new message if its body has more than ``large`` bytes; return the body's row then."""
    body: str = made["body"]
    if len(body) * _MOST_BYTES <= large or (size := len(body.encode())) <= large:
        return None
    made["body"] = str(size)
    return {"id": made["id"], "body": body}


def keep(unit: UnitOfWork, bodies: Iterable[Row | None]) -> None:
    """Keep what was handed in, once the rows of the messages are written."""
    if rows := [each for each in bodies if each is not None]:
        unit.run(_KEEP, *rows)


def fetched(reader: Reader | UnitOfWork, messages: Sequence[Message]) -> tuple[list[Message], list[Message]]:
    """Return messages with their large bodies, in their order, and those whose bodies are not here."""
    ids = [each.id for each in messages if each.ticket]
    if not ids:
        return list(messages), []
    found: dict[int, Any] = dict(reader.fetch(_GET, ids=ids))
    here = [each for each in messages if not each.ticket or each.id in found]
    gone = [each for each in messages if each.ticket and each.id not in found]
    return [replace(each, parameters=found[each.id]) if each.ticket else each for each in here], gone


def drop(unit: UnitOfWork, ids: Iterable[int]) -> None:
    """Forget the large bodies of these messages, where they have any."""
    if rows := [{"which": each} for each in ids]:
        unit.run(_DROP, *rows)


def within(messages: Sequence[Message], most: int = AT_ONCE) -> int:
    """Return how many of these, from the first on, have large bodies of at most so many bytes together; the first always."""
    total = 0
    for number, each in enumerate(messages):
        total += each.ticket
        if total > most and number:
            return number
    return len(messages)


def ticket_of(kept: str) -> int:
    """Return the length that a ticket says, or 0 if what is kept is the body itself."""
    return int(kept) if kept[:1].isdecimal() else 0
