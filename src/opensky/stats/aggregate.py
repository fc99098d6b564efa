"""What a statsd server keeps between two flushes, and what it makes of it then.

After Etsy's statsd 0.9.0: how timers are summed up, what stays when nothing comes, and what things are called, in its newer name space
(``stats.counters.NAME.rate``) or its older one (``stats.NAME``, ``stats_counts.NAME``).
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from math import floor, inf, sqrt

from opensky.stats.samples import COUNTER, GAUGE, PROCESS, TIMER, Sample, Times

PACKETS, METRICS, BAD, DROPS, CUT = (
    "statsd.packets_received",
    "statsd.metrics_received",
    "statsd.bad_lines_seen",
    "statsd.packets_dropped",
    "statsd.names_cut",
)
OWN = (PACKETS, METRICS, BAD, DROPS, CUT)
MOST_NAMES = 20_000
"""So many names are kept: whoever makes up more fills neither memory nor disk."""
LARGEST = 1e290
"""What is larger is no measure of anything; up to here the sum of a year is still a number."""
SILENT_SECONDS = 10.0
"""A process that has not said its part of a gauge for so long is gone; or, where intervals are longer, for one of them."""
_OF_PROCESS = f";{PROCESS}="


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How things are summed up, and what they are called.

    Of ``percentiles`` those below zero are the top ones. ``bins`` are limits of histograms for the timers that have a text in their
    name; the first that fits counts. With ``forget``, what did not come in an interval is not sent, rather than sent as nothing.
    ``timers`` names what is kept of timers (``median``, ``upper_95``, …); without it, all.
    """

    percentiles: tuple[float, ...] = (90.0,)
    bins: tuple[tuple[str, tuple[float, ...]], ...] = ()
    forget: bool = False
    legacy: bool = False
    prefix: str = "stats"
    timers: tuple[str, ...] = ()


@dataclass(slots=True)
class Timer:
    """The times of one name in one interval, in milliseconds, and for how many they stand."""

    values: list[float] = field(default_factory=list)
    count: float = 0.0


@dataclass(slots=True)
class Part:
    """What one process says of a gauge, and how many seconds ago it did."""

    value: float
    age: float = 0.0


class Aggregate:
    """Counters, timers, gauges and sets. One thread uses it at a time."""

    def __init__(self, rules: Rules | None = None, *, most: int = MOST_NAMES) -> None:
        self.rules = rules or Rules()
        self._most = most
        self.counters: dict[str, float] = dict.fromkeys(OWN, 0.0)
        self.timers: dict[str, Timer] = {}
        self.gauges: dict[str, float] = {}
        self.sets: dict[str, set[str]] = {}
        self._parts: dict[str, dict[str, Part]] = {}
        self._said = 0

    def add(self, sample: Sample, times: int = 1) -> None:
        """Take in a value that came so many times. What there is no room for is counted, and so is what is beyond all measure."""
        name, kind, value = sample.name, sample.kind, sample.value
        if isinstance(value, str):
            if self._has_room(name, self.sets, times):
                self.sets.setdefault(name, set()).add(value)
        elif kind == COUNTER:
            if self._has_room(name, self.counters, times):
                found = self.counters.get(name, 0.0) + value * times / sample.rate
                self._set(self.counters, name, found, times)
        elif kind == TIMER:
            self.add_times(Times(name, [value], sample.rate), times)
        elif kind == GAUGE and _OF_PROCESS in name:
            self._add_part(name, value, step=sample.step)
        elif kind == GAUGE and self._has_room(name, self.gauges, times):
            found = self.gauges.get(name, 0.0) + value * times if sample.step else value
            self._set(self.gauges, name, found, times)

    def add_times(self, many: Times, times: int = 1) -> None:
        """Take in many times of one name that came so many times."""
        came = len(many.values) * times
        if not self._has_room(many.name, self.timers, came):
            return
        timer = self.timers.setdefault(many.name, Timer())
        count = timer.count + came / many.rate
        if count > LARGEST:
            self.counters[BAD] += came
            return
        timer.values += many.values * times
        timer.count = count

    def _has_room(self, name: str, kept: Mapping[str, object], times: int) -> bool:
        """Whether a name is kept already, or may be; if not, what came of it is counted."""
        if name in kept:
            return True
        names = len(self.counters) + len(self.timers) + len(self.gauges) + len(self.sets) + self._said
        if names < self._most:
            return True
        self.counters[CUT] += times
        return False

    def _set(self, kept: dict[str, float], name: str, value: float, times: int) -> None:
        """Keep a sum, unless it has become larger than anything can be."""
        if -LARGEST <= value <= LARGEST:
            kept[name] = value
        else:
            self.counters[BAD] += times

    def forget(self, pattern: str, *, of: str) -> list[str]:
        """Drop ``counters``, ``timers`` or ``gauges`` by name, or all below ``prefix.*``; returns their names."""
        kept: dict[str, object] = getattr(self, of)
        names = [n for n in kept if n == pattern or (pattern.endswith(".*") and n.startswith(pattern[:-1]))]
        for name in names:
            del kept[name]
        if of == "counters":
            self.counters |= dict.fromkeys((name for name in OWN if name not in kept), 0.0)
        return names

    def flush(self, seconds: float) -> dict[str, float]:
        """Return what is to be kept of an interval of so many seconds, by the paths of Graphite, and begin the next."""
        found: dict[str, float] = {}
        self._add_up_parts(seconds)
        self._flush_counters(found, seconds)
        self._flush_timers(found, seconds)
        found |= {self._path("gauges", name): value for name, value in self.gauges.items()}
        found |= {self._path("sets", name, "count"): float(len(members)) for name, members in self.sets.items()}
        self.empty()
        return {path: value for path, value in found.items() if -LARGEST <= value <= LARGEST}

    def empty(self) -> None:
        """Begin the next interval with nothing of what came in this one; gauges stay."""
        self.counters = dict.fromkeys(OWN if self.rules.forget else self.counters, 0.0)
        self.timers = {} if self.rules.forget else {name: Timer() for name in self.timers}
        self.sets = {} if self.rules.forget else {name: set() for name in self.sets}

    def _add_part(self, name: str, value: float, *, step: bool) -> None:
        base, *tags = name.split(";")
        process = next(tag for tag in tags if tag.startswith(_OF_PROCESS[1:]))
        whole = ";".join((base, *(tag for tag in tags if tag != process)))
        parts = self._parts.get(whole, {})
        if not self._has_room(process, parts, 1):
            return
        self._said += process not in parts
        self._parts[whole] = parts
        before = parts[process].value if step and process in parts else 0.0
        if -LARGEST <= before + value <= LARGEST:
            parts[process] = Part(before + value)
        else:
            self.counters[BAD] += 1

    def _add_up_parts(self, seconds: float) -> None:
        """Make one gauge of what the processes have said; who has said nothing for a while is gone, and so is the last one's gauge."""
        for whole, parts in list(self._parts.items()):
            for process, part in list(parts.items()):
                if part.age > SILENT_SECONDS:
                    del parts[process]
                part.age += seconds
            if parts:
                self._set(self.gauges, whole, sum(part.value for part in parts.values()), 1)
            else:
                del self._parts[whole]
                self.gauges.pop(whole, None)
        self._said = sum(map(len, self._parts.values()))

    def _flush_counters(self, found: dict[str, float], seconds: float) -> None:
        for name, count in self.counters.items():
            if self.rules.legacy:
                found[self._join(self.rules.prefix, name)] = count / seconds
                found[self._join(f"{self.rules.prefix}_counts", name)] = count
            else:
                found[self._path("counters", name, "rate")] = count / seconds
                found[self._path("counters", name, "count")] = count

    def _flush_timers(self, found: dict[str, float], seconds: float) -> None:
        kept = self.rules.timers
        for name, timer in self.timers.items():
            bins = next((limits for part, limits in self.rules.bins if part in name), ())
            for what, value in summed_up(timer, seconds, self.rules.percentiles, bins).items():
                if not kept or what in kept or what.startswith("histogram."):
                    found[self._path("timers", name, what)] = value

    def _path(self, kind: str, name: str, what: str = "") -> str:
        return self._join(f"{self.rules.prefix}.{kind}", name, what)

    @staticmethod
    def _join(before: str, name: str, what: str = "") -> str:
        """What is said of a series stands before its tags."""
        base, semicolon, tags = name.partition(";")
        return f"{before}.{base}{'.' if what else ''}{what}{semicolon}{tags}"


def summed_up(
    timer: Timer, seconds: float, percentiles: Iterable[float] = (90.0,), bins: tuple[float, ...] = ()
) -> dict[str, float]:
    """Return what is kept of the times of an interval.

    Of percentile P: ``count_P``, ``mean_P``, ``upper_P`` (below zero ``lower_topP``), ``sum_P``, ``sum_squares_P`` of the lowest P
    in a hundred, rounded half up. ``std`` is of all times, not of a sample. Nothing came: ``count`` and ``count_ps`` of 0.
    """
    found: dict[str, float] = {"count": timer.count, "count_ps": timer.count / seconds}
    values = sorted(timer.values)
    if not values:
        return found
    count = len(values)
    sums = list(accumulate(values))
    squares = list(accumulate(v * v for v in values))
    mean = sums[-1] / count
    found |= {
        "lower": values[0],
        "upper": values[-1],
        "sum": sums[-1],
        "sum_squares": squares[-1],
        "mean": mean,
        "median": (values[(count - 1) // 2] + values[count // 2]) / 2,
        "std": sqrt(sum((v - mean) * (v - mean) for v in values) / count),  # a power of what is too large would raise
    }
    for percentile in percentiles:
        found |= _percentile(values, sums, squares, percentile)
    return found | _histogram(values, bins)


def _percentile(values: list[float], sums: list[float], squares: list[float], percentile: float) -> dict[str, float]:
    count = len(values)
    inside = floor(abs(percentile) / 100 * count + 0.5) if count > 1 else 1
    if inside == 0:
        return {}
    name = f"{percentile:g}".replace(".", "_").replace("-", "top")
    if percentile > 0:
        bound, total, square = values[inside - 1], sums[inside - 1], squares[inside - 1]
    else:
        before = count - inside
        bound = values[before]
        total = sums[-1] - (sums[before - 1] if before else 0.0)
        square = squares[-1] - (squares[before - 1] if before else 0.0)
    return {
        f"count_{name}": float(inside),
        f"mean_{name}": total / inside,
        f"{'upper' if percentile > 0 else 'lower'}_{name}": bound,
        f"sum_{name}": total,
        f"sum_squares_{name}": square,
    }


def _histogram(values: list[float], bins: tuple[float, ...]) -> dict[str, float]:
    """Count the sorted times below each limit and not below the one before."""
    found: dict[str, float] = {}
    limits = [0, *(len(values) if limit == inf else bisect_left(values, limit) for limit in bins)]
    for limit, before, until in zip(bins, limits, limits[1:], strict=False):
        found["histogram.bin_" + f"{limit:g}".replace(".", "_")] = float(until - before)
    return found
