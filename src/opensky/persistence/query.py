"""Queries for hot read paths: compiled once to SQL text, run on the bare driver, rows made into values by one function."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import Delete, Insert, Select, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import CompilerElement

from opensky.persistence.duplicates import duplicate_of
from opensky.persistence.refusals import raise_meaning

T = TypeVar("T")
_KEPT_LENGTHS = 64
"""Of how many lengths of its lists a statement is kept written out."""
Row = Sequence[Any]
Processor = Callable[[Any], Any]


class Query(Generic[T]):
    """One read statement and what becomes of a row.

    ``statement`` is built once, at import, with named ``bindparam``s; ``IN`` over a list wants ``expanding=True``.
    ``into`` takes the columns of a row, in order, as positional arguments.
    """

    def __init__(self, statement: Select[Any] | CompilerElement, into: Callable[..., T]) -> None:
        self._statement = statement
        self._into = into
        self._compiled: dict[str, _Compiled] = {}
        self._lock = threading.Lock()

    @property
    def text(self) -> str:
        """The statement as a person reads it."""
        return str(self._statement)

    def run(self, cursor: Any, dialect: Dialect, values: dict[str, Any]) -> list[T]:
        """Execute on a DB-API cursor and return the values."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            with self._lock:
                compiled = self._compiled.setdefault(dialect.name, _Compiled(self._statement, dialect))
        sql, parameters = compiled.call(values)
        try:
            cursor.execute(sql, parameters)
        except dialect.loaded_dbapi.Error as error:
            raise_meaning(error, dialect, cursor)
            raise
        into, processors = self._into, compiled.processors
        if not processors:
            return [into(*row) for row in cursor.fetchall()]
        made = []
        for row in cursor.fetchall():
            cells = list(row)
            for position, process in processors:
                cells[position] = process(cells[position])
            made.append(into(*cells))
        return made


class Command:
    """One write statement, prepared as a ``Query`` is: for writes that happen all the time and need no object."""

    def __init__(self, statement: Insert | Update | Delete) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}
        self._lock = threading.Lock()

    def run(self, cursor: Any, dialect: Dialect, rows: Sequence[dict[str, Any]]) -> int:
        """Execute on a DB-API cursor, once for each of ``rows``, and return how many rows were touched."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            with self._lock:
                compiled = self._compiled.setdefault(dialect.name, _Compiled(self._statement, dialect))
        calls = [compiled.call(values) for values in rows]
        try:
            if len(calls) == 1:
                cursor.execute(*calls[0])
            elif calls:
                cursor.executemany(calls[0][0], [parameters for _, parameters in calls])
        except dialect.loaded_dbapi.IntegrityError as error:
            raise duplicate_of(error, calls[0][0]) from error
        except dialect.loaded_dbapi.Error as error:
            raise_meaning(error, dialect, cursor)
            raise
        return int(cursor.rowcount) if calls else 0


class _Compiled:
    """A statement as one dialect writes it."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        self._compiled = statement.compile(dialect=dialect)
        self._expanding = bool(self._compiled.post_compile_params)
        self._names: list[str] | None = self._compiled.positiontup
        self._defaults: dict[str, Any] = self._compiled.params
        self._binds: dict[str, Processor] = dict(self._compiled._bind_processors)  # noqa: SLF001 - no public door
        self._plain = not self._binds and not self._expanding
        self._sql = str(self._compiled)
        self._expanded: dict[tuple[int, ...], _Expanded] = {}
        self.processors: list[tuple[int, Processor]] = []
        for position, column in enumerate(self._compiled._result_columns):  # noqa: SLF001 - no public door
            process = column.type.dialect_impl(dialect).result_processor(dialect, None)
            if process is not None:
                self.processors.append((position, process))

    def call(self, values: dict[str, Any]) -> tuple[str, Any]:
        """Return the SQL text and its parameters in the form that the driver takes."""
        names = self._names
        if self._plain and names is not None:  # the most usual: SQLite, and a row with all its columns
            try:
                return self._sql, tuple([values[n] for n in names])
            except KeyError:
                pass
        given = {**self._defaults, **values}
        if self._expanding:
            return self._call_expanded(given)
        if processors := self._binds:
            given = {k: processors[k](v) if k in processors else v for k, v in given.items()}
        return self._sql, tuple([given[n] for n in names]) if names is not None else given

    def _call_expanded(self, given: dict[str, Any]) -> tuple[str, Any]:
        """Fill the statement for lists of these lengths; building it costs more than running it, so that some are kept."""
        lengths = tuple(len(v) for v in given.values() if isinstance(v, list | tuple | set | frozenset))
        kept = self._expanded.get(lengths)
        if kept is None:
            kept = _Expanded(self._compiled.construct_expanded_state(given), self._binds)
            if len(self._expanded) < _KEPT_LENGTHS:
                self._expanded[lengths] = kept
        return kept.call(given)


class _Expanded:
    """A statement whose lists have been written out as so many parameters."""

    def __init__(self, state: Any, binds: dict[str, Processor]) -> None:
        self._sql: str = state.statement
        self._names: Sequence[str] | None = state.positiontup
        self._lists: dict[str, list[str]] = state.parameter_expansion
        self._processors: dict[str, Processor] = {**binds, **state.processors}

    def call(self, given: dict[str, Any]) -> tuple[str, Any]:
        """Return the SQL text and its parameters in the form that the driver takes."""
        named: dict[str, Any] = {}
        for name, value in given.items():
            written_out = self._lists.get(name)
            if written_out is None:
                named[name] = value
            else:
                named.update(zip(written_out, value, strict=True))
        processors = self._processors
        bound = {k: processors[k](v) if k in processors else v for k, v in named.items()}
        return self._sql, tuple(bound[n] for n in self._names) if self._names is not None else bound
