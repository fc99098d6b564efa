"""Collections in an SQL database: found by reflection, so that no class of the application is needed."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import MetaData, Table, delete, insert, inspect, or_, select, true, update
from sqlalchemy.engine import Connection

from opensky.migrations.collections import BATCH, Plain
from opensky.migrations.errors import BadVersion

_OWN = ("id", "version", "body")


class SqlCollection:
    """One collection, over one connection and within its transaction."""

    def __init__(self, connection: Connection, name: str) -> None:
        self.name = name
        self._connection = connection
        tables = inspect(connection).get_table_names()
        if name not in tables:
            raise BadVersion(f"There is no collection {name!r} in this database.")
        self._table = Table(name, MetaData(), autoload_with=connection, resolve_fks=False)
        if not set(_OWN) <= set(self._table.c.keys()):
            raise BadVersion(
                f"{name!r} is a table of rows, not a collection of documents; change it with sql() or tables."
            )
        self._derived = [c.name for c in self._table.c if c.name not in _OWN and c.nullable]  # a path may be absent
        self._sides = {
            side.removeprefix(f"{name}__"): Table(side, MetaData(), autoload_with=connection, resolve_fks=False)
            for side in tables
            if side.startswith(f"{name}__")
        }

    def pages(self, words: Sequence[str] = (), *, after: int = 0, lock: bool = False) -> Iterator[list[Plain]]:
        # In a LIKE the underscore of a name stands for any letter: a few more are read, none is missed.
        held = or_(*(self._table.c.body.like(f'%"{word}"%') for word in words)) if words else true()
        chosen = select(self._table.c.id, self._table.c.body).order_by(self._table.c.id).limit(BATCH)
        if lock and self._connection.dialect.name != "sqlite":
            chosen = chosen.with_for_update()
        while rows := self._connection.execute(chosen.where(self._table.c.id > after, held)).fetchall():
            after = rows[-1].id
            yield [msgspec.json.decode(row.body) for row in rows]

    def one(self, id_: Any) -> Plain | None:
        body = self._connection.execute(select(self._table.c.body).where(self._table.c.id == id_)).scalar()
        return None if body is None else msgspec.json.decode(body)

    def write(self, old: Plain, new: Plain) -> bool:
        # Documents without a version of their own are compared whole.
        same = self._table.c.version == old["version"] if "version" in old else self._table.c.body == _text(old)
        if "version" in old:
            new["version"] = old["version"] + 1
        values = {"body": _text(new), "version": new.get("version", 0), **self._columns(new)}
        done = self._connection.execute(update(self._table).where(self._table.c.id == old["id"], same).values(values))
        if done.rowcount:
            for path, side in self._sides.items():
                self._fill_side(side, path, new, known=values_at(old, path))
        return bool(done.rowcount)

    def refill(self) -> int:
        number = 0
        for page in self.pages():
            for body in page:
                number += 1
                if columns := self._columns(body):
                    self._connection.execute(update(self._table).where(self._table.c.id == body["id"]).values(columns))
                for path, side in self._sides.items():
                    self._fill_side(side, path, body, known=None)
        return number

    def _columns(self, body: Plain) -> Plain:
        found = {name: next(iter(values_at(body, name)), None) for name in self._derived}
        return {name: int(value) if isinstance(value, bool) else value for name, value in found.items()}

    def _fill_side(self, side: Table, path: str, body: Plain, known: list[Any] | None) -> None:
        wanted = {v for v in values_at(body, path) if v is not None}
        if known is not None and wanted == {v for v in known if v is not None}:
            return
        self._connection.execute(delete(side).where(side.c.id == body["id"]))
        if wanted:
            self._connection.execute(insert(side), [{"value": v, "id": body["id"]} for v in wanted])


def values_at(body: Any, name: str) -> list[Any]:
    """Return the values that a derived column or side table holds: its name is a path whose dots have become underscores."""
    if isinstance(body, list):
        return [value for each in body for value in values_at(each, name)]
    if not isinstance(body, dict):
        return []
    if name in body:
        value = body[name]
        return value if isinstance(value, list) else [value]
    for place, letter in enumerate(name):
        if letter == "_" and name[:place] in body:
            return values_at(body[name[:place]], name[place + 1 :])
    return []


def _text(body: Plain) -> str:
    return msgspec.json.encode(body).decode()
