"""Documents in an SQL database: a table a collection, the body as JSON text, indexed paths as real columns.

Shares the connection, and with it the transaction, of the rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Table, bindparam, delete, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import Delete
from sqlalchemy.sql.dml import Update as SqlUpdate

from opensky.kernel.once import once_a_class
from opensky.persistence.documents.codec import Plain
from opensky.persistence.documents.engine import Removal, Update
from opensky.persistence.documents.filters import Filter, compile_filter, compile_sort, compile_value
from opensky.persistence.documents.reading import DocumentQuery
from opensky.persistence.duplicates import duplicate_from
from opensky.persistence.errors import StaleObject
from opensky.persistence.statements import in_order, insert_ignore
from opensky.persistence.tables import column_name, extracted, multikey_table, multikeys, table

S = TypeVar("S")


class SqlDocuments:
    """The document engine over one SQL connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(
        self, cls: type, filter_: Filter, *, sort: Sequence[str] = (), limit: int | None = None, skip: int = 0
    ) -> list[Plain]:
        rows, found, order = table(cls), compile_filter(cls, filter_), compile_sort(cls, sort)
        statement = select(rows.c.body).where(found).order_by(*order).limit(limit).offset(skip or None)
        if order and limit is not None:
            # Bodies are large: sort ids, which an index often holds with all that is asked, and fetch the first ones' bodies.
            chosen = select(rows.c.id).where(found).order_by(*order).limit(limit).offset(skip or None).subquery()
            statement = select(rows.c.body).join(chosen, chosen.c.id == rows.c.id).order_by(*order)
        return [msgspec.json.decode(body) for body in self._connection.execute(statement).scalars()]

    def read(self, query: DocumentQuery[S], values: Mapping[str, Any]) -> list[S]:
        return query.run(self._connection.connection.cursor(), self._connection.dialect, values)

    def count(self, cls: type, filter_: Filter) -> int:
        statement = select(func.count()).select_from(table(cls)).where(compile_filter(cls, filter_))
        return self._connection.execute(statement).scalar_one()

    def distinct(self, cls: type, path: str, filter_: Filter) -> list[Any]:
        value = compile_value(cls, path)
        statement = select(value).where(compile_filter(cls, filter_)).distinct().order_by(in_order(value))
        return list(self._connection.execute(statement).scalars())

    def insert(self, cls: type, bodies: Sequence[Plain]) -> None:
        try:
            self._connection.execute(insert(table(cls)), document_rows(cls, bodies))
        except IntegrityError as error:
            raise duplicate_from(error) from error
        self._index_lists(cls, bodies)

    def bulk(self, cls: type, bodies: Sequence[Plain]) -> None:
        self._connection.execute(insert_ignore(table(cls)), document_rows(cls, bodies))
        for side, rows in multikey_rows(cls, bodies):
            if rows:
                self._connection.execute(insert_ignore(side), rows)

    def update(self, cls: type, updates: Sequence[Update]) -> None:
        rows = [
            {f"new_{k}": v for k, v in row.items()} | {"was_id": change.id, "was_version": change.version}
            for change, row in zip(updates, document_rows(cls, [u.body for u in updates]), strict=True)
        ]
        try:
            self._all_or_stale(cls, _update_statement(cls), rows)
        except IntegrityError as error:
            raise duplicate_from(error) from error
        self._unindex_lists(cls, [u.id for u in updates])
        self._index_lists(cls, [u.body for u in updates])

    def remove(self, cls: type, removals: Sequence[Removal]) -> None:
        self._unindex_lists(cls, [r.id for r in removals])
        self._all_or_stale(cls, _delete_statement(cls), [{"was_id": r.id, "was_version": r.version} for r in removals])

    def committed(self) -> None:
        """Do nothing: the documents were part of the transaction."""

    def rolled_back(self) -> None:
        """Do nothing: the documents were part of the transaction."""

    def _all_or_stale(self, cls: type, statement: SqlUpdate | Delete, rows: list[dict[str, Any]]) -> None:
        done = self._connection.execute(statement, rows).rowcount
        if done != len(rows):
            message = (
                f"{len(rows) - done} of {len(rows)} {cls.__name__} changed meanwhile; please look again and repeat."
            )
            raise StaleObject(message, kind=cls.__name__, ids=[r["was_id"] for r in rows])

    def _index_lists(self, cls: type, bodies: Iterable[Plain]) -> None:
        for side, rows in multikey_rows(cls, bodies):
            if rows:
                self._connection.execute(insert(side), rows)

    def _unindex_lists(self, cls: type, ids: Sequence[Any]) -> None:
        for path in multikeys(cls):
            side = multikey_table(cls, path)
            self._connection.execute(delete(side).where(side.c.id == bindparam("was_id")), [{"was_id": i} for i in ids])


def document_rows(cls: type, bodies: Iterable[Plain]) -> list[dict[str, Any]]:
    """Return the table rows of bodies: id, version, the JSON text and the extracted index columns."""
    paths = [(column_name(path), tuple(path.split("."))) for path in extracted(cls)]
    rows = []
    for body in bodies:
        row = {"id": body["id"], "version": body.get("version", 0), "body": msgspec.json.encode(body).decode()}
        for name, parts in paths:
            value = _value_at(body, parts)
            row[name] = int(value) if value.__class__ is bool else value  # as JSON's true is 1 to SQL
        rows.append(row)
    return rows


def multikey_rows(cls: type, bodies: Iterable[Plain]) -> list[tuple[Table, list[dict[str, Any]]]]:
    """Return the rows of each list index: one (value, id) for each different element."""
    return [
        (multikey_table(cls, path), [{"value": v, "id": b["id"]} for b in bodies for v in _values_at(b, path)])
        for path in multikeys(cls)
    ]


@once_a_class
def _update_statement(cls: type) -> SqlUpdate:
    made: Table = table(cls)
    values: dict[str, Any] = {c.name: bindparam(f"new_{c.name}") for c in made.c if c.name != "id"}
    return (
        update(made).where(made.c.id == bindparam("was_id"), made.c.version == bindparam("was_version")).values(values)
    )


@once_a_class
def _delete_statement(cls: type) -> Delete:
    made = table(cls)
    return delete(made).where(made.c.id == bindparam("was_id"), made.c.version == bindparam("was_version"))


def _value_at(body: Any, parts: tuple[str, ...]) -> Any:
    for part in parts:
        body = body.get(part) if body is not None else None
    return body


def _values_at(body: Any, path: str) -> set[Any]:
    """Return the different values that a path meets, through any lists on its way."""
    found = [body]
    for part in path.split("."):
        found = [v for each in found if each is not None for v in _as_list(each.get(part))]
    return {v for v in found if v is not None}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
