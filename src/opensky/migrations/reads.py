"""What a release reads: its tables and columns, its documents and their fields. Kept in the database by the one that is live."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import MetaData, delete, insert, inspect, select
from sqlalchemy.engine import Connection

from opensky.mapping import describe
from opensky.persistence.schema import LIVE


class Reads(msgspec.Struct, frozen=True):
    """What a release reads and writes."""

    tables: dict[str, list[str]]
    documents: dict[str, list[str]]

    def column(self, table: str, name: str) -> bool:
        """Whether it reads a column."""
        return name in self.tables.get(table, ())

    def field(self, collection: str, name: str) -> bool:
        """Whether it reads a field of documents."""
        return name in self.documents.get(collection, ())


def of_model(model: Iterable[type], metadata: MetaData) -> Reads:
    """Return what the release whose code this is reads."""
    tables = {str(t.name): [str(c.name) for c in t.columns] for t in metadata.tables.values()}
    described = [describe(cls) for cls in model]
    documents = {d.name: [f.name for f in d.stored_fields] for d in described if d.store == "documents"}
    return Reads(tables, documents)


def keep(connection: Connection, reads: Reads, at: datetime) -> None:
    """Keep what the release that is live reads."""
    LIVE.create(connection, checkfirst=True)
    connection.execute(delete(LIVE))
    connection.execute(insert(LIVE).values(id=1, reads=msgspec.json.encode(reads).decode(), since=at))


def kept(connection: Connection) -> tuple[Reads, datetime] | None:
    """Return what the release that is live reads, and since when; ``None`` where none has said so."""
    if not inspect(connection).has_table(LIVE.name):
        return None
    row = connection.execute(select(LIVE)).first()
    return None if row is None else (msgspec.json.decode(row.reads, type=Reads), row.since)
