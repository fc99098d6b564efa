"""SQLite, the embedded default: one file in WAL mode, many readers, one writer at a time.

A write begins with ``BEGIN IMMEDIATE``: it waits for its turn at the start and cannot fail half way because a reader
turned writer (SQLite, "Isolation": SQLITE_BUSY_SNAPSHOT). Within a process a lock gives turns in order of asking, which
the file's own busy handler does not.
"""

import os
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DatabaseError

from opensky.kernel.errors import Misconfigured
from opensky.persistence.engines.port import Turns
from opensky.persistence.errors import StoreBusy
from opensky.persistence.refusals import speak_plainly

BUSY_SECONDS = 20
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "foreign_keys = ON",
    # Each connection has a cache of its own, in kibibytes; the system's cache of the file is shared by all and as good.
    "cache_size = -512",
    # The start of the file is mapped: its pages are then the system's own, one copy for all connections and processes.
    "mmap_size = 67108864",
)


class Sqlite:
    """One SQLite file; ``url`` names it."""

    dialect = "sqlite"
    embedded = True

    def __init__(self, url: URL) -> None:
        if not url.database or url.database == ":memory:":
            message = "An SQLite address names a file, as sqlite:///shop.sqlite does; there is no shop in memory alone."
            raise Misconfigured(message, key="database_url")
        self.url = url
        self.file = Path(url.database)

    def reading(self, connections: int, url: URL | None = None) -> Engine:
        if url is not None:
            message = "An SQLite file has no replicas; leave replica_urls empty."
            raise Misconfigured(message, key="replica_urls")
        return reading_engine(self.file, connections)

    def writing(self, connections: int) -> Engine:
        del connections  # it has one writer
        return writing_engine(self.file)

    def turns(self) -> Turns:
        return OneWriter()

    def prepare(self) -> None:
        keep_private(self.file)

    def explain(self, error: DatabaseError) -> Misconfigured | None:
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        if code not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return None
        message = (
            f"The database {self.file} is damaged, or no SQLite database ({error.orig}). "
            "Put back a copy of it, or name another data folder with --data; it was left as it is."
        )
        return Misconfigured(message, path=str(self.file))


def keep_private(file: Path) -> None:
    """Make the file if it is not there, and let its owner alone read it; SQLite gives its WAL the same mode."""
    for each in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        with suppress(
            FileNotFoundError, PermissionError
        ):  # a missing folder is told by SQLite; another's file stays his
            if (
                each == file and not each.exists()
            ):  # a file in use is not opened: closing it would end SQLite's locks on it
                with suppress(FileExistsError):
                    os.close(os.open(each, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            each.chmod(0o600)


def reading_engine(file: Path, connections: int) -> Engine:
    """Return an engine whose connections can only read; each statement sees the newest commit.

    It keeps so many ``connections``; who needs a further one gets it, for whoever writes must never wait for a reader.
    """
    engine = _engine(file, connections, max_overflow=-1, isolation_level="AUTOCOMMIT")

    @event.listens_for(engine, "connect")
    def _only_read(connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute("PRAGMA query_only = ON")

    return engine


def writing_engine(file: Path) -> Engine:
    """Return the engine of the one writing connection."""
    engine = _engine(file, 1, max_overflow=0)

    @event.listens_for(engine, "connect")
    def _begin_by_hand(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        # One a process. With less, a large flush spills pages of indexes to the log and reads them back.
        connection.execute("PRAGMA cache_size = -4096")
        # The log is copied into the file after so many pages, 16 MB: a page that many commits have changed is copied once, and
        # the index of the log still is a single table.
        connection.execute("PRAGMA wal_autocheckpoint = 4000")

    @event.listens_for(engine, "begin")
    def _begin_immediate(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _engine(file: Path, connections: int, **options: Any) -> Engine:
    url = URL.create("sqlite+pysqlite", database=str(file))
    engine = create_engine(
        url,
        pool_size=connections,
        pool_timeout=BUSY_SECONDS,
        pool_reset_on_return=None if "isolation_level" in options else "rollback",
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False, "cached_statements": 256},
        **options,
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    speak_plainly(engine)
    return engine


class OneWriter:
    """The process's turn to write: a lock that says clearly when it waited too long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def take(self) -> None:
        """Wait for the turn; raises ``StoreBusy`` after ``BUSY_SECONDS``."""
        if not self._lock.acquire(timeout=BUSY_SECONDS):
            message = (
                f"The store was busy for {BUSY_SECONDS} s with another write; nothing was changed. Please try again."
            )
            raise StoreBusy(message)

    def give_back(self) -> None:
        """Let the next one write."""
        self._lock.release()
