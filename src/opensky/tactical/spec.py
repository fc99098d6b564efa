"""How a tile is declared, and how it is read: a target of Graphite's, what it is counted in, and when it is bad."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum, inf

from opensky.stats.series import Series
from opensky.tactical import bands, lines, words
from opensky.tactical.lines import How
from opensky.tactical.look import Look
from opensky.tactical.readings import Band, Basis, Graph, Line, Row, State, Tile

HISTORY, STEP = 3 * 3600, 60
_HISTORY_FOR, _WEEKS_FOR, _ROWS_FOR = 10.0, 300.0, 2.0
_FEW_MS, _MANY_TIMES, _SLOWER = 100.0, 10.0, 1.5
_FALLEN, _SURE = 0.1, 20.0

_SOME = 3

Rows = Callable[[Look], Sequence[Row]]


class Kind(StrEnum):
    """What a number is: how often something happens, how much comes, how long it takes, how much there is, or a share in percent."""

    COUNT = "count"
    AMOUNT = "amount"
    TIME = "time"
    LEVEL = "level"
    SHARE = "share"


class Bad(StrEnum):
    """Which way is bad."""

    UP = "up"
    DOWN = "down"
    BOTH = "both"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a number is too high, whatever is usual; ``why`` says what it is then."""

    watch: float
    broken: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A tile: ``target`` is what is drawn; where ``over`` is named, the number is the share of it in percent.

    ``says`` follows the number in the sentence ("orders a minute"). ``scale`` is what points are multiplied by: 60 makes a rate one of a
    minute. A share of fewer than ``fewest`` things says nothing, and one of fewer than three in them breaks no limit; a number that is not above ``least`` is never too high.
    ``window`` is of how many seconds the number is that is shown and judged. With ``judged``, a deploy is measured by it.
    """

    key: str
    title: str
    target: str
    says: str
    unit: str = ""
    over: str = ""
    kind: Kind = Kind.COUNT
    bad: Bad = Bad.BOTH
    scale: float = 1.0
    limits: Limits | None = None
    fewest: float = 0.0
    least: float = 0.0
    window: int = 60
    rows: Rows | None = None
    rows_title: str = ""
    columns: int = 1
    judged: bool = False
    only_when_counted: bool = False

    @property
    def how(self) -> How:
        """What several of its points come to."""
        return How.LAST if self.kind is Kind.LEVEL else How.MEAN

    @property
    def graphs(self) -> tuple[Graph, ...]:
        """What to ask for a graph of it."""
        drawn = self.target if self.scale == 1.0 or self.over else f"scale({self.target},{self.scale:g})"
        if not self.over:
            return (Graph(self.title, drawn, self.unit),)
        return (Graph(self.title, f"asPercent({self.target},{self.over})", "%"), Graph("Of which", self.over, "/s"))

    @property
    def width(self) -> bands.Width:
        """How narrow its band may be."""
        part = 0.25 if self.kind is Kind.TIME else 0.1
        scale = self.scale if self.kind is Kind.COUNT and not self.over else 0.0
        return bands.Width(part=part, least=self.least, window=self.window, scale=scale)


def read_tile(spec: Spec, look: Look) -> Tile | None:
    """Return a tile as it is now; nothing for one that is to be there only where it is counted, and is not."""
    now, count = current(spec, look)
    history, band = look.kept(("history", spec.key), _HISTORY_FOR, lambda: _behind(spec, look))
    if spec.only_when_counted and now is None and history.last() is None:
        return None
    usual = _usual(band)
    state, said = judged(spec, now, usual, count)
    return Tile(
        key=spec.key,
        title=spec.title,
        sentence=said,
        now=now,
        text="" if now is None else words.number(now),
        unit=spec.unit,
        state=state,
        history=_to_now(history, now),
        last_week=look.kept(("last week", spec.key), _WEEKS_FOR, lambda: _past(spec, look, 1, 0)),
        band=band,
        rows=look.kept(("rows", spec.key), _ROWS_FOR, lambda: _rows(spec, look)),
        rows_title=spec.rows_title,
        graphs=spec.graphs,
        columns=spec.columns,
    )


def current(spec: Spec, look: Look) -> tuple[float | None, float]:
    """Return what a number is now, and of a share how many things it is made of."""
    if not spec.over:
        found = look.value(spec.target, spec.window, spec.how)
        return (None, inf) if found is None else (found * spec.scale, inf)
    part, whole = look.count(spec.target, spec.window), look.count(spec.over, spec.window)
    if not whole or whole < spec.fewest:
        return None, 0.0
    return 100.0 * part / whole, part


def judged(
    spec: Spec, now: float | None, usual: tuple[float, float, float, Basis] | None, count: float = inf
) -> tuple[State, str]:
    """Return how a number is, and the sentence that says it; ``count`` is how many things it is made of."""
    if now is None:
        return State.OK, "Too few to say." if spec.over else "Nothing has been counted lately."
    said = f"{words.number(now)} {spec.says}"
    if spec.limits and now > spec.limits.watch and now > spec.least and count >= _SOME:
        state = State.BROKEN if now > spec.limits.broken else State.WATCH
        return state, f"{said}, above the limit of {words.number(spec.limits.watch)}."
    if usual is None:
        return State.OK, f"{said}."
    low, middle, high, basis = usual
    when = "as usual at this time" if basis is Basis.WEEKS else "as in the last hour"
    if (now > high and spec.bad in {Bad.UP, Bad.BOTH}) or (now < low and spec.bad in {Bad.DOWN, Bad.BOTH}):
        return _outside(spec, now, middle), f"{said}, {words.against(now, middle)}."
    if low <= now <= high:
        return State.OK, f"{said}, {when}."
    return State.OK, f"{said}, {words.against(now, middle)}."


def lined(spec: Spec, part: Series | None, whole: Series | None, since: int, until: int, step: int) -> Line:
    """Return the line of what was fetched for a tile."""
    line = lines.stretched(part, since, until, step, spec.how)
    if not spec.over:
        return line if spec.scale == 1.0 else lines.changed(line, lambda point: point * spec.scale)
    return lines.share(line, lines.stretched(whole, since, until, line.step), spec.fewest / spec.window)


def _rows(spec: Spec, look: Look) -> tuple[Row, ...]:
    return tuple(spec.rows(look)) if spec.rows else ()


def _outside(spec: Spec, now: float, middle: float) -> State:
    if spec.kind is Kind.TIME:
        if now < _SLOWER * middle:
            return State.OK
        return State.BROKEN if now > max(_MANY_TIMES * middle, _FEW_MS) else State.WATCH
    counted = middle * spec.window / spec.scale if spec.kind is Kind.COUNT and not spec.over else 0.0
    return State.BROKEN if now < _FALLEN * middle and counted >= _SURE else State.WATCH


def _behind(spec: Spec, look: Look) -> tuple[Line, Band]:
    """Return the line of three hours, and its band."""
    now = int(look.now)
    part = look.one(spec.target, HISTORY + STEP)
    whole = look.one(spec.over, HISTORY + STEP) if spec.over else None
    history = lined(spec, part, whole, now - HISTORY, now, STEP)
    weeks = look.kept(
        ("weeks", spec.key), _WEEKS_FOR, lambda: [_past(spec, look, each, 900) for each in range(1, bands.WEEKS + 1)]
    )
    return history, bands.banded(history, weeks, _level(spec, part, whole, now), spec.width)


def _level(spec: Spec, part: Series | None, whole: Series | None, now: int) -> bands.Level | None:
    since, until = now - bands.RECENT, now - bands.APART
    if not spec.over:
        return bands.level(lined(spec, part, None, since, until, bands.RECENT_STEP).known(), spec.width)
    if whole is None:
        return None
    some = 0.0 if part is None else fsum(lines.points(part, since, until)) * part.step
    points = lines.points(whole, since, until)
    every, seconds = fsum(points) * whole.step, len(points) * whole.step
    return bands.level_of_share(some, every, spec.window * every / seconds if seconds else 0.0, spec.width)


def _past(spec: Spec, look: Look, weeks: int, more: int) -> Line:
    """Return the line of some weeks before, moved to today's seconds; ``more`` seconds on both sides."""
    back = weeks * bands.WEEK
    since, until = int(look.now) - HISTORY - more - back, int(look.now) + more - back
    part = look.one(spec.target, until - since, until)
    whole = look.one(spec.over, until - since, until) if spec.over else None
    return lines.moved(lined(spec, part, whole, since, until, 300), back)


def _usual(band: Band) -> tuple[float, float, float, Basis] | None:
    low, middle, high = band.low.last(), band.middle.last(), band.high.last()
    return None if low is None or middle is None or high is None else (low, middle, high, band.basis)


def _to_now(history: Line, now: float | None) -> Line:
    """Return a line that goes on to what is now, since its newest minute is not over."""
    if now is None or not history.values:
        return history
    return Line(history.start + history.step, history.step, (*history.values[1:], now))
