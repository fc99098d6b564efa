"""The schema of a database: made whole on first use, refused when a newer OpenSky has made it.

A shop's database is changed by deploy migrations from then on (``opensky.migrations``). Fresh tables hold what all known
versions would have brought, so these are recorded with them.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Column, Integer, String, Table, insert, inspect, select
from sqlalchemy.engine import Connection

from opensky.kernel.errors import Misconfigured
from opensky.persistence.tables import METADATA
from opensky.persistence.types import UtcDateTime, text

SCHEMA_VERSION = 1
"""Counted up when an older release could not work with the tables any more."""


class Behind(Misconfigured):
    """The tables are those of an older release; ``versions`` are the deploy migrations that the database lacks."""

    def __init__(self, versions: list[str]) -> None:
        super().__init__(
            f"The database lacks {len(versions)} of this release's migrations, the first is Version{versions[0]}; "
            "run ./opensky migrate up (./opensky migrate status says more).",
            versions=versions,
        )
        self.versions = versions


_ABOUT = Table(
    "about", METADATA, Column("name", String(40), primary_key=True), Column("number", Integer, nullable=False)
)

MIGRATIONS = Table(
    "migrations",
    METADATA,
    Column("version", text(14), primary_key=True),
    Column("state", text(10), nullable=False),
    Column("executed_at", UtcDateTime(), nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("statements", Integer, nullable=False),
    Column("stopped_at", text(), nullable=False),
    Column("error", text(), nullable=False),
)
"""Which deploy migrations this database has; see ``opensky.migrations.record``."""

LIVE = Table(
    "live_release",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("reads", text(), nullable=False),
    Column("since", UtcDateTime(), nullable=False),
)
"""What the release that is live reads, in one row; see ``opensky.migrations.reads``."""


def prepare(connection: Connection, versions: Iterable[str] | None = None) -> None:
    """Make the tables that are missing.

    ``versions`` are the numbers of the deploy migrations that fresh tables hold already: they are recorded with them. An older
    database that lacks one of them is left to its migrations.

    Raises:
        Misconfigured: the tables belong to a newer release.
        Behind: the tables are those of an older release.
    """
    known = list(versions or ())
    check(connection, known)
    fresh = version(connection) is None
    METADATA.create_all(connection)
    if fresh:
        connection.execute(insert(_ABOUT).values(name="schema", number=SCHEMA_VERSION))
        if known:
            connection.execute(insert(MIGRATIONS), [_baseline(number) for number in known])


def check(connection: Connection, known: Iterable[str] = ()) -> None:
    """Raise ``Misconfigured`` if the tables belong to a newer release, ``Behind`` if they lack a ``known`` migration."""
    found = version(connection)
    if found is not None and found > SCHEMA_VERSION:
        message = (
            f"This data folder was made by a newer OpenSky (schema {found}, this release knows {SCHEMA_VERSION}). "
            "Start the newer release, or name another folder with --data."
        )
        raise Misconfigured(message)
    if found is not None and (missing := sorted(set(known) - recorded(connection))):
        raise Behind(missing)


def version(connection: Connection) -> int | None:
    """Return the schema version of the database, or ``None`` where there is none yet."""
    if not inspect(connection).has_table(_ABOUT.name):
        return None
    found: int | None = connection.execute(select(_ABOUT.c.number).where(_ABOUT.c.name == "schema")).scalar()
    return found


def recorded(connection: Connection) -> set[str]:
    """Return the numbers of the deploy migrations that this database has."""
    if not inspect(connection).has_table(MIGRATIONS.name):
        return set()
    return set(connection.execute(select(MIGRATIONS.c.version).where(MIGRATIONS.c.state != "failed")).scalars())


def _baseline(number: str) -> dict[str, object]:
    return {
        "version": number,
        "state": "added",
        "executed_at": datetime.now(UTC),
        "milliseconds": 0,
        "statements": 0,
        "stopped_at": "",
        "error": "",
    }
