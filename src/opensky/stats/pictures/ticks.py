"""Where the lines of a grid lie, and what is written beside them: round numbers, and round moments of a time zone."""

from datetime import UTC, datetime
from math import ceil, floor, isclose, log2, log10
from zoneinfo import ZoneInfo

from opensky.stats.targets import WrongTarget

_ROUND = (1, 2, 2.5, 5, 10)
_DIGITS, _KIBI = 9, 1024
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
    *(n * _DAY for n in (1, 2, 7, 14, 30, 90, 180, 365, 730, 1825, 3650)),
)
_UNITS = {
    "si": ((1e24, "Y"), (1e21, "Z"), (1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "K")),
    "binary": ((2**60, "Ei"), (2**50, "Pi"), (2**40, "Ti"), (2**30, "Gi"), (2**20, "Mi"), (2**10, "Ki")),
    "none": (),
}


def levels(low: float, high: float, most: int, units: str = "si") -> list[float]:
    """Return round numbers at equal distances that include both ends; at most about so many. Binary ones are round as computers count."""
    if isclose(low, high, rel_tol=1e-9, abs_tol=1e-12):
        away = abs(low) * 0.1 or 1.0
        low, high = low - away, high + away
    rough = (high - low) / max(1, most)
    power = 10.0 ** floor(log10(rough))
    if units == "binary" and max(abs(low), abs(high)) >= _KIBI:
        step: float = 2 ** ceil(log2(rough) - 1e-9)
    else:
        step = next(power * each for each in _ROUND if power * each >= rough * 0.999)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [n * step for n in range(first, last + 1)]


def said(value: float, step: float, units: str) -> str:
    """Return a number as it is written beside an axis whose lines lie so far apart."""
    size = max(abs(value), abs(step))
    times, sign = next(((t, s) for t, s in _UNITS[units] if size >= t), (1.0, ""))
    if not value:
        return "0"
    digits = next((n for n in range(_DIGITS) if isclose(round(step / times, n), step / times, rel_tol=1e-6)), _DIGITS)
    text = f"{value / times:.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + sign


def moments(since: int, until: int, zone: ZoneInfo, most: int) -> tuple[list[int], int]:
    """Return round moments of a time, at most about so many, and how many seconds they lie apart."""
    step = next((each for each in _STEPS if (until - since) / each <= max(1, most)), until - since or 1)
    away = datetime.fromtimestamp(since, zone).utcoffset()
    shift = int(away.total_seconds()) if away else 0
    first = -(-(since + shift) // step) * step - shift
    return list(range(first, until + 1, step)), step


def moment_said(second: int, step: int, span: int, zone: ZoneInfo, form: str = "") -> str:
    """Return a moment as it is written below a picture of so long a time."""
    when = datetime.fromtimestamp(second, UTC).astimezone(zone)
    if not form:
        if step < _MINUTE:
            form = "%H:%M:%S"
        elif step < _DAY:
            form = "%H:%M" if span <= _DAY else "%a %H:%M"
        else:
            form = "%d %b" if span < 300 * _DAY else "%b %Y"
    try:
        return when.strftime(form)
    except ValueError as error:  # a character that no text can hold
        raise WrongTarget(f"xFormat: {form!r} cannot be written.") from error
