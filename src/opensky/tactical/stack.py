"""The stack: what each tier says of itself, and which of them holds the others up.

Of each tier: how much of it is taken (utilisation), what waits for it (saturation), what it could not do (errors), and how long it takes.
Little's law says how many are in it at once: rate x time. A tier's share is the part of all working time that is spent in it and in none
below it; the bottleneck is the tier whose share rose most against what is usual, among those that are slow, full, failing or silent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import fsum

from opensky.stats.series import Series
from opensky.tactical import bands, lines, words
from opensky.tactical.lines import How
from opensky.tactical.look import Look
from opensky.tactical.readings import Line, Stack, State, Tier, worst_of

WINDOW = 15
FULL, SLOWER, MUCH_SLOWER, LEAST_MS, UNUSUAL = 0.9, 4.0, 10.0, 20.0, 6.0
SILENT_AFTER = 10
_SEVERAL, _CLEARLY = 2, 0.85
"""Of several programs one is silent when so much of what it says is missing: while it is started anew, less is."""
MOST_OF_IT, RISEN = 0.5, 0.25
FAILING, BROKEN_FAILING, FEWEST_FAILED = 0.01, 0.05, 0.15
_USUAL_FOR, _KNOWN_BEFORE, _SOME_MS = 10.0, 600, 0.05
_OLD, _VERY_OLD = 30.0, 120.0
_FINE = bands.RECENT - 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A tier, and the targets that speak of it.

    ``spent`` is how many milliseconds pass in it in a second, ``elsewhere`` how many of these it only waits for a tier above it; ``taken``
    over ``room`` is its utilisation. ``beats`` is how often its programs say that they are there, ``count`` how many processes it has.
    """

    key: str
    title: str
    rate: str
    spent: str = ""
    elsewhere: str = ""
    p50: str = ""
    p95: str = ""
    errors: str = ""
    taken: str = ""
    room: str = ""
    waits: str = ""
    waits_unit: str = ""
    inside: tuple[str, ...] = ()
    beats: str = ""
    count: str = ""


@dataclass(frozen=True, slots=True)
class Usual:
    """What a tier usually is: 95th percentile, from where on one is high, share, whether its programs were heard of, and how many there are.

    ``speak`` is how often its programs speak in a second, together; ``there`` is how many processes it has, silent ones and masters, too.
    """

    p95: float | None = None
    high: float = 0.0
    share: float | None = None
    in_flight: float | None = None
    beats: bool = False
    speak: float | None = None
    there: float | None = None


def read_stack(look: Look, parts: Sequence[Part]) -> Stack:
    """Return the tiers that are counted, and what holds them up."""
    spent = {
        part.key: _own(look.value(part.spent, WINDOW), look.value(part.elsewhere, WINDOW) if part.elsewhere else None)
        for part in parts
        if part.spent
    }
    shares = shared(parts, spent)
    usual = look.kept("usual of the stack", _USUAL_FOR, lambda: _usual(look, parts))
    tiers = [_tier(look, part, shares.get(part.key), usual[part.key]) for part in parts]
    return weighed([tier for tier in tiers if tier is not None])


def shared(parts: Sequence[Part], spent: dict[str, float | None]) -> dict[str, float]:
    """Return the shares of tiers in all working time; that of one which has others inside it is what is left beside those.

    What is inside of several (statements of the web and of the bus) is taken from each by how much time it spent itself.
    """
    known = {key: ms for key, ms in spent.items() if ms is not None}
    outer = [part for part in parts if part.inside and known.get(part.key)]
    whole = fsum(known[part.key] for part in outer)
    if whole <= _SOME_MS:
        return {}
    found = {part.key: min(1.0, known[part.key] / whole) for part in parts if not part.inside and part.key in known}
    below = {key: found[key] for part in outer for key in part.inside if key in found}
    own = max(0.0, 1.0 - fsum(below.values()))
    found |= {part.key: own * known[part.key] / whole for part in outer}
    total = fsum(found.values()) or 1.0
    return {key: value / total for key, value in found.items()} if total > 1.0 else found


def weighed(tiers: Sequence[Tier]) -> Stack:
    """Return the stack of some tiers: the worst of them is named, and of equals the one whose share rose most."""
    state = worst_of(*(tier.state for tier in tiers))
    if not tiers:
        return Stack((), "", "Nothing has been counted yet.")
    if state is State.OK:
        most = max(tiers, key=lambda tier: tier.share or 0.0)
        where = f"; most of the time is spent in: {most.title} ({words.share(100 * most.share)})" if most.share else ""
        return Stack(tuple(tiers), "", f"No tier holds the others up{where}.")
    # A tier that only waits for one below it spends no larger part of the time itself: its share falls.
    if any(_slow(tier) for tier in tiers):
        tiers = [_blamed(tier) for tier in tiers]
    bad = [tier for tier in tiers if tier.state is not State.OK]
    held = max(bad, key=lambda tier: (_silent(tier), _fails(tier), _rise(tier), tier.state.severity))
    return Stack(tuple(tiers), held.key, f"{held.title}: {held.sentence}", state)


def _slow(tier: Tier) -> bool:
    """Whether a tier takes longer than it does: one that only fails is not held up by anybody."""
    return tier.state is not State.OK and (tier.p95 or 0.0) > max(SLOWER * (tier.usual_p95 or 0.0), LEAST_MS)


def _blamed(tier: Tier) -> Tier:
    """Return a tier that looks well by itself, but in which most of the time is spent now that others are slow, as one to watch."""
    if tier.state is not State.OK or tier.share is None or tier.share < MOST_OF_IT or _rise(tier) < RISEN:
        return tier
    if (tier.in_flight or 0.0) < SLOWER * (tier.usual_in_flight or 0.0):
        return tier  # no more time is spent in it than ever: it is the others that have less to do
    said = f"{words.share(100 * tier.share)} of all working time is spent in it, usually {words.share(100 * (tier.usual_share or 0))}."
    return replace(tier, state=State.WATCH, sentence=said)


def _silent(tier: Tier) -> bool:
    return tier.sentence.startswith(_SILENT)


def _fails(tier: Tier) -> bool:
    """Whether much of what it does goes wrong: that is its own, however little time it takes."""
    return tier.state is State.BROKEN and (tier.errors or 0.0) > BROKEN_FAILING


def _rise(tier: Tier) -> float:
    """How much a tier's share rose; one that has none, such as a queue, is held up by whoever takes from it."""
    if tier.share is None:
        return -1.0 if tier.key == "queue" else 0.0
    return tier.share - (tier.usual_share or 0.0)


def _own(spent: float | None, elsewhere: float | None) -> float | None:
    return spent if spent is None or elsewhere is None else max(0.0, spent - elsewhere)


_SILENT = "It has said nothing"


def _tier(look: Look, part: Part, share: float | None, usual: Usual) -> Tier | None:
    rate = look.value(part.rate, WINDOW)
    if rate is None and not usual.beats:
        return None
    spent = look.value(part.spent, WINDOW) if part.spent else None
    taken, room = (look.value(each, WINDOW) if each else None for each in (part.taken, part.room))
    errors = look.value(part.errors, WINDOW) if part.errors else None
    tier = Tier(
        part.key,
        part.title,
        State.OK,
        "",
        rate=rate,
        utilisation=_utilisation(spent, taken, room) if part.room else None,
        saturation=look.value(part.waits, WINDOW, How.LAST if part.waits_unit == "s" else How.MEAN)
        if part.waits
        else None,
        saturation_unit=part.waits_unit,
        errors=min(1.0, errors / rate) if errors is not None and rate else None,
        p50=look.value(part.p50, WINDOW) if part.p50 else None,
        p95=look.value(part.p95, WINDOW) if part.p95 else None,
        usual_p95=usual.p95,
        share=share,
        usual_share=usual.share,
        usual_in_flight=usual.in_flight,
        in_flight=None if spent is None else spent / 1000,
    )
    heard = _heard(look, part, usual)
    silent = heard is not None and not any(heard)
    some = _some_silent(look, part, usual, heard) if heard else None
    state, said = told(tier, high=usual.high, silent=silent, some_silent=some, failed=errors or 0.0)
    return replace(tier, state=state, sentence=said)


def told(
    tier: Tier,
    *,
    high: float = 0.0,
    silent: bool = False,
    some_silent: tuple[int, int] | None = None,
    failed: float = 0.0,
) -> tuple[State, str]:
    """Return how a tier is, and the sentence that says the worst of it first.

    A 95th percentile of less than ``high`` is none to speak of; ``some_silent`` is how many of how many programs are silent, ``failed`` how
    many things failed in a second.
    """
    found: list[tuple[State, str]] = []
    if silent:
        found.append((State.BROKEN, f"{_SILENT} for {SILENT_AFTER} s or more."))
    elif some_silent:
        some, of = some_silent
        those = "one" if some == 1 else str(some)
        has = "has" if some == 1 else "have"
        found.append((State.WATCH, f"{those} of {of} programs {has} said nothing for {SILENT_AFTER} s."))
    if tier.errors is not None and tier.errors > FAILING and failed >= FEWEST_FAILED:
        state = State.BROKEN if tier.errors > BROKEN_FAILING else State.WATCH
        found.append((state, f"{words.share(tier.errors * 100)} of what it does fails."))
    found += _of_times(tier, high)
    if tier.utilisation is not None and tier.utilisation > FULL:
        found.append((State.WATCH, f"{words.share(tier.utilisation * 100)} of it is taken."))
    if tier.saturation is not None and tier.saturation_unit == "s" and tier.saturation > _OLD:
        state = State.BROKEN if tier.saturation > _VERY_OLD else State.WATCH
        found.append((state, f"the oldest message has waited {words.span(tier.saturation)}."))
    if found:
        state = worst_of(*(each for each, _ in found))
        worst_first = sorted(found, key=lambda each: -each[0].severity)
        return state, " ".join(text[0].upper() + text[1:] for _, text in worst_first)
    time = f", p95 {words.time(tier.p95)}" if tier.p95 is not None else ""
    return State.OK, f"{words.number(tier.rate or 0.0)} a second{time}."


def _of_times(tier: Tier, high: float) -> list[tuple[State, str]]:
    found = []
    if tier.p95 is not None and tier.usual_p95 and tier.p95 > max(SLOWER * tier.usual_p95, 5 * LEAST_MS, high):
        state = State.BROKEN if tier.p95 > MUCH_SLOWER * tier.usual_p95 else State.WATCH
        times = words.number(tier.p95 / tier.usual_p95)
        found.append(
            (state, f"its p95 is {words.time(tier.p95)}, {times} times the usual {words.time(tier.usual_p95)}.")
        )
    if tier.saturation is not None and tier.saturation_unit == "ms" and tier.saturation > 5 * LEAST_MS:
        state = State.BROKEN if tier.saturation > 50 * LEAST_MS else State.WATCH
        found.append((state, f"what it is asked waits {words.time(tier.saturation)} for its turn."))
    return found


def _utilisation(spent: float | None, taken: float | None, room: float | None) -> float | None:
    """Of slots that are counted as taken, and of time by Little's law, the higher: what is quick is seldom caught in its slot."""
    if not room:
        return None
    return min(1.0, max(taken or 0.0, (spent or 0.0) / 1000) / room)


def _heard(look: Look, part: Part, usual: Usual) -> list[float] | None:
    """Return how often programs that were heard of before spoke in each of the last seconds; nothing where nobody is heard of."""
    if not part.beats or not usual.beats:
        return None
    beats = look.one(part.beats, SILENT_AFTER + 5)
    found = lines.points(beats, look.now - SILENT_AFTER - 1, look.now + 1)
    return found if len(found) >= SILENT_AFTER - 2 else None


def _some_silent(look: Look, part: Part, usual: Usual, heard: Sequence[float]) -> tuple[int, int] | None:
    """Return how many of a tier's programs are silent, and of how many; nothing where all speak.

    Processes that are no more, since somebody wanted fewer or one is started anew, are not waited for.
    """
    if usual.speak is None:
        return None
    there = look.value(part.count, SILENT_AFTER, How.LAST) if part.count else None
    left = 0 if there is None or usual.there is None else max(0, round(usual.there) - round(there))
    programs = round(usual.speak) - left
    if programs < _SEVERAL:
        return None
    missing = usual.speak - left - fsum(heard) / len(heard)
    silent = int(missing * programs / (usual.speak - left) + 1 - _CLEARLY)
    return (silent, programs) if silent > 0 else None


def _usual(look: Look, parts: Sequence[Part]) -> dict[str, Usual]:
    """Return what is usual of each tier: of the last hour, without its last minute."""
    since, until = int(look.now) - bands.RECENT, int(look.now) - bands.APART
    step = bands.RECENT_STEP
    timed = [part for part in parts if part.spent]
    spent = {part.key: lines.stretched(look.one(part.spent, bands.RECENT), since, until, step) for part in timed}
    for part in timed:
        if part.elsewhere:
            away = lines.stretched(look.one(part.elsewhere, bands.RECENT), since, until, step)
            pairs = zip(spent[part.key].values, away.values, strict=False)
            spent[part.key] = Line(since, step, tuple(_own(whole, apart) for whole, apart in pairs))
    count = min((len(line.values) for line in spent.values()), default=0)
    shares: dict[str, list[float]] = {part.key: [] for part in parts}
    for place in range(count):
        for key, value in shared(parts, {key: line.values[place] for key, line in spent.items()}).items():
            shares[key].append(value)
    found = {}
    for part in parts:
        p95 = lines.stretched(look.one(part.p95, bands.RECENT), since, until, step).known() if part.p95 else []
        beats = look.value(part.beats, _KNOWN_BEFORE, How.MOST) if part.beats else None
        known = len(p95) >= bands.FEWEST_RECENT
        middle, deviation = lines.spread(p95) if known else (0.0, 0.0)
        share = shares[part.key]
        found[part.key] = Usual(
            middle if known else None,
            middle + UNUSUAL * deviation,
            # Their mean: what is called now and then has most of the time in few of them.
            fsum(share) / len(share) if len(share) >= bands.FEWEST_RECENT else None,
            _mean(spent[part.key].known()) if part.key in spent else None,
            bool(beats),
            _mostly(look.one(part.beats, bands.RECENT), since, until) if part.beats else None,
            _mostly(_fine(look, part.count), since, until) if part.count else None,
        )
    return found


def _mostly(series: Series | None, since: int, until: int) -> float | None:
    """Return how much there was of something in the last hour: its upper quartile, so that half an hour of silence is not usual yet."""
    known = lines.stretched(series, since, until, bands.RECENT_STEP).known()
    return sorted(known)[len(known) * 3 // 4] if len(known) >= bands.FEWEST_RECENT else None


def _fine(look: Look, target: str) -> Series | None:
    """Return the last hour of a gauge in the points that it was noted in: one whose name ends in ``count`` is added up in coarser ones."""
    series, lately = look.one(target, _FINE), look.one(target, SILENT_AFTER)
    return series if series is not None and lately is not None and series.step == lately.step else None


def _mean(spent: Sequence[float]) -> float | None:
    return fsum(spent) / len(spent) / 1000 if len(spent) >= bands.FEWEST_RECENT else None


def per_second(timer: str) -> str:
    """Return the target of how many milliseconds are spent in a second, however coarse its points are."""
    return f"scaleToSeconds({timer}.sum,1)"


def _timed(key: str, title: str, name: str, **more: str) -> Part:
    timer = f"stats.timers.{name}"
    several = "*" in name
    sums = (f"{timer}.count_ps", per_second(timer))
    if several:
        sums = (f"sumSeries({sums[0]})", f"sumSeries({sums[1]})")
    p50, p95 = (f"{timer}.{what}" for what in ("median", "upper_95"))
    if several:
        p50, p95 = f"averageSeries({p50})", f"maxSeries({p95})"
    inside = ("sql", "documents", "third") if key in {"web", "bus"} else ()
    return Part(key=key, title=title, rate=sums[0], spent=sums[1], p50=p50, p95=p95, inside=inside, **more)


def _others(what: str) -> str:
    return f"exclude(stats.timers.third.*.{what},'third.devo')"


PARTS: tuple[Part, ...] = (
    _timed("varnish", "Varnish", "varnish.ms"),
    _timed("nginx", "nginx", "nginx.ms"),
    _timed(
        "web",
        "Web",
        "web.ms",
        errors="sumSeries(stats.counters.web.status.5*.rate)",
        taken="stats.gauges.web.busy",
        room="stats.gauges.web.slots",
        beats="stats.counters.process.web.beats.rate",
        count="stats.gauges.process.web.count",
    ),
    Part(
        key="queue",
        title="Queue",
        rate="sumSeries(stats.timers.bus.flows.*.count_ps)",
        waits="maxSeries(stats.gauges.queues.*.oldest)",
        waits_unit="s",
    ),
    _timed(
        "bus",
        "Bus",
        "bus.flows.*",
        errors="sumSeries(stats.counters.bus.failed.*.rate)",
        taken="stats.gauges.bus.busy",
        room="stats.gauges.bus.slots",
        elsewhere=per_second("stats.timers.third.devo"),
        beats="stats.counters.process.bus.beats.rate",
        count="stats.gauges.process.bus.count",
    ),
    replace(
        _timed("sql", "Database", "sql.ms"),
        spent=f"sumSeries({per_second('stats.timers.sql.{ms,waiting}')})",
        waits="stats.timers.sql.waiting.upper_95",
        waits_unit="ms",
    ),
    _timed("documents", "Documents", "documents.ms"),
    # Not the shop itself, which the bus calls back: that is the web's time.
    Part(
        key="third",
        title="Third parties",
        rate=f"sumSeries({_others('count_ps')})",
        spent=f"sumSeries(scaleToSeconds({_others('sum')},1))",
        p50=f"averageSeries({_others('median')})",
        p95=f"maxSeries({_others('upper_95')})",
        errors="sumSeries(exclude(stats.counters.third_failed.*.rate,'failed.devo'))",
    ),
)
"""The tiers, from the visitor downwards."""
