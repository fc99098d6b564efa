"""Filters for MongoDB: the same subset is accepted, refused and meant as in SQL, only ``id`` is called ``_id`` there.

The language is MongoDB's own, so most of it passes through; what is checked is that a path is described, that an operator is
of the subset, and that nothing is asked which SQL could not answer.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from opensky.kernel.errors import Misconfigured
from opensky.mapping import Description, Field, describe
from opensky.persistence.documents.codec import plain_value
from opensky.persistence.documents.filters import PREFIX, Filter, is_operators
from opensky.persistence.errors import Uncompilable
from opensky.persistence.tables import at_path, multikeys

MongoFilter = dict[str, Any]

_ALL: MongoFilter = {}
_NONE: MongoFilter = {"_id": {"$in": []}}
_COMPARISONS = frozenset({"$eq", "$in", "$gt", "$gte", "$lt", "$lte", "$regex"})


def mongo_filter(cls: type, filter_: Filter) -> MongoFilter:
    """Return a filter of our language as MongoDB takes it.

    Raises:
        Uncompilable: what the SQL engines refuse too: an unknown operator or path, or a search that no index could serve.
    """
    return _Translator(cls).all_of(filter_)


def mongo_sort(cls: type, sort: Sequence[str]) -> list[tuple[str, int]]:
    """Return the order of ``sort`` as pymongo takes it; nothing sorts by a list."""
    translator = _Translator(cls)
    return [(translator.single(name.removeprefix("-")), -1 if name.startswith("-") else 1) for name in sort]


def mongo_path(path: str) -> str:
    """Return what a path of ours is called there."""
    return "_id" if path == "id" else path


def prefix_of(regex: str) -> str | None:
    """Return what a regular expression says that a text begins with; ``None`` if it is no anchored prefix."""
    match = PREFIX.fullmatch(regex)
    return None if match is None else re.sub(r"\\(.)", r"\1", match.group(1))


class _Translator:
    """Translates for one class."""

    def __init__(self, cls: type) -> None:
        self._cls = cls
        self._description: Description = describe(cls)

    def all_of(self, filter_: Filter) -> MongoFilter:
        return _and([self._part(key, value) for key, value in filter_.items()])

    def single(self, path: str) -> str:
        """Return a path that has one value, not a list of them."""
        if any(f.many for f in self._fields(self._description, path)):
            message = f"{self._name(path)} runs over a list; nothing can be sorted or compared by it as one value."
            raise Uncompilable(message)
        return mongo_path(path)

    def _part(self, key: str, value: Any) -> MongoFilter:
        match key:
            case "$and":
                return _and([self.all_of(v) for v in value])
            case "$or":
                return {"$or": [self.all_of(v) for v in value]} if value else _NONE
            case "$nor":
                return {"$nor": [self.all_of(v) for v in value]} if value else _ALL
        if key.startswith("$"):
            message = f"Unknown operator {key} in a filter on {self._cls.__name__}."
            raise Uncompilable(message)
        return self._path(key, value)

    def _path(self, path: str, condition: Any) -> MongoFilter:
        if not is_operators(condition):
            return self._operator(path, "$eq", condition)
        return _and([self._operator(path, op, value) for op, value in condition.items()])

    def _operator(self, path: str, op: str, value: Any) -> MongoFilter:
        fields = self._fields(self._description, path)
        key = mongo_path(path)
        match op:
            case "$not":
                return {"$nor": [self._path(path, value)]}
            case "$exists":
                return {key: {"$exists": bool(value)}}
            case "$elemMatch":
                return {key: {"$elemMatch": self._element(path, fields, value)}}
        through = [f for f in fields if f.many]
        if len(through) > 1 and path not in multikeys(self._cls):
            message = f"{self._name(path)} runs over two lists; filter one list at a time with $elemMatch."
            raise Uncompilable(message)
        if op in ("$ne", "$nin", "$all"):
            values = [value] if op == "$ne" else value
            plain = [self._value(v, fields[-1], path) for v in values]
            return {key: {op: plain[0] if op == "$ne" else plain}}
        return {key: self._comparison(op, value, fields[-1], path)}

    def _element(self, path: str, fields: list[Field], conditions: Filter) -> MongoFilter:
        if not fields[-1].many:
            message = f"{self._name(path)} is no list; $elemMatch needs one."
            raise Uncompilable(message)
        if not hasattr(fields[-1].type, "__dataclass_fields__"):
            message = f"{self._name(path)} is a list of single values; compare them by {path!r} itself."
            raise Uncompilable(message)
        inner, found = describe(fields[-1].type), []
        for below, condition in conditions.items():
            field = self._fields(inner, below)[-1]
            operators = condition if is_operators(condition) else {"$eq": condition}
            found += [{below: self._comparison(op, v, field, f"{path}.{below}")} for op, v in operators.items()]
        return _and(found)

    def _comparison(self, op: str, value: Any, field: Field, path: str) -> MongoFilter:
        if op not in _COMPARISONS:
            message = f"Unknown operator {op} on {self._name(path)}."
            raise Uncompilable(message)
        if op == "$in":
            return {op: [self._value(v, field, path) for v in value]}
        if op == "$regex" and prefix_of(value) is None:
            message = (
                f"$regex on {self._name(path)} must be an anchored prefix such as '^abc', not {value!r}: "
                "nothing else uses an index."
            )
            raise Uncompilable(message)
        return {op: self._value(value, field, path)}

    def _value(self, value: Any, field: Field, path: str) -> Any:
        if isinstance(value, Mapping | list | tuple | set | frozenset):
            message = f"{self._name(path)} is compared with a single value, not with {type(value).__name__}."
            raise Uncompilable(message)
        return bool(value) if field.type is bool and value in (0, 1) else plain_value(value)

    def _fields(self, description: Description, path: str) -> list[Field]:
        try:
            return at_path(description, path)
        except Misconfigured as error:
            raise Uncompilable(str(error)) from error

    def _name(self, path: str) -> str:
        return f"{self._cls.__name__}.{path}"


def _and(parts: list[MongoFilter]) -> MongoFilter:
    """Join conditions, in one mapping where no two say the same of the same."""
    joined: MongoFilter = {}
    rest: list[MongoFilter] = []
    for part in parts:
        for key, condition in part.items():
            known = joined.get(key, {})
            if key not in joined:
                joined[key] = condition
            elif isinstance(known, dict) and isinstance(condition, dict) and not known.keys() & condition.keys():
                joined[key] = known | condition
            else:
                rest.append({key: condition})
    return {"$and": [joined, *rest]} if rest else joined
