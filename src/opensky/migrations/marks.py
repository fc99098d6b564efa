"""Marks of what is being run: left behind by a process that was killed, they say what of a version stands, and what to do."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.engine import Connection

from opensky.kernel.clock import Clock
from opensky.migrations import record
from opensky.migrations.moments import Direction
from opensky.migrations.record import BEGUN, UNDOING, Entry
from opensky.migrations.watching import changes_tables

LONGEST = 2000


@contextmanager
def begun(connection: Connection, numbers: Sequence[str], clock: Clock) -> Iterator[None]:
    """Record versions as begun, in a commit of its own; an error brings back what was recorded before."""
    with connection.begin():
        known = record.read(connection)
        record.write(connection, [Entry(number, "failed", clock.now(), error=BEGUN) for number in numbers])
    try:
        yield
    except Exception:
        if not connection.closed and not connection.invalidated:
            with connection.begin():
                record.forget(connection, [number for number in numbers if number not in known])
                record.write(connection, [known[number] for number in numbers if number in known])
        raise


def progress(
    connection: Connection, number: str, direction: Direction, clock: Clock, *, each: bool
) -> Callable[[str, int], None]:
    """Return what records, right before a statement that commits what was done until then, how far a version is.

    A change of a table commits the record with the rest; ``each`` is for where every statement commits.
    """
    error = BEGUN if direction == "up" else UNDOING + BEGUN

    def keep(statement: str, done: int) -> None:
        if each or changes_tables(statement):
            record.write(connection, [Entry(number, "failed", clock.now(), 0, done, statement[:LONGEST], error)])

    return keep
