"""Statements that are timed, by a driver's own cursor: so none is missed, and none is counted twice, whoever runs it."""

import sqlite3
from collections.abc import Callable
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event

from opensky.kernel.watching import Watch

SELECT, INSERT, UPDATE, DELETE, COMMIT, OTHER = (
    f"sql.{each}" for each in ("select", "insert", "update", "delete", "commit", "other")
)
WAITING = "sql.waiting"
KINDS = (SELECT, INSERT, UPDATE, DELETE, COMMIT, OTHER)
"""What a statement may be; waiting for a connection or a turn is not one of them."""
_KINDS = {
    "SELECT": SELECT,
    "WITH": SELECT,
    "INSERT": INSERT,
    "UPDATE": UPDATE,
    "DELETE": DELETE,
    "BEGIN": "",
    "PRAGMA": "",
    ";": "",
    "": "",
}
"""By the first word. To begin is to wait, which is told by who begins; how a connection is set up, and whether it is alive, interests
nobody.
"""
_OPTION = "watch"


def watch_statements(engine: Engine, watch: Watch) -> None:
    """Have each statement told to a watch; before the engine opens its first connection."""
    engine.update_execution_options(**{_OPTION: watch})
    changes = _changes(engine, watch)

    @event.listens_for(engine, "do_connect")
    def _with_our_cursor(_dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> None:
        options.update(changes)


def watch_of(engine: Engine) -> Watch | None:
    """Return whom an engine tells."""
    found: Watch | None = engine.get_execution_options().get(_OPTION)
    return found


def kind_of(sql: object) -> str:
    """Return what a statement is counted as; empty if it is not."""
    if not isinstance(sql, str):
        return OTHER
    return _KINDS.get(sql[:6].partition(" ")[0].upper(), OTHER)


def _changes(engine: Engine, watch: Watch) -> dict[str, Any]:
    """Return what the driver is to be told at connecting."""
    match engine.dialect.name, engine.dialect.driver:
        case "sqlite", _:
            return {"factory": _sqlite(watch)}
        case "postgresql", _:
            from psycopg import Cursor  # noqa: PLC0415 - the one driver that is there

            return {"cursor_factory": _timed(Cursor, watch, ("execute", "executemany"))}
        case _, "pymysql":
            from pymysql.cursors import Cursor as PyMySql  # noqa: PLC0415 - as above

            return {"cursorclass": _timed(PyMySql, watch, ("execute",))}  # executemany calls it
        case _:
            from MySQLdb.cursors import Cursor as MySqlDb  # type: ignore[import-untyped]  # noqa: PLC0415 - as above

            return {"cursorclass": _timed(MySqlDb, watch, ("execute",))}


def _sqlite(watch: Watch) -> type[sqlite3.Connection]:
    told = _timed(sqlite3.Cursor, watch, ("execute", "executemany"))

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = told) -> Any:
            return super().cursor(factory)

    return Connection


def _timed(cursor: type, watch: Watch, methods: tuple[str, ...]) -> type:
    """Return a class of cursors whose ``methods`` tell how long they took."""
    return type(
        "Watched" + cursor.__name__, (cursor,), {name: _telling(getattr(cursor, name), watch) for name in methods}
    )


def _telling(execute: Callable[..., Any], watch: Watch) -> Callable[..., Any]:
    known: dict[str, str] = {}

    def told(self: Any, sql: Any, *given: Any, **named: Any) -> Any:
        began = perf_counter()
        try:
            return execute(self, sql, *given, **named)
        finally:
            ms = (perf_counter() - began) * 1000
            start = sql[:6] if isinstance(sql, str) else ""
            kind = known.get(start)
            if kind is None:
                kind = known[start] = kind_of(sql)
            if kind:
                watch(kind, ms, sql)

    return told
