"""What a board shows at a moment: values only, made by ``board.py`` and drawn by whoever likes. Times are seconds since 1970, UTC."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How something is. The order of the words is that of how bad it is."""

    OK = "ok"
    WATCH = "watch"
    BROKEN = "broken"

    @property
    def severity(self) -> int:
        """0, 1 or 2: what can be compared."""
        return list(State).index(self)


def worst_of(*states: State) -> State:
    """Return the worst of some states; of none, that all is well."""
    return max(states, key=lambda each: each.severity, default=State.OK)


@dataclass(frozen=True, slots=True)
class Line:
    """Points from the second ``start``, one each ``step`` seconds; nothing where there is none."""

    start: int = 0
    step: int = 60
    values: tuple[float | None, ...] = ()

    @property
    def end(self) -> int:
        """The second after its last point."""
        return self.start + self.step * len(self.values)

    def known(self) -> list[float]:
        """Return the points that are there."""
        return [each for each in self.values if each is not None]

    def last(self) -> float | None:
        """Return the newest point that is there."""
        return next((each for each in reversed(self.values) if each is not None), None)


class Basis(StrEnum):
    """What a band was made of."""

    WEEKS = "the same time in past weeks"
    HOURS = "the last hour"
    NOTHING = "nothing yet"


@dataclass(frozen=True, slots=True)
class Band:
    """What is usual, point by point, on the same seconds as the line that it lies behind."""

    low: Line = Line()
    high: Line = Line()
    middle: Line = Line()
    basis: Basis = Basis.NOTHING


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at an instant: a deploy, an alert, a note. ``tags`` say which."""

    when: float
    what: str
    tags: tuple[str, ...] = ()
    data: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a number was before a deploy and is after it. ``significant``: it is more than chance; ``worse``: it went the bad way."""

    title: str
    before: float
    after: float
    unit: str
    significant: bool
    worse: bool
    sentence: str

    @property
    def percent(self) -> float | None:
        """By how many percent it changed; nothing where it was none before."""
        return None if not self.before else (self.after - self.before) / abs(self.before) * 100


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a tile's table: a name, what it says, and where it makes sense a share of the whole, 0 to 1, to be drawn as a bar."""

    label: str
    text: str
    value: float | None = None
    share: float | None = None
    state: State = State.OK


@dataclass(frozen=True, slots=True)
class Graph:
    """What to ask Graphite's interfaces for, to see more of a tile."""

    title: str
    target: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A number of the shop: what it is now, how it went, whether that is as usual, and a sentence that says all of that.

    ``text`` is the number as people read it, without its unit. ``now`` is nothing where nobody has counted it yet.
    """

    key: str
    title: str
    sentence: str
    now: float | None
    text: str
    unit: str
    state: State = State.OK
    history: Line = Line()
    last_week: Line | None = None
    band: Band | None = None
    marks: tuple[Mark, ...] = ()
    since_deploy: Change | None = None
    rows: tuple[Row, ...] = ()
    rows_title: str = ""
    graphs: tuple[Graph, ...] = ()
    columns: int = 1
    """How many columns of the board it would like."""


@dataclass(frozen=True, slots=True)
class Tier:
    """A part of the stack. Rates are per second, times in milliseconds, shares 0 to 1; nothing where it is not counted.

    ``share`` is the part of a request's time that is spent in it and not further down, ``usual_share`` what that usually is; ``in_flight``
    is how many are in it at once (Little's law: rate x time).
    """

    key: str
    title: str
    state: State
    sentence: str
    rate: float | None = None
    utilisation: float | None = None
    saturation: float | None = None
    saturation_unit: str = ""
    errors: float | None = None
    p50: float | None = None
    p95: float | None = None
    usual_p95: float | None = None
    share: float | None = None
    usual_share: float | None = None
    in_flight: float | None = None
    usual_in_flight: float | None = None


@dataclass(frozen=True, slots=True)
class Stack:
    """The tiers, from the visitor downwards, and which of them holds the others up: the key of a tier, or nothing."""

    tiers: tuple[Tier, ...] = ()
    bottleneck: str = ""
    sentence: str = ""
    state: State = State.OK


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A series outside its band: how far (in deviations), and since when."""

    name: str
    sentence: str
    now: float
    usual: float
    deviations: float
    since: float


class Judgement(StrEnum):
    """What a deploy did, by its numbers."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    EARLY = "too early"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Deploy:
    """A deploy, and what it did: the numbers before it against those after it."""

    when: float
    what: str
    who: str
    note: str
    judgement: Judgement
    sentence: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Worst:
    """One of the three things that are worst. ``key`` is that of a tile or a tier, or ``deploy``."""

    key: str
    title: str
    state: State
    sentence: str


@dataclass(frozen=True, slots=True)
class NextJob:
    """The job that runs next, and when."""

    name: str
    at: float


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that somebody ought to look at; ``acknowledged_by`` is who does."""

    id: int
    title: str
    sentence: str
    state: State
    since: float
    acknowledged_by: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """All of it. ``newest`` is the second of the newest number, nothing where there is none; ``sentence`` says the verdict in words."""

    at: float
    verdict: State
    sentence: str
    worst: tuple[Worst, ...] = ()
    tiles: tuple[Tile, ...] = ()
    stack: Stack = Stack()
    anomalies: tuple[Anomaly, ...] = ()
    deploys: tuple[Deploy, ...] = ()
    alerts: tuple[Alert, ...] = ()
    newest: float | None = None
    next_job: NextJob | None = None

    @property
    def age(self) -> float | None:
        """How many seconds old the newest number is."""
        return None if self.newest is None else max(0.0, self.at - self.newest)

    @property
    def last_deploy(self) -> Deploy | None:
        """The newest deploy."""
        return self.deploys[-1] if self.deploys else None

    def tile(self, key: str) -> Tile:
        """Return a tile by its key; raises ``KeyError``."""
        for each in self.tiles:
            if each.key == key:
                return each
        raise KeyError(key)
