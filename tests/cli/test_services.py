"""Servers for tests: started where nobody else sees them, and gone with whoever started them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
import pymysql
import pytest
from pymongo import MongoClient
from sqlalchemy import make_url

from opensky.cli.servers.installing import install
from opensky.cli.servers.mongodb import MongoDB
from opensky.cli.servers.postgresql import PostgreSQL
from opensky.kernel.errors import Misconfigured

services = pytest.mark.services
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


class Up(NamedTuple):
    """A running ``opensky services up`` and what it said."""

    process: subprocess.Popen[str]
    urls: dict[str, str]

    def servers(self) -> list[int]:
        """Return the processes that it started."""
        return children(self.process.pid)


@contextmanager
def up(*engines: str, folder: Path, stderr: int | None = None) -> Iterator[Up]:
    """Start servers with temporary files in a folder of the test's."""
    folder.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "opensky.cli", "services", "up", *engines],
        env=os.environ | {"TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        urls = {}
        while (line := process.stdout.readline()).startswith("export "):
            variable, _, url = line.removeprefix("export ").strip().partition("=")
            urls[variable] = url
        yield Up(process, urls)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder that the accounts of the servers may pass through, unlike pytest's own."""
    folder = Path("/tmp") / f"opensky-test-{os.getpid()}-{time.monotonic_ns()}"  # noqa: S108 - made new, or it fails
    folder.mkdir()
    yield folder
    for left in folder.glob("*"):
        subprocess.run(["rm", "-rf", str(left)], check=True)
    folder.rmdir()


def children(pid: int) -> list[int]:
    """Return the children of a process."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def is_alive(pid: int) -> bool:
    """Whether a process is there and no corpse."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def eventually(condition: Callable[[], bool], within: float = 20) -> bool:
    """Whether it becomes true in time."""
    deadline = time.monotonic() + within
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


@services
@linux
def test_each_server_lets_in_whoever_has_its_url(temporary: Path) -> None:
    """Also as root: the servers that refuse root run as their own accounts."""
    with up(folder=temporary) as running:
        mariadb, postgresql = make_url(running.urls["TEST_MARIADB_URL"]), running.urls["TEST_POSTGRESQL_URL"]
        connection = pymysql.connect(
            host=mariadb.host or "", port=mariadb.port or 0, user=mariadb.username, password=str(mariadb.password)
        )
        connection.close()
        psycopg.connect(postgresql).close()
        with MongoClient[dict[str, object]](running.urls["TEST_MONGODB_URL"]) as client:
            assert client.admin.command("ping")["ok"]
        names = {
            Path(f"/proc/{pid}/exe").resolve().name: Path(f"/proc/{pid}").stat().st_uid for pid in running.servers()
        }
    assert {"mariadbd", "postgres"} <= set(names)
    assert 0 not in (names["mariadbd"], names["postgres"])


@services
@linux
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_they_end_and_leave_nothing_when_told_to(temporary: Path, sign: signal.Signals) -> None:
    """Ctrl-C, and what an init system sends: no process, no file."""
    with up("postgresql", "mongodb", folder=temporary) as running:
        servers = running.servers()
        os.killpg(running.process.pid, sign)
        running.process.wait(20)
        assert len(servers) == 2
        assert [pid for pid in servers if is_alive(pid)] == []
    assert list(temporary.iterdir()) == []


@services
@linux
def test_a_server_that_dies_is_named_and_the_last_one_ends_it(temporary: Path) -> None:
    """Who develops against them must not look for the fault in the shop; a corpse would keep its port's next owner away."""
    with up("postgresql", "mongodb", folder=temporary, stderr=subprocess.PIPE) as running:
        assert running.process.stderr is not None
        (postmaster,) = [p for p in running.servers() if b"postgres" in Path(f"/proc/{p}/cmdline").read_bytes()]
        os.kill(postmaster, signal.SIGKILL)
        assert running.process.stderr.readline().startswith(
            "opensky: PostgreSQL has ended by itself (SIGKILL). It said last:"
        )
        assert eventually(lambda: postmaster not in running.servers())
        (other,) = running.servers()
        assert is_alive(other)
        os.kill(other, signal.SIGKILL)
        assert running.process.wait(20) == 1
        assert running.process.stderr.read().endswith("opensky: No server is left.\n")
    assert list(temporary.iterdir()) == []


@services
@linux
def test_they_die_with_a_killed_parent_and_the_next_run_tidies_up(temporary: Path) -> None:
    """``kill -9`` gives nobody the chance to stop them; the kernel does, and what lies about is removed later."""
    with up(folder=temporary) as running:
        servers = running.servers()
        assert len(servers) == 3
    assert eventually(lambda: not any(is_alive(pid) for pid in servers))
    [left] = temporary.iterdir()
    with up("mongodb", folder=temporary):
        assert not left.exists()


@services
@linux
def test_the_gate_hands_them_to_the_tests_and_its_last_line_is_pytests() -> None:
    """Also a run of a few tests has its servers; nothing is said after pytest's closing line."""
    done = gate("tests/conformance/test_mariadb.py", "-q", "-k", "a_message_is_kept", "-p", "no:randomly")
    said, _ = done.communicate(timeout=100)
    assert done.returncode == 0, said
    assert said.splitlines()[0] == "-- services"
    assert said.splitlines()[1].startswith("MariaDB, PostgreSQL, SecantusDB: there after ")
    assert said.splitlines()[-1].startswith("1 passed, ")


@services
@linux
def test_the_gate_stops_them_at_ctrl_c() -> None:
    """Whoever changes their mind half way leaves no server behind."""
    done = gate("tests/conformance/test_mariadb.py", "-q")
    assert done.stdout is not None
    while done.stdout.readline() != "-- pytest\n":
        assert done.poll() is None
    servers = children(done.pid)[:3]
    os.killpg(done.pid, signal.SIGINT)
    done.communicate(timeout=60)
    assert done.returncode == 130
    assert len(servers) == 3
    assert [pid for pid in servers if is_alive(pid)] == []


def gate(*arguments: str) -> subprocess.Popen[str]:
    """Start ``opensky test --services`` with arguments for pytest."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "COV"))}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "opensky.cli", "test", "--services", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


class NoPostgreSQL(PostgreSQL):
    """A PostgreSQL that nobody has."""

    @classmethod
    def missing(cls) -> str:
        """Everything."""
        return "initdb, postgres"


class NoMongoDB(MongoDB):
    """A stand-in that nobody has."""

    @classmethod
    def missing(cls) -> str:
        """The package."""
        return "the Python package secantusdb"


def test_a_server_that_cannot_be_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no apt-get, the sentence says what to install, for each that is missing."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Misconfigured) as refused:
        install([NoPostgreSQL, NoMongoDB])
    assert refused.value.message == (
        "PostgreSQL is not installed (no initdb, postgres); as root, on Debian: apt-get install postgresql. "
        "SecantusDB is not installed; it comes with ./opensky test --services, and with ./opensky services up."
    )
