"""Undoing a change: first what would happen, to be looked at; then doing it, as a change like any other."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import msgspec

from opensky.kernel.errors import Conflict, FieldError, Invalid, NotFound
from opensky.mapping import Field, UpdatedAt, describe, marked, validate
from opensky.persistence.documents.codec import Plain
from opensky.persistence.history.actor import SYSTEM, Actor
from opensky.persistence.history.folding import Objects, place, present, value_at
from opensky.persistence.history.keys import key_values
from opensky.persistence.history.objects import Operation
from opensky.persistence.history.reading import ChangeHistory, Entry

Apply = Callable[[Any, Mapping[str, Any]], None]
"""Gives an object new values, by field; whoever has rules about it brings one of their own."""
Whole = Callable[[Any], object]
"""Keeps an object that was made again, or removes one."""
_UNDOES: dict[Operation, Operation] = {"insert": "remove", "update": "update", "remove": "insert"}


class Writing(Objects, Protocol):
    """What reverting needs of a unit of work."""

    acting: Actor | None

    def persist(self, obj: object) -> None:
        """Keep a new object."""

    def remove(self, obj: object) -> None:
        """Remove an object."""

    def flush(self) -> None:
        """Write what has changed."""


@dataclass(frozen=True, slots=True)
class Step:
    """What reverting would do to one path. ``problem`` says why it cannot; ``later`` are changes that touched it since."""

    path: str
    now: Any
    will_be: Any
    later: tuple[int, ...] = ()
    problem: str = ""

    @property
    def idle(self) -> bool:
        """Whether it is so already."""
        return not self.problem and self.now == self.will_be


@dataclass(frozen=True, slots=True)
class Reversal:
    """What reverting a change, or one field of it, would do. ``version`` is that of the object as it was looked at."""

    entry: Entry
    cls: type
    operation: Operation
    steps: tuple[Step, ...]
    version: int | None
    problem: str = ""

    @property
    def touched_later(self) -> bool:
        """Whether a later change would be lost with it, so that somebody must say that they want this."""
        return any(step.later for step in self.steps)

    @property
    def possible(self) -> bool:
        """Whether there is something to do, and nothing in its way."""
        useful = self.operation != "update" or any(not step.idle for step in self.steps)
        return not self.problem and useful and not any(step.problem for step in self.steps)


class Reverter:
    """Looks at what reverting would do, and does it. ``model`` lists the classes that there are."""

    def __init__(self, unit: Writing, model: Sequence[type]) -> None:
        self._unit = unit
        self._history = ChangeHistory(unit)
        self._classes = {cls.__name__: cls for cls in model}

    def look(self, change_id: int, path: str = "") -> Reversal:
        """Return what reverting a change would do, or one field of it with all that is below.

        Raises:
            NotFound: there is no such change, or it did not touch that field.
        """
        entry = self._history.one(change_id)
        cls = self._classes.get(entry.kind) if entry is not None else None
        if entry is None or cls is None:
            raise NotFound("There is no such change.")
        kept_by_itself = {f.name for f in describe(cls).stored_fields if marked(f, UpdatedAt) is not None}
        paths = [p for p in entry.fields if p == path or p.startswith(f"{path}.")] if path else list(entry.fields)
        if entry.operation == "update" and not path:
            paths = [p for p in paths if p not in kept_by_itself] or paths
        if not paths:
            raise NotFound(f"This change did not touch {path}.")
        state, version = present(self._unit.get(cls, *key_values(cls, entry.object_id)))
        since = [e for e in self._history.since(entry.kind, entry.object_id, entry.id + 1) if e.id != entry.id]
        steps = tuple(_step(entry, p, state, since) for p in paths)
        operation = _UNDOES[entry.operation]
        return Reversal(entry, cls, operation, steps, version, _problem(operation, state, steps, part=path))

    def revert(
        self,
        change_id: int,
        path: str = "",
        *,
        version: int | None,
        confirmed: bool = False,
        reason: str = "",
        apply: Apply | None = None,
        make: Whole | None = None,
        remove: Whole | None = None,
    ) -> Reversal:
        """Do what ``look`` said, and flush it. ``version`` is the one that it gave; the reason kept names the change.

        ``apply``, ``make`` and ``remove`` do it where somebody has rules about the object.

        Raises:
            Conflict: it cannot be reverted, the object was changed since it was looked at, or a later change touched the
                same field and ``confirmed`` is false.
            Invalid: the object would break a rule.
        """
        found = self.look(change_id, path)
        _refuse(found, version, confirmed=confirmed)
        said = f"Revert of change {change_id}" + (f": {reason}" if reason else "")
        self._unit.acting = replace(self._unit.acting or SYSTEM, reason=said)
        key = key_values(found.cls, found.entry.object_id)
        if found.operation == "insert":
            (make or self._unit.persist)(_made_again(found))
        elif found.operation == "remove":
            (remove or self._unit.remove)(self._unit.get(found.cls, *key))
        else:
            obj = self._unit.get(found.cls, *key)
            (apply or set_values)(obj, values_of(obj, found))
        self._unit.flush()
        return found


def set_values(obj: Any, values: Mapping[str, Any]) -> None:
    """Give an object new values, and hold it to the rules of its fields."""
    for name, value in values.items():
        setattr(obj, name, value)
    validate(obj)


def values_of(obj: Any, found: Reversal) -> dict[str, Any]:
    """Return the values that reverting gives an object, by field, in the types of its fields."""
    state, _ = present(obj)
    state = copy.deepcopy(state) or {}
    for step in found.steps:
        place(state, step.path, step.will_be)
    fields = {step.path.partition(".")[0] for step in found.steps if not step.idle}
    return {f.name: _typed(f, state[f.name]) for f in describe(found.cls).stored_fields if f.name in fields}


def _step(entry: Entry, path: str, state: Plain | None, since: Sequence[Entry]) -> Step:
    change = entry.fields[path]
    now, problem = value_at(state, path), ""
    if change.privacy and entry.operation != "insert":
        problem = "Its value was not kept, because it is private."
    elif state is not None and entry.operation == "update" and not place(copy.deepcopy(state), path, None):
        problem = "What it was a part of is not there any more."
    later = tuple(e.id for e in since if any(_overlap(path, other) for other in e.fields))
    return Step(path, now, change.old, later, problem)


def _overlap(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}.") or other.startswith(f"{path}.")


def _problem(operation: Operation, state: Plain | None, steps: Sequence[Step], *, part: str) -> str:
    if operation != "update" and part:
        return "It was made or removed by this change as a whole, so that it can only be reverted as a whole."
    if operation == "insert":
        return "It is there again already." if state is not None else ""
    if state is None:
        return "It is not there any more. Revert its removal first."
    if operation == "update" and all(step.idle for step in steps):
        return "It is so already: there is nothing to do."
    return ""


def _refuse(found: Reversal, version: int | None, *, confirmed: bool) -> None:
    problem = found.problem or next((f"{s.path}: {s.problem}" for s in found.steps if s.problem), "")
    if problem:
        raise Conflict(problem, change=found.entry.id)
    if found.version != version:
        raise Conflict("It was changed meanwhile. Please look again at what would happen.", change=found.entry.id)
    if found.touched_later and not confirmed:
        message = "A later change touched the same field and would be lost. Say that you want this, or revert that one."
        raise Conflict(message, change=found.entry.id)


def _made_again(found: Reversal) -> Any:
    kept: Plain = {step.path: step.will_be for step in found.steps}
    # What was None then was not kept, so it is None again; a version starts anew.
    fields = [f for f in describe(found.cls).stored_fields if not f.version and (f.name in kept or f.optional)]
    obj = found.cls(**{f.name: _typed(f, kept.get(f.name)) for f in fields})
    validate(obj)
    return obj


def _typed(field: Field, value: Any) -> Any:
    try:
        return msgspec.convert(value, field.annotation)
    except msgspec.ValidationError as error:
        problem = FieldError(field.name, "Its old value does not fit any more what the field holds today.", "type")
        raise Invalid(problem) from error


__all__ = ["Apply", "Reversal", "Reverter", "Step", "Whole", "Writing", "set_values", "values_of"]
