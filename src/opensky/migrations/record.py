"""The record: which versions this database has, since when, and how long each took. A set, not a line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, insert, inspect, select, update
from sqlalchemy.engine import Connection

from opensky.persistence.schema import MIGRATIONS

State = Literal["executed", "skipped", "added", "failed"]

BEGUN = "its process ended before it was done"
"""The error of a version from its beginning to its end: what is left of one that was killed. Older releases read it as failed."""
UNDOING = "while it was undone: "
"""What the error begins with when a version was on its way back."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is recorded of one version.

    ``added`` is recorded without having run: by hand, or because the tables were made whole. ``statements`` is how many
    changes a failed one had made that stand; ``stopped_at`` is the statement that failed.
    """

    number: str
    state: State
    at: datetime
    milliseconds: int = 0
    statements: int = 0
    stopped_at: str = ""
    error: str = ""

    @property
    def counts(self) -> bool:
        """Whether the database has this version."""
        return self.state != "failed"

    @property
    def begun(self) -> bool:
        """Whether it is being run, or was when its process was killed."""
        return self.state == "failed" and self.error.endswith(BEGUN)

    @property
    def undoing(self) -> bool:
        """Whether it stopped on its way back."""
        return self.error.startswith(UNDOING)

    @property
    def stands_half(self) -> bool:
        """Whether a part of a failed version stands, or may, which only a person can finish or undo."""
        return self.state == "failed" and (self.statements > 0 or (self.begun and bool(self.stopped_at)))


def read(connection: Connection) -> Mapping[str, Entry]:
    """Return what is recorded, by number, oldest version first; nothing where there is no table yet."""
    if not inspect(connection).has_table(MIGRATIONS.name):
        return {}
    rows = connection.execute(select(MIGRATIONS).order_by(MIGRATIONS.c.version))
    return {
        row.version: Entry(
            row.version, row.state, row.executed_at, row.milliseconds, row.statements, row.stopped_at, row.error
        )
        for row in rows
    }


def prepare(connection: Connection) -> None:
    """Make the table where it is missing."""
    MIGRATIONS.create(connection, checkfirst=True)


def write(connection: Connection, entries: Iterable[Entry]) -> None:
    """Record versions, in place of what was recorded of them."""
    for entry in entries:
        values = {
            "state": entry.state,
            "executed_at": entry.at,
            "milliseconds": entry.milliseconds,
            "statements": entry.statements,
            "stopped_at": entry.stopped_at,
            "error": entry.error,
        }
        # Not deleted and made anew: outside of a transaction, a kill between the two would leave nothing.
        known = connection.execute(update(MIGRATIONS).where(MIGRATIONS.c.version == entry.number).values(values))
        if not known.rowcount:
            connection.execute(insert(MIGRATIONS).values(version=entry.number, **values))


def forget(connection: Connection, numbers: Iterable[str]) -> None:
    """Remove versions from the record; the tables stay as they are."""
    for number in numbers:
        connection.execute(delete(MIGRATIONS).where(MIGRATIONS.c.version == number))
