"""What a deploy did: the numbers before it against those after it, and whether the difference is more than chance.

Two windows after a deploy must both say the same. Counts are compared by their difference in deviations of chance, less the difference
that the same hours had a week before; times by the ranks of their points. ``z`` is a number of deviations: beyond 3 is hardly chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import copysign, fsum, sqrt
from statistics import median

from opensky.tactical import bands, lines, words
from opensky.tactical.look import Look
from opensky.tactical.marking import TAG, read_mark
from opensky.tactical.readings import Change, Deploy, Judgement, Mark
from opensky.tactical.spec import Bad, Kind, Spec

SHOWN = 12
SURE = 3.0
SHORTEST, LONGEST, BEFORE = 8, 300, 600
"""Seconds of each window after a deploy, and at most of the one before it."""
_LEAST_CHANGE, _FEWEST_POINTS = 0.1, 4


@dataclass(frozen=True, slots=True)
class Counted:
    """How often something happened in so many seconds."""

    count: float
    seconds: float

    @property
    def rate(self) -> float:
        """How often in a second."""
        return self.count / self.seconds if self.seconds else 0.0


def difference(after: Counted, before: Counted, after_last: Counted, before_last: Counted) -> float:
    """Return by how many deviations of chance a rate changed, less how it changed a week before (of no seconds where nobody knows)."""
    weekly = bool(after_last.seconds and before_last.seconds)
    change = after.rate - before.rate - (after_last.rate - before_last.rate if weekly else 0.0)
    # A stretch in which nothing happened is as if one thing had: else every first one would be beyond chance.
    sides = (after, before, after_last, before_last) if weekly else (after, before)
    variance = fsum(max(each.count, 1.0) / each.seconds**2 for each in sides if each.seconds)
    return change / sqrt(variance) if variance else 0.0


def ranks(after: Sequence[float], before: Sequence[float]) -> float:
    """Return by how many deviations the points after are above those before, by their ranks alone (Mann and Whitney's test)."""
    if len(after) < _FEWEST_POINTS or len(before) < _FEWEST_POINTS:
        return 0.0
    above = fsum((a > b) + 0.5 * (a == b) for a in after for b in before)
    size = len(after) * len(before)
    return (above - size / 2) / sqrt(size * (len(after) + len(before) + 1) / 12)


def read_deploys(look: Look, specs: Sequence[Spec]) -> tuple[Deploy, ...]:
    """Return the last deploys, the oldest first, each with what it did."""
    found = look.kept("deploy marks", 2.0, lambda: look.numbers.marks(0, look.now, (TAG,))[-SHOWN - 1 :])
    made = []
    for place, each in enumerate(found):
        before = found[place - 1].when if place else 0.0
        until = found[place + 1].when if place + 1 < len(found) else look.now
        made.append(_judged_once(look, each, before, until, specs))
    return tuple(made[-SHOWN:])


def judge(look: Look, each: Mark, before: float, until: float, specs: Sequence[Spec]) -> Deploy:
    """Return a deploy with what it did between the deploys before and after it."""
    what, who, note = read_mark(each)
    passed = until - each.when
    window = min(LONGEST, passed / 2)
    if window < SHORTEST:
        said = "Replaced before anything could be said of it." if until < look.now else "It is too early to say."
        return Deploy(each.when, what, who, note, Judgement.EARLY, said)
    since = max(before, each.when - BEFORE)
    changes = [_change(look, spec, since, each.when, window) for spec in specs if spec.judged]
    known = [change for change in changes if change is not None]
    if not known or each.when - since < SHORTEST:
        return Deploy(each.when, what, who, note, Judgement.UNKNOWN, "Too little was counted around it.", tuple(known))
    certain = [change for change in known if change.significant]
    worse = [change for change in certain if change.worse]
    if worse:
        judgement, said = Judgement.WORSE, " ".join(change.sentence for change in worse)
    elif certain:
        judgement, said = Judgement.BETTER, " ".join(change.sentence for change in certain)
    else:
        judgement, said = Judgement.SAME, "Nothing changed by more than chance."
    return Deploy(each.when, what, who, note, judgement, said, tuple(known))


def _judged_once(look: Look, each: Mark, before: float, until: float, specs: Sequence[Spec]) -> Deploy:
    """A deploy whose windows are over stays as it was judged."""
    over = until < look.now or look.now - each.when > 2 * LONGEST
    key = ("deploy", each.when, each.what, before, until if over and until < look.now else 0)
    return look.kept(key, 86_400.0 if over else 2.0, lambda: judge(look, each, before, until, specs))


def _change(look: Look, spec: Spec, since: float, when: float, window: float) -> Change | None:
    stretches = ((since, when), (when, when + window), (when + window, when + 2 * window))
    if spec.kind is Kind.TIME:
        series = look.numbers.fetch(spec.target, since - 1, when + 2 * window)
        before, *after = (lines.points(next(iter(series), None), *each) for each in stretches)
        if not before or not all(after):
            return None
        values = median(before), median([*after[0], *after[1]])
        least = min((ranks(each, before) for each in after), key=abs)
        agreed = _agree([ranks(each, before) for each in after])
    else:
        counted = [_counted(look, spec.target, *each) for each in stretches]
        last = [_counted(look, spec.target, *(second - bands.WEEK for second in each)) for each in stretches]
        whole = [_counted(look, spec.over, *each) for each in stretches] if spec.over else None
        if not all(each.seconds for each in whole or counted):
            return None
        if whole is not None:  # a share changes with what is counted, not with how many come
            counted = [Counted(part.count, all_.count) for part, all_ in zip(counted, whole, strict=True)]
            last = [Counted(0.0, 0.0)] * 3
        scale = 100.0 if spec.over else spec.scale
        whole_after = Counted(counted[1].count + counted[2].count, counted[1].seconds + counted[2].seconds)
        values = counted[0].rate * scale, whole_after.rate * scale
        found = [difference(counted[n], counted[0], last[n], last[0]) for n in (1, 2)]
        least, agreed = min(found, key=abs), _agree(found)
    return _said(spec, *values, sure=agreed and abs(least) >= SURE)


def _said(spec: Spec, before: float, after: float, *, sure: bool) -> Change:
    sure = sure and abs(after - before) >= _LEAST_CHANGE * abs(before) and max(before, after) > spec.least
    up = after > before
    worse = (spec.bad is Bad.UP and up) or (spec.bad is Bad.DOWN and not up)
    unit = spec.unit if spec.unit[:1] in {"/", ""} else f" {spec.unit}"
    said = f"{spec.title} went {'up' if up else 'down'} from {words.number(before)} to {words.number(after)}{unit}."
    return Change(spec.title, before, after, spec.unit, sure, sure and worse, said)


def _agree(found: Sequence[float]) -> bool:
    return len({copysign(1.0, each) for each in found}) == 1


def _counted(look: Look, target: str, since: float, until: float) -> Counted:
    """Return how often something happened, of rates: a mean of what is there, for the seconds that are there."""
    series = next(iter(look.numbers.fetch(target, since - 1, until)), None)
    found = lines.points(series, since, until)
    if series is None or not found:
        return Counted(0.0, 0.0)
    return Counted(fsum(found) * series.step, len(found) * series.step)
