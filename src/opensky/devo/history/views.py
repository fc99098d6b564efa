"""What the pages of the history show: frozen values, filled from its entries."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from opensky.devo.history.repository import Subject
from opensky.devo.history.wording import Piece, compared, said, short
from opensky.persistence.history.folding import Past
from opensky.persistence.history.forgetting import FORGOTTEN
from opensky.persistence.history.reading import Entry, FieldChange
from opensky.persistence.history.reverting import Step

DONE = {"insert": "made", "update": "changed", "remove": "removed"}
_FEW = 4
_WHY = {"secret": "A secret: only that it changed is kept.", FORGOTTEN: "Forgotten, because the person asked for it."}
_MASKED = "Masked, because it is private."


class FieldLine(Struct, frozen=True):
    """One field of a change, shortened for the timeline."""

    path: str
    old: str
    new: str
    why: str = ""


class ChangeLine(Struct, frozen=True):
    """One change in the timeline."""

    id: int
    at: datetime
    done: str
    subject: Subject
    actor: str
    actor_key: str
    reason: str
    fields: Sequence[FieldLine]
    more: int = 0


class Side(Struct, frozen=True):
    """One field of a change in full: both sides in pieces."""

    path: str
    old: Sequence[Piece]
    new: Sequence[Piece]
    why: str = ""


class StepLine(Struct, frozen=True):
    """What taking back would do to one field."""

    path: str
    now: Sequence[Piece]
    will_be: Sequence[Piece]
    problem: str = ""
    idle: bool = False
    later: Sequence[int] = ()


class StateLine(Struct, frozen=True):
    """One field of an object as it was, and as it is now where that differs."""

    path: str
    then: str
    now: str
    differs: bool
    why: str = ""


def line(entry: Entry, subject: Subject) -> ChangeLine:
    """Return a change for the timeline, with its first fields."""
    shown = list(entry.fields.items())[:_FEW]
    return ChangeLine(
        id=entry.id,
        at=entry.at,
        done=DONE[entry.operation],
        subject=subject,
        actor=entry.actor.name or entry.actor.kind,
        actor_key=f"{entry.actor.kind}:{entry.actor.id}",
        reason=entry.actor.reason,
        fields=[FieldLine(path, *short(c.old, c.new), why(c)) for path, c in shown],
        more=len(entry.fields) - len(shown),
    )


def sides(entry: Entry) -> list[Side]:
    """Return the fields of a change in full."""
    return [Side(path, *compared(c.old, c.new), why(c)) for path, c in entry.fields.items()]


def steps(found: Sequence[Step]) -> list[StepLine]:
    """Return what taking back would do, field by field."""
    return [StepLine(s.path, *compared(s.now, s.will_be), s.problem, s.idle, s.later) for s in found]


def states(then: Past, now: Past) -> list[StateLine]:
    """Return the fields of an object as it was, beside what they are now."""
    old, new = then.state or {}, now.state or {}
    return [
        StateLine(
            name,
            said(old.get(name)),
            said(new.get(name)),
            old.get(name) != new.get(name),
            _MASKED if name in then.hidden else "",
        )
        for name in _names(old, new)
    ]


def why(change: FieldChange) -> str:
    """Say why a field shows no true values; nothing where it does."""
    return _WHY.get(change.privacy, _MASKED) if change.privacy else ""


def _names(old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    return list(dict.fromkeys((*old, *new)))
