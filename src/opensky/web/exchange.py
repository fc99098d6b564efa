"""One request and what goes out with its answer: the request scope's own object."""

import secrets
from typing import Any

from opensky.kernel.doing import well_formed
from opensky.persistence import Database, Reader, UnitOfWork
from opensky.web.cookies import WROTE, Cookies
from opensky.web.incoming import Incoming
from opensky.web.visitor import Visitor

REQUEST_ID = b"x-request-id"
"""The header in which a request's id comes in, from a proxy for instance, and goes out."""


class Exchange:
    """Held by the kernel for the length of one request; sessions leave their cookies here.

    The reader and the unit of work of the request are opened when first asked for, and closed with it.
    """

    __slots__ = (
        "_database",
        "_reader",
        "_request_id",
        "cookies",
        "headers",
        "incoming",
        "noted",
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
        self.noted: dict[str, Any] = {}
        self.unit_of_work: UnitOfWork | None = None
        self._database = database
        self._reader: Reader | None = None
        self._request_id = ""

    @property
    def request_id(self) -> str:
        """The id under which logs and history name this request: that of the header if it is well formed, else one of ours."""
        if not self._request_id:
            given = self.incoming.header(REQUEST_ID)
            self._request_id = given if well_formed(given) else secrets.token_hex(8)
        return self._request_id

    @property
    def named(self) -> bool:
        """Whether the answer is to tell the request's id: its sender gave one, or logs and history know it by ours."""
        return self.writes or bool(self._request_id) or bool(self.incoming.header(REQUEST_ID))

    def facts(self) -> dict[str, Any]:
        """Return what each line of the log says of this request."""
        return {"request": self.request_id, "actor": self.actor, **self.noted}

    @property
    def actor(self) -> str:
        """Whose doing it is, for logs: ``guest``, or ``member`` or ``staff`` and the id of the account."""
        visitor = self.visitor
        if visitor.member_id is None:
            return "guest"
        return f"{'staff' if visitor.is_staff else 'member'}:{visitor.member_id}"

    @property
    def reader(self) -> Reader:
        """The reader of this request."""
        if self._reader is None:
            database = self._database
            self._reader = database.reader(primary=not database.replicated or self._sees_its_own())
        return self._reader

    def begin(self) -> UnitOfWork:
        """Return the unit of work of this request; that of a page only reads."""
        if self.unit_of_work is None:
            self.unit_of_work = self._database.unit_of_work(read_only=not self.writes)
        return self.unit_of_work

    def wrote(self, seconds: int) -> None:
        """Note with the visitor that they have written, where there are replicas."""
        if self._database.replicated and seconds:
            self.cookies.set(WROTE, "1", seconds)

    def start_again(self) -> bool:
        """Undo what was not committed, so that the request can be served once more; false if something is committed."""
        if self.unit_of_work is not None and self.unit_of_work.commits:
            return False
        self.close()
        self.unit_of_work = self._reader = None
        self.cookies.drop()
        self.headers.clear()
        self.noted.clear()
        return True

    def _sees_its_own(self) -> bool:
        """Whether this request must see the newest commit: it writes, has just written, or is of a program without cookies."""
        asked = self.incoming
        return asked.method != "GET" or asked.path.startswith("/api/") or self.cookies.name(WROTE) in asked.cookies

    def close(self) -> None:
        """Let go of connections; what was not committed is undone."""
        if self.unit_of_work is not None:
            self.unit_of_work.close()
        if self._reader is not None:
            self._reader.close()
