"""PostgreSQL: how its errors read, and what its settings mean for a shop."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from opensky.cli.checks.finding import Finding, ok, problem

OLDEST = 130_000


def explain(error: SQLAlchemyError, url: URL) -> tuple[str, str]:
    """Return what an error of the server means, and what to do. Errors at log-in have no code, so their words are read."""
    orig = getattr(error, "orig", None) or error
    said = re.sub(r"\s+", " ", str(orig).rpartition("FATAL:")[2]).strip().rstrip(".")
    state = getattr(orig, "sqlstate", None) or ""
    user = url.username or ""
    if state.startswith("28") or "authentication failed" in said or "pg_hba.conf" in said or f'role "{user}"' in said:
        return f"The server does not let {user!r} in: {said}.", "Check the user and the password in database_url."
    if state == "3D000" or f'database "{url.database}" does not exist' in said:
        do = f'As its administrator: CREATE DATABASE "{url.database}" OWNER "{user}" ENCODING \'UTF8\' TEMPLATE template0;'
        return f"There is no database {url.database!r} on the server.", do
    if state == "42501" or "permission denied" in said:
        return f"{user!r} may not do that: {said}.", f'As its administrator: GRANT ALL ON SCHEMA public TO "{user}";'
    if state == "25006":
        return (
            "The server only reads: it is a replica.",
            "Name the primary in database_url, the replica in replica_urls.",
        )
    if state == "53300" or "connection slots" in said or "too many clients" in said:
        return "The server has no connection left.", "Raise its max_connections, or set fewer workers or threads."
    return f"The server refused: {said}.", "See what the server's log says."


def version(connection: Connection) -> str:
    """Return its name and version."""
    return f"PostgreSQL {str(_show(connection, 'server_version')).partition(' ')[0]}"


def look(connection: Connection, url: URL) -> Iterator[Finding]:
    """Look at the version, how texts are kept, and the time zone."""
    if int(_show(connection, "server_version_num")) < OLDEST:
        says = f"{version(connection)} is too old; {OLDEST // 10_000} is the oldest that works."
        yield problem("version", says, "Install a newer one.")
    encoding = _show(connection, "server_encoding")
    if encoding == "UTF8":
        yield ok("texts", f"{encoding}; OpenSky's own columns compare byte for byte")
    else:
        do = f"Make the database anew: CREATE DATABASE \"{url.database}\" ENCODING 'UTF8' TEMPLATE template0;"
        yield problem("texts", f"The database is {encoding}, which cannot keep every character.", do)
    query = "SELECT reset_val FROM pg_settings WHERE name = 'TimeZone'"
    zone = connection.execute(text(query)).scalar_one()
    yield ok("time zone", f"{zone} for this connection; instants are kept in UTC")


def limit(connection: Connection) -> int | None:
    """Return how many connections it allows to those who are no superusers."""
    return int(_show(connection, "max_connections")) - int(_show(connection, "superuser_reserved_connections"))


def now(connection: Connection) -> datetime | None:
    """Return its time."""
    found: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return found.astimezone(UTC)


def replica(connection: Connection) -> tuple[bool, bool, float | None]:
    """Return whether it is a replica, whether it refuses writes, and how many seconds it is behind (None: not following)."""
    if not connection.execute(text("SELECT pg_is_in_recovery()")).scalar_one():
        return False, False, None
    # Where all that came has been replayed it is not behind, however long ago the last came.
    behind = connection.execute(
        text(
            "SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0"
            " ELSE EXTRACT(EPOCH FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END"
        )
    ).scalar_one()
    return True, True, None if behind is None else float(behind)


def _show(connection: Connection, name: str) -> str:
    return str(connection.execute(text(f"SHOW {name}")).scalar_one())
