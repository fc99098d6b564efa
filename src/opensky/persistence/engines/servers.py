"""What MariaDB and PostgreSQL have in common: pools, transactions by the server's own locks, and words for their errors."""

import re
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError

from opensky.kernel.errors import Misconfigured
from opensky.persistence.engines.port import Free, Turns
from opensky.persistence.refusals import speak_plainly

WAIT_SECONDS = 20
"""How long a request waits for a connection, or for a row that another transaction holds."""
RECYCLE_SECONDS = 1800
"""How old a connection may become: servers and firewalls between end those that are older than some hours."""
CONNECT_SECONDS = 3
"""How long the first waits for a server that does not answer; ``connecting`` tells the others."""


class Server:
    """A database server that lets many write at once; its isolation level is READ COMMITTED."""

    dialect = ""
    embedded = False
    wants = ""

    def __init__(self, url: URL) -> None:
        if not url.database:
            message = f"The database address {url.render_as_string()} names no database; add /{self.wants} at its end."
            raise Misconfigured(message, key="database_url")
        self.url = url

    def reading(self, connections: int, url: URL | None = None) -> Engine:
        # Without a transaction each statement sees the newest commit, and nothing is held between two of them.
        return self._engine(
            url or self.url,
            pool_size=connections,
            max_overflow=connections,
            isolation_level="AUTOCOMMIT",
            pool_reset_on_return=None,
        )

    def writing(self, connections: int) -> Engine:
        return self._engine(self.url, pool_size=connections, max_overflow=connections, isolation_level="READ COMMITTED")

    def turns(self) -> Turns:
        return Free()

    def prepare(self) -> None:
        """Nothing: whoever runs the server has made the database."""

    def explain(self, error: DatabaseError) -> Misconfigured | None:
        said = re.sub(r"\s+", " ", str(error.orig)).strip()
        if not (error.connection_invalidated or self._at_connecting(error.orig)):
            return None
        ended = said if said.endswith(("?", ".", "!")) else f"{said}."
        message = (
            f"Cannot use the database {self.url.render_as_string()}: {ended} Is the server running, does the database exist, "
            "and may this user create tables in it? ./opensky doctor looks closer."
        )
        return Misconfigured(message, key="database_url")

    def _engine(self, url: URL, **options: Any) -> Engine:
        engine = create_engine(
            url,
            pool_timeout=WAIT_SECONDS,
            pool_recycle=RECYCLE_SECONDS,
            pool_pre_ping=True,
            **self._options(),
            **options,
        )
        speak_plainly(engine)
        return engine

    def _options(self) -> dict[str, Any]:
        raise NotImplementedError

    def _at_connecting(self, error: BaseException | None) -> bool:
        raise NotImplementedError
