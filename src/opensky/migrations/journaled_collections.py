"""Collections in MongoDB: written by way of the journal in SQL, so that they follow the transaction of the version.

Heads and journal are those of the unit of work (adr 0018): a running shop sees each change as one of its own, and what a kill
leaves undone a relay does.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from opensky.kernel.clock import Clock
from opensky.kernel.ids import IdGenerator
from opensky.migrations.collections import BATCH, Plain
from opensky.persistence.documents import journal
from opensky.persistence.documents.elsewhere import MongoStore
from opensky.persistence.documents.journal_tables import HEADS
from opensky.persistence.documents.mongo_engine import GONE, REVISION
from opensky.persistence.documents.operations import Operation


class JournaledCollections:
    """All collections of one MongoDB database."""

    def __init__(self, url: str, ids: IdGenerator, clock: Clock) -> None:
        self._store = MongoStore(url)
        self._ids = ids
        self._clock = clock
        self._first: int | None = None
        self.written: dict[tuple[str, Any], Plain] = {}

    def collection(self, connection: Connection, name: str) -> "JournaledCollection":
        """Open a collection for one transaction."""
        return JournaledCollection(self, connection, name)

    def stored(self, name: str) -> Any:
        """Return the collection as the driver knows it."""
        return self._store.database[name]

    def note(self, connection: Connection, name: str, body: Plain, revision: int) -> None:
        """Write an operation into the journal."""
        id_ = self._ids.next()
        self._first = self._first or id_
        journal.write(connection, [Operation(id_, name, body["id"], revision, body)], self._clock)
        self.written[name, body["id"]] = body

    def apply(self, connection: Connection) -> None:
        """Apply what was committed; what cannot be applied now is left to a relay."""
        if self._first is not None:

            @contextmanager
            def begin() -> Iterator[Connection]:
                with connection.begin():
                    yield connection

            journal.redo(begin, self._store.apply, self._clock, since=self._first, due_only=False)
        self.forget()

    def forget(self) -> None:
        """Forget what was written."""
        self._first = None
        self.written.clear()

    def close(self) -> None:
        """Close the connections."""
        self._store.close()


class JournaledCollection:
    """One collection, within one transaction of the rows."""

    def __init__(self, whole: JournaledCollections, connection: Connection, name: str) -> None:
        self.name = name
        self._whole = whole
        self._connection = connection
        self._stored = whole.stored(name)

    def pages(self, words: Sequence[str] = (), *, after: int = 0, lock: bool = False) -> Iterator[list[Plain]]:
        having = {"$or": [{word: {"$exists": True}} for word in words]} if words else {}
        while page := list(self._stored.find({"_id": {"$gt": after}, GONE: None, **having}).sort("_id").limit(BATCH)):
            after = page[-1]["_id"]
            yield [self._as_written(_body(each)) for each in page]

    def one(self, id_: Any) -> Plain | None:
        found = self._stored.find_one({"_id": id_, GONE: None})
        return None if found is None else self._as_written(_body(found))

    def write(self, old: Plain, new: Plain) -> bool:
        if "version" in old:
            new["version"] = old["version"] + 1
        mine = (HEADS.c.collection == self.name, HEADS.c.id == old["id"])
        unchanged = (*mine, HEADS.c.version == old.get("version", 0), HEADS.c.removed.is_(False))
        step = {"version": new.get("version", 0), "revision": HEADS.c.revision + 1}
        if not self._connection.execute(update(HEADS).where(*unchanged).values(step)).rowcount:
            return False
        revision = self._connection.execute(select(HEADS.c.revision).where(*mine)).scalar_one()
        self._whole.note(self._connection, self.name, new, revision)
        return True

    def refill(self) -> int:
        return 0  # MongoDB makes its indexes itself

    def _as_written(self, body: Plain) -> Plain:
        return self._whole.written.get((self.name, body["id"]), body)


def _body(found: Plain) -> Plain:
    body = {"id": found.pop("_id"), **found}
    body.pop(REVISION, None)
    return body
