"""Filters: the subset of MongoDB's query language that compiles to SQL over rows and over JSON documents alike.

Known: equality, ``$eq $ne $in $nin $gt $gte $lt $lte $exists $all $elemMatch $regex`` (anchored prefix), ``$not``, and the
connectives ``$and $or $nor``; dotted paths; membership in lists. As in MongoDB, ``None`` also means missing, ``$ne`` and
``$nin`` also match what is missing, and a comparison of order never does. What cannot be compiled raises; nothing is ever
scanned in Python.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Table, and_, exists, false, func, literal, not_, or_, select, true

from opensky.kernel.errors import Misconfigured
from opensky.mapping import Description, Field, describe
from opensky.persistence.documents.codec import plain_value
from opensky.persistence.documents.json_sql import JsonPart, JsonValue, Kind, elements
from opensky.persistence.errors import Uncompilable
from opensky.persistence.statements import in_order
from opensky.persistence.tables import at_path, column_name, extracted, multikey_table, multikeys, table

Filter = Mapping[str, Any]
Clause = ColumnElement[bool]
LAST = "\U0010ffff"
"""Sorts after every character that a text may hold."""

PREFIX = re.compile(r"\^((?:[^\\.^$*+?{}\[\]|()]|\\[^a-zA-Z0-9])*)(?:\.\*)?")
_SURROGATES, _BEYOND_SURROGATES = 0xD800, 0xE000
"""Between these are no characters."""
_ORDERINGS: dict[str, Callable[[Any, Any], Clause]] = {
    "$gt": lambda path, value: path > value,
    "$gte": lambda path, value: path >= value,
    "$lt": lambda path, value: path < value,
    "$lte": lambda path, value: path <= value,
}


def compile_filter(cls: type, filter_: Filter) -> Clause:
    """Return the SQL condition of a filter over the table of ``cls``.

    Raises:
        Uncompilable: an unknown operator or path, or a regular expression that is not an anchored prefix.
    """
    return _Compiler(cls).all_of(filter_)


def compile_sort(cls: type, sort: Sequence[str]) -> list[ColumnElement[Any]]:
    """Return the order of ``sort``, such as ``("-published_at", "id")``; nothing sorts by a list."""
    compiler = _Compiler(cls)
    return [compiler.ordered(name) for name in sort]


def compile_value(cls: type, path: str) -> ColumnElement[Any]:
    """Return the value at a path without lists on its way."""
    return _Compiler(cls).scalar(path)


class _Compiler:
    """Compiles for one class: knows which paths are columns, which run through lists, and where the rest lies in the body."""

    def __init__(self, cls: type) -> None:
        self._cls = cls
        self._description: Description = describe(cls)
        self._table: Table = table(cls)
        self._documents = self._description.store == "documents"
        self._extracted = frozenset(extracted(cls)) if self._documents else frozenset[str]()

    def all_of(self, filter_: Filter) -> Clause:
        return and_(true(), *(self._part(key, value) for key, value in filter_.items()))

    def ordered(self, name: str) -> ColumnElement[Any]:
        path = name.removeprefix("-")
        value = self.scalar(path)
        return in_order(value, descending=name != path, optional=self._may_be_missing(path))

    def scalar(self, path: str, value: Any = None) -> ColumnElement[Any]:
        """Return the SQL value at a path without lists on its way."""
        fields = self._fields(path)
        if any(f.many for f in fields):
            message = f"{self._name(path)} runs over a list; nothing can be sorted or compared by it as one value."
            raise Uncompilable(message)
        if not self._documents:
            return self._column(path)
        if path in ("id", "version") or path in self._extracted:
            return self._table.c[column_name(path)]
        return JsonValue(self._table.c.body, path, _kind(fields[-1], value))

    def _part(self, key: str, value: Any) -> Clause:
        match key:
            case "$and":
                return and_(true(), *(self.all_of(v) for v in value))
            case "$or":
                return or_(not_(true()), *(self.all_of(v) for v in value))
            case "$nor":
                return not_(func.coalesce(or_(not_(true()), *(self.all_of(v) for v in value)), False))
        if key.startswith("$"):
            message = f"Unknown operator {key} in a filter on {self._cls.__name__}."
            raise Uncompilable(message)
        return self._path(key, value)

    def _path(self, path: str, condition: Any) -> Clause:
        if not is_operators(condition):
            return self._path(path, {"$eq": condition})
        return and_(true(), *(self._operator(path, op, value) for op, value in condition.items()))

    def _operator(self, path: str, op: str, value: Any) -> Clause:
        if self._documents:
            value = _plain(value)
        if op == "$not":
            return not_(func.coalesce(self._path(path, value), False))
        if op in ("$ne", "$nin"):
            return not_(func.coalesce(self._operator(path, "$eq" if op == "$ne" else "$in", value), False))
        if op == "$all":
            return and_(true() if value else false(), *(self._operator(path, "$eq", v) for v in value))
        if op == "$exists":
            present = self._present(path)
            return present if value else not_(func.coalesce(present, False))
        fields = self._fields(path)
        through = next((i for i, f in enumerate(fields) if f.many), None)
        if through is not None:
            return self._in_list(path, fields, through, op, value)
        if op == "$elemMatch":
            message = f"{self._name(path)} is no list; $elemMatch needs one."
            raise Uncompilable(message)
        return _compare(self.scalar(path, value), op, value, self._name(path))

    def _in_list(self, path: str, fields: list[Field], through: int, op: str, value: Any) -> Clause:
        """Compile a condition on (something in) the elements of a list: true if one element meets it."""
        if not self._documents:
            message = f"{self._name(path)} is kept as JSON in a row; rows are not filtered by lists."
            raise Uncompilable(message)
        if path in multikeys(self._cls) and op in ("$eq", "$in"):
            side = multikey_table(self._cls, path)
            ids = select(side.c.id).where(_compare(side.c.value, op, value, self._name(path)))
            return self._table.c.id.in_(ids)
        parts = path.split(".")
        base, inner = ".".join(parts[: through + 1]), ".".join(parts[through + 1 :])
        if any(f.many for f in fields[through + 1 :]):
            message = f"{self._name(path)} runs over two lists; filter one list at a time with $elemMatch."
            raise Uncompilable(message)
        rows, each = elements(self._table.c.body, base, f"each_{base.replace('.', '_')}")
        if op == "$elemMatch":
            met = self._element(each, describe(fields[through].type), value)
        else:
            met = _compare(JsonValue(each, inner, _kind(fields[-1], value)), op, value, self._name(path))
        return exists(select(literal(1)).select_from(rows).where(met))

    def _element(self, element: ColumnElement[Any], description: Description, conditions: Filter) -> Clause:
        clauses = []
        for path, condition in conditions.items():
            try:
                field = at_path(description, path)[-1]
            except Misconfigured as error:
                raise Uncompilable(str(error)) from error
            operators = condition if is_operators(condition) else {"$eq": condition}
            clauses += [
                _compare(JsonValue(element, path, _kind(field, value)), op, value, self._name(path))
                for op, value in operators.items()
            ]
        return and_(true(), *clauses)

    def _present(self, path: str) -> Clause:
        self._fields(path)
        if not self._documents:
            return self._column(path).is_not(None)
        if path in ("id", "version"):
            return true()
        return JsonPart(self._table.c.body, path).is_not(None)

    def _may_be_missing(self, path: str) -> bool:
        return path != "id" and ("." in path or self._documents or self._fields(path)[-1].optional)

    def _column(self, path: str) -> ColumnElement[Any]:
        name = column_name(path)
        if name not in self._table.c:
            message = f"{self._name(path)} is not a column of its own; filter by {', '.join(self._table.c.keys())}."
            raise Uncompilable(message)
        return self._table.c[name]

    def _fields(self, path: str) -> list[Field]:
        try:
            return at_path(self._description, path)
        except Misconfigured as error:
            raise Uncompilable(str(error)) from error

    def _name(self, path: str) -> str:
        return f"{self._cls.__name__}.{path}"


def _compare(path: ColumnElement[Any], op: str, value: Any, name: str) -> Clause:
    if op == "$eq":
        return path.is_(None) if value is None else path == value
    if op in _ORDERINGS:
        return _ORDERINGS[op](path, value)
    if op == "$in":
        if isinstance(value, BindParameter):  # a prepared question: the list comes with each call
            return path.in_(value)
        some = [v for v in value if v is not None]
        return or_(path.in_(some), path.is_(None)) if None in value else path.in_(some)
    if op == "$regex":
        return _prefix(path, value, name)
    message = f"Unknown operator {op} on {name}."
    raise Uncompilable(message)


def _prefix(path: ColumnElement[Any], regex: str, name: str) -> Clause:
    match = PREFIX.fullmatch(regex)
    if match is None:
        message = (
            f"$regex on {name} must be an anchored prefix such as '^abc', not {regex!r}: nothing else uses an index."
        )
        raise Uncompilable(message)
    prefix = re.sub(r"\\(.)", r"\1", match.group(1))
    if not prefix:
        return path.is_not(None)
    return and_(path >= prefix, path < _after(prefix)) if prefix.rstrip(LAST) else path >= prefix


def _after(prefix: str) -> str:
    """Return the first text that does not begin so any more."""
    kept = prefix.rstrip(LAST)
    last = ord(kept[-1]) + 1
    return kept[:-1] + chr(_BEYOND_SURROGATES if last == _SURROGATES else last)


def _kind(field: Field, value: Any) -> Kind:
    """Return as what a value in a body is compared: as its field says, else as the value that it is compared with."""
    match field.type:
        case _ if value is None and hasattr(field.type, "__dataclass_fields__"):
            return "any"
        case kind if kind is int or kind is bool:
            return "integer"
        case kind if kind is float:
            return "real"
        case kind if kind in (str, datetime, Decimal):
            return "text"
    example = next((v for v in value if v is not None), None) if isinstance(value, list) else value
    if isinstance(example, int | float):
        return "integer" if isinstance(example, int) else "real"
    return "text" if isinstance(example, str) else "any"


def _plain(value: Any) -> Any:
    """Return a value as it stands in a document, so that like is compared with like."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    return int(value) if isinstance(value, bool) else plain_value(value)  # JSON's true is 1 to SQL


def is_operators(condition: Any) -> bool:
    return isinstance(condition, Mapping) and bool(condition) and all(str(k).startswith("$") for k in condition)
