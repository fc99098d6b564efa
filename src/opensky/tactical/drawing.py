"""Lines, bands and marks as SVG: what a sparkline and a large graph show, without a script. Pure: the same values, the same picture."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from markupsafe import Markup, escape

from opensky.tactical.readings import Band, Line, Mark

WIDTH, HEIGHT = 600, 200
"""Of a sparkline, in its own units: it is stretched to the room that there is, its strokes are not."""
MOST_POINTS = 200
"""A line of more is drawn by the means of neighbours: nobody sees more points than this in so little room."""
_WEEK = 7 * 86_400
_LEAST_POINTS = 12
NONE = "\N{EN DASH}"
"""What stands for a number that is not there."""
_LARGEST = 1e300
"""Beyond it the distance of two numbers is none that can be counted with: what is larger is not drawn."""
_HEAD = 0.06
"""The part of the height that stays free above the highest point."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What is seen: from when to when, from how little to how much, on how many units."""

    since: float
    until: float
    low: float
    high: float
    width: float = WIDTH
    height: float = HEIGHT

    def x(self, when: float) -> float:
        """Return where an instant lies."""
        return (when - self.since) / max(self.until - self.since, 1e-9) * self.width

    def y(self, value: float) -> float:
        """Return where a value lies; above is more."""
        share = (value - self.low) / max(self.high - self.low, 1e-9)
        return self.height - share * (1 - _HEAD) * self.height


def sparkline(history: Line, last_week: Line | None, band: Band | None, marks: Sequence[Mark]) -> Markup:
    """Return the picture of a tile: what is usual as a band, last week in grey, the line itself, deploys as uprights."""
    if not history.known():
        return Markup("")
    history, band = _young(history, band)
    history, before = thinned(history), _shifted(last_week, history)
    frame = framing(history, *(each for each in (before, *_edges(band)) if each is not None))
    parts = [area(band, frame)] if band is not None else []
    if before is not None:
        parts.append(_path("before", thinned(before), frame))
    parts += [_mark(mark, frame) for mark in marks if frame.since <= mark.when <= frame.until]
    parts.append(_path("line", history, frame))
    last = _last(history)
    if last is not None:
        x, y = frame.x(last[0]), frame.y(last[1])
        parts.append(Markup('<path class="here" d="M{} {}h0"/>').format(_n(x), _n(y)))
    return _picture("spark", frame, parts)


def framing(*lines: Line, width: float = WIDTH, height: float = HEIGHT) -> Frame:
    """Return the frame that shows all of these lines over the seconds of the first. It begins at nothing unless that hides all there is to see."""
    values = [value for line in lines for value in line.known() if _drawable(value)]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if 0 <= low < high * 0.5:
        low = 0.0
    if low == high:
        low, high = (0.0, 1.0) if high == 0 else (min(low * 0.5, low * 1.5), max(low * 0.5, low * 1.5))
    return Frame(lines[0].start, max(lines[0].end - lines[0].step, lines[0].start + 1), low, high, width, height)


def thinned(line: Line, most: int = MOST_POINTS) -> Line:
    """Return a line of no more than so many points, each the mean of those that it stands for."""
    by = -(-len(line.values) // most)
    if by <= 1:
        return line
    groups = (line.values[start : start + by] for start in range(0, len(line.values), by))
    return Line(line.start, line.step * by, tuple(_mean(group) for group in groups))


def area(band: Band, frame: Frame) -> Markup:
    """Return the band between two lines, in one piece for each stretch where it is known."""
    low, high = thinned(band.low), thinned(band.high)
    pieces: list[tuple[list[str], list[str]]] = []
    top: list[str] = []
    bottom: list[str] = []
    for number, (least, most) in enumerate(zip(low.values, high.values, strict=False)):
        if least is None or most is None or not (_drawable(least) and _drawable(most)):
            pieces.append((top, bottom))
            top, bottom = [], []
            continue
        x = _n(frame.x(low.start + number * low.step))
        top.append(f"{x} {_n(frame.y(most))}")
        bottom.append(f"{x} {_n(frame.y(max(least, frame.low)))}")
    pieces.append((top, bottom))
    drawn = "".join("M" + "L".join(top + bottom[::-1]) + "Z" for top, bottom in pieces if len(top) > 1)
    return Markup('<path class="band" d="{}"/>').format(drawn)


def bar(share: float | None, kind: str = "") -> Markup:
    """Return a bar that is filled to a share of its room, 0 to 1."""
    filled = _n(100 * min(1.0, max(0.0, share or 0.0)))
    return Markup(
        '<svg class="bar {}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="room" width="100" height="10"/><rect class="filled" width="{}" height="10"/></svg>'
    ).format(kind, filled)


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Return round numbers between two values, about so many: 1, 2 or 5 times a power of ten apart."""
    span = high - low
    if span < 1 / _LARGEST or not math.isfinite(span):
        return [low]
    power = 10.0 ** math.floor(math.log10(span / about))
    step = next(size * power for size in (1, 2, 5, 10) if span / (size * power) <= about)
    first = math.ceil(low / step - 1e-9)
    return [round(number * step, 10) for number in range(first, math.floor(high / step + 1e-9) + 1)]


_STEPS = (60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600)


def instants(since: float, until: float, about: int = 8) -> list[tuple[int, str]]:
    """Return round instants of a span with how they are written, about so many. UTC."""
    step = next((each for each in _STEPS if (until - since) / each <= about), _STEPS[-1])
    form = "%d %b" if step >= 86_400 else ("%d %b %H:%M" if until - since > 86_400 else "%H:%M")  # noqa: PLR2004 - a day
    first = -(-int(since) // step) * step
    return [(when, f"{datetime.fromtimestamp(when, UTC):{form}}") for when in range(first, int(until) + 1, step)]


def short(value: float | None) -> str:
    """Write a number in at most five characters or so: 0.42, 41, 1.2k, 3.5M; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return NONE
    if abs(value) >= 1e15:  # noqa: PLR2004 - a million of the largest sign
        return f"{value:.1e}"
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            scaled = value / (1e3 if sign == "k" else size)
            return f"{scaled:.3g}{sign}" if abs(scaled) < 1000 else f"{scaled:,.0f}{sign}"  # noqa: PLR2004 - three digits
    if value == round(value) or abs(value) >= 100:  # noqa: PLR2004 - three digits say enough
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 1 else f"{value:.2g}" if abs(value) >= 0.01 else f"{value:.1g}"  # noqa: PLR2004 - the smaller, the fewer digits


def _young(history: Line, band: Band | None) -> tuple[Line, Band | None]:
    """Return what there is of a line that has just begun, with some room before it: three hours of nothing would hide it."""
    first = next(number for number, value in enumerate(history.values) if value is not None)
    known = len(history.values) - first
    if known * 3 >= len(history.values):
        return history, band
    since = history.start + history.step * max(0, len(history.values) - max(_LEAST_POINTS, known * 6 // 5))
    if band is not None:
        band = replace(band, low=_since(band.low, since), high=_since(band.high, since))
    return _since(history, since), band


def _since(line: Line, since: int) -> Line:
    skipped = max(0, -(-(since - line.start) // line.step))
    return Line(line.start + skipped * line.step, line.step, line.values[skipped:])


def _path(kind: str, line: Line, frame: Frame) -> Markup:
    return Markup('<path class="{}" d="{}"/>').format(kind, points(line, frame))


def points(line: Line, frame: Frame) -> str:
    """Return a line as the commands of a path: a gap where nothing is known, a dot where one point stands alone."""
    across = frame.width / max(frame.until - frame.since, 1e-9)
    up = (1 - _HEAD) * frame.height / max(frame.high - frame.low, 1e-9)
    x, step, low, height = (line.start - frame.since) * across, line.step * across, frame.low, frame.height
    drawn, open_, alone = [], False, False
    for value in line.values:
        if value is None or not _drawable(value):
            if alone:
                drawn.append("h0")
            open_ = alone = False
        else:
            drawn.append(f"{'L' if open_ else 'M'}{round(x)} {round(height - (value - low) * up)}")
            alone, open_ = not open_, True
        x += step
    return "".join(drawn) + ("h0" if alone else "")


def _mark(mark: Mark, frame: Frame) -> Markup:
    return Markup('<path class="mark {}" d="M{} 0V{}"/>').format(
        kind_of(mark), _n(frame.x(mark.when)), _n(frame.height)
    )


def kind_of(mark: Mark) -> str:
    """Return what a mark is, for its looks: a deploy, an alert, or a note."""
    return next((kind for kind in ("deploy", "alert") if kind in mark.tags), "note")


def _picture(kind: str, frame: Frame, parts: Iterable[Markup]) -> Markup:
    size = f"0 0 {_n(frame.width)} {_n(frame.height)}"
    start = Markup('<svg class="{}" viewBox="{}" preserveAspectRatio="none" aria-hidden="true">').format(kind, size)
    return start + Markup("").join(escape(part) for part in parts) + Markup("</svg>")


def _shifted(last_week: Line | None, history: Line) -> Line | None:
    """Return last week's line on the seconds of this week's, wherever it says that it lies."""
    if last_week is None or not last_week.known():
        return None
    weeks = round((history.start - last_week.start) / _WEEK)
    return _since(Line(last_week.start + weeks * _WEEK, last_week.step, last_week.values), history.start)


def _edges(band: Band | None) -> list[Line]:
    return [] if band is None else [band.low, band.high]


def _last(line: Line) -> tuple[float, float] | None:
    for number in range(len(line.values) - 1, -1, -1):
        value = line.values[number]
        if value is not None and _drawable(value):
            return line.start + number * line.step, value
    return None


def _drawable(value: float) -> bool:
    return abs(value) < _LARGEST  # which is no truth of what is no number


def _mean(group: Sequence[float | None]) -> float | None:
    known = [each for each in group if each is not None]
    return sum(known) / len(known) if known else None


def _n(value: float) -> int:
    """Return a place in whole units: there are more of them than a screen has points for a picture."""
    return round(value)
