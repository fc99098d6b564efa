"""How a batch of messages is claimed: one statement where the database can, two where it cannot.

SQLite and PostgreSQL change and return at once; MariaDB has no ``UPDATE … RETURNING``, so there the rows are locked first.
``SKIP LOCKED`` keeps workers out of each other's way where several may write at once.
"""

from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, exists, or_, select, update

from opensky.messaging.bodies import within
from opensky.messaging.message import Message
from opensky.messaging.rows import COLUMNS, message
from opensky.messaging.tables import MESSAGES, NOT_READY, READY, TAKEN, WAITING
from opensky.persistence import Command, Query, UnitOfWork

SUSPECT = 3
"""Over what was taken so often a worker may have died: it is handed out alone, so that it takes no others along."""

_m = MESSAGES.c
_earlier = MESSAGES.alias("earlier")


class _Taken(NamedTuple):
    """A claimed message, and how often it has been taken."""

    message: Message
    times: int


def _taken(*columns: Any) -> _Taken:
    return _Taken(message(*columns[:-1]), columns[-1])


def _next(*columns: Any) -> Select[Any]:
    """The next ready messages of a queue. One with a key waits until no earlier one with that key is left."""
    before_it = exists(
        select(_earlier.c.id).where(
            _earlier.c.queue == _m.queue, _earlier.c.order_key == _m.order_key, _earlier.c.id < _m.id
        )
    )
    return (
        select(*columns)
        .where(
            _m.state == READY,
            _m.queue == bindparam("of_queue"),
            _m.taken <= bindparam("most_taken"),
            or_(_m.order_key.is_(None), ~before_it),
        )
        .order_by(_m.priority, _m.id)
        .limit(bindparam("most"))
    )


_TAKE = {
    "state": TAKEN,
    "owner": bindparam("new_owner"),
    "due_at": bindparam("until"),
    "taken": _m.taken + 1,
}
_RETURNED = (*COLUMNS, _m.taken)
_CLAIM = Query(update(MESSAGES).where(_m.id.in_(_next(_m.id))).values(_TAKE).returning(*_RETURNED), _taken)
_CLAIM_SKIPPING = Query(
    update(MESSAGES)
    .where(_m.id.in_(_next(_m.id).with_for_update(skip_locked=True, of=MESSAGES).scalar_subquery()))
    .values(_TAKE)
    .returning(*_RETURNED),
    _taken,
)
_LOCK = Query(_next(*COLUMNS, (_m.taken + 1).label("times")).with_for_update(skip_locked=True), _taken)
_TAKE_LOCKED = Command(update(MESSAGES).where(_m.id == bindparam("which")).values(_TAKE))
_GIVE_BACK = Command(
    update(MESSAGES).where(_m.id == bindparam("which")).values(state=READY, owner="", taken=_m.taken - 1)
)
_PROMOTE = Command(
    update(MESSAGES)
    .where(NOT_READY, _m.state.in_((WAITING, TAKEN)), _m.due_at <= bindparam("now"))
    .values(state=READY, owner="")
)
_ANY_DUE = Query(
    select(_m.id).where(NOT_READY, _m.state.in_((WAITING, TAKEN)), _m.due_at <= bindparam("now")).limit(1), int
)
_ANY_READY = Query(
    select(_m.id).where(and_(_m.state == READY, _m.queue.in_(bindparam("queues", expanding=True)))).limit(1),
    int,
)


def any_due(reader: Any, now: int) -> bool:
    """Say whether a delay or a lease has ended."""
    return reader.fetch_one(_ANY_DUE, now=now) is not None


def any_ready(reader: Any, queues: list[str]) -> bool:
    """Say whether one of these queues has a message to be had."""
    return reader.fetch_one(_ANY_READY, queues=queues) is not None


def promote(unit: UnitOfWork, now: int) -> int:
    """Make ready what has become due, and what a worker leased and did not finish; return how many."""
    return unit.run(_PROMOTE, now=now)


def claim(unit: UnitOfWork, queue: str, most: int, until: int, owner: str, most_taken: int) -> list[Message]:
    """Lease the next messages of a queue to ``owner``, in order of priority and id.

    A suspect one is leased alone, and of large bodies no more than memory is meant for; the bodies are still to be fetched.
    """
    values: dict[str, Any] = {"of_queue": queue, "most": most, "most_taken": most_taken}
    take = {"new_owner": owner, "until": until}
    dialect = unit.connection.dialect.name
    if dialect == "sqlite":
        found = unit.fetch(_CLAIM, **values, **take)
    elif dialect == "postgresql":
        found = unit.fetch(_CLAIM_SKIPPING, **values, **take)
    else:
        found = unit.fetch(_LOCK, **values)
        if found:
            unit.run(_TAKE_LOCKED, *({"which": each.message.id, **take} for each in found))
    found.sort(key=lambda each: (each.message.priority, each.message.id))
    kept = next((place for place, each in enumerate(found) if each.times > SUSPECT), len(found)) or 1
    kept = min(kept, within([each.message for each in found]))
    if found[kept:]:
        unit.run(_GIVE_BACK, *({"which": each.message.id} for each in found[kept:]))
    return [each.message for each in found[:kept]]
