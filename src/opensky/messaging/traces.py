"""Traces: which journeys something has been part of, so that an order leads to all that was sent because of it.

A message that was handled is kept without its body. What a journey was about is therefore written down while it is known: when
an event is told in a unit of work that sends messages, or that a message has caused.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Column, Index, Table, bindparam, select

from opensky.messaging.tables import KEY_LENGTH, NAME_LENGTH
from opensky.persistence import Command, Query, Reader, UnitOfWork, insert_ignore
from opensky.persistence.cursors import microseconds
from opensky.persistence.tables import METADATA
from opensky.persistence.types import INT64, text

TRACES = Table(
    "message_traces",
    METADATA,
    Column("kind", text(NAME_LENGTH), primary_key=True),
    Column("object_id", text(KEY_LENGTH), primary_key=True),
    Column("correlation", INT64, primary_key=True, autoincrement=False),
    Column("noted_at", INT64, nullable=False),
    Index("ix_message_traces_correlation", "correlation"),
    Index("ix_message_traces_noted_at", "noted_at"),
)
"""``kind`` is a class by name and ``object_id`` its id as text, as in the change history."""

REQUEST = "Request"
"""The kind of a request that has begun a journey; its id is the one that answers and logs name it by."""
_t = TRACES.c
_NOTE = Command(insert_ignore(TRACES))


class About(NamedTuple):
    """Something that a journey was about."""

    kind: str
    object_id: str


_OF = Query(
    select(_t.correlation)
    .where(_t.kind == bindparam("of_kind"), _t.object_id == bindparam("of_id"))
    .order_by(_t.correlation.desc())
    .limit(bindparam("most")),
    int,
)
_ABOUT = Query(
    select(_t.kind, _t.object_id)
    .where(_t.correlation == bindparam("of_correlation"))
    .order_by(_t.noted_at, _t.kind, _t.object_id)
    .limit(bindparam("most")),
    About,
)


def note(unit: UnitOfWork, about: About, correlations: tuple[int, ...], now: datetime) -> None:
    """Write down that these journeys are about something; what is known already stays."""
    at = microseconds(now)
    rows = [{**about._asdict(), "correlation": each, "noted_at": at} for each in correlations]
    if rows:
        unit.run(_NOTE, *rows)


def journeys_of(reader: Reader, about: About, most: int) -> list[int]:
    """Which journeys has this been part of, the newest first?"""
    return reader.fetch(_OF, of_kind=about.kind, of_id=about.object_id, most=most)


def subjects_of(reader: Reader, correlation: int, most: int) -> list[About]:
    """What was this journey about, the first first?"""
    return reader.fetch(_ABOUT, of_correlation=correlation, most=most)
