"""The relay: publishes what units of work have sent to a broker's queues, and removes a row only when the broker has it.

A batch is one STOMP transaction whose COMMIT asks for a receipt. Without the receipt nothing is removed: it is published again. So a
message is never lost, and may arrive twice under one id, which the receiver's seen rows notice.
"""

import itertools
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from opensky.messaging.message import Message
from opensky.messaging.rows import COLUMNS, message
from opensky.messaging.stomp.connection import Connection
from opensky.messaging.stomp.frames import Frame
from opensky.messaging.stomp.wire import to_frame
from opensky.messaging.tables import MESSAGES, OUTGOING
from opensky.persistence import Command, Database, Query
from opensky.persistence.cursors import microseconds

BATCH = 100
LEASE = timedelta(seconds=60)

_m = MESSAGES.c
_NEXT = (
    select(_m.id)
    .where(_m.state == OUTGOING, _m.due_at <= bindparam("now"))
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


class Relay:
    """Publishes outgoing messages of a database. Several relays may run at once; each message is leased to one.

    What a relay that dies had leased is published by another when its lease has run out.
    """

    def __init__(self, database: Database, owner: str, *, lease: timedelta = LEASE) -> None:
        self._database = database
        self._owner = owner
        self._lease = lease
        self._transactions = itertools.count(1)

    def round(self, connection: Connection, most: int = BATCH) -> int:
        """Publish the next batch and return how many it were.

        Raises:
            StompError: the broker did not take or confirm them; they are published again by the next round.
        """
        batch = self._take(most)
        if not batch:
            return 0
        name = f"t{next(self._transactions)}"
        inside = {"transaction": name}
        sends = [to_frame(each, connection.dialect) for each in batch]
        try:
            connection.confirmed(
                Frame("BEGIN", inside),
                *(each._replace(headers={**each.headers, **inside}) for each in sends),
                Frame("COMMIT", inside),
            )
        except BaseException:
            self._run(_BACK, batch, new_due_at=microseconds(self._database.clock.now()))
            raise
        self._run(_DONE, batch)
        return len(batch)

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
            unit.commit()
        return taken

    def _run(self, command: Command, batch: list[Message], **values: Any) -> None:
        with self._database.unit_of_work() as unit:
            unit.run(command, *({"which": each.id, "by": self._owner, **values} for each in batch))
            unit.commit()
