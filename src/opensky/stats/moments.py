"""Moments as Graphite's requests name them: ``-1h``, ``now-2d``, ``1360324800``, ``20130208``, ``12:00_20130208``; in UTC."""

import re
from datetime import UTC, datetime

from opensky.stats.functions import seconds_of
from opensky.stats.targets import WrongTarget

_DATE, _CLOCK = re.compile(r"\d{8}"), re.compile(r"(\d{1,2}):(\d{2})(?:_(\d{8}))?")
LAST_SECOND = 4_102_444_800


def moment(text: str, now: int) -> int:
    """Return the second, of this era, that ``-1h``, ``now-2d``, ``1360324800``, ``20130208`` or ``12:00_20130208`` is, in UTC.

    Raises:
        WrongTarget: it is none of them.
    """
    found = _moment(text, now)
    if not 0 <= found <= LAST_SECOND:
        raise WrongTarget(f"{text!r} is before 1970 or after 2100.")
    return found


def _moment(text: str, now: int) -> int:
    given = text.strip().lower().replace(" ", "")
    if given in {"", "now"}:
        return now
    if given[:1] in "+-" or given.startswith("now"):
        span = given.removeprefix("now")
        return now + seconds_of(span) * (-1 if span[:1] == "-" else 1)
    if found := _CLOCK.fullmatch(given):
        day = _day(found[3]) if found[3] else datetime.fromtimestamp(now, UTC)
        return int(day.replace(hour=int(found[1]), minute=int(found[2]), second=0).timestamp())
    if _DATE.fullmatch(given):
        return int(_day(given).timestamp())
    if given.isdecimal():
        return int(given)
    raise WrongTarget(f"{text!r} is no moment such as -1h, now-2d, 12:00_20130208 or a second since 1970.")


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        raise WrongTarget(f"{text!r} is no day such as 20130208.") from None
