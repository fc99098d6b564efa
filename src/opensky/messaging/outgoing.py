"""The client of a unit of work: what it sends is a row of the same transaction, so it goes out if that commits, or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select

from opensky.kernel import spans
from opensky.kernel.doing import NOW, REQUEST, carried
from opensky.kernel.ids import IdGenerator
from opensky.messaging import bodies, traces
from opensky.messaging.message import Message, when_due
from opensky.messaging.nudge import Nudger
from opensky.messaging.rows import row
from opensky.messaging.tables import MESSAGES
from opensky.persistence import Command, Query, UnitOfWork
from opensky.persistence.statements import insert_ignore

_INSERT = Command(insert(MESSAGES))
_INSERT_UNIQUE = Command(insert_ignore(MESSAGES))
_WAITING = Query(
    select(MESSAGES.c.id).where(
        MESSAGES.c.queue == bindparam("queue"), MESSAGES.c.unique_key == bindparam("unique_key")
    ),
    int,
)


def local(_queue_name: str) -> bool:
    """Say that no queue is a broker's: the embedded default."""
    return False


class Outgoing:
    """Sends messages in the transaction of a unit of work (``Client``). One for each unit of work.

    ``is_remote`` says of a queue whether a broker has it; a relay then publishes the row. Bodies of more than ``large`` bytes are
    kept apart. Workers are nudged after the commit.
    """

    def __init__(
        self,
        unit: UnitOfWork,
        ids: IdGenerator,
        nudger: Nudger | None = None,
        is_remote: Callable[[str], bool] = local,
        large: int = bodies.LARGE,
    ) -> None:
        self._unit = unit
        self._ids = ids
        self._nudger = nudger
        self._is_remote = is_remote
        self._large = large
        self._nudges = False
        self._journey: dict[str, Any] = {}
        self._journeys: dict[int, None] = {}
        self.sent = 0
        """How many messages it has sent; one that was not taken, because such a one waits already, does not count."""

    @property
    def journeys(self) -> tuple[int, ...]:
        """The journeys that this unit of work is part of: the one that it continues, and those of what it has sent."""
        return tuple(self._journeys)

    def continues(self, correlation: int, causation: int, history: tuple[str, ...]) -> None:
        """Have what is sent from now on belong to the journey of a message, unless it says of which it is part itself."""
        self._journey = {"correlation": correlation, "causation": causation, "history": history}
        if correlation:
            self._journeys[correlation] = None

    def connect(self) -> None:
        """Do nothing: the unit of work has its connection."""

    def disconnect(self) -> None:
        """Do nothing: what was sent is the unit of work's to commit."""

    def send(self, message: Message, *, delay: timedelta | None = None, at: datetime | None = None) -> int:
        """Write the message into the open transaction and return its id (see ``Client.send``)."""
        tracer = spans.tracer
        if tracer is None:
            return self._send(message, delay, at)
        facts = {"messaging.destination.name": message.queue_name}
        span = tracer.begin(f"send {message.queue_name}", "producer", facts)
        try:
            return self._send(message, delay, at)
        finally:
            tracer.end(span, {})

    def _send(self, message: Message, delay: timedelta | None, at: datetime | None) -> int:
        if self._journey and not message.correlation:
            message = replace(message, **self._journey)
        if about := carried():
            message = replace(message, headers={**about, **message.headers})
        now = self._unit.clock.now()
        due_at = when_due(message, now, delay, at)
        id_ = message.id or self._ids.next()
        made = row(message, id_, now, due_at, outgoing=self._is_remote(message.queue_name))
        body = bodies.handed_in(made, self._large)
        if message.unique:
            if not self._unit.run(_INSERT_UNIQUE, made):
                waiting = self._unit.fetch_one(_WAITING, queue=message.queue_name, unique_key=message.unique)
                return waiting if waiting is not None else id_
        else:
            self._unit.run(_INSERT, made)
        if body is not None:
            bodies.keep(self._unit, (body,))
        self.sent += 1
        self._journeys[made["correlation"]] = None
        if not message.correlation:
            self._begun_by(about.get(REQUEST, ""), made["correlation"], now)
        self._nudge_after_commit()
        return id_

    def send_all(self, messages: list[Message]) -> None:
        """Write several new messages with one statement; none of them unique, delayed or with an id of its own."""
        if messages:
            now = self._unit.clock.now()
            if about := carried():
                messages = [replace(each, headers={**about, **each.headers}) for each in messages]
            rows = [row(m, self._ids.next(), now, m.due_at, outgoing=self._is_remote(m.queue_name)) for m in messages]
            large = [bodies.handed_in(each, self._large) for each in rows]
            self._unit.run(_INSERT, *rows)
            bodies.keep(self._unit, large)
            self.sent += len(rows)
            self._nudge_after_commit()

    def _begun_by(self, request: str, journey: int, now: datetime) -> None:
        """Write down which request has begun a journey, and have its log name that."""
        doing = NOW.get()
        if doing is not None:
            doing.noted.setdefault("journeys", []).append(journey)
        if request:
            traces.note(self._unit, traces.About(traces.REQUEST, request), (journey,), now)

    def _nudge_after_commit(self) -> None:
        if self._nudger is not None and not self._nudges:
            self._nudges = True
            self._unit.after_commit(self._nudge)

    def _nudge(self) -> None:
        self._nudges = False
        if self._nudger is not None:
            self._nudger.nudge()
