"""Heads: the version of every document, in SQL, so that a stale write is refused inside of the transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from opensky.mapping import describe
from opensky.persistence.documents.journal_tables import HEADS
from opensky.persistence.errors import Duplicate, StaleObject

T = TypeVar("T")
_AT_ONCE = 1000

_FORWARD = (
    update(HEADS)
    .where(
        HEADS.c.collection == bindparam("of"),
        HEADS.c.id == bindparam("document"),
        HEADS.c.revision == bindparam("seen"),
    )
    .values(version=bindparam("to_version"), revision=bindparam("seen") + 1, removed=bindparam("gone"))
)
_LOCK = (
    select(HEADS)
    .where(HEADS.c.collection == bindparam("of"), HEADS.c.id.in_(bindparam("documents", expanding=True)))
    .order_by(HEADS.c.id)
    .with_for_update()
)


class Heads:
    """The heads of one class on one connection; each method returns the new revision by id."""

    def __init__(self, connection: Connection, cls: type) -> None:
        self._connection = connection
        self._cls = cls
        self._collection = describe(cls).name

    def add(self, versions: Mapping[Any, int]) -> dict[Any, int]:
        """Begin documents, given their versions by id; raises ``Duplicate`` if one is there already."""
        known = self._locked(versions)
        if any(not head.removed for head in known.values()):
            raise Duplicate(self._cls.__name__, ("id",))
        if known:  # removed once: its count goes on, so that nothing of its first life can return
            self._forward([(head, versions[id_], False) for id_, head in known.items()])
        rows = [self._row(id_, version) for id_, version in versions.items() if id_ not in known]
        if rows:
            try:
                self._connection.execute(insert(HEADS), rows)
            except IntegrityError as error:
                raise Duplicate(self._cls.__name__, ("id",)) from error
        return {id_: known[id_].revision + 1 if id_ in known else 1 for id_ in versions}

    def missing(self, ids: Iterable[Any]) -> set[Any]:
        """Return the ids that no document has or ever had."""
        wanted = set(ids)
        return wanted - self._locked(wanted).keys()

    def advance(self, versions: Mapping[Any, int], *, removed: bool = False) -> dict[Any, int]:
        """Go one step on from these versions; raises ``StaleObject``, which names the documents that have others."""
        known = self._locked(versions)
        stale = [i for i, v in versions.items() if i not in known or known[i].removed or known[i].version != v]
        if stale:
            raise self._stale(stale, len(versions))
        step = 0 if removed or describe(self._cls).version is None else 1
        self._forward([(known[i], v + step, removed) for i, v in versions.items()])
        return {id_: known[id_].revision + 1 for id_ in versions}

    def _locked(self, ids: Iterable[Any]) -> dict[Any, Row[Any]]:
        """Read heads and keep others from changing them until the end of the transaction."""
        found: dict[Any, Row[Any]] = {}
        for some in chunks(sorted(ids), _AT_ONCE):  # in one order, so that two transactions do not wait for each other
            rows = self._connection.execute(_LOCK, {"of": self._collection, "documents": some})
            found |= {row.id: row for row in rows}
        return found

    def _forward(self, steps: Sequence[tuple[Row[Any], int, bool]]) -> None:
        rows = [
            {"of": self._collection, "document": head.id, "seen": head.revision, "to_version": version, "gone": gone}
            for head, version, gone in steps
        ]
        done = self._connection.execute(_FORWARD, rows).rowcount
        if done != len(rows):  # pragma: no cover - the lock holds on every engine that we know
            raise self._stale([head.id for head, _, _ in steps], len(steps))

    def _row(self, id_: Any, version: int) -> dict[str, Any]:
        return {"collection": self._collection, "id": id_, "version": version, "revision": 1, "removed": False}

    def _stale(self, ids: Sequence[Any], of: int) -> StaleObject:
        message = f"{len(ids)} of {of} {self._cls.__name__} changed meanwhile; please look again and repeat."
        return StaleObject(message, kind=self._cls.__name__, ids=list(ids))


def chunks(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of at most ``size``."""
    rest = iter(things)
    while some := list(islice(rest, size)):
        yield some
