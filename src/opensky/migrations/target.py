"""The database that is migrated: one connection, what its kind can do, and the lock that lets one process at a time migrate."""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DatabaseError

from opensky.kernel.errors import Misconfigured
from opensky.migrations.errors import AlreadyMigrating, NotPossible
from opensky.persistence.engines.opening import open_engine, read_url

_LOCK = "opensky migrations"
_LOOK_EVERY = 0.25
_FEW_SECONDS = 60


class Target:
    """One SQL database, reached without the application's classes."""

    def __init__(self, address: str | Path | URL, *, schema: str = "") -> None:
        self.url = read_url(address)
        self._schema = schema
        self._sql = open_engine(self.url)
        self._engine: Engine = self._sql.writing(1)
        self.dialect = self._sql.dialect
        self.undoes_ddl = self.dialect != "mariadb"
        """Whether a change of tables is part of a transaction. MariaDB commits before and after each such statement."""

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database."""
        inside = self.url.database or ""
        return Path(inside) if self.dialect == "sqlite" and inside not in ("", ":memory:") else None

    def __str__(self) -> str:
        return str(self.file) if self.file else self.url.render_as_string()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Give the one connection, without a transaction.

        Raises:
            Misconfigured: there is no such database, or it cannot be read.
        """
        if self.file is not None and not self.file.exists():
            message = f"There is no database {self.file} yet; make a shop with ./opensky up, or name it with --data."
            raise Misconfigured(message, path=str(self.file))
        try:
            with self._engine.connect() as connection:
                _set_up(connection, self.dialect, self._schema)
                yield connection
        except DatabaseError as error:
            explained = self._sql.explain(error)
            if explained is None:
                raise
            raise explained from error

    @contextmanager
    def locked(self, connection: Connection, wait: float, say: Callable[[str], None]) -> Iterator[None]:
        """Hold the lock, which ends with this process or its connection, whatever kills it.

        Raises:
            AlreadyMigrating: another process still held it after ``wait`` seconds.
        """
        take, give_back = self._lock(connection)
        until, said = time.monotonic() + wait, False
        while not take():
            if time.monotonic() >= until:
                message = (
                    f"Another process is migrating {self}, and was not done after {wait:.0f} s; nothing was changed. "
                    "Look what it does with migrate status, or wait longer with --wait."
                )
                raise AlreadyMigrating(message)
            if not said:
                said = True
                say("Another process is migrating this database; waiting for it.")
            time.sleep(_LOOK_EVERY)
        try:
            yield
        finally:
            give_back()

    def close(self) -> None:
        """Close the connection."""
        self._engine.dispose()

    def _lock(self, connection: Connection) -> tuple[Callable[[], bool], Callable[[], None]]:
        if self.dialect == "sqlite":
            return _file_lock(self.file)
        if self.dialect == "mariadb":
            # One name for the whole server, which may hold several shops.
            name = hashlib.sha256(f"{_LOCK} {self.url.database}".encode()).hexdigest()[:40]
            take, give = "SELECT GET_LOCK(:key, 0)", "SELECT RELEASE_LOCK(:key)"
            return _named_lock(connection, take, give, name)
        number = int.from_bytes(hashlib.sha256(_LOCK.encode()).digest()[:8], signed=True)
        return _named_lock(connection, "SELECT pg_try_advisory_lock(:key)", "SELECT pg_advisory_unlock(:key)", number)


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Commit at the end, undo on an error."""
    with connection.begin():
        yield


def refuse_broken_keys(connection: Connection) -> None:
    """Check what SQLite was told not to while tables were rebuilt: that each foreign key leads somewhere."""
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = sorted({f"{row[0]} -> {row[2]}" for row in broken})
        message = (
            f"{len(broken)} rows would name what is not there ({', '.join(tables)}); all of the version was undone."
        )
        raise NotPossible(message)


def _set_up(connection: Connection, dialect: str, schema: str) -> None:
    """Prepare the connection for changes of tables."""
    driver: Any = connection.connection.driver_connection
    if dialect == "sqlite":
        # SQLite rebuilds a table to change it, and dropping the old one would take along whatever refers to its rows.
        driver.execute("PRAGMA foreign_keys = OFF")
    elif dialect == "mariadb":
        # How long a statement waits for those who use the table: the default is a day.
        driver.cursor().execute(f"SET SESSION lock_wait_timeout = {_FEW_SECONDS}")
    elif schema:
        connection.exec_driver_sql(f'SET search_path TO "{schema}"')
        connection.commit()
        connection.dialect.default_schema_name = schema


def _file_lock(file: Path | None) -> tuple[Callable[[], bool], Callable[[], None]]:
    if file is None:
        return lambda: True, lambda: None
    handle = os.open(file.with_name(f"{file.name}-migrating"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take() -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    return take, lambda: os.close(handle)


def _named_lock(
    connection: Connection, take: str, give_back: str, key: str | int
) -> tuple[Callable[[], bool], Callable[[], None]]:
    def run(statement: str) -> bool:
        with connection.begin():
            return bool(connection.execute(text(statement), {"key": key}).scalar())

    def release() -> None:
        if not connection.closed and not connection.invalidated:
            run(give_back)

    return lambda: run(take), release
