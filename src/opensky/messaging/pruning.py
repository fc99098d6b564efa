"""Pruning: what was handled long ago is forgotten, in steps so small that whoever wants to write waits for none of them.

The journeys of handled messages go after ``finished``; which messages a consumer has had after ``seen``, which is longer than a broker keeps a
message for a second delivery and than a dead letter waits for a decision. Nothing that still waits, and no dead letter, is ever pruned.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Column, delete, exists, select

from opensky.kernel.ids import first_id_at
from opensky.messaging.bodies import BODIES
from opensky.messaging.tables import DEAD, FINISHED, MESSAGES, PUBLISHED, SEEN
from opensky.messaging.traces import TRACES
from opensky.persistence import Database, UnitOfWork
from opensky.persistence.cursors import microseconds

FINISHED_FOR, SEEN_FOR = timedelta(days=30), timedelta(days=90)
STEP = 500
"""So many rows are removed in one transaction."""


class Pruned(NamedTuple):
    """How many rows were removed of what was handled, seen, traced, left behind by a broker, and published to strangers."""

    finished: int = 0
    seen: int = 0
    traces: int = 0
    bodies: int = 0
    published: int = 0


class Pruner:
    """Removes old rows. Several may run at once."""

    def __init__(
        self,
        database: Database,
        *,
        finished: timedelta = FINISHED_FOR,
        seen: timedelta = SEEN_FOR,
        step: int = STEP,
    ) -> None:
        self._database = database
        self._finished = finished
        self._seen = seen
        self._step = step

    def round(self) -> Pruned:
        """Remove at most a step of each kind and return how many; none were left if that is nothing."""
        now = self._database.clock.now()
        return Pruned(
            self._older(FINISHED.c.ended_at, now - self._finished),
            self._older(SEEN.c.seen_at, now - self._seen),
            self._older(TRACES.c.noted_at, now - self._finished),
            self._unclaimed(now - self._seen),
            self._older(PUBLISHED.c.published_at, now - self._finished),
        )

    def run(self, pause: Callable[[], object] = lambda: None) -> Pruned:
        """Remove all that is old, with a ``pause`` after each step; return how many."""
        total = Pruned()
        while any(done := self.round()):
            total = Pruned(*map(sum, zip(total, done, strict=True)))
            pause()
        return total

    def _older(self, at: Column[Any], before: datetime) -> int:
        """Remove the oldest rows before an instant: up to the time of the last of a step, which an index has at hand."""
        oldest = select(at).where(at < microseconds(before)).order_by(at).limit(self._step)
        with self._database.reader(primary=True) as reader:
            times = reader.rows(oldest)
        if not times:
            return 0
        return self._write(lambda unit: unit.execute(delete(at.table).where(at <= times[-1][0])).rowcount)

    def _unclaimed(self, before: datetime) -> int:
        """Remove large bodies that were sent to a broker and never came back, nor wait here or among the dead letters."""
        waits = exists(select(MESSAGES.c.id).where(MESSAGES.c.id == BODIES.c.id))
        died = exists(select(DEAD.c.id).where(DEAD.c.id == BODIES.c.id))
        old = select(BODIES.c.id).where(BODIES.c.id < first_id_at(before), ~waits, ~died).limit(self._step)
        with self._database.reader(primary=True) as reader:
            ids: Sequence[int] = [row[0] for row in reader.rows(old)]
        if not ids:
            return 0
        gone = delete(BODIES).where(BODIES.c.id.in_(ids), ~waits, ~died)
        return self._write(lambda unit: unit.execute(gone).rowcount)

    def _write(self, act: Callable[[UnitOfWork], int]) -> int:
        with self._database.unit_of_work() as unit:
            done = act(unit)
            unit.commit()
        return done
