"""Eventual migrations: how much is left in an old shape, and a sweep that finishes what nobody happens to read.

The sweep does what a request does: it reads an object, which renews it, and flushes it. So versions are checked, indexes are
kept, listeners hear of it. It keeps no note of how far it is: what is done is no longer old.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.engine import Connection

from opensky.kernel.errors import OpenSkyError
from opensky.mapping import Renewal, describe, renewal
from opensky.migrations.collections import Plain
from opensky.migrations.sql_collections import SqlCollection
from opensky.persistence import Database, StaleObject, table
from opensky.persistence.documents.mongo_engine import GONE

BATCH = 100
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Remaining:
    """How many objects of a class there are, and how many of them are in an old shape."""

    cls: type
    all: int
    old: int


@dataclass(slots=True)
class Swept:
    """What a sweep did of one class: ``left`` were changed by somebody else meanwhile, which renewed them too."""

    cls: type
    renewed: int = 0
    left: int = 0
    failed: list[tuple[Any, str]] = field(default_factory=list)


def renewed_classes(database: Database) -> list[type]:
    """Return the classes whose older shapes are known."""
    return [cls for cls in database.model if renewal(cls) is not None]


def remaining(database: Database, cls: type) -> Remaining:
    """Count what is left of one class; reads every object that could be old."""
    old = sum(len(ids) for ids in old_ids(database, cls))
    if database.elsewhere is not None and describe(cls).store == "documents":
        everything = _stored(database, cls).count_documents({GONE: None})
    else:
        with database.engines[0].connect() as connection:
            everything = connection.execute(select(func.count()).select_from(table(cls))).scalar_one()
    return Remaining(cls, everything, old)


def old_ids(database: Database, cls: type) -> Iterator[list[Any]]:
    """Yield the ids of all objects in an old shape, in pages."""
    known = renewal(cls)
    if known is None:
        return
    if describe(cls).store == "sql":
        yield from _old_rows(database, cls, known)
        return
    if database.elsewhere is not None:
        pages = _pages_elsewhere(database, cls, known)
        yield from ([b["id"] for b in page if known.is_old(b)] for page in pages)
        return
    with database.engines[0].connect() as connection:
        collection = SqlCollection(connection, describe(cls).name)
        for page in collection.pages(sorted(known.words)):
            if ids := [body["id"] for body in page if known.is_old(body)]:
                yield ids


def sweep(
    database: Database,
    cls: type,
    *,
    rate: float,
    progress: Callable[[int], None] = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Swept:
    """Renew what is left of one class, at most ``rate`` objects a second, each batch in a transaction of its own.

    It may be killed at any time and started again, and runs beside a shop that is open.
    """
    done = Swept(cls)
    for ids in old_ids(database, cls):
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            began = time.monotonic()
            _renew(database, batch, done)
            progress(len(batch))
            sleep(max(0.0, len(batch) / rate - (time.monotonic() - began)))
    return done


def _renew(database: Database, ids: Sequence[Any], done: Swept) -> None:
    """Renew a batch; if one of them cannot be, each by itself."""
    try:
        done.renewed += _read_and_flush(database, done.cls, ids)
    except Exception as error:  # noqa: BLE001 - whatever one object cannot be, the others must not wait for it
        if len(ids) > 1:
            for id_ in ids:
                _renew(database, [id_], done)
        elif isinstance(error, StaleObject):
            done.left += 1
        else:
            said = error.message if isinstance(error, OpenSkyError) else f"{type(error).__name__}: {error}"
            done.failed.append((ids[0], said))


def _read_and_flush(database: Database, cls: type, ids: Sequence[Any]) -> int:
    with database.unit_of_work() as unit:
        _hold(database, unit.connection, cls, ids)
        found: list[Any] = unit.get_many(cls, ids)
        unit.commit()
    return len(found)


def _hold(database: Database, connection: Connection, cls: type, ids: Sequence[Any]) -> None:
    """Keep others from changing what has no version to be checked; SQLite has one writer at a time anyway."""
    elsewhere = database.elsewhere is not None and describe(cls).store == "documents"
    if describe(cls).version is None and not database.embedded and not elsewhere:
        key = table(cls).c[describe(cls).ids[0].name]
        connection.execute(select(key).where(key.in_(ids)).with_for_update())


def _old_rows(database: Database, cls: type, known: Renewal) -> Iterator[list[Any]]:
    rows = table(cls)
    key, after = rows.c[describe(cls).ids[0].name], None
    with database.engines[0].connect() as connection:
        while True:
            chosen = select(key).where(_condition(cls, known)).order_by(key).limit(_PAGE)
            ids = list(connection.execute(chosen if after is None else chosen.where(key > after)).scalars())
            if not ids:
                return
            after = ids[-1]
            yield ids


def _condition(cls: type, known: Renewal) -> ColumnElement[bool]:
    columns = table(cls).c
    return or_(
        *(
            and_(*(columns[n].is_not(None) for n in shape.having), *(columns[n].is_(None) for n in shape.lacking))
            for shape in known.shapes
        )
    )


def _pages_elsewhere(database: Database, cls: type, known: Renewal) -> Iterator[list[Plain]]:
    words = () if known.embedded else known.words
    having: dict[str, Any] = {"$or": [{word: {"$exists": True}} for word in sorted(words)]} if words else {}
    after, stored = 0, _stored(database, cls)
    while page := list(stored.find({"_id": {"$gt": after}, GONE: None, **having}).sort("_id").limit(_PAGE)):
        after = page[-1]["_id"]
        yield [{"id": body["_id"], **body} for body in page]


def _stored(database: Database, cls: type) -> Any:
    store: Any = database.elsewhere
    return store.database[describe(cls).name]
