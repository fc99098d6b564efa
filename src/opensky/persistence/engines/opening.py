"""Which engine an address belongs to. Drivers are chosen here, so that an address is written as a person knows it."""

from importlib.util import find_spec
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from opensky.kernel.errors import Misconfigured
from opensky.persistence.engines.mariadb import MariaDb
from opensky.persistence.engines.port import SqlEngine
from opensky.persistence.engines.postgresql import PostgreSql
from opensky.persistence.engines.sqlite import Sqlite

_NAMES = {
    "sqlite": "sqlite",
    "mysql": "mariadb",
    "mariadb": "mariadb",
    "postgresql": "postgresql",
    "postgres": "postgresql",
}


def open_engine(address: str | Path | URL) -> SqlEngine:
    """Return the engine of an address such as ``postgresql://shop:secret@db/shop``, or of an SQLite file.

    Raises:
        Misconfigured: the address cannot be read, or names a database that is not known here.
    """
    url = read_url(address)
    match url.get_backend_name():
        case "sqlite":
            return Sqlite(url)
        case "mysql":
            return MariaDb(url)
        case _:
            return PostgreSql(url)


def read_url(address: str | Path | URL) -> URL:
    """Return an address with the driver that is used for it.

    Raises:
        Misconfigured: the address cannot be read, or names a database that is not known here.
    """
    if isinstance(address, Path):
        return URL.create("sqlite+pysqlite", database=str(address))
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        message = (
            f"The database address {_without_password(str(address))!r} cannot be read; "
            "write it as postgresql://user:password@host/name, mariadb://user:password@host/name or sqlite:///file."
        )
        raise Misconfigured(message, key="database_url") from error
    name = _NAMES.get(url.drivername.partition("+")[0])
    if name is None:
        message = (
            f"The database {url.drivername!r} is not known as a store of rows; known are sqlite, mariadb, mysql and "
            "postgresql. (A mongodb address belongs into documents_url.)"
        )
        raise Misconfigured(message, key="database_url")
    return url.set(drivername=_driver(name))


def _driver(name: str) -> str:
    if name == "sqlite":
        return "sqlite+pysqlite"
    if name == "postgresql":
        return "postgresql+psycopg"
    return "mysql+mysqldb" if find_spec("MySQLdb") else "mysql+pymysql"


def _without_password(address: str) -> str:
    scheme, found, rest = address.partition("://")
    return f"{scheme}://…@{rest.rpartition('@')[2]}" if found and "@" in rest else address
