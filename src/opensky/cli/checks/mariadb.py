"""MariaDB and MySQL: how their errors read, and what their settings mean for a shop."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from opensky.cli.checks.finding import Finding, ok, problem, warning

OLDEST_MARIADB, OLDEST_MYSQL = (10, 6), (8, 0, 21)  # both for their JSON functions
_LOGIN, _NO_RIGHT, _NO_DATABASE, _TOO_MANY = (1045, 1698), (1044, 1142, 1227, 1370), (1049,), (1040, 1203)


def explain(error: SQLAlchemyError, url: URL) -> tuple[str, str]:
    """Return what an error of the server means, and what to do."""
    orig = getattr(error, "orig", None)
    code, said = (orig.args[0], str(orig.args[-1])) if orig and orig.args else (0, str(orig or error))
    user = url.username or ""
    if code in _LOGIN:
        return f"The server does not let {user!r} in: {said}.", "Check the user and the password in database_url."
    if code in _NO_DATABASE:
        do = f"As its administrator: CREATE DATABASE `{url.database}` CHARACTER SET utf8mb4; then grant it to {user!r}."
        return f"There is no database {url.database!r} on the server.", do
    if code in _NO_RIGHT:
        return (
            f"{user!r} may not do that: {said}.",
            f"As its administrator: GRANT ALL ON `{url.database}`.* TO '{user}'@'…';",
        )
    if code in _TOO_MANY:
        return "The server has no connection left.", "Raise its max_connections, or set fewer workers or threads."
    return f"The server refused: {said}.", "See what the server's log says."


def version(connection: Connection) -> str:
    """Return its name and version."""
    return " ".join(_name_and_version(connection))


def look(connection: Connection, url: URL) -> Iterator[Finding]:
    """Look at the version, how texts are kept, and the time zone."""
    name, number = _name_and_version(connection)
    numbers = tuple(int(part) for part in number.split(".") if part.isdecimal())
    oldest = OLDEST_MARIADB if name == "MariaDB" else OLDEST_MYSQL
    if numbers < oldest:
        says = f"{name} {number} is too old; {'.'.join(map(str, oldest))} is the oldest that works."
        yield problem("version", says, "Install a newer one.")
    charset, collation = connection.execute(text("SELECT @@character_set_database, @@collation_database")).one()
    if charset == "utf8mb4":
        yield ok("texts", f"{charset}, {collation}; OpenSky's own columns compare byte for byte")
    else:
        says = f"The database makes tables of {charset}; OpenSky's own say utf8mb4, others would lose characters."
        yield warning("texts", says, f"ALTER DATABASE `{url.database}` CHARACTER SET utf8mb4;")
    zone, session = connection.execute(text("SELECT @@global.time_zone, @@session.time_zone")).one()
    yield ok("time zone", f"the server's is {zone}; OpenSky's connections speak {session}")


def limit(connection: Connection) -> int | None:
    """Return how many connections it allows."""
    return int(connection.execute(text("SELECT @@max_connections")).scalar_one())


def now(connection: Connection) -> datetime | None:
    """Return its time."""
    found: datetime = connection.execute(text("SELECT UTC_TIMESTAMP(6)")).scalar_one()
    return found.replace(tzinfo=UTC)


def replica(connection: Connection) -> tuple[bool, bool, float | None]:
    """Return whether it is a replica, whether it refuses writes, and how many seconds it is behind (None: not following)."""
    read_only = bool(connection.execute(text("SELECT @@read_only")).scalar_one())
    name, _ = _name_and_version(connection)
    statement = "SHOW SLAVE STATUS" if name == "MariaDB" else "SHOW REPLICA STATUS"
    row = connection.execute(text(statement)).mappings().first()
    if row is None:
        return False, read_only, None
    behind = row.get("Seconds_Behind_Master", row.get("Seconds_Behind_Source"))
    return True, read_only, None if behind is None else float(behind)


def _name_and_version(connection: Connection) -> tuple[str, str]:
    said = str(connection.execute(text("SELECT VERSION()")).scalar_one())
    return ("MariaDB" if "mariadb" in said.lower() else "MySQL"), said.partition("-")[0]
