"""Rows as plain data, and what changed on them: read from what SQLAlchemy remembers of each attribute."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy.orm.attributes import instance_state, set_committed_value
from sqlalchemy.orm.base import LoaderCallableStatus

from opensky.kernel.money import Money
from opensky.kernel.once import once_a_class
from opensky.mapping import Field, describe
from opensky.persistence.documents.codec import Plain, dumper, plain_value
from opensky.persistence.lifecycle.changes import Fields

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Column:
    """One field of an entity: the attributes that hold it, and how they become one plain value."""

    name: str
    keys: tuple[str, ...]
    plain: Callable[..., Any]

    def now(self, values: State) -> Any:
        """Return the plain value that an entity holds."""
        return self.plain(*[values.get(key) for key in self.keys])

    def before(self, values: State, replaced: State) -> Any:
        """Return the plain value that is in the store; ``replaced`` holds what was replaced since."""
        found = [replaced[key] if key in replaced else values.get(key) for key in self.keys]
        return self.plain(*[None if isinstance(v, LoaderCallableStatus) else v for v in found])


def row_changes(obj: Any) -> Fields:
    """Return what changed on an entity since it was read or flushed; empty if the same values were assigned again."""
    state = instance_state(obj)
    replaced = state.committed_state
    if not replaced:
        return {}
    values, columns = state.dict, _by_key(type(obj))
    found: Fields = {}
    for key in replaced:
        column = columns.get(key)
        if column is not None and column.name not in found:
            old, new = column.before(values, replaced), column.now(values)
            if old != new:
                found[column.name] = (old, new)
    return found


def plain_row(obj: Any) -> Plain:
    """Return an entity as a document would hold it, without its version."""
    values = instance_state(obj).dict
    return {column.name: column.now(values) for column in columns_of(type(obj))}


def plain_row_before(obj: Any) -> Plain:
    """Return an entity as it is in the store: as it was read or last flushed."""
    state = instance_state(obj)
    return {column.name: column.before(state.dict, state.committed_state) for column in columns_of(type(obj))}


def as_read(obj: Any) -> None:
    """Take what an entity holds now for what was read: in a unit that only reads, loading may change it, others may not."""
    state = instance_state(obj)
    for key in list(state.committed_state):
        set_committed_value(obj, key, state.dict.get(key))


@once_a_class
def columns_of(cls: type) -> tuple[_Column, ...]:
    """Return how each kept field of an entity is read, but for its version."""
    return tuple(_column(f) for f in describe(cls).stored_fields if not f.version)


def plainly(field: Field) -> Callable[[Any], Any]:
    """Return the function that makes a plain value of one field's value; ``None`` stays what it is."""
    if hasattr(field.type, "__dataclass_fields__"):
        one: Callable[[Any], Any] = dumper(field.type)
    elif field.type in {datetime, Decimal}:
        one = plain_value
    elif field.embedded or field.type in {dict, Any}:
        one = msgspec.to_builtins
    else:
        return list_or_none if field.many else same
    if field.many:
        return lambda value: None if value is None else [one(each) for each in value]
    return lambda value: None if value is None else one(value)


def same(value: Any) -> Any:
    """Return what is plain already."""
    return value


def list_or_none(value: Any) -> Any:
    """Return a list of its own, so that what is compared later is what was there now."""
    return None if value is None else list(value)


@once_a_class
def _by_key(cls: type) -> dict[str, _Column]:
    return {key: column for column in columns_of(cls) for key in column.keys}


def _column(field: Field) -> _Column:
    if field.type is Money and not field.many and not field.embedded:
        return _Column(field.name, (f"{field.name}_minor", f"{field.name}_currency"), _amount)
    return _Column(field.name, (field.name,), plainly(field))


def _amount(minor: int | None, currency: str | None) -> Plain | None:
    return None if minor is None else {"minor": minor, "currency": currency}
