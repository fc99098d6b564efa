"""The doctor on real replicas: a second server of each kind that follows a first one."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pymysql
import pytest
from sqlalchemy import make_url

from opensky.cli.checks.finding import Finding
from opensky.cli.doctor import examine
from opensky.cli.servers.mariadb import MariaDB
from opensky.cli.servers.postgresql import PostgreSQL
from opensky.cli.servers.running import running
from opensky.cli.servers.server import Server, find
from opensky.settings import Settings
from opensky.testing.engines import fresh
from opensky.wiring import open_database

pytestmark = [pytest.mark.services, pytest.mark.slow]


class PostgreSQLReplica(PostgreSQL):
    """A standby of a running server."""

    primary: Server

    def prepare(self) -> None:
        """Copy the primary's data; the accounts come with them."""
        self.password = self.primary.password
        self._run(
            find("pg_basebackup"), f"--dbname={self.primary.url}", f"--pgdata={self.data}", "-R", "--checkpoint=fast"
        )


class MariaDBReplica(MariaDB):
    """A replica of a running server, from its present position on."""

    primary: Server

    def command(self) -> list[str]:
        """Follow, and refuse writes of all who may not pass over that."""
        return [*super().command(), "--server-id=2", "--read-only"]

    def follow(self) -> None:
        """Begin to follow."""
        [(position,)] = execute(self.primary.url, "SELECT @@gtid_binlog_pos")
        to = f"MASTER_HOST='127.0.0.1', MASTER_PORT={self.primary.port}, MASTER_USER='opensky', "
        execute(self.url, "RESET MASTER")
        execute(self.url, f"SET GLOBAL gtid_slave_pos='{position}'")
        execute(self.url, f"CHANGE MASTER TO {to} MASTER_PASSWORD='{self.primary.password}', MASTER_USE_GTID=slave_pos")
        execute(self.url, "START SLAVE")


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    """Have a server do something."""
    parts = make_url(url)
    if parts.drivername == "postgresql":
        with psycopg.connect(url, autocommit=True) as connection:
            done = connection.execute(statement.encode())
            return done.fetchall() if done.description else []
    to = {"host": parts.host, "port": parts.port, "user": parts.username, "password": str(parts.password)}
    with closing(pymysql.connect(**to, autocommit=True)) as mysql, mysql.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


@contextmanager
def pair(primary: type[Server], replica: type[Server]) -> Iterator[tuple[Server, Server]]:
    """Start a server and one that follows it."""
    with running([primary]) as [first]:
        replica.primary = first  # type: ignore[attr-defined]  # of both classes above
        with running([replica]) as [second]:
            if isinstance(second, MariaDBReplica):
                second.follow()
            yield first, second


def replica_finding(data: Path, database: str, replica: Server, **settings: str) -> Finding:
    """Return what the doctor says of the replica."""
    name = make_url(database).database
    follows = make_url(replica.url).set(database=name).render_as_string(hide_password=False)
    environ = {"OPENSKY_DATA": str(data), "OPENSKY_DATABASE_URL": database, "OPENSKY_REPLICA_URLS": follows}
    environ |= {f"OPENSKY_{key.upper()}": value for key, value in settings.items()}
    return next(finding for finding in examine(environ) if finding.check == "replica")


def eventually(finding: Callable[[], Finding], state: str) -> Finding:
    """Look until it is so, or for ten seconds."""
    deadline = time.monotonic() + 10
    while (found := finding()).state != state and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def shop(data: Path, url: str) -> None:
    """Make a shop's tables."""
    with closing(open_database(Settings(data=data, secret_key="0" * 64, database_url=url))) as database:
        database.create()


def test_a_replica_of_postgresql_is_near_or_falls_behind(tmp_path: Path) -> None:
    """It only reads by itself; held up, it falls behind, and the doctor says by how much."""
    with pair(PostgreSQL, PostgreSQLReplica) as (primary, replica), fresh(primary.url) as url:
        shop(tmp_path, url)
        well = eventually(lambda: replica_finding(tmp_path, url, replica), "ok")
        assert well.says.endswith(", 0 s behind, only reads")

        execute(replica.url, "SELECT pg_wal_replay_pause()")
        execute(url, "CREATE TABLE later (id int)")
        time.sleep(1.5)
        behind = replica_finding(tmp_path, url, replica, replica_sticky_seconds="1")
        assert (behind.state, " s behind; members would not see" in behind.says) == ("warning", True)


def test_a_replica_of_mariadb_follows_or_has_stopped(tmp_path: Path) -> None:
    """Stopped, its pages would grow old; writable, somebody could part it from its primary."""
    with pair(MariaDB, MariaDBReplica) as (primary, replica), fresh(primary.url) as url:
        shop(tmp_path, url)
        well = eventually(lambda: replica_finding(tmp_path, url, replica), "ok")
        assert well.says.endswith(", 0 s behind, only reads")

        execute(replica.url, "SET GLOBAL read_only = 0")
        assert "can be written" in replica_finding(tmp_path, url, replica).says

        execute(replica.url, "STOP SLAVE")
        stopped = replica_finding(tmp_path, url, replica)
        assert (stopped.state, "has stopped following" in stopped.says) == ("problem", True)
