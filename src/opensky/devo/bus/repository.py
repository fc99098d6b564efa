"""Every question that the admin asks about the bus: how queues stand, what went through them, and where a journey led."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, literal_column, or_, select

from opensky.devo.bus.objects import LetterAct
from opensky.kernel.ids import made_at
from opensky.messaging import About
from opensky.messaging.tables import DEAD, FINISHED, MESSAGES, OUTGOING, PUBLISHED, READY, TAKEN, WAITING
from opensky.messaging.traces import journeys_of, subjects_of
from opensky.persistence import Query, Reader, UnitOfWork, table
from opensky.persistence.cursors import instant, microseconds
from opensky.persistence.types import INT64

AT_BROKER = "at the broker"
STATES = {READY: "ready", WAITING: "waiting", TAKEN: "in hand", OUTGOING: "to the broker"}
_MINUTE = 60_000_000
_m, _f, _d, _p, _a = MESSAGES.c, FINISHED.c, DEAD.c, PUBLISHED.c, table(LetterAct).c


class Standing(NamedTuple):
    """How many messages of a queue are in one state, and when the oldest of them was put there."""

    queue: str
    state: str
    number: int
    since: datetime


class Trail(NamedTuple):
    """One message of a journey, or of a queue: where it stands, and when what happened to it."""

    id: int
    queue: str
    type: str
    correlation: int
    causation: int
    attempt: int
    state: str
    began_at: datetime | None = None
    ended_at: datetime | None = None
    due_at: datetime | None = None
    error: str = ""
    by: str = ""

    @property
    def put_at(self) -> datetime:
        """When it was sent: its id says so."""
        return made_at(self.id)


def _standing(state: int, queue: str, number: int, oldest: int) -> Standing:
    return Standing(queue, STATES[state], number, made_at(oldest))


_STANDINGS = Query(select(_m.state, _m.queue, func.count(), func.min(_m.id)).group_by(_m.state, _m.queue), _standing)
_PUBLISHED = Query(
    select(_p.queue, func.count(), func.min(_p.id)).group_by(_p.queue),
    lambda queue, number, oldest: Standing(queue, AT_BROKER, number, made_at(oldest)),
)
_minute = (_f.ended_at // literal_column(str(_MINUTE), INT64)).label("minute")
_HANDLED = Query(
    select(_minute, func.count())
    .where(_f.queue == bindparam("of_queue"), _f.ended_at >= bindparam("since"))
    .group_by("minute"),
    lambda minute, number: (int(minute), number),
)
_NEXT = Query(
    select(_m.due_at).where(_m.state == READY, _m.queue == bindparam("of_queue")).order_by(_m.priority, _m.id).limit(1),
    instant,
)
_GROUP = Query(
    select(_d.id)
    .where(_d.queue == bindparam("of_queue"), _d.cause == bindparam("of_cause"), _d.died_at <= bindparam("until"))
    .order_by(_d.id)
    .limit(bindparam("most")),
    int,
)


class BusRepository:
    """Reads the tables of messages for pages; keeps what staff did to letters."""

    def __init__(self, reader: Reader, unit: UnitOfWork) -> None:
        self._reader = reader
        self._unit = unit

    def standings(self) -> list[Standing]:
        """How many messages wait in each queue, in which state, since when? An index answers, whatever the bodies weigh."""
        return [*self._reader.fetch(_STANDINGS), *self._reader.fetch(_PUBLISHED)]

    def handled(self, queue: str, since: datetime) -> dict[int, int]:
        """How many messages of a queue were handled, by the minute since 1970?"""
        return dict(self._reader.fetch(_HANDLED, of_queue=queue, since=microseconds(since)))

    def ready_since(self, queue: str) -> datetime | None:
        """Since when can the next message of a queue be taken?"""
        return self._reader.fetch_one(_NEXT, of_queue=queue)

    def live(self, queue: str, limit: int) -> list[Trail]:
        """Which messages are in a queue, those first that come first?"""
        statement = _live().where(_m.queue == queue).order_by(_m.state, _m.priority, _m.id).limit(limit)
        return [_alive(*tuple(row)) for row in self._reader.rows(statement)]

    def newest_handled(self, queue: str, limit: int) -> list[Trail]:
        """Which messages of a queue were handled last?"""
        statement = _ended().where(_f.queue == queue).order_by(_f.ended_at.desc()).limit(limit)
        return [_done(*tuple(row)) for row in self._reader.rows(statement)]

    def group(self, queue: str, cause: str, until: datetime, most: int) -> list[int]:
        """Which letters of a queue died of one cause, not later than an instant?"""
        return self._reader.fetch(_GROUP, of_queue=queue, of_cause=cause, until=microseconds(until), most=most)

    def journey(self, correlations: Sequence[int], limit: int) -> list[Trail]:
        """Which messages belong to these journeys, in the order in which they were sent? Of each kind no more than ``limit``."""
        found: dict[int, Trail] = {}
        for statement, made in ((_acts(), _discarded), (_ended(), _done), (_gone(), _died), (_live(), _alive)):
            of = statement.selected_columns["correlation"].in_(correlations)
            asked = statement.where(of).order_by(statement.selected_columns["id"]).limit(limit)
            found |= {trail.id: trail for trail in (made(*tuple(row)) for row in self._reader.rows(asked))}
        found = self._at_broker(correlations, found) | found
        return [found[id_] for id_ in sorted(found)]

    def _at_broker(self, correlations: Sequence[int], known: Mapping[int, Trail]) -> dict[int, Trail]:
        """What of these journeys has left for a broker: of that the queue, the id and the cause are known."""
        caused = _p.causation.in_([*known, *(-id_ for id_ in known)])  # negative: by way of the shop
        asked = select(_p.id, _p.queue, func.abs(_p.causation)).where(or_(_p.id.in_(correlations), caused))
        found = {}
        for id_, queue, causation in (tuple(row) for row in self._reader.rows(asked)):
            correlation = known[causation].correlation if causation in known else id_
            found[id_] = Trail(id_, queue, "", correlation, causation, 0, AT_BROKER)
        return found

    def correlation_of(self, message_id: int) -> int | None:
        """Which journey does a message belong to?"""
        for each, id_ in ((FINISHED, _f.id), (MESSAGES, _m.id), (DEAD, _d.id), (_a.letter_id.table, _a.letter_id)):
            row = self._reader.one(select(each.c.correlation).where(id_ == message_id).limit(1))
            if row is not None:
                return int(row[0])
        return None

    def newest_journeys(self, before: int, limit: int) -> list[int]:
        """Which journeys began last, before the cursor?"""
        found: set[int] = set()
        for each in (FINISHED, MESSAGES, DEAD):
            statement = select(each.c.id).where(each.c.correlation == each.c.id, each.c.id < before)
            found |= {int(row[0]) for row in self._reader.rows(statement.order_by(each.c.id.desc()).limit(limit))}
        return sorted(found, reverse=True)[:limit]

    def journeys_of(self, about: About, most: int) -> list[int]:
        """Which journeys has something been part of, the newest first?"""
        return journeys_of(self._reader, about, most)

    def subjects_of(self, correlation: int, most: int) -> list[About]:
        """What was a journey about?"""
        return subjects_of(self._reader, correlation, most)

    def acts_on(self, letter_id: int) -> list[LetterAct]:
        """What did staff do with a letter, the newest first?"""
        return self._unit.find(LetterAct, {"letter_id": letter_id}, sort=("-id",))

    def note(self, acts: Iterable[LetterAct]) -> None:
        """Keep what somebody did."""
        self._unit.persist_all(acts)


def _live() -> Any:
    return select(
        *(_m.id, _m.queue, _m.type, _m.correlation, func.abs(_m.causation), _m.attempt, _m.state, _m.due_at, _m.error)
    )


def _ended() -> Any:
    return select(
        *(_f.id, _f.queue, _f.type, _f.correlation, func.abs(_f.causation), _f.attempt, _f.began_at, _f.ended_at)
    )


def _gone() -> Any:
    return select(*(_d.id, _d.queue, _d.type, _d.correlation, func.abs(_d.causation), _d.attempt, _d.died_at, _d.cause))


def _acts() -> Any:
    """A discarded letter is in no table of messages any more; one that was sent once more is, and that row counts."""
    columns = (_a.queue, _a.type, _a.correlation, func.abs(_a.causation), _a.attempt, _a.at, _a.member_name)
    return select(_a.letter_id.label("id"), *columns).where(_a.act == "discarded")


Head = tuple[int, str, str, int, int, int]
"""What all these tables tell of a message: id, queue, type, correlation, causation, failed tries."""


def _alive(*columns: Any) -> Trail:
    head: Head = columns[:6]
    state, due_at, error = columns[6:]
    return Trail(*head, STATES[state], due_at=instant(due_at), error=error)


def _done(*columns: Any) -> Trail:
    head: Head = columns[:6]
    began_at, ended_at = columns[6:]
    return Trail(*head, "handled", instant(began_at), instant(ended_at))


def _died(*columns: Any) -> Trail:
    head: Head = columns[:6]
    died_at, cause = columns[6:]
    return Trail(*head, "dead", ended_at=instant(died_at), error=cause)


def _discarded(*columns: Any) -> Trail:
    head: Head = columns[:6]
    at, by = columns[6:]
    return Trail(*head, "discarded", ended_at=at, by=by)
