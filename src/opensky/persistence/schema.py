"""The schema of a data folder: made on first use, refused when a newer OpenSky has made it."""

from sqlalchemy import Column, Integer, String, Table, insert, inspect, select
from sqlalchemy.engine import Connection

from opensky.kernel.errors import Misconfigured
from opensky.persistence.tables import METADATA

SCHEMA_VERSION = 1
"""Counted up when an older release could not work with the tables any more."""

_ABOUT = Table(
    "about", METADATA, Column("name", String(40), primary_key=True), Column("number", Integer, nullable=False)
)


def prepare(connection: Connection) -> None:
    """Make the tables that are missing.

    Raises:
        Misconfigured: the tables belong to a newer release.
    """
    check(connection)
    METADATA.create_all(connection)
    if version(connection) is None:
        connection.execute(insert(_ABOUT).values(name="schema", number=SCHEMA_VERSION))


def check(connection: Connection) -> None:
    """Raise ``Misconfigured`` if the tables belong to a newer release."""
    found = version(connection)
    if found is not None and found > SCHEMA_VERSION:
        message = (
            f"This data folder was made by a newer OpenSky (schema {found}, this release knows {SCHEMA_VERSION}). "
            "Start the newer release, or name another folder with --data."
        )
        raise Misconfigured(message)


def version(connection: Connection) -> int | None:
    """Return the schema version of the database, or ``None`` where there is none yet."""
    if not inspect(connection).has_table(_ABOUT.name):
        return None
    found: int | None = connection.execute(select(_ABOUT.c.number).where(_ABOUT.c.name == "schema")).scalar()
    return found
