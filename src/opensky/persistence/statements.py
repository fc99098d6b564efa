"""Statements that SQL dialects write differently, under one name each."""

from typing import Any, Protocol

from sqlalchemy import ColumnElement, Executable, Select, Table
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.visitors import InternalTraversal


class InsertIgnore(Insert):
    """An insert that leaves a row alone if its key is there already; ``rowcount`` tells how many were new."""

    inherit_cache = True


@compiles(InsertIgnore, "sqlite")
@compiles(InsertIgnore, "postgresql")
def _on_conflict_do_nothing(statement: InsertIgnore, compiler: Any, **options: Any) -> str:
    return f"{compiler.visit_insert(statement, **options)} ON CONFLICT DO NOTHING"


@compiles(InsertIgnore, "mysql")
def _insert_ignore(statement: InsertIgnore, compiler: Any, **options: Any) -> str:
    return str(compiler.visit_insert(statement.prefix_with("IGNORE"), **options))


class InsertOrHold(Insert):
    """An insert that, if the primary key is there already, changes nothing but holds the row until the transaction ends."""

    inherit_cache = True


@compiles(InsertOrHold, "sqlite")
def _insert_or_nothing(statement: InsertOrHold, compiler: Any, **options: Any) -> str:
    return f"{compiler.visit_insert(statement, **options)} ON CONFLICT DO NOTHING"


@compiles(InsertOrHold, "postgresql")
def _insert_or_same(statement: InsertOrHold, compiler: Any, **options: Any) -> str:
    keys = [compiler.preparer.quote(c.name) for c in statement.table.primary_key]
    same = f"{keys[0]} = EXCLUDED.{keys[0]}"
    return f"{compiler.visit_insert(statement, **options)} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {same}"


@compiles(InsertOrHold, "mysql")
def _insert_or_key(statement: InsertOrHold, compiler: Any, **options: Any) -> str:
    # INSERT IGNORE would only share the row: two who share it and then want to change it wait for each other for ever.
    key = compiler.preparer.quote(next(iter(statement.table.primary_key)).name)
    return f"{compiler.visit_insert(statement, **options)} ON DUPLICATE KEY UPDATE {key} = {key}"


class _Ordered(ColumnElement[Any]):
    """A value to sort by, of which what is missing comes first (descending: last), as in SQLite and MongoDB."""

    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy declares it so
        ("value", InternalTraversal.dp_clauseelement),
        ("descending", InternalTraversal.dp_boolean),
    ]

    def __init__(self, value: ColumnElement[Any], descending: bool) -> None:  # noqa: FBT001 - in_order is the door
        self.value, self.descending = value, descending
        self.type = value.type


@compiles(_Ordered)
def _as_it_is(element: _Ordered, compiler: Any, **options: Any) -> str:
    return f"{compiler.process(element.value, **options)}{' DESC' if element.descending else ''}"


@compiles(_Ordered, "postgresql")
def _missing_first(element: _Ordered, compiler: Any, **options: Any) -> str:
    way = "DESC NULLS LAST" if element.descending else "ASC NULLS FIRST"
    return f"{compiler.process(element.value, **options)} {way}"


def in_order(value: ColumnElement[Any], *, descending: bool = False, optional: bool = True) -> ColumnElement[Any]:
    """Return what to sort by, so that every dialect puts what is missing first, descending last."""
    if optional:
        return _Ordered(value, descending)
    return value.desc() if descending else value


def insert_ignore(table: Table) -> InsertIgnore:
    """Return an insert into ``table`` that ignores rows whose primary or unique key is taken."""
    # psycopg forgets the count when its cursor is closed, which is before anybody asks for it.
    return InsertIgnore(table).execution_options(preserve_rowcount=True)


def insert_or_hold(table: Table) -> InsertOrHold:
    """Return an insert after which the row is there and held, whoever made it."""
    return InsertOrHold(table)


def hold(unit: "Holder", rows: Select[Any], parameters: Any = None) -> None:
    """Hold the rows that a ``select`` finds until the transaction ends, so that what is read of them next stays true.

    For what must be read before it can be written. In SQLite whoever writes holds the whole database already, and nothing is
    asked. Give the select an order: who holds several takes them in the same order as everybody else.
    """
    if unit.connection.dialect.name != "sqlite":
        unit.execute(rows.with_for_update(), parameters)


class Holder(Protocol):
    """What ``hold`` asks of a unit of work."""

    @property
    def connection(self) -> Connection: ...
    def execute(self, statement: Executable, parameters: Any = None) -> Any:
        """Run a statement in the transaction."""
