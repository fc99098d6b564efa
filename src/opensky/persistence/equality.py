"""Statements for the commonest question, "the objects whose fields have these values": built once for each set of fields.

Building a SELECT costs more than running it, so what differs only in its values is built once and kept.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select

from opensky.mapping import describe
from opensky.persistence.tables import table

_KEPT: dict[tuple[Any, ...], Select[Any]] = {}
_SCALARS = (int, str, float, datetime)


def by_values(
    cls: type[Any], filter_: Mapping[str, Any], sort: tuple[str, ...], limit: int | None
) -> Select[Any] | None:
    """Return the kept statement of an entity class, with a parameter of the name of each field.

    ``None`` where the filter asks more than equality of columns with values, which the filter language compiles.
    """
    if any(not isinstance(value, _SCALARS) for value in filter_.values()):
        return None
    key = (cls, *filter_, sort, limit)
    kept = _KEPT.get(key)
    if kept is None:
        columns = table(cls).c
        if describe(cls).store != "sql" or not all(name in columns for name in (*filter_, *_fields(sort))):
            return None
        order = [columns[n[1:]].desc() if n.startswith("-") else columns[n] for n in sort]
        conditions = [columns[name] == bindparam(name) for name in filter_]
        kept = _KEPT[key] = select(cls).where(*conditions).order_by(*order).limit(limit)
    return kept


def _fields(sort: tuple[str, ...]) -> list[str]:
    return [name.removeprefix("-") for name in sort]
