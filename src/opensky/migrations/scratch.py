"""A copy of a database without its data, on which versions can be tried: nobody is locked out, and nothing is lost."""

import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import MetaData, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError, ProgrammingError

from opensky.migrations.errors import NotPossible
from opensky.migrations.target import Target

_NAME = "opensky_check_"


@contextmanager
def scratch(target: Target) -> Iterator[Target]:
    """Make an empty copy of the tables, give it, and remove it.

    Raises:
        NotPossible: the account may not make a database (MariaDB) or a schema (PostgreSQL) of its own.
    """
    ways = {"sqlite": _in_a_file, "mariadb": _in_a_database, "postgresql": _in_a_schema}
    try:
        with ways[target.dialect](target) as made:
            try:
                yield made
            finally:
                made.close()
    except (OperationalError, ProgrammingError) as error:
        said = str(error.orig)
        if "denied" not in said:
            raise
        message = (
            f"Versions are checked on an empty copy of the tables, and this account may not make one ({said}). "
            "Let it make databases or schemas whose names begin with opensky_check_, or run the check with another account."
        )
        raise NotPossible(message) from error


@contextmanager
def _in_a_file(target: Target) -> Iterator[Target]:
    query = text(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid"
    )
    with target.connect() as connection, connection.begin():
        made = [sql for (sql,) in connection.execute(query)]
    virtual = tuple(sql.split("USING")[0].split()[-1].strip('"') for sql in made if sql.startswith("CREATE VIRTUAL"))
    with tempfile.TemporaryDirectory(prefix=_NAME) as folder:
        file = Path(folder) / "empty.sqlite"
        file.touch()
        copy = Target(file)
        with copy.connect() as connection, connection.begin():
            for sql in made:
                if not any(sql.startswith(f"CREATE TABLE '{name}_") for name in virtual):  # those make their own
                    connection.exec_driver_sql(sql)
        yield copy


@contextmanager
def _in_a_database(target: Target) -> Iterator[Target]:
    name = _NAME + secrets.token_hex(4)
    with target.connect() as connection:
        made = _statements_of(connection)
        connection.exec_driver_sql(f"CREATE DATABASE `{name}`")
        connection.commit()
    try:
        copy = Target(target.url.set(database=name))
        with copy.connect() as connection:
            connection.exec_driver_sql("SET foreign_key_checks = 0")
            for sql in made:
                connection.exec_driver_sql(sql.replace("%", "%%"))
            connection.commit()
        yield copy
    finally:
        with target.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE `{name}`")
            connection.commit()


@contextmanager
def _in_a_schema(target: Target) -> Iterator[Target]:
    name = _NAME + secrets.token_hex(4)
    tables = MetaData()
    with target.connect() as connection:
        tables.reflect(connection)
        connection.exec_driver_sql(f'CREATE SCHEMA "{name}"')
        connection.commit()
    try:
        copy = Target(target.url, schema=name)
        with copy.connect() as connection, connection.begin():
            tables.create_all(connection, checkfirst=False)
        yield copy
    finally:
        with target.connect() as connection:
            connection.exec_driver_sql(f'DROP SCHEMA "{name}" CASCADE')
            connection.commit()


def _statements_of(connection: Connection) -> Sequence[str]:
    names = connection.exec_driver_sql("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'").scalars().all()
    return [str(connection.exec_driver_sql(f"SHOW CREATE TABLE `{name}`").one()[1]) for name in names]
