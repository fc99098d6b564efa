"""What waits to be sent or applied: normally little, and young."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from opensky.cli.checks import sqlite
from opensky.cli.checks.finding import Finding, ok, problem, warning
from opensky.messaging.books import balance
from opensky.messaging.tables import DEAD, MESSAGES, OUTGOING, PUBLISHED, READY
from opensky.persistence import Database
from opensky.persistence.cursors import instant, microseconds
from opensky.persistence.engines.opening import open_engine
from opensky.persistence.relay import Waiting, waiting
from opensky.settings import Settings
from opensky.wiring import open_database
from opensky.wiring.bus import FLOWS

_YOUNG, _SLOW = 60, 600


def leftovers(settings: Settings) -> Iterator[Finding]:
    """Look at messages that wait, at their books, and at changes of documents that another database has not got yet."""
    if sqlite.is_missing(open_engine(settings.database).url):
        return
    with closing(open_database(settings)) as whole:
        if not whole.created:
            return
        yield _queues(whole)
        if settings.broker_url:
            yield _at_the_broker(whole)
        yield _books(whole)
        if settings.documents_url:
            yield _journal(waiting(whole))


def _queues(whole: Database) -> Finding:
    ready = select(func.count(), func.min(MESSAGES.c.due_at)).where(MESSAGES.c.state.in_((READY, OUTGOING)))
    with whole.reader(primary=True) as reader:
        [(count, since)] = map(tuple, reader.rows(ready))
        dead = reader.rows(select(func.count()).select_from(DEAD))[0][0]
    if dead:
        says = f"{dead} dead letters wait for a decision"
        return warning("queues", says, "./opensky bus dead list says what they died of.")
    if not count:
        return ok("queues", "nothing waits")
    says = f"{count} messages wait, the oldest since {_age(instant(since))}"
    if (datetime.now(UTC) - instant(since)).total_seconds() > _SLOW:
        return warning("queues", says, "Does a bus run? ./opensky up runs one, and so does ./opensky bus run.")
    return ok("queues", says)


def _at_the_broker(whole: Database) -> Finding:
    """Look at what the broker has of our own queues: the bus takes it in at once, so what is old is kept back there."""
    ours = PUBLISHED.c.queue.in_([flow.queue for flow in FLOWS])
    late = PUBLISHED.c.published_at < microseconds(whole.clock.now() - timedelta(seconds=_SLOW))
    with whole.reader(primary=True) as reader:
        count = reader.rows(select(func.count()).where(ours, late))[0][0]
    if not count:
        return ok("at the broker", "it keeps none of our messages back")
    says = f"it has {count} of our messages for longer than {_SLOW // 60} minutes"
    do = "Does a bus run? Some releases of Artemis keep what they were giving to a process that was killed; restart it then."
    return warning("at the broker", says, do)


def _books(whole: Database) -> Finding:
    kept = balance(whole, whole.clock.now() - timedelta(days=1))
    says = f"{kept.steps} steps of the last day sent {kept.sent} messages"
    if kept.balanced:
        return ok("books", f"{says}, and none is missing")
    says = f"{says}; {kept.missing} are missing, {kept.twice} are there twice"
    return problem("books", says, "./opensky bus books says of which steps.")


def _journal(left: Waiting) -> Finding:
    if left.failing:
        says = f"{left.failing} of {left.rows} changes of documents cannot be applied: {left.error}"
        return warning("journal", says, "Mend what it says; ./opensky relay tries them again.")
    if left.oldest and (datetime.now(UTC) - left.oldest).total_seconds() > _YOUNG:
        says = f"{left.rows} changes of documents wait to be applied, the oldest since {_age(left.oldest)}."
        return warning("journal", says, "A running shop applies them; so does ./opensky relay.")
    return ok("journal", f"{left.rows} changes of documents wait to be applied")


def _age(since: datetime) -> str:
    seconds = int((datetime.now(UTC) - since).total_seconds())
    for size, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {name} ago"
    return f"{seconds} s ago"
