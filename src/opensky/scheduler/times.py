"""Times of a schedule: what a cron expression means in a time zone, as instants.

Daylight saving is as in Debian's cron: of a job at fixed hours, the time that a spring night leaves out comes as the clocks are put on,
the one that an autumn night has twice comes the first time; a job of each hour, or minute, runs by hours and minutes that really pass.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from opensky.scheduler.errors import WrongJob

MOST = 1000
"""So many times are counted at most; more are more than that."""
_BACK = (timedelta(hours=1), timedelta(days=1), timedelta(days=32), timedelta(days=367), timedelta(days=367 * 8))
"""How far back to look for the latest time: a little first, as most jobs run often."""


class Times:
    """The times of an expression of five fields (six begin with seconds) in a zone; raises ``WrongJob`` if either makes no sense."""

    def __init__(self, expression: str, zone: str = "UTC") -> None:
        self.expression = expression
        self.zone = zone
        self._zone = _zone(zone)
        try:
            next(CronSim(expression, datetime(2026, 1, 1, tzinfo=UTC)))
        except (CronSimError, ValueError) as error:
            message = (
                f"{expression!r} is no cron expression ({error}); write one such as '30 3 * * *', each night at 3:30."
            )
            raise WrongJob(message, expression=expression) from error
        except StopIteration as error:
            raise WrongJob(f"{expression!r} never comes: there is no such day.", expression=expression) from error

    @property
    def words(self) -> str:
        """What the expression says, in English."""
        return CronSim(self.expression, datetime(2026, 1, 1, tzinfo=UTC)).explain()

    def after(self, since: datetime) -> Iterator[datetime]:
        """Yield the times after an instant, in order, in UTC, each once."""
        last = since.astimezone(UTC)
        for local in CronSim(self.expression, since.astimezone(self._zone)):
            # Begun within an hour that comes twice, it would name a time of the first of the two, which is over.
            found = local.astimezone(UTC)
            if found > last:
                last = found
                yield found

    def next(self, since: datetime) -> datetime | None:
        """Return the first time after an instant; ``None`` if there is none in fifty years."""
        return next(self.after(since), None)

    def between(self, since: datetime, until: datetime, most: int = MOST) -> list[datetime]:
        """Return the times after ``since`` up to ``until``, the first ``most`` of them."""
        found = []
        for each in islice(self.after(since), most):
            if each > until:
                break
            found.append(each)
        return found

    def latest(self, since: datetime, until: datetime) -> datetime | None:
        """Return the last time after ``since`` and not after ``until``."""
        for back in _BACK:
            begin = max(since, until - back)
            last = None
            for each in self.after(begin):
                if each > until:
                    break
                last = each
            if last is not None or begin == since:
                return last
        return None


def spread(job: str, slot: datetime, jitter: float, salt: str) -> timedelta:
    """Return how long after its time a run begins: up to ``jitter`` seconds, the same for whoever asks, another in another shop."""
    if jitter <= 0:
        return timedelta(0)
    drawn = hashlib.sha256(f"{salt}\n{job}\n{slot.isoformat()}".encode()).digest()
    return timedelta(seconds=jitter * int.from_bytes(drawn[:6]) / 2**48)


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC  # by hours that are never put on or back, cheaply
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError) as error:
        message = f"{name!r} is no time zone that this machine knows; write one such as Europe/Berlin, or UTC."
        raise WrongJob(message, zone=name) from error
