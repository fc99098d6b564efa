"""Documents in another database than the rows: one transaction, with SQL as the authority (adr 0018).

In the SQL transaction: heads (versions), claims (unique values) and the journal (what is to be applied). After its commit the
operations are applied, and their journal rows removed. What cannot be applied now is left to a relay.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import structlog
from sqlalchemy.engine import Connection

from opensky.kernel.clock import Clock
from opensky.kernel.ids import IdGenerator
from opensky.mapping import describe
from opensky.persistence.documents import journal
from opensky.persistence.documents.claims import Claims
from opensky.persistence.documents.codec import Plain
from opensky.persistence.documents.engine import DocumentEngine, Removal, Update
from opensky.persistence.documents.filters import Filter
from opensky.persistence.documents.heads import Heads, chunks
from opensky.persistence.documents.journal import Apply
from opensky.persistence.documents.matching import matches, ordered, value_at
from opensky.persistence.documents.operations import Operation, settable
from opensky.persistence.documents.reading import DocumentQuery
from opensky.persistence.errors import StaleObject

S = TypeVar("S")
_KEPT_IN_MEMORY = 2000
_BATCH = 1000


class JournaledDocuments:
    """The document engine of one SQL transaction over documents elsewhere.

    Reads see what the transaction has flushed, although the other database does not know it yet. ``fits`` raises if a body can
    never be applied; ``left_over`` is called when something is left for a relay.
    """

    def __init__(
        self,
        connection: Connection,
        ids: IdGenerator,
        clock: Clock,
        *,
        store: DocumentEngine,
        apply: Apply,
        fits: Callable[[Plain], None],
        left_over: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._sql = connection.engine
        self._ids = ids
        self._clock = clock
        self._store = store
        self._apply = apply
        self._fits = fits
        self._left_over = left_over
        self._flushed: dict[type, dict[Any, Plain | None]] = {}
        self._operations: list[Operation] = []
        self._first: int | None = None
        self._refused = False

    def find(
        self, cls: type, filter_: Filter, *, sort: Sequence[str] = (), limit: int | None = None, skip: int = 0
    ) -> list[Plain]:
        flushed = self._flushed.get(cls)
        if not flushed:
            return self._store.find(cls, filter_, sort=sort, limit=limit, skip=skip)
        enough = None if limit is None else limit + skip
        stored = self._store.find(cls, _others(filter_, flushed), sort=sort, limit=enough)
        both = [*stored, *_matching(filter_, flushed)]
        found = ordered(both, sort) if sort else both
        return found[skip:enough]

    def read(self, query: DocumentQuery[S], values: Mapping[str, Any]) -> list[S]:
        return query.find(self, values) if self._flushed else self._store.read(query, values)

    def count(self, cls: type, filter_: Filter) -> int:
        flushed = self._flushed.get(cls, {})
        others = _others(filter_, flushed) if flushed else filter_
        return self._store.count(cls, others) + len(_matching(filter_, flushed))

    def distinct(self, cls: type, path: str, filter_: Filter) -> list[Any]:
        flushed = self._flushed.get(cls, {})
        stored = self._store.distinct(cls, path, _others(filter_, flushed) if flushed else filter_)
        found = {*stored, *(value_at(body, path) for body in _matching(filter_, flushed))}
        return sorted(found, key=lambda value: (value is not None, 0 if value is None else value))

    def insert(self, cls: type, bodies: Sequence[Plain]) -> None:
        self._check(bodies)
        revisions = Heads(self._connection, cls).add({b["id"]: b.get("version", 0) for b in bodies})
        Claims(self._connection, cls).take(bodies)
        self._journal([self._operation(cls, b["id"], revisions, b) for b in bodies])
        self._flushed.setdefault(cls, {}).update((b["id"], b) for b in bodies)

    def update(self, cls: type, updates: Sequence[Update]) -> None:
        self._check([u.body for u in updates])
        version = describe(cls).version
        try:
            revisions = Heads(self._connection, cls).advance({u.id: u.version for u in updates})
        except StaleObject:
            self._refused = True
            raise
        changed = {u.id: settable(cls, u.changes) for u in updates}
        Claims(self._connection, cls).move([(u.body, changed[u.id]) for u in updates])
        # Without a version the last one to commit wins with all that it has; with one, nobody else wrote in between.
        paths = {i: () if version is None else (*some, version.name) for i, some in changed.items()}
        self._journal([self._operation(cls, u.id, revisions, u.body, paths[u.id]) for u in updates])
        self._flushed.setdefault(cls, {}).update((u.id, u.body) for u in updates)

    def remove(self, cls: type, removals: Sequence[Removal]) -> None:
        try:
            revisions = Heads(self._connection, cls).advance({r.id: r.version for r in removals}, removed=True)
        except StaleObject:
            self._refused = True
            raise
        Claims(self._connection, cls).release(r.id for r in removals)
        self._journal([self._operation(cls, r.id, revisions, None) for r in removals])
        self._flushed.setdefault(cls, {}).update((r.id, None) for r in removals)

    def bulk(self, cls: type, bodies: Sequence[Plain]) -> None:
        """Insert many, past the objects; ids and unique values that are there already are left alone.

        The same protocol, in batches. What is too much for memory is read back from the journal after the commit.
        """
        heads, claims = Heads(self._connection, cls), Claims(self._connection, cls)
        for some in chunks(bodies, _BATCH):
            unknown = heads.missing(b["id"] for b in some)
            new = [b for b in some if b["id"] in unknown]
            self._check(new)
            if fresh := claims.free(new):
                revisions = heads.add({b["id"]: b.get("version", 0) for b in fresh})
                claims.take(fresh)
                self._journal([self._operation(cls, b["id"], revisions, b) for b in fresh])

    def committed(self) -> None:
        first, operations, self._operations, self._first = self._first, self._operations, [], None
        self._flushed.clear()
        if first is None:
            return
        try:
            if operations:
                self._apply_now(operations)
            else:
                journal.redo(self._sql.begin, self._apply, self._clock, since=first, due_only=False)
        except Exception:  # noqa: BLE001 - committed() promises to raise nothing
            # The rows are committed, so the request has succeeded; a relay does the rest.
            structlog.get_logger().exception("documents.left_over", operations=len(operations), since=first)
            self._left_over()

    def rolled_back(self) -> None:
        self._flushed.clear()
        self._operations, self._first = [], None
        if self._refused:  # perhaps because an operation that was committed is not applied yet
            self._refused = False
            self._left_over()

    def _apply_now(self, operations: Sequence[Operation]) -> None:
        failed = self._apply(operations)
        if failed:
            structlog.get_logger().warning(
                "documents.left_over", operations=len(failed), error=next(iter(failed.values()))
            )
            self._left_over()
        if len(failed) < len(operations):
            with self._sql.begin() as connection:
                journal.remove(connection, [op.id for op in operations if op.id not in failed])

    def _check(self, bodies: Iterable[Plain]) -> None:
        for body in bodies:
            self._fits(body)

    def _operation(
        self, cls: type, id_: Any, revisions: Mapping[Any, int], body: Plain | None, changed: tuple[str, ...] = ()
    ) -> Operation:
        return Operation(self._ids.next(), describe(cls).name, id_, revisions[id_], body, changed)

    def _journal(self, operations: Sequence[Operation]) -> None:
        journal.write(self._connection, operations, self._clock)
        if self._first is None:
            self._first = operations[0].id
            self._operations = list(operations)
        elif self._operations:
            self._operations += operations
        if len(self._operations) > _KEPT_IN_MEMORY:
            self._operations = []


def _others(filter_: Filter, flushed: Mapping[Any, Plain | None]) -> Filter:
    """Return the filter for what the transaction has not touched."""
    return {"$and": [filter_, {"id": {"$nin": list(flushed)}}]}


def _matching(filter_: Filter, flushed: Mapping[Any, Plain | None]) -> list[Plain]:
    return [dict(body) for body in flushed.values() if body is not None and matches(filter_, body)]
