"""The books: each step says how many messages it sent, each message says which step sent it, and the two must agree.

A message that is put is acknowledged, dead, live or at a broker, at any time. Nobody counts while messages are sent, for that would have
every sender write the same row. A step writes down how many it has sent together with its acknowledgement, which costs nothing; the
messages name it (``causation``). What the shop sends because a message was told to it names that message by a negative number: no step
answers for it, as for the first message of a journey. What is missing has been lost, what is there twice was doubled.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Table, bindparam, func, select

from opensky.messaging.tables import DEAD, FINISHED, MESSAGES, PUBLISHED
from opensky.persistence import Database, Query
from opensky.persistence.cursors import microseconds


class Books(NamedTuple):
    """What the steps since an instant have sent, and where that is now."""

    steps: int
    sent: int
    acknowledged: int
    dead: int
    live: int
    at_broker: int
    twice: int
    """So many messages are in two of these places."""

    @property
    def missing(self) -> int:
        """How many messages are nowhere; below zero, so many are there that no step says it has sent."""
        return self.sent - self.acknowledged - self.dead - self.live - self.at_broker

    @property
    def balanced(self) -> bool:
        """Whether all that was sent is in one place."""
        return not self.missing and not self.twice


class Unbalanced(NamedTuple):
    """A step of which not all messages are found, or more than it sent."""

    id: int
    queue: str
    correlation: int
    sent: int
    found: int


_step = FINISHED.alias("step")
_counted = (_step.c.ended_at >= bindparam("since"), _step.c.sent.is_not(None))


def _children(table: Table) -> ScalarSelect[int]:
    """Count the messages of a table that a counted step has sent."""
    child = table.alias(f"of_{table.name}")
    statement = select(func.count()).select_from(child.join(_step, _step.c.id == child.c.causation)).where(*_counted)
    if table is FINISHED:  # a message ends after the step that has sent it, so that an index finds those few
        statement = statement.where(child.c.ended_at >= bindparam("since"))
    return statement.scalar_subquery()


def _both(one: Table, other: Table) -> ScalarSelect[int]:
    return select(func.count()).select_from(one.join(other, one.c.id == other.c.id)).scalar_subquery()


_TWICE: ColumnElement[int] = _both(MESSAGES, FINISHED) + _both(DEAD, FINISHED) + _both(MESSAGES, DEAD)
_BOOKS = Query(
    select(
        select(func.count()).where(*_counted).scalar_subquery(),
        select(func.coalesce(func.sum(_step.c.sent), 0)).where(*_counted).scalar_subquery(),
        *(_children(table) for table in (FINISHED, DEAD, MESSAGES, PUBLISHED)),
        _TWICE,
    ),
    lambda *counts: Books(*map(int, counts)),
)
"""One statement, so that one moment is seen, however many send and acknowledge meanwhile."""


def _found(table: Table) -> ScalarSelect[int]:
    child = table.alias(f"by_{table.name}")
    return select(func.count()).where(child.c.causation == _step.c.id).correlate(_step).scalar_subquery()


_FOUND: ColumnElement[int] = _found(FINISHED) + _found(DEAD) + _found(MESSAGES) + _found(PUBLISHED)
_WHICH = Query(
    select(_step.c.id, _step.c.queue, _step.c.correlation, _step.c.sent, _FOUND)
    .where(*_counted, _step.c.sent != _FOUND)
    .order_by(_step.c.id)
    .limit(bindparam("most")),
    Unbalanced,
)


def balance(database: Database, since: datetime) -> Books:
    """Do the books of the steps since an instant agree? Reads what was handled since then: for operators and jobs."""
    with database.reader(primary=True) as reader:
        [books] = reader.fetch(_BOOKS, since=microseconds(since))
    return books


def unbalanced(database: Database, since: datetime, most: int = 10) -> list[Unbalanced]:
    """Which steps since an instant do not agree with what is there? Slow, since nobody asks it while the books agree."""
    with database.reader(primary=True) as reader:
        return reader.fetch(_WHICH, since=microseconds(since), most=most)
