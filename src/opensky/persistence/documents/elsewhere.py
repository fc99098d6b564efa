"""Documents in another database than the rows, opened by one URL."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from pymongo import MongoClient
from pymongo.database import Database as MongoDatabase
from pymongo.errors import PyMongoError, ServerSelectionTimeoutError
from sqlalchemy.engine import Connection

from opensky.kernel.clock import Clock
from opensky.kernel.errors import Misconfigured
from opensky.kernel.ids import IdGenerator
from opensky.kernel.watching import Calls, Watch
from opensky.persistence.documents import mongo_apply
from opensky.persistence.documents.codec import Plain
from opensky.persistence.documents.engine import DocumentEngine
from opensky.persistence.documents.journaled import JournaledDocuments
from opensky.persistence.documents.mongo_engine import MongoDocuments, fits
from opensky.persistence.documents.mongo_indexes import ensure_indexes
from opensky.persistence.documents.mongo_numbers import PLAIN_NUMBERS
from opensky.persistence.documents.mongo_reach import Reach, plainly
from opensky.persistence.documents.operations import Operation

_PREFERRED: dict[str, Any] = {
    "w": "majority",  # what is applied leaves the journal, so it must outlive a change of the primary
    "serverSelectionTimeoutMS": 2_000,
    "heartbeatFrequencyMS": 1_000,  # so soon it is seen that a server is there again
    "connectTimeoutMS": 2_000,  # and so soon that one does not answer any more, whose machine still takes connections
    "socketTimeoutMS": 30_000,
    "appname": "opensky",
    "type_registry": PLAIN_NUMBERS,
}
APPLY = "documents.apply"
"""What is told of a batch that is written."""
_NO_SERVER = ServerSelectionTimeoutError.__name__


class DocumentStore(Protocol):
    """Another database that keeps documents, while SQL decides about them."""

    on_command: Callable[[str], None] | None
    """Told of each question, which SQL's own events do not see."""
    on_left_over: Callable[[], None]
    """Called when operations are left for a relay."""

    def ensure(self, model: Iterable[type]) -> None:
        """Make the collections and indexes that are missing; raises ``Misconfigured`` if no server answers."""

    def explain(self, error: BaseException) -> Misconfigured:
        """Return what an error at the start means, and where to look closer."""

    def session(self, connection: Connection, ids: IdGenerator, clock: Clock) -> JournaledDocuments:
        """Return the engine of one SQL transaction: it applies what was written when the transaction is committed."""

    def reading(self) -> DocumentEngine:
        """Return an engine for reads outside of any transaction."""

    def apply(self, operations: Sequence[Operation]) -> Mapping[int, str]:
        """Apply operations of the journal; returns what failed, by journal id. Raises nothing."""

    def drop(self) -> None:
        """Remove all documents there. For tests."""

    def close(self) -> None:
        """Close all connections."""


def open_elsewhere(url: str, watch: Watch | None = None) -> DocumentStore:
    """Open the store of a URL, such as ``mongodb://host/name``; ``watch`` is told of each call. Nothing is connected before first use.

    Raises:
        Misconfigured: the URL names no store that we know, or no database in it.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("mongodb", "mongodb+srv"):
        message = (
            f"Documents cannot be kept at {parts.scheme or url!r}: documents_url begins with mongodb:// or is empty."
        )
        raise Misconfigured(message)
    if not parts.path.strip("/"):
        message = "documents_url names no database; write it as mongodb://host:27017/opensky."
        raise Misconfigured(message)
    return MongoStore(url, watch=watch)


class MongoStore:
    """A MongoDB database. Connections belong to a process: after a fork the child opens its own.

    ``transactions``: whether the documents of one commit are applied in one; by itself it does so where the server has them.
    """

    def __init__(self, url: str, *, transactions: bool | None = None, watch: Watch | None = None) -> None:
        self._url = url
        self._wanted = transactions
        self._given = {name.lower() for name, _ in parse_qsl(urlsplit(url).query)}
        self._lock = Lock()
        self._process = 0
        self._client: MongoClient[Plain] | None = None
        self._watch = watch
        self._applying = Calls(APPLY, watch)
        self._reach = Reach(watch)
        self._transactions = transactions
        self._of_parents: list[MongoClient[Plain]] = []
        self.on_command: Callable[[str], None] | None = None
        self.on_left_over: Callable[[], None] = _leave

    @property
    def database(self) -> MongoDatabase[Plain]:
        """The database of this process."""
        return self._connected().get_default_database()

    def ensure(self, model: Iterable[type]) -> None:
        try:
            ensure_indexes(self.database, model, unique=False)
        except PyMongoError as error:
            raise self.explain(error) from error

    def explain(self, error: BaseException) -> Misconfigured:
        host = urlsplit(self._url).netloc.rpartition("@")[2]
        said = plainly(error).rstrip(".")
        return Misconfigured(
            f"The document database at {host} does not answer as it should: {said}. ./opensky doctor looks closer."
        )

    def session(self, connection: Connection, ids: IdGenerator, clock: Clock) -> JournaledDocuments:
        return JournaledDocuments(
            connection, ids, clock, store=self.reading(), apply=self.apply, fits=fits, left_over=self._tell_relay
        )

    def reading(self) -> DocumentEngine:
        return MongoDocuments(self.database, self.on_command, self._reach)

    def apply(self, operations: Sequence[Operation]) -> Mapping[int, str]:
        database = self.database
        if self._reach.lost:
            return dict.fromkeys((op.id for op in operations), f"{_NO_SERVER}: it does not answer")
        try:
            transactions = self._has_transactions()
        except PyMongoError as error:
            failed = {op.id: f"{type(error).__name__}: {plainly(error)}" for op in operations}
        else:
            with self._applying.timed() as call:
                failed = dict(mongo_apply.apply(database, operations, transactions=transactions))
                call.failed = bool(failed)
        if why := next((said for said in failed.values() if said.startswith(_NO_SERVER)), ""):
            self._reach.give_up(why)
        return failed

    def drop(self) -> None:
        database = self.database
        database.client.drop_database(database.name)

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
            if client is not None and self._process == os.getpid():
                client.close()

    def _tell_relay(self) -> None:
        self.on_left_over()

    def _connected(self) -> MongoClient[Plain]:
        client = self._client
        if client is None or self._process != os.getpid():
            with self._lock:
                client = self._client
                if client is None or self._process != os.getpid():
                    if client is not None:
                        self._of_parents.append(client)  # its sockets are the parent's: left open, never used here
                    options = {k: v for k, v in _PREFERRED.items() if k.lower() not in self._given}
                    self._reach = Reach(self._watch)
                    client = self._client = MongoClient(
                        self._url, connect=False, event_listeners=[self._reach], **options
                    )
                    self._process, self._transactions = os.getpid(), self._wanted
        return client

    def _has_transactions(self) -> bool:
        """Return whether the server is (a part of) a replica set or a sharded cluster; one that stands alone has none."""
        if self._transactions is None:
            hello = self._connected().admin.command("hello")
            self._transactions = "setName" in hello or hello.get("msg") == "isdbgrid"
        return self._transactions


def _leave() -> None:
    """Nobody listens: the relay finds it by itself."""
