"""The tables of a database as plain values, to be compared: before and after a version, or one database with another."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Integer, Numeric, String, inspect
from sqlalchemy.engine import Connection
from sqlalchemy.types import BigInteger, SmallInteger, TypeEngine

_NOT_COMPARED = {"migrations"}
_BITS = ((SmallInteger, 16), (BigInteger, 64))
UNLIMITED = 1 << 40


@dataclass(frozen=True, slots=True)
class Shape:
    """One column: what kind of value, how much of it, and what must be said of it."""

    type: str
    family: str
    size: int
    nullable: bool
    default: str | None = field(compare=False)
    """Only who leaves the column out needs it, which is an older release."""


@dataclass(frozen=True, slots=True)
class TableShape:
    """One table."""

    columns: Mapping[str, Shape]
    key: tuple[str, ...]
    indexes: frozenset[tuple[tuple[str, ...], bool]]
    """Columns and whether each combination may occur once."""


Schema = dict[str, TableShape]


def schema_of(connection: Connection) -> Schema:
    """Return all tables, but for the record of the migrations."""
    found = inspect(connection)
    names = set(found.get_table_names()) - _NOT_COMPARED
    return {
        name: TableShape(
            {c["name"]: _shape(c["type"], c["nullable"], c.get("default")) for c in found.get_columns(name)},
            tuple(found.get_pk_constraint(name)["constrained_columns"]),
            frozenset(
                (tuple(str(c) for c in index["column_names"]), bool(index["unique"]))
                for index in found.get_indexes(name)
            ),
        )
        for name in sorted(names)
    }


def _shape(type_: TypeEngine[object], nullable: bool, default: str | None) -> Shape:  # noqa: FBT001 - as reflected
    family, size = "other", 0
    if isinstance(type_, String):
        family, size = "text", type_.length or UNLIMITED
    elif isinstance(type_, Integer):
        family, size = "integer", _bits(type_)
    elif isinstance(type_, Numeric):
        family, size = "number", (type_.precision or 1000) * 1000 + (type_.scale or 0)
    else:
        family = type_.__visit_name__.lower()
    return Shape(str(type_), family, size, nullable, None if default is None else str(default))


def _bits(type_: Integer) -> int:
    return next((bits for kind, bits in _BITS if isinstance(type_, kind)), 32)
