"""Statements that SQL dialects write differently, under one name each."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.dml import Insert


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


def insert_ignore(table: Table) -> InsertIgnore:
    """Return an insert into ``table`` that ignores rows whose primary or unique key is taken."""
    return InsertIgnore(table)
