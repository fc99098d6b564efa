"""What to do about a job now: a pure question of its schedule, of the time up to which it is dealt with, and of the clock."""

from datetime import datetime, timedelta
from typing import NamedTuple

from opensky.scheduler.job import Note
from opensky.scheduler.times import MOST, spread

LATE = timedelta(minutes=2)
"""What begins no later than so long after its time is on time."""


class Decision(NamedTuple):
    """Run the job for the time ``run``; or leave out those up to ``leave``. Either way ``passed`` times before it are left out."""

    run: datetime | None = None
    leave: datetime | None = None
    passed: int = 0


NOTHING = Decision()


def decide(note: Note, slot_at: datetime, now: datetime, salt: str = "") -> Decision:
    """Say what to do about a job whose times up to ``slot_at`` are dealt with."""
    times = note.times
    first = times.next(slot_at)
    if first is None or _beginning(note, first, salt) > now:
        return NOTHING
    if note.missed == "all" and note.on:
        return Decision(run=first)
    latest = times.latest(slot_at, now) or first
    if latest > first and _beginning(note, latest, salt) > now:
        # The newest has not begun yet; what is to be had now is the one before it.
        latest = times.latest(slot_at, latest - timedelta(microseconds=1)) or first
    if not note.on:
        return Decision(leave=latest)
    passed = len(times.between(slot_at, latest, MOST)) - 1
    late = now - _beginning(note, latest, salt)
    if note.missed == "skip" and late > LATE:
        return Decision(leave=latest, passed=passed)
    return Decision(run=latest, passed=passed)


def begins(note: Note, slot_at: datetime, salt: str = "") -> datetime | None:
    """Return when the next run of a job begins, spread and all; ``None`` if it never does, or the job is off."""
    first = note.times.next(slot_at) if note.on else None
    return _beginning(note, first, salt) if first is not None else None


def _beginning(note: Note, slot: datetime, salt: str) -> datetime:
    """Return when a time's run begins: spread, but over no more than half of what lies before the next."""
    if not note.jitter:
        return slot
    after = note.times.next(slot)
    room = (after - slot).total_seconds() / 2 if after is not None else note.jitter
    return slot + spread(note.name, slot, min(note.jitter, room), salt)
