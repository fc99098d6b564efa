"""Statements that SQL dialects write differently, under one name each."""

from typing import Any

from sqlalchemy import ColumnElement, Table
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
@compiles(InsertIgnore, "mariadb")
def _insert_ignore(statement: InsertIgnore, compiler: Any, **options: Any) -> str:
    return str(compiler.visit_insert(statement.prefix_with("IGNORE"), **options))


class _Ordered(ColumnElement[Any]):
    """A value to sort by, of which what is missing comes first (descending: last), as in SQLite and MongoDB."""

    inherit_cache = True
    _traverse_internals = (("value", InternalTraversal.dp_clauseelement), ("descending", InternalTraversal.dp_boolean))

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
