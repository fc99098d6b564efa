"""Writing the history: the change sets of a flush become rows, in its transaction, by one statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

import msgspec
from sqlalchemy import insert
from sqlalchemy.engine import Connection, Dialect

from opensky.kernel.clock import Clock
from opensky.kernel.ids import IdGenerator
from opensky.persistence.history.actor import SYSTEM, Actor
from opensky.persistence.history.keys import key_text
from opensky.persistence.history.objects import Change
from opensky.persistence.history.privacy import Kept, keeps, kept, open_fields
from opensky.persistence.tables import table

_ROWS = table(Change)
_OWN = ("id", "kind", "object_id", "version", "operation", "paths", "fields")
"""The columns in which the rows of one flush differ; who, when and why are the same for all of them."""
_encode = msgspec.json.Encoder().encode_lines
_LONGEST = {"actor_name": 120, "request": 64, "reason": 300}
_LONGEST_ID = 190
_AT_ONCE = 50
"""So many rows one statement writes; SQLite takes at least 999 parameters."""
_CLASS = attrgetter("cls")


class Changed(Protocol):
    """What is read of one change of a flush."""

    @property
    def operation(self) -> str:
        """``insert``, ``update`` or ``remove``."""

    @property
    def cls(self) -> type:
        """The class of the object."""

    @property
    def id(self) -> Any:
        """Its id; of a composite one a tuple."""

    @property
    def version(self) -> int | None:
        """Its version after the change, if it has any."""

    @property
    def fields(self) -> Mapping[str, tuple[Any, Any]]:
        """Dotted path to (old, new), as plain data."""


class Acting(Protocol):
    """What is needed of a unit of work."""

    @property
    def acting(self) -> Actor | None:
        """Whoever acts in it."""

    @property
    def connection(self) -> Connection:
        """The connection of its transaction."""


class Recorder:
    """A unit of work's ``recorder``: called once for each flush that changes something, inside its transaction."""

    def __init__(self, ids: IdGenerator, clock: Clock) -> None:
        self._ids = ids
        self._clock = clock

    def __call__(self, unit: Acting, changes: Sequence[Changed]) -> None:
        """Write one row for each change of which anything is kept."""
        rows = _rows_of(changes)
        if rows:
            connection = unit.connection
            prepared = _prepared(connection.dialect)
            ids = self._ids.several(len(rows))
            cursor = connection.connection.cursor()
            try:
                prepared.write(cursor, unit.acting or SYSTEM, self._clock.now(), ids, rows)
            finally:
                cursor.close()


def _rows_of(changes: Sequence[Changed]) -> list[tuple[Any, ...]]:
    """Return what is each change's own of its row, after the id; a change of which nothing is kept has no row."""
    heads: list[tuple[Any, ...]] = []
    bodies: list[Kept] = []
    # Changes of one class come together: what is known of it is looked up once for all of them.
    for cls, some in groupby(changes, key=_CLASS):
        if not keeps(cls):
            continue
        name, as_they_are = cls.__name__, open_fields(cls).issuperset
        for change in some:
            fields: Kept = change.fields
            if not as_they_are(fields):
                fields = kept(cls, change.fields)
                if not fields and change.operation == "update":
                    continue
            key = change.id
            text = str(key) if type(key) is int else key_text(key)[:_LONGEST_ID]
            heads.append((name, text, change.version, change.operation, f"|{'|'.join(fields)}|"))
            bodies.append(fields)
    # One call for all: a line each, as JSON holds no line break of its own.
    texts = _encode(bodies).decode().split("\n")
    return [(*head, text) for head, text in zip(heads, texts, strict=False)]


class _Prepared(NamedTuple):
    """The insert as one dialect writes it: its text, the order of its parameters, and how an instant is bound."""

    sql: str
    order: tuple[str, ...] | None
    bind_instant: Any
    columns: tuple[str, ...] = ()
    """In SQLite, whose parameters have numbers, so that one value can be bound for many rows: the columns in their order."""

    def write(
        self, cursor: Any, actor: Actor, at: datetime, ids: Sequence[int], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Write rows; where one statement may hold many, each value that they share is bound once for all of them."""
        shared = self._shared(actor, at)
        if self.columns:
            same = [shared[name] for name in self.columns[len(_OWN) :]]
            for start in range(0, len(rows), _AT_ONCE):
                some, values = rows[start : start + _AT_ONCE], same.copy()
                for id_, row in zip(ids[start : start + _AT_ONCE], some, strict=True):
                    values.append(id_)
                    values += row
                cursor.execute(_many(self.columns, len(some)), values)
        elif self.order is None:
            own = [dict(zip(_OWN, (id_, *row), strict=True)) for id_, row in zip(ids, rows, strict=True)]
            cursor.executemany(self.sql, [shared | each for each in own])
        else:
            tail = tuple(shared[name] for name in self.order[len(_OWN) :])
            cursor.executemany(self.sql, [(id_, *row, *tail) for id_, row in zip(ids, rows, strict=True)])

    def _shared(self, actor: Actor, at: datetime) -> dict[str, Any]:
        return {
            "at": self.bind_instant(at) if self.bind_instant else at,
            "actor_kind": actor.kind,
            "actor_id": actor.id,
            "actor_name": actor.name[: _LONGEST["actor_name"]],
            "request": actor.request_id[: _LONGEST["request"]],
            "reason": actor.reason[: _LONGEST["reason"]],
        }


@lru_cache(maxsize=8)
def _prepared(dialect: Dialect) -> _Prepared:
    compiled = insert(_ROWS).compile(dialect=dialect)
    order = tuple(compiled.positiontup) if compiled.positiontup is not None else None
    if order is not None and order[: len(_OWN)] != _OWN:
        message = f"The fields of Change must begin with {', '.join(_OWN)}: so a row is two tuples put together."
        raise AssertionError(message)
    columns = tuple(_ROWS.c.keys()) if dialect.name == "sqlite" else ()
    return _Prepared(str(compiled), order, _ROWS.c.at.type.dialect_impl(dialect).bind_processor(dialect), columns)


@lru_cache(maxsize=_AT_ONCE)
def _many(columns: tuple[str, ...], rows: int) -> str:
    """Return the insert of so many rows as SQLite takes it: first the values that are the same for all, then each row's own."""
    own, same = len(_OWN), len(columns) - len(_OWN)
    shared = [f"?{number}" for number in range(1, same + 1)]
    values = (
        ", ".join([*(f"?{number}" for number in range(first, first + own)), *shared])
        for first in range(same + 1, same + 1 + rows * own, own)
    )
    # S608: names of columns of ours, and numbers.
    return f"INSERT INTO {_ROWS.name} ({', '.join(columns)}) VALUES ({'), ('.join(values)})"  # noqa: S608
