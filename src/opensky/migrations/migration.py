"""What a version file is handed: statements, operations on tables, documents, conditions. Nothing else of us."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from alembic.operations import BatchOperations, Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Row, bindparam, inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeEngine

from opensky.migrations.collections import Collection, Documents
from opensky.migrations.errors import Aborted, BadVersion, Skipped
from opensky.migrations.moments import Direction
from opensky.migrations.watching import Watch, changes_tables, for_clients, written
from opensky.persistence import types

_KINDS = {"sqlite", "mariadb", "postgresql"}
_ALSO = {"mysql": "mariadb", "postgres": "postgresql"}


class Migration:
    """Handed to ``up`` and ``down``, and to ``pre_`` and ``post_`` either.

    ``tables`` are Alembic's operations (``add_column``, ``create_table``, ``batch_alter_table``, ...), which rebuild a table
    where SQLite cannot alter it; ``types`` are the shop's column types. ``perform`` is false while statements are only written down, on a database that cannot undo
    them.
    """

    def __init__(
        self,
        connection: Connection,
        direction: Direction,
        watch: Watch,
        *,
        open_collection: Callable[[str], Collection],
        say: Callable[[str], None],
        perform: bool = True,
    ) -> None:
        self.direction = direction
        self.dialect = _dialect_of(connection)
        self.perform = perform
        self._connection = connection
        self._watch = watch
        self._open_collection = open_collection
        self._say = say
        self.types = Types()
        self.tables: Operations = _Tables(_context(connection, watch, perform=perform))

    def sql(self, statement: str, values: Mapping[str, Any] | None = None, *, on: str | Sequence[str] = ()) -> int:
        """Run one statement, with ``values`` for its ``:names``; return how many rows it touched.

        ``on`` keeps it to some kinds of database: ``"sqlite"``, ``"mariadb"``, ``"postgresql"``. What changes tables gets its
        values written into it: databases take none there.
        """
        if on and self.dialect not in _kinds(on):
            return 0
        into_it = changes_tables(statement)
        bound = text(statement).bindparams(
            *(bindparam(name, value, literal_execute=into_it) for name, value in (values or {}).items())
        )
        if not self.perform:
            self._watch.add(written(bound, self._connection.dialect))
            return 0
        return int(self._connection.execute(bound).rowcount)

    def rows(self, query: str, values: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        """Read rows."""
        return self._connection.execute(text(query), dict(values or {})).fetchall()

    def documents(self, collection: str) -> Documents:
        """Return the documents of a collection, wherever they are kept."""
        found = _Quiet(self._open_collection(collection), self._watch)
        return Documents(found, self._watch.note, perform=self.perform, lost=self._watch.lose)

    def has_table(self, name: str) -> bool:
        """Whether there is a table."""
        return inspect(self._connection).has_table(name)

    def has_column(self, table: str, name: str) -> bool:
        """Whether a table has a column; false where there is no such table."""
        found = inspect(self._connection)
        return found.has_table(table) and any(c["name"] == name for c in found.get_columns(table))

    def skip_if(self, condition: object, reason: str) -> None:
        """Do nothing in this database, and count the version as done, if the condition holds."""
        if condition:
            raise Skipped(reason)

    def abort_if(self, condition: object, reason: str) -> None:
        """Stop the whole run if the condition holds; what this version did is undone where the database can."""
        if condition:
            raise Aborted(reason)

    def warn_if(self, condition: object, reason: str) -> None:
        """Tell whoever runs it, and go on."""
        if condition:
            self._say(f"Warning: {reason}")

    def write(self, line: str) -> None:
        """Tell whoever runs it how far it is."""
        self._say(line)


class Types:
    """The column types of the shop, the same on every database."""

    def text(self, length: int | None = None) -> TypeEngine[str]:
        """Text that compares byte for byte; one in a key or an index needs a length of at most 255."""
        return types.text(length)

    def integer(self) -> TypeEngine[int]:
        """A whole number of 64 bits."""
        return types.INT64

    def instant(self) -> TypeEngine[datetime]:
        """A moment, kept as UTC with microseconds."""
        return types.UtcDateTime()


class _Tables(Operations):
    """Alembic's operations; a table that SQLite rebuilds keeps its indexes as they were."""

    @contextmanager
    def batch_alter_table(self, table_name: str, *args: Any, **options: Any) -> Iterator[BatchOperations]:
        connection = self.migration_context.connection
        on_sqlite = self.migration_context.dialect.name == "sqlite" and connection is not None
        before = _indexes(connection, table_name) if on_sqlite else {}
        with super().batch_alter_table(table_name, *args, **options) as batch:
            yield batch
            touched = _touched(batch)
        if on_sqlite:
            # SQLAlchemy does not read the DESC of an index on SQLite, so a rebuilt one would be another.
            for name, made in _indexes(connection, table_name).items():
                if name not in touched and before.get(name, made) != made:
                    self.execute(f'DROP INDEX "{name}"')
                    self.execute(text(before[name].replace(":", r"\:")))


class _Quiet:
    """A collection whose statements are not listed one by one."""

    def __init__(self, collection: Collection, watch: Watch) -> None:
        self._collection = collection
        self._watch = watch
        self.name = collection.name

    def pages(self, words: Sequence[str] = (), *, after: int = 0, lock: bool = False) -> Iterator[list[Any]]:
        return self._collection.pages(words, after=after, lock=lock)

    def one(self, id_: Any) -> Any:
        return self._collection.one(id_)

    def write(self, old: Any, new: Any) -> bool:
        with self._watch.quiet():
            return self._collection.write(old, new)

    def refill(self) -> int:
        with self._watch.quiet():
            return self._collection.refill()


def _context(connection: Connection, watch: Watch, *, perform: bool) -> MigrationContext:
    if perform:
        return MigrationContext.configure(connection)
    opts = {"as_sql": True, "output_buffer": _Written(watch)}
    return MigrationContext(for_clients(connection.dialect), connection, opts)


class _Written:
    """Takes what Alembic writes instead of running it."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def write(self, written: str) -> None:
        if written.strip():
            self._watch.add(written)

    def flush(self) -> None:
        """Nothing is held back."""


def _kinds(on: str | Sequence[str]) -> set[str]:
    """Return the kinds of database that a version names; a name that is none would keep a statement from all of them."""
    named = {_ALSO.get(name, name) for name in ((on,) if isinstance(on, str) else on)}
    if unknown := named - _KINDS:
        message = f"on={'/'.join(sorted(unknown))} is no kind of database; there are {', '.join(sorted(_KINDS))}."
        raise BadVersion(message)
    return named


def _dialect_of(connection: Connection) -> str:
    return "mariadb" if connection.dialect.name in ("mysql", "mariadb") else connection.dialect.name


def _indexes(connection: Connection | None, table: str) -> dict[str, str]:
    query = text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table AND sql IS NOT NULL")
    return {} if connection is None else {row.name: row.sql for row in connection.execute(query, {"table": table})}


def _touched(batch: BatchOperations) -> set[str]:
    """Return the names of the indexes that a batch makes or drops itself."""
    found: set[str] = set()
    for name, arguments, _ in getattr(batch.impl, "batch", ()):
        if name in ("create_index", "drop_index"):
            found.add(str(arguments[0].name))
    return found
