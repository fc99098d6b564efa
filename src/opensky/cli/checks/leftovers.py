"""What waits to be sent or applied: normally little, and young."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

from sqlalchemy import func, select

from opensky.cli.checks import sqlite
from opensky.cli.checks.finding import Finding, ok, warning
from opensky.persistence import OutboxMessage, table
from opensky.persistence.engines.opening import open_engine
from opensky.persistence.relay import waiting
from opensky.settings import Settings
from opensky.wiring import open_database

_YOUNG = 60


def leftovers(settings: Settings) -> Iterator[Finding]:
    """Look at the outbox, and at changes of documents that another database has not got yet."""
    if sqlite.is_missing(open_engine(settings.database).url):
        return
    with closing(open_database(settings)) as whole:
        if not whole.created:
            return
        outbox = table(OutboxMessage)
        with whole.engines[0].connect() as connection:
            count, oldest = connection.execute(select(func.count(), func.min(outbox.c.written_at))).one()
        if count:
            yield ok("outbox", f"{count} messages wait, the oldest since {_age(oldest)}")
        else:
            yield ok("outbox", "nothing waits")
        if settings.documents_url:
            yield from _journal(waiting(whole))


def _journal(left: object) -> Iterator[Finding]:
    rows, failing = getattr(left, "rows", 0), getattr(left, "failing", 0)
    oldest, error = getattr(left, "oldest", None), getattr(left, "error", "")
    if failing:
        says = f"{failing} of {rows} changes of documents cannot be applied: {error}"
        yield warning("journal", says, "Mend what it says; ./opensky relay tries them again.")
    elif rows and oldest and (datetime.now(UTC) - oldest).total_seconds() > _YOUNG:
        says = f"{rows} changes of documents wait to be applied, the oldest since {_age(oldest)}."
        yield warning("journal", says, "A running shop applies them; so does ./opensky relay.")
    else:
        yield ok("journal", f"{rows} changes of documents wait to be applied")


def _age(since: datetime) -> str:
    seconds = int((datetime.now(UTC) - since).total_seconds())
    for size, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {name} ago"
    return f"{seconds} s ago"
