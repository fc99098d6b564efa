"""The doctor on servers that are really broken, or really replicas."""

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest
from sqlalchemy import make_url

from opensky.cli.checks.finding import Finding
from opensky.cli.doctor import examine
from opensky.devo.sellers.objects import Seller, SellerId
from opensky.settings import Settings
from opensky.testing.engines import fresh
from opensky.wiring import open_database

pytestmark = pytest.mark.services


def look(data: Path, **settings: str) -> dict[str, Finding]:
    """Return what the doctor finds, by check."""
    environ = {"OPENSKY_DATA": str(data), "OPENSKY_PORT": "1025"}
    environ |= {f"OPENSKY_{name.upper()}": value for name, value in settings.items()}
    return {finding.check: finding for finding in examine(environ)}


def wrong(found: dict[str, Finding]) -> dict[str, str]:
    """Return the checks that are not well."""
    return {name: finding.state for name, finding in found.items() if finding.state != "ok"}


def ask(url: str, *statements: str) -> list[Any]:
    """Have a server do something; returns the rows of the last statement."""
    parts = make_url(url)
    if parts.drivername.startswith("postgres"):
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements[:-1]:
                connection.execute(statement.encode())
            last = connection.execute(statements[-1].encode())
            return last.fetchall() if last.description else []
    found: Any = ()
    to = {"host": parts.host, "port": parts.port, "user": parts.username, "password": str(parts.password)}
    with (
        closing(pymysql.connect(**to, database=parts.database or None, autocommit=True)) as mysql,
        mysql.cursor() as cursor,
    ):
        for statement in statements:
            cursor.execute(statement)
            found = cursor.fetchall()
    return list(found)


def with_parts(url: str, **parts: Any) -> str:
    """Return a URL with some of its parts replaced."""
    return make_url(url).set(**parts).render_as_string(hide_password=False)


@pytest.fixture(params=["mariadb", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database on each kind of server, for one test: what another one made in it would be found."""
    at = os.environ.get(f"TEST_{request.param.upper()}_URL", "")
    if not at:
        pytest.skip(f"needs {request.param}: ./opensky test --services")
    with fresh(at) as found:
        if request.param == "mariadb":  # as docs/engines.md has it made
            ask(found, f"ALTER DATABASE `{make_url(found).database}` CHARACTER SET utf8mb4")
        yield found


def made(data: Path, **settings: str) -> None:
    """Make a shop's tables."""
    with closing(open_database(Settings(data=data, secret_key="0" * 64, **settings))) as database:  # type: ignore[arg-type]  # texts
        database.create()


def test_a_database_that_is_well_is_described(url: str, tmp_path: Path) -> None:
    """Before there are tables and after."""
    found = look(tmp_path, database_url=url)
    assert wrong(found) == {}
    assert found["tables"].says == "none yet; ./opensky up makes them"

    made(tmp_path, database_url=url)
    found = look(tmp_path, database_url=url)

    assert wrong(found) == {}
    assert {"database", "texts", "time zone", "connections", "clock", "rights", "tables", "machines", "queues"} <= set(
        found
    )
    assert str(make_url(url).password) not in " ".join(finding.says for finding in found.values())


def test_a_wrong_password_is_named(url: str, tmp_path: Path) -> None:
    """It is the server's word; the password itself is never shown."""
    found = look(tmp_path, database_url=with_parts(url, password="wrong-password"))

    assert wrong(found) == {"database": "problem"}
    assert found["database"].says.startswith("The server does not let 'opensky' in: ")
    assert found["database"].do == "Check the user and the password in database_url."


def test_an_unknown_user_is_named(url: str, tmp_path: Path) -> None:
    """Also one whom the server has never heard of."""
    assert look(tmp_path, database_url=with_parts(url, username="nobody"))["database"].says.startswith(
        "The server does not let 'nobody' in: "
    )


def test_a_missing_database_is_named_with_the_statement_that_makes_it(url: str, tmp_path: Path) -> None:
    """What to say to the server's administrator."""
    found = look(tmp_path, database_url=with_parts(url, database="not_there"))["database"]

    assert found.says == "There is no database 'not_there' on the server."
    assert "CREATE DATABASE" in found.do
    assert "not_there" in found.do


def test_nobody_at_the_port_is_named(url: str, tmp_path: Path) -> None:
    """With the address that was tried."""
    found = look(tmp_path, database_url=with_parts(url, port=1))

    assert wrong(found) == {"database": "problem"}
    assert found["database"].says == "Nothing answers at 127.0.0.1:1 (Connection refused)."


def test_a_user_who_may_not_make_tables_is_named(url: str, tmp_path: Path) -> None:
    """Reading is not enough; the statement that helps is named."""
    name = make_url(url).database
    if url.startswith("mysql"):
        create = (
            "CREATE USER reader@'127.0.0.1' IDENTIFIED BY 'r'",
            f"GRANT SELECT ON `{name}`.* TO reader@'127.0.0.1'",
        )
        drop = "DROP USER reader@'127.0.0.1'"
    else:
        create = ("CREATE USER reader PASSWORD 'r'", f'GRANT CONNECT ON DATABASE "{name}" TO reader')
        drop = f'REVOKE ALL ON DATABASE "{name}" FROM reader; DROP USER reader'
    ask(url, *create)
    try:
        found = look(tmp_path, database_url=with_parts(url, username="reader", password="r"))
    finally:
        ask(url, *drop.split(";"))

    assert found["rights"].state == "problem"
    assert "'reader' may not do that" in found["rights"].says
    assert "GRANT ALL ON" in found["rights"].do


def test_fewer_connections_than_threads_are_warned_of(url: str, tmp_path: Path) -> None:
    """Sixty-four processes of 64 threads are more than a server usually lets in."""
    found = look(tmp_path, database_url=url, workers="14", threads="64")

    assert found["connections"].state == "problem"
    assert "max_connections" in found["connections"].do


def test_a_latin_database_is_warned_of(mariadb_url: str, tmp_path: Path) -> None:
    """Our own tables say how they keep texts; others in that database would not."""
    name = make_url(mariadb_url).database
    ask(mariadb_url, f"ALTER DATABASE `{name}` CHARACTER SET latin1")

    assert look(tmp_path, database_url=mariadb_url)["texts"].state == "warning"


def test_a_primary_is_no_replica(url: str, tmp_path: Path) -> None:
    """Pages would be read where nothing new arrives."""
    found = look(tmp_path, database_url=url, replica_urls=f"{url},{with_parts(url, port=1)}")

    assert found["replica"].says == "Nothing answers at 127.0.0.1:1 (Connection refused)."
    found = look(tmp_path, database_url=url, replica_urls=url)
    assert found["replica"].state == "problem"
    assert "follows no primary" in found["replica"].says


def test_documents_on_a_server_are_described(mongodb_url: str, tmp_path: Path) -> None:
    """Its version, its transactions, what may be done there; a wrong port is named."""
    made(tmp_path, documents_url=mongodb_url)
    found = look(tmp_path, documents_url=mongodb_url)

    assert wrong(found) == {}
    assert {"documents", "documents' transactions", "documents' rights", "journal"} <= set(found)
    assert found["documents' transactions"].says.startswith("yes: replica set")


def test_documents_that_are_not_where_the_settings_look_are_named(mongodb_url: str, tmp_path: Path) -> None:
    """A shop that was filled beside its rows, and told of a document store afterwards, without taking them along."""
    made(tmp_path)
    with (
        closing(open_database(Settings(data=tmp_path, secret_key="0" * 64))) as database,
        database.unit_of_work() as unit,
    ):
        unit.persist(Seller(id=SellerId(1), slug="ada", name="Ada", joined_at=datetime.now(UTC)))
        unit.commit()

    found = look(tmp_path, documents_url=mongodb_url)["documents' place"]

    assert found.state == "problem"
    assert "./opensky documents move" in found.says


def test_the_docs_show_what_it_says_of_a_new_shop(postgresql_url: str, mongodb_url: str, tmp_path: Path) -> None:
    """Line by line the checks that there are; what each says is another machine's."""
    made(tmp_path, database_url=postgresql_url, documents_url=mongodb_url)
    page = Path(__file__).resolve().parents[2] / "docs" / "engines.md"
    shown = page.read_text("utf-8").partition("```text\n")[2].partition("```")[0].splitlines()

    found = look(tmp_path, database_url=postgresql_url, documents_url=mongodb_url)

    assert wrong(found) == {}
    assert [line.partition(":")[0].split(maxsplit=1)[1] for line in shown] == list(found)
