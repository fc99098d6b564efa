"""Counting statements, those to another store of documents included, so that a test can promise how many a request needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from opensky.persistence import Database


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect the text of every statement that ``database`` runs in the block, prepared queries included."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", note)
    database.on_query = statements.append
    if database.elsewhere is not None:
        database.elsewhere.on_command = statements.append
    try:
        yield statements
    finally:
        database.on_query = None
        if database.elsewhere is not None:
            database.elsewhere.on_command = None
        for engine in database.engines:
            event.remove(engine, "before_cursor_execute", note)
