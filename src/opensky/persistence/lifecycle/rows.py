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
    plain: Callable[[State], Any]


def row_changes(obj: Any) -> Fields:
    """Return what changed on an entity since it was read or flushed; empty if the same values were assigned again."""
    state = instance_state(obj)
    before = state.committed_state
    if not before:
        return {}
    now = state.dict
    found: Fields = {}
    for column in columns_of(type(obj)):
        for key in column.keys:
            if key in before:
                old, new = column.plain(_were(column, before, now)), column.plain(now)
                if old != new:
                    found[column.name] = (old, new)
                break
    return found


def plain_row(obj: Any) -> Plain:
    """Return an entity as a document would hold it, without its version."""
    now = instance_state(obj).dict
    return {column.name: column.plain(now) for column in columns_of(type(obj))}


def plain_row_before(obj: Any) -> Plain:
    """Return an entity as it is in the store: as it was read or last flushed."""
    state = instance_state(obj)
    if not state.committed_state:
        return plain_row(obj)
    return {c.name: c.plain(_were(c, state.committed_state, state.dict)) for c in columns_of(type(obj))}


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


def _column(field: Field) -> _Column:
    if field.type is Money and not field.many and not field.embedded:
        minor, currency = f"{field.name}_minor", f"{field.name}_currency"

        def amount(values: State) -> Any:
            value = values.get(minor)
            return None if value is None else {"minor": value, "currency": values[currency]}

        return _Column(field.name, (minor, currency), amount)
    name, plain = field.name, plainly(field)
    return _Column(name, (name,), lambda values: plain(values.get(name)))


def _were(column: _Column, before: State, now: State) -> State:
    values = {key: before.get(key, now.get(key)) for key in column.keys}
    return {k: None if isinstance(v, LoaderCallableStatus) else v for k, v in values.items()}
