"""Splits: what a flow yields at once belongs together, and a join can wait for all of it.

A header keeps the way back: ``origin.part.of``, one for each split within a split, with ``/`` between. Parts are counted for each
class of payload. A flow that *yields* splits; a flow that *returns* passes on the split that its message is part of.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update

from opensky.messaging import Message
from opensky.osis.runtime.errors import Reject
from opensky.osis.runtime.flow import Flow
from opensky.osis.runtime.tables import JOINS, PARTS
from opensky.persistence import Command, Query, UnitOfWork
from opensky.persistence.cursors import microseconds
from opensky.persistence.statements import insert_ignore

HEADER = "split"

_here = (JOINS.c.flow == bindparam("of_flow"), JOINS.c.origin == bindparam("of_origin"))
_parts = (PARTS.c.flow == bindparam("of_flow"), PARTS.c.origin == bindparam("of_origin"))
_OPEN = Command(insert_ignore(JOINS))
_LOCK = Command(update(JOINS).where(*_here).values(arrived=JOINS.c.arrived))
_HAVE = Query(select(PARTS.c.part).where(*_parts, PARTS.c.part == bindparam("which")), int)
_ADD = Command(insert(PARTS))
_COUNT = Command(update(JOINS).where(*_here).values(arrived=JOINS.c.arrived + 1))
_ARRIVED = Query(select(JOINS.c.arrived).where(*_here), int)
_BODIES = Query(select(PARTS.c.body).where(*_parts).order_by(PARTS.c.part), msgspec.json.decode)
_CLOSE = (Command(delete(PARTS).where(*_parts)), Command(delete(JOINS).where(*_here)))


class Part(NamedTuple):
    """Which part of which split a message is."""

    origin: int
    part: int
    of: int


def split_headers(message: Message, payloads: Sequence[Any]) -> list[dict[str, str]]:
    """Return the headers of what a message's handling yielded: each one's place among those of its class."""
    above = message.headers.get(HEADER, "")
    totals: dict[type, int] = {}
    for each in payloads:
        totals[type(each)] = totals.get(type(each), 0) + 1
    seen: dict[type, int] = {}
    made = []
    for each in payloads:
        part = seen[type(each)] = seen.get(type(each), -1) + 1
        place = f"{message.id}.{part}.{totals[type(each)]}"
        made.append({HEADER: f"{above}/{place}" if above else place})
    return made


def passed_on(message: Message) -> dict[str, str]:
    """Return the header of a single output that takes its message's place."""
    return {HEADER: message.headers[HEADER]} if HEADER in message.headers else {}


def place_of(message: Message) -> tuple[Part, str]:
    """Return which part a message is, and the header of what the join sends; raises ``Reject`` if it is none."""
    above, _, last = message.headers.get(HEADER, "").rpartition("/")
    try:
        origin, part, of = map(int, last.split("."))
    except ValueError as error:
        raise Reject(f"Message {message.id} is not part of a split, so there is nothing to join it with.") from error
    return Part(origin, part, of), above


def gather(unit: UnitOfWork, flow: Flow, message: Message, place: Part) -> list[Any] | None:
    """Keep a part; return all bodies in order when it was the last, else ``None``. A part that comes twice counts once.

    The row of the join is locked first: of two parts that come at once, the second sees the first.
    """
    where = {"of_flow": flow.name, "of_origin": place.origin}
    opened = {"flow": flow.name, "origin": place.origin, "expected": place.of, "arrived": 0}
    unit.run(_OPEN, opened | {"began_at": microseconds(unit.clock.now())})
    unit.run(_LOCK, **where)
    if unit.fetch_one(_HAVE, **where, which=place.part) is None:
        body = msgspec.json.encode(message.parameters).decode()
        unit.run(_ADD, {"flow": flow.name, "origin": place.origin, "part": place.part, "body": body})
        unit.run(_COUNT, **where)
    if unit.fetch_one(_ARRIVED, **where) != place.of:
        return None
    bodies = unit.fetch(_BODIES, **where)
    for command in _CLOSE:
        unit.run(command, **where)
    return bodies
