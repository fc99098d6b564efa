"""Databases of their own for tests, on servers that are there: a new one with a random name, dropped at the end."""

import secrets
import sqlite3
from collections.abc import Hashable, Iterator
from contextlib import closing, contextmanager
from urllib.parse import unquote, urlsplit

import psycopg
import pymysql
from psycopg import sql
from pymongo import MongoClient
from sqlalchemy import delete, inspect, table

from opensky.persistence import Database
from opensky.persistence.tables import METADATA

_PREFIX = "opensky_test_"
_KEPT = {"about", "migrations"}  # say of which release the tables are
_files: dict[Hashable, bytes] = {}
"""SQLite files as they are right after ``create``, by what is in them."""


@contextmanager
def fresh(server: str) -> Iterator[str]:
    """Make a database on a server, give its URL, drop it at the end.

    ``server`` is the URL of a MariaDB, PostgreSQL or MongoDB whose account may make databases; what its path says is left
    as it is.
    """
    name, url = _named(server)
    parts = urlsplit(server)
    if parts.scheme.startswith("mongodb"):
        yield url
        with MongoClient[dict[str, object]](server) as client:
            client.drop_database(name)
        return
    _run(server, "CREATE DATABASE {}", name)
    try:
        yield url
    finally:
        _run(server, "DROP DATABASE {}", name)


def created(database: Database) -> Database:
    """Make the tables of a database, as ``create`` does, and return it.

    The second SQLite file of this process that holds the same is a copy of the first: that takes a tenth of the time.
    """
    file = database.file
    if file is None or file.exists() or database.elsewhere is not None:
        database.create()
        return database
    holds = (*sorted(METADATA.tables), None, *((database.versions and database.versions()) or ()))
    if holds in _files:
        file.touch(0o600, exist_ok=False)
        file.write_bytes(_files[holds])
    else:
        database.create()
        with closing(sqlite3.connect(file)) as connection:
            _files[holds] = connection.serialize()
    return database


def made(server: str) -> str:
    """Make a database on an SQL server that will be thrown away as a whole, and return its URL."""
    name, url = _named(server)
    _run(server, "CREATE DATABASE {}", name)
    return url


def _named(server: str) -> tuple[str, str]:
    name = _PREFIX + secrets.token_hex(6)
    return name, urlsplit(server)._replace(path=f"/{name}").geturl()


def _run(server: str, statement: str, name: str) -> None:
    (_on_postgresql if server.startswith("postgres") else _on_mariadb)(server, statement, name)


def empty(database: Database, documents: str = "") -> None:
    """Remove all rows and documents of a test's database, and keep its tables: faster than to make them anew.

    ``documents`` is the URL of the documents where they are not beside the rows.
    """
    engine = database.engines[1]  # the one that writes
    with engine.begin() as connection:
        for name in sorted(set(inspect(connection).get_table_names()) - _KEPT):
            connection.execute(delete(table(name)))
    if documents:
        with MongoClient[dict[str, object]](documents) as client:
            store = client.get_default_database()
            for name in store.list_collection_names():
                store[name].delete_many({})


def _on_postgresql(server: str, statement: str, name: str) -> None:
    forced = " WITH (FORCE)" if statement.startswith("DROP") else ""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement + forced).format(sql.Identifier(name)))


def _on_mariadb(server: str, statement: str, name: str) -> None:
    parts = urlsplit(server)
    connection = pymysql.connect(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or 3306,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
    try:
        connection.cursor().execute(statement.format(f"`{name}`"))
    finally:
        connection.close()
