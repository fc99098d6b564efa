"""The intake: takes messages from a broker's queues into the embedded queue, where flows find them.

A batch is written with its seen rows in one transaction, and acknowledged after that has been committed. A crash between the two
brings the batch again; the seen rows, which outlive the messages, know it.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, update

from opensky.messaging import bodies
from opensky.messaging.message import Message
from opensky.messaging.nudge import Nudger
from opensky.messaging.rows import kept, row
from opensky.messaging.stomp.connection import Connection
from opensky.messaging.stomp.frames import Frame
from opensky.messaging.stomp.wire import from_frame
from opensky.messaging.tables import KEY_LENGTH, MESSAGES, OUTGOING, PUBLISHED, READY, SEEN
from opensky.persistence import Command, Database, UnitOfWork
from opensky.persistence.cursors import microseconds
from opensky.persistence.statements import insert_ignore

PREFETCH = 200
BATCH = 100
_SEE = Command(insert_ignore(SEEN))
_TAKE_IN = Command(insert(MESSAGES))
_BACK_FROM_BROKER = Command(delete(PUBLISHED).where(PUBLISHED.c.id == bindparam("which")))
_COME_HOME = Command(
    update(MESSAGES)
    .where(MESSAGES.c.id == bindparam("which"), MESSAGES.c.state == OUTGOING)
    .values(state=READY, owner="", due_at=bindparam("new_due_at"))
)
"""Sender and receiver may share a database: then the message can be back before the relay, which waits for its receipt, or died
waiting, has taken its row away. That row is the message; whoever published it finds nothing left to remove."""


class Intake:
    """Takes in the messages of some queues. Several may run at once."""

    def __init__(
        self, database: Database, queues: Sequence[str], nudger: Nudger | None = None, large: int = bodies.LARGE
    ) -> None:
        self._database = database
        self._large = large
        self._queues = {f"q{number}": queue for number, queue in enumerate(queues)}
        self._nudger = nudger

    def subscribe(self, connection: Connection) -> None:
        """Have the broker send what is in the queues."""
        for name, queue in self._queues.items():
            connection.subscribe(queue, name, PREFETCH)

    def round(self, connection: Connection, seconds: float = 1.0) -> int:
        """Wait at most ``seconds`` for messages, take them in, acknowledge them; return how many were new.

        Raises:
            StompError: the connection broke; what was not acknowledged comes again.
        """
        frames = connection.receive(seconds, BATCH)
        if not frames:
            return 0
        new = self._keep(frames)
        connection.acknowledge(frames)
        if new and self._nudger is not None:
            self._nudger.nudge()
        return new

    def _keep(self, frames: Sequence[Frame]) -> int:
        now = self._database.clock.now()
        new: list[dict[str, int]] = []
        with self._database.unit_of_work() as unit:
            for frame in frames:
                queue = self._queues.get(frame.headers.get("subscription", ""), "")
                message, known_by = from_frame(frame, queue)
                seen = {"consumer": queue, "message_id": known_by[:KEY_LENGTH], "seen_at": microseconds(now)}
                if unit.run(_SEE, seen):
                    id_ = message.id or self._database.ids.next()
                    whole = replace(message, id=id_, correlation=message.correlation or id_)
                    if not unit.run(_COME_HOME, which=id_, new_due_at=microseconds(now)):
                        self._take_in(unit, whole, now)
                    new.append({"which": id_})
            if new:
                unit.run(_BACK_FROM_BROKER, *new)
            unit.commit()
        return len(new)

    def _take_in(self, unit: UnitOfWork, message: Message, now: datetime) -> None:
        # What a stranger has sent is here already; refusing it would bring it again for ever.
        made = row(message, message.id, now, None, outgoing=False, longest=sys.maxsize)
        large = None
        if message.ticket:  # its body has waited here
            made["body"] = kept(message)
        else:
            large = bodies.handed_in(made, self._large)
        unit.run(_TAKE_IN, made)
        bodies.keep(unit, [large])
