"""The filter language on plain data in memory: for the few documents that a transaction has written but not committed.

They are not in the other database yet, so a search asks that for all the rest and this for them. Nothing else is
searched in Python.
"""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from opensky.persistence.documents.codec import Plain, plain_value
from opensky.persistence.documents.filters import Filter
from opensky.persistence.documents.mongo_filters import prefix_of

_MISSING = object()
_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}


def matches(filter_: Filter, body: Plain) -> bool:
    """Return whether plain data meets a filter that ``mongo_filter`` has accepted."""
    return all(_part(key, value, body) for key, value in filter_.items())


def ordered(bodies: Iterable[Plain], sort: Sequence[str]) -> list[Plain]:
    """Return bodies in the order of ``sort``; what is missing comes first, as in the stores."""
    found = list(bodies)
    for name in reversed(sort):
        found.sort(key=partial(_place, name.removeprefix("-")), reverse=name.startswith("-"))
    return found


def _place(path: str, body: Plain) -> Any:
    return _rank(value_at(body, path))


def value_at(body: Plain, path: str) -> Any:
    """Return the value at a path without lists, ``None`` if it is not there."""
    found: Any = body
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _part(key: str, value: Any, body: Plain) -> bool:
    match key:
        case "$and":
            return all(matches(each, body) for each in value)
        case "$or":
            return any(matches(each, body) for each in value)
        case "$nor":
            return not any(matches(each, body) for each in value)
    return _path(key, value, body)


def _path(path: str, condition: Any, body: Plain) -> bool:
    operators = condition if isinstance(condition, Mapping) else {"$eq": condition}
    return all(_operator(path, op, value, body) for op, value in operators.items())


def _operator(path: str, op: str, value: Any, body: Plain) -> bool:
    match op:
        case "$not":
            return not _path(path, value, body)
        case "$ne":
            return not _found(path, "$eq", value, body)
        case "$nin":
            return not _found(path, "$in", value, body)
        case "$all":
            return bool(value) and all(_found(path, "$eq", each, body) for each in value)
    return _found(path, op, value, body)


def _found(path: str, op: str, value: Any, body: Plain) -> bool:
    parts = path.split(".")
    if op == "$elemMatch":
        lists = [each for each in _values(body, parts, flat=False) if isinstance(each, list | tuple)]
        return any(_element(value, each) for several in lists for each in several)
    found = list(_values(body, parts))
    if op == "$exists":
        found = list(_values(body, parts, flat=False))
        return any(each is not _MISSING for each in found) == bool(value)
    return any(_meets(None if each is _MISSING else each, op, value) for each in found)


def _element(conditions: Filter, element: Any) -> bool:
    return isinstance(element, Mapping) and all(_path(path, c, dict(element)) for path, c in conditions.items())


def _meets(found: Any, op: str, value: Any) -> bool:
    match op:
        case "$eq":
            return bool(found == plain_value(value))
        case "$in":
            return any(found == plain_value(each) for each in value)
        case "$regex":
            return isinstance(found, str) and found.startswith(prefix_of(value) or "")
    wanted = plain_value(value)
    alike = isinstance(found, str) == isinstance(wanted, str)
    return found is not None and wanted is not None and alike and _ORDERINGS[op](found, wanted)


def _values(body: Any, parts: Sequence[str], *, flat: bool = True) -> Iterable[Any]:
    """Yield every value that a path meets, through lists; ``_MISSING`` where it leads nowhere."""
    if not parts:
        if flat and isinstance(body, list | tuple):
            yield from body
        else:
            yield body
    elif isinstance(body, list | tuple):
        for each in body:
            yield from _values(each, parts, flat=flat)
    elif isinstance(body, Mapping) and parts[0] in body:
        yield from _values(body[parts[0]], parts[1:], flat=flat)
    else:
        yield _MISSING


def _rank(value: Any) -> tuple[bool, Any]:
    return value is not None, 0 if value is None else value
