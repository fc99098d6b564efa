"""Forgetting visitors: sessions that nobody can use any more, a step at a time."""

from datetime import datetime

from sqlalchemy import delete, or_, select

from opensky.persistence import UnitOfWork, table
from opensky.web.identities import ABSOLUTE, IDLE
from opensky.web.objects import Session

STEP = 500
_sessions = table(Session)


def forget_sessions(unit: UnitOfWork, now: datetime) -> int:
    """Remove a step of the sessions that were not used for too long, or are too old; return how many. The caller commits."""
    over = or_(_sessions.c.seen_at < now - IDLE, _sessions.c.created_at < now - ABSOLUTE)
    hashes = unit.execute(select(_sessions.c.token_hash).where(over).limit(STEP)).scalars().all()
    if hashes:
        unit.execute(delete(_sessions).where(_sessions.c.token_hash.in_(hashes)))
    return len(hashes)
