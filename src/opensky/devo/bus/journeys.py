"""Journeys: which message caused which, who sent it and who took it, and how all that is drawn as a sequence.

Lanes stand side by side, DEVO first; time runs down. Many messages of one kind whose causes are alike are one step.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from opensky.devo.bus.objects import DEVO, Flows
from opensky.devo.bus.repository import Trail

FEW = 4
"""So many messages that are alike are drawn one by one."""
MOST_DRAWN = 80
_GUTTER, _LANE, _HEAD, _ROW, _RIGHT = 64, 132, 58, 62, 104
_ARROW = 28
_LETTER = 6.4
"""About so wide is a letter: SVG cannot measure, and a label is not to run into the next lane."""
_SECOND, _MINUTE, _HOUR, _DAY = 1.0, 60.0, 3600.0, 86400.0


class Step(NamedTuple):
    """One message on its way, or several alike: sent by whom, taken by whom."""

    trail: Trail
    sender: str
    receiver: str
    number: int = 1
    until: datetime | None = None
    calls_back: bool = False

    @property
    def label(self) -> str:
        """What is sent."""
        name = self.trail.type or "message"
        return name if self.number == 1 else f"{self.number} \u00d7 {name}"

    @property
    def took(self) -> timedelta | None:
        """How long it was handled; of several, from the first to the last."""
        if self.trail.began_at is None or self.trail.ended_at is None:
            return None
        return max((self.until or self.trail.ended_at) - self.trail.began_at, timedelta())


class Lane(Struct, frozen=True):
    """Somebody who sends or takes messages."""

    x: int
    name: str
    about: str = ""


class Stroke(Struct, frozen=True):
    """One step as it is drawn: an arrow at ``y``, and a bar below its end."""

    y: int
    start: int
    end: int
    label_x: int
    label: str
    title: str
    since: str
    state: str
    said: str
    back: int = 0
    to_itself: bool = False


class Drawing(Struct, frozen=True):
    """A sequence as numbers, for a template to write down."""

    width: int
    height: int
    lanes: Sequence[Lane]
    strokes: Sequence[Stroke]
    left_out: int = 0


def steps(trails: Sequence[Trail], flows: Flows) -> list[Step]:
    """Return the steps of a journey in the order in which its messages were sent."""
    known = {each.id: each for each in trails}
    made: list[Step] = []
    for alike in _alike(trails):
        first = alike[0]
        flow = flows.of(first.queue)
        sender = _sender(first, known, flows)
        receiver = flow.name or first.queue
        if len(alike) <= FEW:
            made += [Step(each, sender, receiver, calls_back=flow.calls_back) for each in alike]
        else:
            until = max((each.ended_at for each in alike if each.ended_at), default=None)
            made.append(Step(first, sender, receiver, len(alike), until, flow.calls_back))
    return sorted(made, key=lambda step: step.trail.id)


def draw(steps: Sequence[Step], flows: Flows, now: datetime) -> Drawing:
    """Return the sequence of steps."""
    shown = steps[:MOST_DRAWN]
    notes = {step.receiver: flows.of(step.trail.queue) for step in shown}
    names = list(dict.fromkeys((DEVO, *(name for step in shown for name in (step.sender, step.receiver)))))
    if not any(DEVO in (step.sender, step.receiver) or step.calls_back for step in shown):
        names.remove(DEVO)
    at = {name: _GUTTER + _LANE // 2 + place * _LANE for place, name in enumerate(names)}
    lanes = []
    for name in names:
        asks = notes[name].asks if name in notes else ()
        lanes.append(Lane(at[name], name, f"asks {', '.join(asks)}" if asks else ""))
    began = shown[0].trail.put_at if shown else now
    strokes = [_stroke(step, place, at, began, now) for place, step in enumerate(shown)]
    width = _GUTTER + _LANE * max(len(names), 1) + _RIGHT - _LANE // 2
    return Drawing(width, _HEAD + _ROW * len(shown) + 12, lanes, strokes, len(steps) - len(shown))


def said(trail: Trail, now: datetime) -> str:
    """Say in a word or two where a message stands."""
    match trail.state:
        case "waiting" if trail.due_at is not None:
            words = f"due in {span(trail.due_at - now)}" if trail.due_at > now else "due now"
        case "ready":
            words = "waits to be taken"
        case "discarded":
            words = f"discarded by {trail.by}" if trail.by else "discarded"
        case "handled" if trail.began_at is not None and trail.ended_at is not None:
            words = span(trail.ended_at - trail.began_at)
        case state:
            words = state
    return f"{words}, try {trail.attempt + 1}" if trail.attempt and trail.state not in {"dead", "discarded"} else words


def span(time: timedelta) -> str:
    """Write a length of time as somebody would say it."""
    seconds = max(time.total_seconds(), 0.0)
    if seconds < _SECOND:
        return f"{seconds * 1000:.0f} ms" if seconds == 0 or seconds >= 0.001 else "< 1 ms"  # noqa: PLR2004 - a millisecond
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.0f} h" if seconds < 2 * _DAY else f"{seconds / _DAY:.0f} days"


def _stroke(step: Step, place: int, at: dict[str, int], began: datetime, now: datetime) -> Stroke:
    trail = step.trail
    start, end = at[step.sender], at[step.receiver]
    room = _LANE if start == end else abs(end - start)
    words = said(trail, now) if step.number == 1 or step.took is None else span(step.took)
    since = trail.put_at - began
    return Stroke(
        y=_HEAD + place * _ROW + _ARROW,
        start=start,
        end=end,
        label_x=end + 34 if start == end else (start + end) // 2,
        label=_cut(step.label, int(room / _LETTER)),
        title=f"{step.label} {trail.id}: {step.sender} to {step.receiver}, {words}",
        since="0" if since < timedelta(milliseconds=1) else f"+{span(since)}",
        state=trail.state.replace(" ", "-"),
        said=_cut("discarded" if trail.state == "discarded" else words, int(_RIGHT / _LETTER)),
        back=at[DEVO] if step.calls_back and trail.state == "handled" and DEVO in at else 0,
        to_itself=start == end,
    )


def _sender(trail: Trail, known: dict[int, Trail], flows: Flows) -> str:
    """Who sent a message: the flow that handled the one that caused it, or DEVO, which that flow had told."""
    cause = known.get(trail.causation)
    if cause is None:
        return flows.of(trail.queue).begins
    flow = flows.of(cause.queue)
    if flow.calls_back and trail.type not in flow.sends:
        return DEVO
    return flow.name or cause.queue


def _alike(trails: Sequence[Trail]) -> Iterable[list[Trail]]:
    """Put together what is of one kind, stands the same, and has causes that are alike in turn: a letter for each parcel."""
    kinds: dict[tuple[str, str, str, int], int] = {}
    of: dict[int, int] = {}
    found: dict[int, list[Trail]] = {}
    for trail in sorted(trails, key=lambda trail: trail.id):
        kind = kinds.setdefault((trail.queue, trail.type, trail.state, of.get(trail.causation, 0)), len(kinds) + 1)
        of[trail.id] = kind
        found.setdefault(kind, []).append(trail)
    return found.values()


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
