"""The journal: the outbox of documents. Operations are written in the transaction of the rows and applied after it.

Whoever applies them, the process that committed or a relay, removes them afterwards; in between a crash can come at any
point, for applying twice has the effect of applying once (``mongo_apply``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, delete, func, insert, select, update
from sqlalchemy.engine import Connection

from opensky.kernel.clock import Clock
from opensky.persistence.documents.heads import chunks
from opensky.persistence.documents.journal_tables import JOURNAL
from opensky.persistence.documents.operations import Operation, decoded

Begin = Callable[[], AbstractContextManager[Connection]]
"""Opens one SQL transaction, which commits when the block ends well."""
Apply = Callable[[Sequence[Operation]], Mapping[int, str]]
"""Applies operations to the other database and returns what failed, by journal id."""

GRACE = 3_000
"""Milliseconds that the process which committed has for itself before a relay takes over."""
LEASE = 30_000
"""Milliseconds that a relay has for what it took; then another may try."""
LONGEST_WAIT = 300_000
AT_ONCE = 500

_SEVERAL = 1000
_REMOVE = delete(JOURNAL).where(JOURNAL.c.id.in_(bindparam("rows", expanding=True)))
_POSTPONE = (
    update(JOURNAL)
    .where(JOURNAL.c.id == bindparam("row"))
    .values(due_at=bindparam("again_at"), error=bindparam("said"))
)


def write(connection: Connection, operations: Sequence[Operation], clock: Clock) -> None:
    """Write operations into the open transaction."""
    due_at = milliseconds(clock) + GRACE
    rows = [
        {
            "id": op.id,
            "collection": op.collection,
            "document_id": op.document_id,
            "revision": op.revision,
            "operation": op.encoded(),
            "due_at": due_at,
            "attempts": 0,
        }
        for op in operations
    ]
    if rows:
        connection.execute(insert(JOURNAL), rows)


def remove(connection: Connection, ids: Iterable[int]) -> None:
    """Remove operations that were applied."""
    for some in chunks(ids, _SEVERAL):
        connection.execute(_REMOVE, {"rows": some})


def redo(begin: Begin, apply: Apply, clock: Clock, *, since: int = 0, due_only: bool = True) -> int:
    """Apply what waits, batch after batch, and return how many operations were applied.

    ``since`` is the least journal id; without ``due_only`` also what others are busy with is done, which does no harm.
    Each operation is tried once; what fails stays, says why, and becomes due later and later.
    """
    tried, done = since - 1, 0
    while True:
        with begin() as connection:
            rows = _take(connection, milliseconds(clock), tried, due_only=due_only)
        if not rows:
            return done
        tried = rows[-1].id
        failed = _tried(rows, apply)
        with begin() as connection:
            remove(connection, [row.id for row in rows if row.id not in failed])
            _postpone(connection, [row for row in rows if row.id in failed], failed, milliseconds(clock))
        done += len(rows) - len(failed)


def due(connection: Connection, clock: Clock) -> bool:
    """Return whether something waits for a relay."""
    found = select(JOURNAL.c.id).where(JOURNAL.c.due_at <= milliseconds(clock)).limit(1)
    return connection.execute(found).first() is not None


def state(connection: Connection) -> tuple[int, int, int | None, str | None]:
    """Return how many operations wait, how many of them have failed, the least id, and what one of them met."""
    failing = func.count(JOURNAL.c.error)
    statement = select(func.count(), failing, func.min(JOURNAL.c.id), func.max(JOURNAL.c.error))
    rows, failed, least, error = connection.execute(statement.select_from(JOURNAL)).one()
    return rows, failed, least, error


def milliseconds(clock: Clock) -> int:
    """Return the time as the journal keeps it."""
    return int(clock.now().timestamp() * 1000)


def _take(connection: Connection, now: int, tried: int, *, due_only: bool) -> Sequence[Row[Any]]:
    """Take the next operations, so that another relay leaves them alone for a while."""
    statement = select(JOURNAL).where(JOURNAL.c.id > tried)
    if due_only:
        statement = statement.where(JOURNAL.c.due_at <= now)
    rows = connection.execute(
        statement.order_by(JOURNAL.c.id).limit(AT_ONCE).with_for_update(skip_locked=True)
    ).fetchall()
    if rows:
        taken = update(JOURNAL).where(JOURNAL.c.id.in_([row.id for row in rows]))
        connection.execute(taken.values(due_at=now + LEASE, attempts=JOURNAL.c.attempts + 1))
    return rows


def _tried(rows: Sequence[Row[Any]], apply: Apply) -> dict[int, str]:
    operations, failed = [], {}
    for row in rows:
        try:
            operations.append(decoded(row.id, row.collection, row.document_id, row.revision, row.operation))
        except msgspec.MsgspecError as error:
            failed[row.id] = f"The journal row cannot be read: {error}"
    return failed | dict(apply(operations))


def _postpone(connection: Connection, rows: Sequence[Row[Any]], failed: Mapping[int, str], now: int) -> None:
    """Let what failed wait: two seconds, four, … five minutes."""
    waits = [
        {"row": r.id, "again_at": now + min(2000 * 2 ** min(r.attempts, 20), LONGEST_WAIT), "said": failed[r.id]}
        for r in rows
    ]
    if waits:
        connection.execute(_POSTPONE, waits)
