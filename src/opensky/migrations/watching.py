"""Watching a connection: each statement that changes something, as a person could run it, and how long it took."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ClauseElement, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import CompileError

from opensky.migrations.errors import NotPossible

_LOOKS_ONLY = re.compile(
    r"\s*(SELECT|PRAGMA|SHOW|EXPLAIN|DESCRIBE|SAVEPOINT|RELEASE|WITH\b.*\bSELECT)\b", re.IGNORECASE
)
_CHANGES_TABLES = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(CREATE|ALTER|DROP|RENAME|TRUNCATE)\b", re.IGNORECASE | re.DOTALL
)
_ENDS = re.compile(r"\s*(BEGIN|START\s+TRANSACTION|COMMIT|END|ROLLBACK)(\s+(WORK|TRANSACTION))?\s*;?\s*", re.IGNORECASE)


def changes_tables(statement: str) -> bool:
    """Whether a statement changes tables, not what is in them."""
    return _CHANGES_TABLES.match(statement) is not None


@dataclass(slots=True)
class Statement:
    """One statement, or a note of what was done to documents; ``seconds`` is ``None`` where it was not run."""

    text: str
    seconds: float | None = None

    @property
    def is_note(self) -> bool:
        """Whether it is a comment, not SQL."""
        return self.text.startswith("-- ")

    def __str__(self) -> str:
        return self.text if self.is_note else f"{self.text};"


class Watch:
    """Collects what one version does.

    ``done`` is what ran to its end, ``running`` what did not come back; ``lost`` names the fields that documents lost.
    ``before`` is told each statement right before it runs, and how many are done.
    """

    def __init__(self, before: Callable[[str, int], None] | None = None) -> None:
        self.done: list[Statement] = []
        self._hook = before
        self.running = ""
        self.lost: list[tuple[str, str]] = []
        self._quiet = 0
        self._began = 0.0

    def note(self, text: str) -> None:
        """Add a remark about what is no statement."""
        self.done.append(Statement(f"-- {text}"))

    def lose(self, collection: str, field: str) -> None:
        """Remember that documents lose a field."""
        self.lost.append((collection, field))

    def add(self, text: str) -> None:
        """Add a statement that is not run here."""
        self.done.append(Statement(text.strip().rstrip(";")))

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Collect nothing: thousands of equal statements are one remark."""
        self._quiet += 1
        try:
            yield
        finally:
            self._quiet -= 1

    @contextmanager
    def over(self, connection: Connection) -> Iterator[None]:
        """Watch a connection."""
        event.listen(connection, "before_cursor_execute", self._before)
        event.listen(connection, "after_cursor_execute", self._after)
        try:
            yield
        finally:
            event.remove(connection, "before_cursor_execute", self._before)
            event.remove(connection, "after_cursor_execute", self._after)

    def _before(self, _connection: Any, _cursor: Any, sql: str, parameters: Any, context: Any, _many: bool) -> None:  # noqa: FBT001 - SQLAlchemy's signature
        if _ENDS.fullmatch(sql):
            message = f"{sql.strip()} would end the transaction of the version, which is not the version's own; leave it away."
            raise NotPossible(message)
        if not self._quiet and not _LOOKS_ONLY.match(sql):
            running = _literal(sql, parameters, context)
            if self._hook is not None:
                with self.quiet():
                    self._hook(running, len(self.done))
            self.running = running
        self._began = time.perf_counter()

    def _after(self, _connection: Any, _cursor: Any, sql: str, _parameters: Any, _context: Any, _many: bool) -> None:  # noqa: FBT001 - SQLAlchemy's signature
        if self.running:
            self.done.append(Statement(self.running, time.perf_counter() - self._began))
            self.running = ""


def written(statement: ClauseElement, dialect: Dialect) -> str:
    """Return a statement with its values in it, as a client of the database takes it."""
    return str(statement.compile(dialect=for_clients(dialect), compile_kwargs={"literal_binds": True}))


def for_clients(dialect: Dialect) -> Dialect:
    """Return a dialect that does not double percent signs, which only a driver wants that looks for ``%s``."""
    plain = copy(dialect)
    plain.paramstyle, plain.positional = "named", False
    plain.identifier_preparer = plain.preparer(plain)
    plain._type_memos = WeakKeyDictionary()  # noqa: SLF001 - a copy shares how values are written
    return plain


def _literal(sql: str, parameters: Any, context: Any) -> str:
    """Return a statement with its values in it, where SQLAlchemy knows how to write them."""
    plain = "\n".join(line.rstrip() for line in sql.strip().splitlines())
    compiled = getattr(context, "compiled", None)
    if not parameters:
        return plain.replace("%%", "%") if compiled is not None else plain
    if compiled is not None:
        try:
            bound = compiled.statement.params(**context.compiled_parameters[0])
            text = written(bound, context.dialect)
        except (CompileError, NotImplementedError, AttributeError, IndexError):
            text = ""
        if text and len(context.compiled_parameters) == 1:
            return text.strip()
    return f"{plain} -- with {parameters!r}"
