"""Dead letters: what was given up, grouped by cause; shown, edited, tried again or discarded."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, func, insert, select, update

from opensky.kernel.errors import FieldError, Invalid, NotFound
from opensky.kernel.ids import LAST
from opensky.messaging import bodies
from opensky.messaging.message import Message
from opensky.messaging.nudge import Nudger
from opensky.messaging.rows import body, kept, message, row
from opensky.messaging.tables import DEAD, FINISHED, MESSAGES
from opensky.persistence import Command, Database, Reader, UnitOfWork
from opensky.persistence.cursors import instant

NOT_PUBLISHED = "not published"
"""How the cause of a letter begins that no broker would take."""

_d = DEAD.c


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up, why and when."""

    message: Message
    cause: str
    error: str
    died_at: datetime


class Cause(NamedTuple):
    """What died of the same in one queue: how many letters, the newest of them and when it died."""

    queue: str
    cause: str
    letters: int
    newest: int
    last_at: datetime


class DeadLetters:
    """The dead letters of a database.

    What changes something is a transaction of its own, or part of that of a unit of work that is handed in.
    """

    def __init__(self, database: Database, nudger: Nudger | None = None) -> None:
        self._database = database
        self._nudger = nudger

    def causes(self) -> list[Cause]:
        """What died, by queue and cause, the latest first?"""
        statement = (
            select(_d.queue, _d.cause, func.count(), func.max(_d.id), func.max(_d.died_at))
            .group_by(_d.queue, _d.cause)
            .order_by(func.max(_d.died_at).desc())
        )
        with self._database.reader(primary=True) as reader:
            return [
                Cause(queue, cause, letters, newest, instant(last))
                for queue, cause, letters, newest, last in map(tuple, reader.rows(statement))
            ]

    def listed(self, *, queue: str = "", cause: str = "", before: int = LAST, limit: int = 50) -> list[DeadLetter]:
        """Which letters are there, the newest first, before an id? Without large bodies: ``show`` has them."""
        statement = select(*_COLUMNS).where(_d.id < before).order_by(_d.id.desc()).limit(limit)
        if queue:
            statement = statement.where(_d.queue == queue)
        if cause:
            statement = statement.where(_d.cause == cause)
        with self._database.reader(primary=True) as reader:
            return [_letter(found) for found in reader.rows(statement)]

    def show(self, id_: int) -> DeadLetter:
        """Return one letter; raises ``NotFound``."""
        with self._database.reader(primary=True) as reader:
            found = reader.one(select(*_COLUMNS).where(_d.id == id_))
            whole = _whole(reader, _letter(found)) if found is not None else None
        if whole is None:
            raise NotFound(f"There is no dead letter {id_}; it may have been tried again or discarded.", id=id_)
        return whole

    def replay(self, ids: Sequence[int], unit: UnitOfWork | None = None) -> int:
        """Put letters back into their queues, to be handled now, their failed tries forgotten; return how many there were.

        A letter keeps its id, so that what it did already is known by it. One that a broker has refused is offered to it again.
        """
        now = self._database.clock.now()
        done = 0
        with self._within(unit) as own:
            for id_ in ids:
                found = own.execute(select(*_COLUMNS).where(_d.id == id_)).fetchone()
                if found is None or not own.execute(delete(DEAD).where(_d.id == id_)).rowcount:
                    continue
                letter = _letter(found)
                old, outgoing = letter.message, letter.cause.startswith(NOT_PUBLISHED)
                own.execute(insert(MESSAGES), row(_fresh(old), id_, now, None, outgoing=outgoing) | {"body": kept(old)})
                done += 1
            if done and self._nudger is not None:
                own.after_commit(self._nudger.nudge)
        return done

    def edit(self, id_: int, parameters: Any, unit: UnitOfWork | None = None) -> None:
        """Give a letter other parameters, to be replayed with.

        Raises:
            NotFound: there is no such letter.
            Invalid: the parameters are no JSON object.
        """
        if not isinstance(parameters, dict):
            raise Invalid(FieldError("parameters", "The parameters must be a JSON object.", "type"))
        with self._within(unit) as own:
            made = {"id": id_, "body": body(parameters)}
            large = bodies.handed_in(made, bodies.LARGE)
            changed = own.execute(DEAD.update().where(_d.id == id_).values(body=made["body"])).rowcount
            if changed:
                bodies.drop(own, [id_])
                bodies.keep(own, [large])
        if not changed:
            raise NotFound(f"There is no dead letter {id_}; it may have been tried again or discarded.", id=id_)

    def discard(self, ids: Sequence[int], unit: UnitOfWork | None = None) -> int:
        """Forget letters for good; return how many there were."""
        with self._within(unit) as own:
            statement = select(_d.id, _d.causation, _d.body).where(_d.id.in_(ids))
            gone = 0
            for id_, causation, kept_body in map(tuple, own.execute(statement).all() if ids else ()):
                if own.execute(delete(DEAD).where(_d.id == id_)).rowcount:
                    gone += 1
                    bodies.drop(own, [id_] if bodies.ticket_of(kept_body) else [])
                    own.run(_UNSENT, which=causation)
            return gone

    @contextmanager
    def _within(self, unit: UnitOfWork | None) -> Iterator[UnitOfWork]:
        """Give the unit of work that was handed in, whose owner commits it, or one of our own that ends with the block."""
        if unit is not None:
            yield unit
            return
        with self._database.unit_of_work() as own:
            yield own
            own.commit()


_UNSENT = Command(update(FINISHED).where(FINISHED.c.id == bindparam("which")).values(sent=FINISHED.c.sent - 1))
"""Who sent a letter that is discarded need not account for it any more."""
_COLUMNS = (
    *(_d.id, _d.queue, _d.type, _d.priority, _d.died_at, _d.attempt, _d.order_key),
    *(_d.correlation, _d.causation, _d.headers, _d.body, _d.cause, _d.error),
)


def _letter(found: Any) -> DeadLetter:
    id_, queue, type_, priority, died_at, attempt, key, correlation, causation, headers, parameters, cause, error = (
        found
    )
    died = message(
        id_, queue, type_, priority, died_at, attempt, key, None, correlation, causation, headers, parameters, ""
    )
    return DeadLetter(died, cause, error, instant(died_at))


def _whole(reader: Reader, letter: DeadLetter) -> DeadLetter:
    whole, _gone = bodies.fetched(reader, [letter.message])
    return replace(letter, message=whole[0]) if whole else letter


def _fresh(old: Message) -> Message:
    return Message(
        queue_name=old.queue_name,
        parameters=old.parameters,
        headers=old.headers,
        type=old.type,
        correlation=old.correlation,
        causation=old.causation,
        history=old.history,
        priority=old.priority,
        key=old.key,
    )
