"""What a listener is given: the object, the unit of work, and what is about to be written."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from opensky.kernel.errors import OpenSkyError
from opensky.mapping import Description, describe
from opensky.persistence.documents.codec import Plain
from opensky.persistence.lifecycle.changes import Fields, Operation

if TYPE_CHECKING:
    from opensky.persistence.unit_of_work import UnitOfWork


class NotChanged(OpenSkyError):
    """A listener asked for the old or new value of a field that does not change."""


@dataclass(eq=False, slots=True)
class LifecycleEventArgs:
    """What happens to one object, and the unit of work in which it does."""

    event: str
    unit: "UnitOfWork"
    obj: Any

    def get_object(self) -> Any:
        """Return the object."""
        return self.obj


@dataclass(eq=False, slots=True)
class PreLoadEventArgs:
    """The plain data of an object that is about to be built; what is changed in ``data`` is what is built.

    The store is not touched: such an object counts as changed and is written in its new shape at the next flush.
    """

    event: str
    unit: "UnitOfWork"
    cls: type
    data: Plain


@dataclass(eq=False, slots=True)
class UpdateEventArgs(LifecycleEventArgs):
    """What happens to an object that was changed, and what changed."""

    changes: Fields

    def get_change_set(self) -> Fields:
        """Return a copy of the change set: dotted path to (old, new), as plain data."""
        return deepcopy(self.changes)

    def has_changed_field(self, field: str) -> bool:
        """Say whether a field, or anything inside of it, changes."""
        return field in self.changes or any(path.startswith(f"{field}.") for path in self.changes)

    def get_old_value(self, field: str) -> Any:
        """Return what a field held when it was read, as the type that it has on the object; raises ``NotChanged``."""
        return _typed(type(self.obj), field, self._changed(field)[0])

    def get_new_value(self, field: str) -> Any:
        """Return what a field will hold; raises ``NotChanged``."""
        return _typed(type(self.obj), field, self._changed(field)[1])

    def _changed(self, field: str) -> tuple[Any, Any]:
        if field in self.changes:
            return self.changes[field]
        what = f"{type(self.obj).__name__}.{field}"
        inside = [path for path in self.changes if path.startswith(f"{field}.")]
        if inside:
            message = f"Only a part of {what} changes: ask for {' or '.join(sorted(inside))}."
        else:
            message = (
                f"{what} does not change here; {', '.join(sorted(self.changes))} does. Ask has_changed_field first."
            )
        raise NotChanged(message, field=field)


@dataclass(eq=False, slots=True)
class PreUpdateEventArgs(UpdateEventArgs):
    """What is about to be written of an object. What a listener assigns to it, by whatever way, is written too."""

    def set_new_value(self, field: str, value: Any) -> None:
        """Let a field, or a dotted path into what is embedded, hold another value, whether it changed or not."""
        name, *inside = field.split(".")
        described = describe(type(self.obj)).field(name)
        if described.id or described.version or described.reference is not None:
            kind = "part of the id" if described.id else "the version" if described.version else "a reference"
            message = f"{type(self.obj).__name__}.{name} is {kind}; a listener cannot set it."
            raise NotChanged(message, field=field)
        setattr(self.obj, name, _with(getattr(self.obj, name), inside, value) if inside else value)


@dataclass(eq=False, slots=True)
class FlushEventArgs:
    """A flush begins or has ended."""

    event: Literal["pre_flush", "post_flush"]
    unit: "UnitOfWork"


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One object that a flush is about to write, and how it changes."""

    operation: Operation
    obj: Any = field(compare=False)
    fields: Fields


@dataclass(eq=False, slots=True)
class OnFlushEventArgs:
    """All that a flush is about to write. A listener may persist, remove and change; no call is needed to make that count.

    Each round shows what was not shown before: first everything, then what listeners added or changed in the round before.
    """

    event: str
    unit: "UnitOfWork"
    scheduled: Sequence[Scheduled]
    round: int = 1

    @property
    def scheduled_insertions(self) -> list[Any]:
        """The new objects."""
        return [each.obj for each in self.scheduled if each.operation == "insert"]

    @property
    def scheduled_updates(self) -> list[Any]:
        """The objects that really changed."""
        return [each.obj for each in self.scheduled if each.operation == "update"]

    @property
    def scheduled_deletions(self) -> list[Any]:
        """The objects to be removed."""
        return [each.obj for each in self.scheduled if each.operation == "remove"]

    def get_change_set(self, obj: Any) -> Fields:
        """Return a copy of the change set of a scheduled object; empty for one that is not scheduled."""
        return next((deepcopy(each.fields) for each in self.scheduled if each.obj is obj), {})


@dataclass(eq=False, slots=True)
class LoadMetadataEventArgs:
    """A class is known from now on; its description is immutable."""

    event: str
    cls: type

    def get_description(self) -> Description:
        """Return what the marks of the class say."""
        return describe(self.cls)


@dataclass(eq=False, slots=True)
class DocumentNotFoundEventArgs:
    """``get``, or the loading of a reference, found nothing in the store; of either kind."""

    event: str
    unit: "UnitOfWork"
    cls: type
    id: Any


def _with(value: Any, path: list[str], new: Any) -> Any:
    """Return a copy of what is embedded with another value at a path, so that every store sees a new value."""
    head, *rest = path
    if isinstance(value, dict):
        return {**value, head: _with(value[head], rest, new) if rest else new}
    if is_dataclass(value) and not isinstance(value, type) and hasattr(value, head):
        return replace(value, **{head: _with(getattr(value, head), rest, new) if rest else new})
    message = f"{value!r} has no {head!r} that a listener could set."
    raise NotChanged(message, field=head)


def _typed(cls: type, path: str, value: Any) -> Any:
    """Return a plain value as the type that a described path has; as it is, beyond what is described."""
    current: Any = cls
    annotation: Any = cls
    for part in path.split("."):
        if not hasattr(current, "__dataclass_fields__"):
            return value
        field = describe(current).field(part)
        current, annotation = None if field.many else field.type, field.annotation
    return None if value is None else msgspec.convert(value, annotation)
