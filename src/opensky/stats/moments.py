"""Moments as Graphite's requests name them: ``-1h``, ``now-2d``, ``1360324800``, ``noon_yesterday``, ``12:00_20130208``, ``monday-1h``."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from opensky.stats.functions import seconds_of
from opensky.stats.targets import WrongTarget

LAST_SECOND = 4_102_444_800
_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_PARTS = re.compile(
    r"""(?:(?P<hour>\d{1,2}):(?P<minute>\d\d)(?P<half>am|pm)?|(?P<only>\d{1,2})(?P<its>am|pm)|(?P<word>noon|midnight|teatime))?
    (?:(?P<near>today|yesterday|tomorrow)|(?P<numbers>\d{8})|(?P<american>\d{1,2}/\d{1,2}/\d{2}(?:\d\d)?)
    |(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?P<nth>\d{1,2})
    |(?P<weekday>mon|tue|wed|thu|fri|sat|sun)[a-z]*)?""",
    re.VERBOSE,
)
_WORDS = {"noon": 12, "midnight": 0, "teatime": 16}
_NEAR = {"today": 0, "yesterday": -1, "tomorrow": 1}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HALF, _CENTURY = 12, 100


def moment(text: str, now: int, zone: tzinfo = UTC) -> int:
    """Return the second, of this era, that a text means: where one lives in a time zone.

    Raises:
        WrongTarget: it means none.
    """
    found = _moment(text, now, zone)
    if not 0 <= found <= LAST_SECOND:
        raise WrongTarget(f"{text!r} is before 1970 or after 2100.")
    return found


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its name; raises ``WrongTarget``."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise WrongTarget(f"{name!r} is no time zone such as Europe/Berlin.") from error


def _moment(text: str, now: int, zone: tzinfo) -> int:
    given = re.sub(r"[\s_,]", "", text.lower())
    if given.isdecimal() and not _DAY.fullmatch(given):
        return int(given) if len(given) < len(str(2**63)) else -1
    split = re.search(r"[+-]", given)
    said, span = (given[: split.start()], given[split.start() :]) if split else (given, "")
    away = seconds_of(span) * (-1 if span[0] == "-" else 1) if span else 0
    if said in {"", "now"}:
        return now + away
    parts = _PARTS.fullmatch(said)
    if parts is None:
        raise WrongTarget(f"{text!r} is no moment such as -1h, noon_yesterday, 12:00_20130208 or a second since 1970.")
    try:
        day = _day(parts, datetime.fromtimestamp(now, zone).date())
        hour, minute = _clock(parts)
        return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).timestamp()) + away
    except (ValueError, OverflowError):
        raise WrongTarget(f"{text!r} is no day or hour that there is.") from None


def _clock(parts: re.Match[str]) -> tuple[int, int]:
    if parts["word"]:
        return _WORDS[parts["word"]], 0
    hour, half = int(parts["hour"] or parts["only"] or 0), parts["half"] or parts["its"]
    if half:
        if hour > _HALF:
            raise ValueError(hour)
        hour = hour % _HALF + (_HALF if half == "pm" else 0)
    return hour, int(parts["minute"] or 0)


def _day(parts: re.Match[str], today: date) -> date:
    if parts["near"]:
        return today + timedelta(days=_NEAR[parts["near"]])
    if parts["numbers"]:
        return date(int(parts["numbers"][:4]), int(parts["numbers"][4:6]), int(parts["numbers"][6:]))
    if parts["american"]:
        month, day, year = map(int, parts["american"].split("/"))
        if year < _CENTURY:
            year += 1900 if year >= 70 else 2000  # noqa: PLR2004 - before 1970 nothing was counted
        return date(year, month, day)
    if parts["month"]:
        return date(today.year, _MONTHS.index(parts["month"]) + 1, int(parts["nth"]))
    if parts["weekday"]:
        return today - timedelta(days=(today.weekday() - _WEEKDAYS.index(parts["weekday"])) % 7)
    return today
