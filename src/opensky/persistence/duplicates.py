"""Which unique fields a database's integrity error is about."""

import re
from collections.abc import Iterable

from sqlalchemy import Table
from sqlalchemy.exc import IntegrityError

from opensky.kernel.errors import OpenSkyError
from opensky.persistence.errors import Duplicate
from opensky.persistence.tables import METADATA

_SQLITE = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")
_MARIADB = re.compile(r"Duplicate entry .* for key '(?:[^'.]+\.)?(?P<key>[^']+)'", re.DOTALL)
_INTO = re.compile(r"\s*(?:INSERT\s+(?:IGNORE\s+)?INTO|UPDATE)\s+[`\"]?(?P<table>\w+)", re.IGNORECASE)
_UNIQUE_VIOLATION, _DUPLICATE_ENTRY = "23505", 1062


def duplicate_from(error: IntegrityError) -> OpenSkyError:
    """Return the ``Duplicate`` that a driver's error stands for, or an error that repeats what the driver said."""
    return duplicate_of(error.orig, error.statement or "")


def duplicate_of(error: BaseException | None, statement: str) -> OpenSkyError:
    """Return the same for the bare driver's own error of a statement."""
    if found := _SQLITE.search(str(error)):
        parts = [part.strip().split(".") for part in found["columns"].split(",")]
        return _duplicate(METADATA.tables.get(parts[0][0]), parts[0][0], [part[-1] for part in parts])
    if getattr(error, "sqlstate", None) == _UNIQUE_VIOLATION:
        told = error.diag  # type: ignore[union-attr]  # psycopg's errors have it
        return _of_key(told.constraint_name or "", told.table_name or "")
    if error is not None and error.args and error.args[0] == _DUPLICATE_ENTRY:
        key, into = _MARIADB.search(str(error.args[1])), _INTO.match(statement)
        return _of_key(key["key"] if key else "", into["table"] if into else "")
    message = f"The database refused a row: {error}"
    return OpenSkyError(message)


def _of_key(key: str, name: str) -> Duplicate:
    """Return the error for a key by its name: that of an index of ours, or else the primary key."""
    tables = [METADATA.tables[name]] if name in METADATA.tables else METADATA.tables.values()
    for table in tables:
        for index in table.indexes:
            if index.name == key:
                return _duplicate(table, name, [c.name for c in index.columns])
    table_ = METADATA.tables.get(name)
    return _duplicate(table_, name, [c.name for c in table_.primary_key] if table_ is not None else [])


def _duplicate(table: Table | None, name: str, fields: Iterable[str]) -> Duplicate:
    return Duplicate(table.info.get("kind", table.name) if table is not None else name or "these", tuple(fields))
