"""Prepared questions to documents, without objects: asked in the filter language, answered alike by every store.

In an SQL database a question is one statement, compiled once and run on the bare driver; elsewhere its filter is filled in
and handed to the document engine.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.engine import Dialect

from opensky.kernel.once import once_a_class
from opensky.mapping import describe
from opensky.persistence.documents.codec import Plain, plain_value
from opensky.persistence.documents.filters import Filter, compile_filter, compile_sort
from opensky.persistence.query import Query
from opensky.persistence.tables import extracted, table

S = TypeVar("S")
LAST = "\U0010ffff"
"""Sorts after every character that a text may hold."""
_AS_IT_IS = frozenset((int, str))


@dataclass(frozen=True, slots=True)
class Param:
    """A value that each call gives under this name. Never ``None``: whether something is missing is another question."""

    name: str


class DocumentQuery(Generic[S]):
    """One question about the documents of a class, and the type that each answer becomes.

    Built once, at import. ``filter_`` is that of ``UnitOfWork.find`` with a ``Param`` wherever a value stands, also for the
    whole list of ``$in``; so may be ``limit``. ``into`` is a struct or dataclass with the fields that are wanted.
    """

    def __init__(
        self,
        cls: type,
        filter_: Filter | None = None,
        *,
        into: type[S],
        sort: Sequence[str] = (),
        limit: int | Param | None = None,
    ) -> None:
        self._cls = cls
        self._filter: Filter = filter_ or {}
        self._into = into
        self._sort = tuple(sort)
        self._limit = limit
        self._prepared: dict[str, Query[S]] = {}
        self._lock = threading.Lock()

    @property
    def text(self) -> str:
        """The question as a person reads it."""
        return f"FIND {describe(self._cls).name} {dict(self._filter)} SORT {self._sort} LIMIT {self._limit}"

    def run(self, cursor: Any, dialect: Dialect, values: Mapping[str, Any]) -> list[S]:
        """Ask an SQL database on a DB-API cursor."""
        prepared = self._prepared.get(dialect.name)
        if prepared is None:
            with self._lock:
                prepared = self._prepared.setdefault(dialect.name, self._prepare())
        return prepared.run(cursor, dialect, {name: _bound(value) for name, value in values.items()})

    def find(self, engine: Any, values: Mapping[str, Any]) -> list[S]:
        """Ask a document engine that keeps documents elsewhere than in SQL."""
        filled = _filled(self._filter, lambda param, _: values[param.name])
        limit = values[self._limit.name] if isinstance(self._limit, Param) else self._limit
        return converted(engine.find(self._cls, filled, sort=self._sort, limit=limit), self._into)

    def _prepare(self) -> Query[S]:
        filled = _filled(self._filter, lambda param, many: bindparam(param.name, expanding=many))
        columns, into = self._answer()
        limit: Any = bindparam(self._limit.name) if isinstance(self._limit, Param) else self._limit
        rows, order = table(self._cls), compile_sort(self._cls, self._sort)
        if self._sort and limit is not None and columns[0] is rows.c.body:
            # Bodies are large: sort ids, which an index often holds with all that is asked, and fetch the bodies of the first ones.
            chosen = select(rows.c.id).where(compile_filter(self._cls, filled)).order_by(*order).limit(limit).subquery()
            return Query(select(*columns).join(chosen, chosen.c.id == rows.c.id).order_by(*order), into)
        statement = select(*columns).where(compile_filter(self._cls, filled)).order_by(*order)
        return Query(statement.limit(limit), into)

    def _answer(self) -> tuple[list[Any], Callable[..., S]]:
        """Return what to select and what makes an answer of it: real columns if they hold all, else the body."""
        rows = table(self._cls)
        names = _names(self._into)
        if names and _plain_columns(self._cls).issuperset(names):
            return [rows.c[name] for name in names], self._into
        return [rows.c.body], msgspec.json.Decoder(self._into).decode


def earlier(at: str, id_: str = "id") -> Filter:
    """Return the filter "after the cursor" of a list, newest first, with the parameters ``before_at`` and ``before_id``."""
    before = Param("before_at")
    return {at: {"$lte": before}, "$or": [{at: {"$lt": before}}, {id_: {"$lt": Param("before_id")}}]}


def begins(path: str) -> Filter:
    """Return the filter "begins so", which an index answers, with the parameters that ``beginning`` gives."""
    return {path: {"$gte": Param("first"), "$lt": Param("beyond")}}


def beginning(text: str) -> dict[str, str]:
    """Return the parameters of ``begins``."""
    return {"first": text, "beyond": text + LAST}


def converted(bodies: Sequence[Plain], into: type[S]) -> list[S]:
    """Make the bodies of documents what was asked for."""
    return [msgspec.convert(body, into) for body in bodies]


def _filled(part: Any, fill: Callable[[Param, bool], Any], key: str = "") -> Any:
    """Return a filter with something in the place of each parameter; ``fill`` is told whether it stands for a list."""
    if isinstance(part, Param):
        return fill(part, key in {"$in", "$nin"})
    if isinstance(part, Mapping):
        return {k: _filled(v, fill, k) for k, v in part.items()}
    return [_filled(v, fill) for v in part] if isinstance(part, list | tuple) else part


def _bound(value: Any) -> Any:
    """Return a value as columns and bodies hold it."""
    if type(value) in _AS_IT_IS:
        return value
    return [plain_value(v) for v in value] if isinstance(value, list | tuple) else plain_value(value)


def _names(into: type) -> tuple[str, ...]:
    """Return the fields of a struct that takes them by position and under the names of the body; of all others none."""
    if not issubclass(into, msgspec.Struct) or into.__struct_fields__ != into.__struct_encode_fields__:
        return ()
    by_position = all(p.kind is p.POSITIONAL_OR_KEYWORD for p in signature(into).parameters.values())
    return into.__struct_fields__ if by_position else ()


@once_a_class
def _plain_columns(cls: type) -> frozenset[str]:
    """Return the fields that are columns of their own and always there, as a number or a text."""
    description = describe(cls)
    kept = {"id", "version", *(path for path in extracted(cls) if "." not in path)}
    return frozenset(
        f.name
        for f in description.fields
        if f.name in kept and f.type in (int, str) and not f.optional and (f.required or f.version)
    )
