"""The relay: publishes what units of work have sent to a broker's queues, and removes a row only when the broker has it.

A batch is one STOMP transaction whose COMMIT asks for a receipt. Without the receipt nothing is removed: it is published again. So a
message is never lost, and may arrive twice under one id, which the receiver's seen rows notice.

A batch that the broker refuses is published message by message, so that one that it never takes does not keep the others from it; that
one is a dead letter in the end. A large body stays in the database where the receiver is ours and finds it by the ticket; a
stranger is sent the whole.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from opensky.messaging import bodies
from opensky.messaging.dead import NOT_PUBLISHED
from opensky.messaging.message import Message
from opensky.messaging.rows import COLUMNS, dead, message
from opensky.messaging.stomp.connection import Connection
from opensky.messaging.stomp.errors import BrokenFrame, BrokerRefused
from opensky.messaging.stomp.frames import Frame
from opensky.messaging.stomp.wire import to_frame
from opensky.messaging.tables import DEAD, MESSAGES, NOT_READY, OUTGOING, PUBLISHED
from opensky.persistence import Command, Database, Query, UnitOfWork
from opensky.persistence.cursors import microseconds

BATCH = 100
LEASE = timedelta(seconds=60)
MOST_REFUSED = 10
"""So often a broker may refuse a message; then it is a dead letter."""
_LONGEST_PAUSE = timedelta(minutes=10)

_m = MESSAGES.c
_NEXT = (
    select(_m.id)
    .where(NOT_READY, _m.state == OUTGOING, _m.due_at <= bindparam("now"))
    .order_by(_m.due_at, _m.id)
    .limit(bindparam("most"))
)
_ANY = Query(_NEXT, int)
_LOCK = Query(_NEXT.with_for_update(skip_locked=True), int)
_TAKE = Command(
    update(MESSAGES).where(_m.id == bindparam("which")).values(owner=bindparam("new_owner"), due_at=bindparam("until"))
)
_TAKEN = Query(select(*COLUMNS).where(_m.id.in_(bindparam("ids", expanding=True))).order_by(_m.id), message)
_mine = (_m.id == bindparam("which"), _m.owner == bindparam("by"), _m.state == OUTGOING)
_DONE = Command(delete(MESSAGES).where(*_mine))
_BACK = Command(update(MESSAGES).where(*_mine).values(owner="", due_at=bindparam("new_due_at")))
_REFUSED = Command(
    update(MESSAGES)
    .where(*_mine)
    .values(owner="", due_at=bindparam("new_due_at"), attempt=bindparam("new_attempt"), error=bindparam("new_error"))
)
_BURY = Command(insert(DEAD))
_PUBLISHED = Command(insert(PUBLISHED))


class Relay:
    """Publishes outgoing messages of a database. Several relays may run at once; each message is leased to one.

    What a relay that dies had leased is published by another when its lease has run out. ``redeems`` says of a queue whether its
    receiver has this database, and so the large bodies.
    """

    def __init__(
        self,
        database: Database,
        owner: str,
        *,
        lease: timedelta = LEASE,
        redeems: Callable[[str], bool] = lambda _queue: False,
    ) -> None:
        self._database = database
        self._owner = owner
        self._lease = lease
        self._redeems = redeems
        self._transactions = itertools.count(1)

    def round(self, connection: Connection, most: int = BATCH) -> int:
        """Publish the next batch and return how many it were.

        Raises:
            StompError: the broker did not take or confirm them; they are published again by the next round.
        """
        batch = self._take(most)
        if not batch:
            return 0
        try:
            self._publish(connection, batch)
        except (BrokerRefused, BrokenFrame) as error:
            self._refused(batch, str(error))
            raise
        except BaseException:
            self._give_back(batch)
            raise
        self._done(batch)
        return len(batch)

    def _publish(self, connection: Connection, batch: Sequence[Message]) -> None:
        name = f"t{next(self._transactions)}"
        inside = {"transaction": name}
        tickets = [each if self._redeems(each.queue_name) else replace(each, ticket=0) for each in batch]
        sends = [to_frame(each, connection.dialect) for each in tickets]
        connection.confirmed(
            Frame("BEGIN", inside),
            *(each._replace(headers={**each.headers, **inside}) for each in sends),
            Frame("COMMIT", inside),
        )

    def _take(self, most: int) -> list[Message]:
        now = self._database.clock.now()
        values: dict[str, Any] = {"now": microseconds(now), "most": most}
        with self._database.reader(primary=True) as reader:
            if not reader.fetch(_ANY, **values | {"most": 1}):
                return []
        with self._database.unit_of_work() as unit:
            embedded = self._database.embedded  # SQLite has one writer, and no row locks
            ids = unit.fetch(_ANY if embedded else _LOCK, **values)
            if ids:
                until = microseconds(now + self._lease)
                unit.run(_TAKE, *({"which": id_, "new_owner": self._owner, "until": until} for id_ in ids))
            taken = unit.fetch(_TAKEN, ids=ids) if ids else []
            batch = taken[: _together(taken)]
            self._run(unit, _BACK, taken[len(batch) :], new_due_at=values["now"])
            whole = self._whole(unit, batch)
            unit.commit()
        return whole

    def _whole(self, unit: UnitOfWork, batch: Sequence[Message]) -> list[Message]:
        """Fetch the large bodies that strangers are to get. A message whose body is gone is a dead letter."""
        ours = {each.id for each in batch if self._redeems(each.queue_name)}
        here, gone = bodies.fetched(unit, [each for each in batch if each.id not in ours])
        for each in gone:
            self._bury(unit, each, bodies.GONE)
        whole = {each.id: each for each in here}
        return [whole.get(each.id, each) for each in batch if each.id in ours or each.id in whole]

    def _done(self, batch: Sequence[Message]) -> None:
        now = microseconds(self._database.clock.now())
        with self._database.unit_of_work() as unit:
            gone = batch
            if self._run(unit, _DONE, batch) != len(batch):
                # One that came back before its receipt did has no outgoing row any more, and is no more at the broker.
                unit.rollback()
                gone = [each for each in batch if self._run(unit, _DONE, [each])]
            if gone:
                unit.run(_PUBLISHED, *(_published(each, now) for each in gone))
            bodies.drop(unit, (each.id for each in gone if each.ticket and not self._redeems(each.queue_name)))
            unit.commit()

    def _give_back(self, batch: Sequence[Message]) -> None:
        with self._database.unit_of_work() as unit:
            self._run(unit, _BACK, batch, new_due_at=microseconds(self._database.clock.now()))
            unit.commit()

    def _refused(self, batch: Sequence[Message], error: str) -> None:
        """Have each published alone from now on; one that was alone waits, longer each time, and is given up in the end."""
        with self._database.unit_of_work() as unit:
            for each in batch:
                if len(batch) == 1 and each.attempt + 1 >= MOST_REFUSED:
                    self._bury(unit, each, error)
                    continue
                pause = min(timedelta(seconds=2**each.attempt), _LONGEST_PAUSE) if len(batch) == 1 else timedelta()
                due = microseconds(self._database.clock.now() + pause)
                self._run(unit, _REFUSED, [each], new_due_at=due, new_attempt=each.attempt + 1, new_error=error)
            unit.commit()

    def _bury(self, unit: UnitOfWork, message: Message, error: str) -> None:
        if unit.run(_DONE, which=message.id, by=self._owner):
            now = microseconds(self._database.clock.now())
            unit.run(_BURY, dead(message, error, f"{NOT_PUBLISHED}: {error}", now))

    def _run(self, unit: UnitOfWork, command: Command, batch: Sequence[Message], **values: Any) -> int:
        rows = [{"which": each.id, "by": self._owner, **values} for each in batch]
        return unit.run(command, *rows) if rows else 0


def _published(message: Message, now: int) -> dict[str, object]:
    return {"id": message.id, "queue": message.queue_name, "causation": message.causation, "published_at": now}


def _together(taken: Sequence[Message]) -> int:
    """Return how many of these, from the first on, go in one transaction: one that was refused before goes alone."""
    fresh = next((number for number, each in enumerate(taken) if each.attempt), len(taken)) or 1
    return min(fresh, bodies.within(taken))
