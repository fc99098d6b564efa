"""PostgreSQL, through psycopg 3."""

from typing import Any

from opensky.persistence.engines.servers import CONNECT_SECONDS, WAIT_SECONDS, Server


class PostgreSql(Server):
    """One database of a PostgreSQL server."""

    dialect = "postgresql"
    wants = "opensky"

    def _options(self) -> dict[str, Any]:
        settings = f"-c lock_timeout={WAIT_SECONDS}s -c timezone=UTC -c client_encoding=UTF8"
        return {"connect_args": {"connect_timeout": CONNECT_SECONDS, "options": settings}}

    def _at_connecting(self, error: BaseException | None) -> bool:
        # A refused connection has no SQL state; 28 is authorisation, 3D000 an unknown database, 42501 a missing right.
        state = getattr(error, "sqlstate", None)
        return state is None or state.startswith("28") or state in ("3D000", "42501")
