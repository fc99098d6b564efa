"""One request and what goes out with its answer: the request scope's own object."""

from opensky.persistence import Database, Reader, UnitOfWork
from opensky.web.cookies import Cookies
from opensky.web.incoming import Incoming
from opensky.web.visitor import Visitor


class Exchange:
    """Held by the kernel for the length of one request; sessions leave their cookies here.

    The reader and the unit of work of the request are opened when first asked for, and closed with it.
    """

    __slots__ = (
        "_database",
        "_reader",
        "cookies",
        "headers",
        "incoming",
        "stale",
        "token_hash",
        "unit_of_work",
        "visitor",
        "writes",
    )

    def __init__(self, incoming: Incoming, cookies: Cookies, visitor: Visitor, database: Database) -> None:
        self.incoming = incoming
        self.cookies = cookies
        self.visitor = visitor
        self.headers: list[tuple[bytes, bytes]] = []
        self.token_hash = ""
        self.stale = False
        self.writes = False
        self.unit_of_work: UnitOfWork | None = None
        self._database = database
        self._reader: Reader | None = None

    @property
    def reader(self) -> Reader:
        """The reader of this request."""
        if self._reader is None:
            self._reader = self._database.reader()
        return self._reader

    def begin(self) -> UnitOfWork:
        """Return the unit of work of this request; that of a page only reads."""
        if self.unit_of_work is None:
            self.unit_of_work = self._database.unit_of_work(read_only=not self.writes)
        return self.unit_of_work

    def close(self) -> None:
        """Let go of connections; what was not committed is undone."""
        if self.unit_of_work is not None:
            self.unit_of_work.close()
        if self._reader is not None:
            self._reader.close()
