"""Servers from their start to their end: in a temporary folder that goes with them."""

import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from opensky.cli.servers.activemq import ActiveMQ
from opensky.cli.servers.artemis import Artemis
from opensky.cli.servers.graphite import Graphite
from opensky.cli.servers.installing import install
from opensky.cli.servers.mariadb import MariaDB
from opensky.cli.servers.mongodb import MongoDB
from opensky.cli.servers.postgresql import PostgreSQL
from opensky.cli.servers.rabbitmq import RabbitMQ
from opensky.cli.servers.server import Server

SERVERS: tuple[type[Server], ...] = (MariaDB, PostgreSQL, MongoDB)
BROKERS: tuple[type[Server], ...] = (ActiveMQ, Artemis, RabbitMQ)
STARTED_BY_TESTS: tuple[type[Server], ...] = (*BROKERS, Graphite)
"""Those that tests start for themselves, where they are there."""
_PREFIX = "opensky-services-"


@contextmanager
def running(kinds: Sequence[type[Server]] = SERVERS) -> Iterator[list[Server]]:
    """Install what is missing, start the servers, give them, and stop them whatever happens; also on SIGTERM.

    Raises:
        Misconfigured: one cannot be installed or does not start; the message says which, and why.
    """
    install(kinds)
    with _ended_by_signals(), _folder() as folder:
        servers = [kind(folder / kind.__name__.lower()) for kind in kinds]
        try:
            with ThreadPoolExecutor(len(servers)) as pool:
                _all(pool.map(lambda server: server.prepare(), servers))
            # From this thread, which lives as long as they shall: the kernel ends them with the thread that started them.
            for server in servers:
                server.start()
            with ThreadPoolExecutor(len(servers)) as pool:
                _all(pool.map(lambda server: server.wait(), servers))
            yield servers
        finally:
            for server in servers:
                server.tell_to_stop()
            for server in servers:
                server.stop()


def _all(results: Iterator[None]) -> None:
    for _ in results:
        pass


@contextmanager
def _folder() -> Iterator[Path]:
    """Give a temporary folder that other accounts may pass through, and remove those of runs that were killed."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        _remove_if_left(left)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


def _remove_if_left(folder: Path) -> None:
    with suppress(OSError):
        if folder.lstat().st_uid != os.geteuid():
            return
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end this process as an error would: after everything has been put away."""

    def end(sign: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + sign)

    before: dict[signal.Signals, Callable[..., object] | int | None] = {
        sign: signal.signal(sign, end) for sign in (signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
