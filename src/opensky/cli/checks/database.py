"""The SQL database: from the address to the tables, each step leaning on the one before it."""

import importlib
import secrets
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, Integer, MetaData, String, Table, column, insert, inspect, select, table
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from opensky.cli.checks import machine, mariadb, postgresql, sqlite
from opensky.cli.checks.finding import Finding, ok, problem, warning
from opensky.kernel.errors import Misconfigured
from opensky.kernel.ids import made_at
from opensky.persistence import Database, schema
from opensky.persistence.engines.opening import open_engine
from opensky.persistence.engines.port import SqlEngine
from opensky.persistence.tables import METADATA
from opensky.settings import Settings
from opensky.wiring import open_database
from opensky.wiring.nodes import PER_MACHINE

_PORTS = {"mysql": 3306, "postgresql": 5432}
_REACH_WITHIN = 5
_DRIFT, _FAR = 2.0, 60.0
_NEWEST = 200
_LATELY = timedelta(days=7)
_ID = column("id", Integer())
KINDS = {"sqlite": sqlite, "mysql": mariadb, "postgresql": postgresql}
"""What is particular to a kind of database, by its name in a URL."""


def database(settings: Settings) -> Iterator[Finding]:
    """Look at the database that the settings name."""
    try:
        engine = open_engine(settings.database)
    except Misconfigured as error:
        yield problem("database", error.message, "Mend database_url.")
        return
    url = engine.url
    found = [*driver(url)]
    yield from found
    if any(one.state == "problem" for one in found):
        return
    if sqlite.is_missing(url):
        yield ok("database", f"{url.database} is not there yet; ./opensky up makes it")
        return
    yield from _server(engine, settings)


def driver(url: URL) -> Iterator[Finding]:
    """Whether the driver can be loaded."""
    name = {"pysqlite": "sqlite3", "mysqldb": "MySQLdb"}.get(url.get_driver_name(), url.get_driver_name())
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        yield problem("driver", f"{name} cannot be loaded: {error}.", "./opensky installs it; is its library there?")
        return
    version = getattr(module, "__version__", getattr(module, "sqlite_version", ""))
    yield ok("driver", f"{name} {version}".strip())


def _server(engine: SqlEngine, settings: Settings) -> Iterator[Finding]:
    url = engine.url
    kind = KINDS[url.get_backend_name()]
    unreachable = reach(url)
    if unreachable:
        yield problem(
            "database", unreachable, "Is the server running, and is the address right? Is a firewall between?"
        )
        return
    reading = engine.reading(1)
    try:
        with reading.connect() as connection:
            yield ok("database", f"{url.render_as_string()}, {kind.version(connection)}")
            yield from kind.look(connection, url)
            yield from _connections(kind.limit(connection), settings)
            yield from clock(kind.now(connection))
    except SQLAlchemyError as error:
        says, do = kind.explain(error, url)
        yield problem("database", says, do)
        return
    finally:
        reading.dispose()
    yield from rights(engine)
    with closing(open_database(settings)) as whole:
        yield from tables(whole)
        yield from ids(whole, settings)


def reach(url: URL) -> str:
    """Return why no connection to the server can be opened; nothing where one can, or where there is no server."""
    default = _PORTS.get(url.get_backend_name())
    if default is None or not url.host or url.host.startswith("/"):
        return ""
    port = url.port or default
    try:
        socket.create_connection((url.host, port), timeout=_REACH_WITHIN).close()
    except socket.gaierror:
        return f"No machine is called {url.host!r}."
    except OSError as error:
        return f"Nothing answers at {url.host}:{port} ({error.strerror or 'no answer in time'})."
    return ""


def rights(engine: SqlEngine) -> Iterator[Finding]:
    """Whether tables can be made, written and dropped: by doing so, with one of a random name."""
    scratch = Table(
        f"opensky_doctor_{secrets.token_hex(4)}",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("said", String(20)),
    )
    kind = KINDS[engine.url.get_backend_name()]
    writing = engine.writing(1)
    try:
        with writing.begin() as connection:
            scratch.create(connection)
        try:
            with writing.begin() as connection:
                connection.execute(insert(scratch).values(id=1, said="hello"))
                connection.execute(select(scratch)).fetchall()
        finally:
            with writing.begin() as connection:
                scratch.drop(connection)
    except DatabaseError as error:
        says, do = kind.explain(error, engine.url)
        yield problem("rights", f"A table cannot be made, written and dropped there. {says}", do)
    else:
        yield ok("rights", "tables can be made, written and dropped")
    finally:
        writing.dispose()


def tables(whole: Database) -> Iterator[Finding]:
    """Whether the tables are there, and those of this release."""
    try:
        whole.check()
        if not whole.created:
            yield ok("tables", "none yet; ./opensky up makes them")
            return
    except Misconfigured as error:
        yield problem("tables", error.message, "")
        return
    with whole.engines[0].connect() as connection:
        number = schema.version(connection)
        missing = _missing(connection)
    if missing:
        some = ", ".join(missing[:5]) + (" …" if len(missing) > len(missing[:5]) else "")
        yield problem("tables", f"This release needs what is not there: {some}.", "./opensky migrate up")
    else:
        yield ok("tables", f"all {len(METADATA.tables)} are there, schema {number}")


def _missing(connection: Connection) -> list[str]:
    """Return the tables, and the columns of tables, that this release knows and the database does not."""
    there = inspect(connection).get_multi_columns()
    found = {name: {one["name"] for one in columns} for (_, name), columns in there.items()}
    missing = [name for name in METADATA.tables if name not in found]
    missing += [
        f"{name}.{each.name}"
        for name, known in METADATA.tables.items()
        if name in found
        for each in known.columns
        if each.name not in found[name]
    ]
    return sorted(missing)


def ids(whole: Database, settings: Settings) -> Iterator[Finding]:
    """What the newest ids say of clocks, and of machines that share the database."""
    seen: set[int] = set()
    newest = 0
    with whole.engines[0].connect() as connection:
        if schema.version(connection) is None:
            return
        for name in sorted({"members", "orders", "bags"} & set(inspect(connection).get_table_names())):
            rows = select(_ID).select_from(table(name)).order_by(_ID.desc()).limit(_NEWEST)
            for (id_,) in connection.execute(rows):
                newest = max(newest, id_)
                if made_at(id_) > datetime.now(UTC) - _LATELY:
                    seen.add((id_ >> 12 & 0x3FF) // PER_MACHINE)
    ahead = (made_at(newest) - datetime.now(UTC)).total_seconds()
    if ahead > _DRIFT:
        yield machine.clock_is_behind(ahead)
    yield from machine.several(settings, seen)


def clock(there: datetime | None) -> Iterator[Finding]:
    """Whether this machine and the database agree about the time."""
    if there is None:
        return
    drift = (datetime.now(UTC) - there).total_seconds()
    says = f"this machine and the database are {abs(drift):.1f} s apart"
    if abs(drift) > _FAR:
        yield problem("clock", says, "Set both clocks (NTP); sessions, holds and lists by time go by them.")
    elif abs(drift) > _DRIFT:
        yield warning("clock", says, "Keep both clocks set (NTP).")
    else:
        yield ok("clock", says)


def _connections(limit: int | None, settings: Settings) -> Iterator[Finding]:
    """Whether the server allows as many connections as the web processes of this machine may open."""
    if limit is None:
        return
    # Readers, and the transactions of units of work; each pool may grow to twice its size for a moment.
    usual, most = 3 * settings.threads * settings.workers, 6 * settings.threads * settings.workers
    says = f"the server allows {limit}; this machine opens {usual} at its busiest, {most} for a moment"
    if limit < usual:
        do = f"Raise max_connections of the server to {2 * most}, or set fewer workers or threads."
        yield problem("connections", says, do)
    elif limit < most:
        yield warning("connections", says, f"Raise max_connections of the server to {2 * most}.")
    else:
        yield ok("connections", says)
