"""How often somebody may try. One row a key, shared by all processes.

The rule is the leaky bucket in its one-number form (GCRA): a key may run ahead of its steady rate by ``burst`` tries.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete, select

from opensky.kernel.clock import Clock
from opensky.kernel.errors import TooMany
from opensky.logs import security
from opensky.persistence import Database, UnitOfWork, table
from opensky.persistence.statements import insert_or_hold
from opensky.web.objects import Throttle
from opensky.web.signing import Signer

_throttles = table(Throttle)
_OLD_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``burst`` tries at once, and after that one each ``every``."""

    burst: int
    every: timedelta


LOG_IN_ACCOUNT = Limit(5, timedelta(minutes=2))
LOG_IN_ADDRESS = Limit(30, timedelta(seconds=10))
SIGN_UP_ADDRESS = Limit(10, timedelta(minutes=2))


class Throttles:
    """Counts tries in a transaction of its own, so that a refused request is counted too.

    Call it before anything else in an action: the database has one writer, and a unit of work that has begun is it.
    """

    def __init__(self, database: Database, clock: Clock, secret_key: str) -> None:
        self._database = database
        self._clock = clock
        self._signer = Signer(secret_key, "throttle")

    def take(self, *tries: tuple[str, Limit]) -> None:
        """Count one try for each (key, limit), such as ``(f"log-in:{email}", LOG_IN_ACCOUNT)``.

        Raises:
            TooMany: one of them is used up; carries the seconds to wait. None is counted then.
        """
        unit_of_work = self._database.unit_of_work()
        try:
            names = {key: self._name(key) for key, _ in tries}
            self._hold(unit_of_work, sorted(names.values()))
            rows = {name: unit_of_work.get(Throttle, name) for name in names.values()}
            now = self._clock.now()  # not before the rows are ours: it would be the past of those who went first
            for key, limit in tries:
                name = names[key]
                row = rows[name]
                due = max(row.due_at, now) if row else now
                wait = due + limit.every - now - limit.burst * limit.every
                if wait > timedelta(0):
                    security("auth.throttled", kind=key.partition(":")[0])
                    raise TooMany("Too many tries. Please wait a little.", ceil(wait.total_seconds()))
                if row:
                    row.due_at = due + limit.every
                else:
                    unit_of_work.persist(Throttle(key=name, due_at=due + limit.every))
            self._forget_old(unit_of_work, now)
            unit_of_work.commit()
        finally:
            unit_of_work.close()

    def forget(self, unit_of_work: UnitOfWork, *keys: str) -> None:
        """Give keys their whole allowance back, in the request's own transaction: the log-in went well."""
        names = [self._name(key) for key in keys]
        unit_of_work.execute(delete(_throttles).where(_throttles.c.key.in_(names)))

    def _forget_old(self, unit_of_work: UnitOfWork, now: datetime) -> None:
        """Who waited long enough is as one who never came. Rows that somebody holds are left to the next one who looks."""
        old = select(_throttles.c.key).where(_throttles.c.due_at <= now).limit(_OLD_AT_ONCE)
        keys = unit_of_work.execute(old.with_for_update(skip_locked=True)).scalars().all()
        if keys:
            unit_of_work.execute(delete(_throttles).where(_throttles.c.key.in_(keys)))

    def _hold(self, unit_of_work: UnitOfWork, names: list[str]) -> None:
        """Have a row for each name and hold it, so that two tries at once are counted as two."""
        if unit_of_work.connection.dialect.name != "sqlite":
            for name in names:
                unit_of_work.execute(insert_or_hold(_throttles), {"key": name, "due_at": self._clock.now()})

    def _name(self, key: str) -> str:
        return self._signer.digest(key)
