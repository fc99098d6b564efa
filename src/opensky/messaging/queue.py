"""The embedded queue: a table in the application's database. At least once, in leases; with its effects in one transaction, once.

A worker claims a batch for the time of a lease, handles each message, and acknowledges in the transaction that holds what
the handling wrote and sent. A worker that dies leaves leases that run out. What fails is tried again later, what is given up
is kept as a dead letter until somebody decides.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Table, bindparam, case, delete, func, insert, select, update

from opensky.messaging import bodies, claiming
from opensky.messaging.errors import LeaseLost
from opensky.messaging.message import Message
from opensky.messaging.rows import COLUMNS, dead
from opensky.messaging.rows import message as message_of
from opensky.messaging.tables import DEAD, FINISHED, MESSAGES, NOT_READY, OUTGOING, PUBLISHED, READY, TAKEN, WAITING
from opensky.persistence import Command, Database, Query, Reader, UnitOfWork
from opensky.persistence.cursors import instant, microseconds

MOST_TAKEN = 25
"""So often a message may be taken by workers that die over it; then it is a dead letter (its handling kills)."""
KILLS = "its handling ends the worker"

_m = MESSAGES.c
_mine = (_m.id == bindparam("which"), _m.owner == bindparam("by"), _m.state == TAKEN)
_DELETE = Command(delete(MESSAGES).where(*_mine))
_FINISH = Command(insert(FINISHED))
_RETRY = Command(
    update(MESSAGES)
    .where(*_mine)
    .values(
        state=bindparam("new_state"),
        due_at=bindparam("new_due_at"),
        attempt=bindparam("new_attempt"),
        error=bindparam("new_error"),
        owner="",
        taken=0,
    )
)
_RELEASE = Command(update(MESSAGES).where(*_mine).values(state=READY, owner="", taken=_m.taken - 1))
_RENEW = Command(update(MESSAGES).where(*_mine).values(due_at=bindparam("new_due_at")))
_BURY = Command(insert(DEAD))
_KILLERS = Query(select(*COLUMNS).where(_m.state == READY, _m.taken > MOST_TAKEN).limit(100), message_of)
_DELETE_KILLER = Command(delete(MESSAGES).where(_m.id == bindparam("which"), _m.taken > MOST_TAKEN))
_BY_STATE = [func.sum(case((_m.state == state, 1), else_=0)) for state in (READY, WAITING, TAKEN, OUTGOING)]


class Handled(NamedTuple):
    """A message that was handled, from when to when, and how many messages were sent for it."""

    message: Message
    began_at: datetime
    ended_at: datetime
    sent: int = 0


class QueueDepth(NamedTuple):
    """How a queue stands: to be had, not due yet, being handled, to be published, given up, at a broker; and since when the oldest waits."""

    queue: str
    ready: int
    waiting: int
    taken: int
    outgoing: int
    dead: int
    oldest: datetime | None
    at_broker: int = 0


class Queue:
    """Messages of one database, for any number of threads and processes.

    Every method is a transaction of its own, but for those that are given a unit of work.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._clock = database.clock

    def claim(self, queues: Sequence[str], most: int, lease: timedelta, owner: str) -> list[Message]:
        """Lease up to ``most`` messages of these queues to ``owner``; the queues in their order, each by priority and id.

        Looks before it writes: where nothing is to be had, nothing is locked.
        """
        now = microseconds(self._clock.now())
        with self._database.reader(primary=True) as reader:
            due = claiming.any_due(reader, now)
            if not due and not claiming.any_ready(reader, list(queues)):
                return []
        found: list[Message] = []
        until = now + lease // timedelta(microseconds=1)
        with self._database.unit_of_work() as unit:
            if due:
                claiming.promote(unit, now)
                self._bury_killers(unit, now)
            for queue in queues:
                if len(found) < most:
                    found += claiming.claim(unit, queue, most - len(found), until, owner, MOST_TAKEN)
            whole, gone = bodies.fetched(unit, found)
            for message in gone:
                self._bury(unit, message, owner, bodies.GONE, bodies.GONE)
            unit.commit()
        return whole

    def acknowledge(self, unit: UnitOfWork, handled: Sequence[Handled], owner: str) -> None:
        """Take handled messages off the queue, in the transaction that holds what their handling did.

        Raises:
            LeaseLost: a lease ran out and somebody else has one of them; ``unit`` must be rolled back.
        """
        if not handled:
            return
        taken_off = unit.run(_DELETE, *({"which": each.message.id, "by": owner} for each in handled))
        if taken_off != len(handled):
            raise LeaseLost(f"{len(handled) - taken_off} of {len(handled)} messages were given to another worker.")
        unit.run(_FINISH, *(_finished(each) for each in handled))
        bodies.drop(unit, (each.message.id for each in handled if each.message.ticket))

    def retry(self, message: Message, owner: str, at: datetime, error: str) -> bool:
        """Have a message tried again at an instant, one failed try more; say whether the lease still held."""
        values = {
            "new_state": READY if at <= self._clock.now() else WAITING,
            "new_due_at": microseconds(at),
            "new_attempt": message.attempt + 1,
            "new_error": error,
        }
        return self._alone(_RETRY, which=message.id, by=owner, **values) == 1

    def bury(self, message: Message, owner: str, error: str, cause: str) -> bool:
        """Give a message up: keep it as a dead letter with what went wrong; say whether the lease still held."""
        with self._database.unit_of_work() as unit:
            buried = self._bury(unit, message, owner, error, cause)
            unit.commit()
        return buried

    def release(self, messages: Iterable[Message], owner: str) -> None:
        """Give back what was claimed and not begun."""
        rows = [{"which": each.id, "by": owner} for each in messages]
        if rows:
            with self._database.unit_of_work() as unit:
                unit.run(_RELEASE, *rows)
                unit.commit()

    def renew(self, messages: Iterable[Message], owner: str, lease: timedelta) -> None:
        """Have the leases run ``lease`` from now; one that was lost stays lost."""
        until = microseconds(self._clock.now() + lease)
        rows = [{"which": each.id, "by": owner, "new_due_at": until} for each in messages]
        if rows:
            with self._database.unit_of_work() as unit:
                unit.run(_RENEW, *rows)
                unit.commit()

    def depths(self) -> list[QueueDepth]:
        """How does each queue stand? Counts rows: for operators and jobs, not for a request of a member."""
        live = select(_m.queue, *_BY_STATE, func.min(_m.due_at)).group_by(_m.queue)
        found: dict[str, QueueDepth] = {}
        with self._database.reader(primary=True) as reader:
            for queue, *counts, oldest in map(tuple, reader.rows(live)):
                ready, waiting, taken, outgoing = map(int, counts)
                found[queue] = QueueDepth(queue, ready, waiting, taken, outgoing, 0, instant(oldest))
            dead, at_broker = _by_queue(reader, DEAD), _by_queue(reader, PUBLISHED)
        for queue in sorted({*found, *dead, *at_broker}):
            known = found.get(queue) or QueueDepth(queue, 0, 0, 0, 0, 0, None)
            found[queue] = known._replace(dead=dead.get(queue, 0), at_broker=at_broker.get(queue, 0))
        return [found[queue] for queue in sorted(found)]

    def next_due(self) -> datetime | None:
        """When does the next delay or lease end?"""
        with self._database.reader(primary=True) as reader:
            found = _earliest(reader)
        return instant(found) if found is not None else None

    def _bury(self, unit: UnitOfWork, message: Message, owner: str, error: str, cause: str) -> bool:
        if not unit.run(_DELETE, which=message.id, by=owner):
            return False
        unit.run(_BURY, dead(message, error, cause, microseconds(self._clock.now())))
        return True

    def _bury_killers(self, unit: UnitOfWork, now: int) -> None:
        for message in unit.fetch(_KILLERS):
            if unit.run(_DELETE_KILLER, which=message.id):
                unit.run(_BURY, dead(message, message.error or KILLS, KILLS, now))

    def _alone(self, command: Command, **values: object) -> int:
        with self._database.unit_of_work() as unit:
            done = unit.run(command, **values)
            unit.commit()
        return done


_EARLIEST = Query(select(func.min(_m.due_at)).where(NOT_READY, _m.state.in_((WAITING, TAKEN))), lambda due: due)


def _earliest(reader: Reader) -> int | None:
    return reader.fetch_one(_EARLIEST)


def _by_queue(reader: Reader, table: Table) -> dict[str, int]:
    queue = table.c.queue
    return {name: int(count) for name, count in map(tuple, reader.rows(select(queue, func.count()).group_by(queue)))}


def _finished(handled: Handled) -> dict[str, object]:
    message = handled.message
    return {
        "id": message.id,
        "queue": message.queue_name,
        "type": message.type,
        "correlation": message.correlation,
        "causation": message.causation,
        "attempt": message.attempt,
        "began_at": microseconds(handled.began_at),
        "ended_at": microseconds(handled.ended_at),
        "sent": handled.sent,
    }
