"""MariaDB, and MySQL from 8.0 on: InnoDB tables whose texts compare byte for byte, as in SQLite."""

from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import URL

from opensky.persistence.engines.servers import CONNECT_SECONDS, WAIT_SECONDS, Server

_AT_CONNECTING = (1044, 1045, 1049, 1142, 1227, 1698, 2002, 2003, 2005, 2006, 2013)


class MariaDb(Server):
    """One database of a MariaDB server."""

    dialect = "mariadb"
    wants = "opensky"

    def _options(self) -> dict[str, Any]:
        # Comparisons of expressions follow the connection's collation, those of columns their own.
        settings = f"SET NAMES utf8mb4, innodb_lock_wait_timeout = {WAIT_SECONDS}, time_zone = '+00:00'"
        connect = {"charset": "utf8mb4", "connect_timeout": CONNECT_SECONDS, "init_command": settings}
        if self.url.get_driver_name() == "pymysql":  # its own limit ends before the server has said its first word
            connect["read_timeout"] = CONNECT_SECONDS
        return {"connect_args": connect}

    def _engine(self, url: URL, **options: Any) -> Engine:
        engine = super()._engine(url, **options)
        event.listen(engine, "connect", _wait_for_answers)
        return engine

    def _at_connecting(self, error: BaseException | None) -> bool:
        return bool(error and error.args and error.args[0] in _AT_CONNECTING)


def _wait_for_answers(connection: Any, _record: Any) -> None:
    """Let statements take as long as they take: the limit was for the greeting alone, for which pymysql has none."""
    if hasattr(connection, "_read_timeout"):
        connection._read_timeout = None  # noqa: SLF001 - there is no other door
