"""Brokers and databases that a test may kill: started for it alone, on data that survive the kill."""

import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from opensky.cli.servers.activemq import ActiveMQ
from opensky.cli.servers.artemis import Artemis
from opensky.cli.servers.mariadb import MariaDB
from opensky.cli.servers.postgresql import PostgreSQL
from opensky.cli.servers.rabbitmq import RabbitMQ
from opensky.cli.servers.server import Server


class KeepingMariaDB(MariaDB):
    """One that has given a commit to the system before it says that it has committed, and can tell a half-written page."""

    def command(self) -> list[str]:
        """Serve as the other does, later options winning."""
        return [*super().command(), "--innodb-flush-log-at-trx-commit=2", "--innodb-doublewrite=1"]


class KeepingPostgreSQL(PostgreSQL):
    """One that has given a commit to the system before it says that it has committed, and can tell a half-written page."""

    def command(self) -> list[str]:
        """Serve as the other does, later options winning."""
        return [*super().command(), "--synchronous_commit=on", "--full_page_writes=on"]


KINDS: dict[str, type[Server]] = {"activemq": ActiveMQ, "artemis": Artemis, "rabbitmq": RabbitMQ}
DATABASES: dict[str, type[Server]] = {"mariadb": KeepingMariaDB, "postgresql": KeepingPostgreSQL}


class Killable:
    """A server that can be stopped in its tracks, killed, and started again on the same data."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.url = server.url

    def start_again(self) -> None:
        """Start it on the data that it left, and wait until it answers."""
        self._server.start()
        self._server.wait()

    def kill(self) -> None:
        """Kill -9, and wait until nothing answers any more: what it had started may take a moment longer to go."""
        self._server.kill()
        until = time.monotonic() + 10
        while self._server.answers() and time.monotonic() < until:
            time.sleep(0.02)

    def pause(self) -> None:
        """Have it hang: connections stay, nothing is read."""
        self._server.signal(signal.SIGSTOP)


@contextmanager
def started(kind: str) -> Iterator[Killable]:
    """Start a server of a kind (``activemq``, ``artemis``, ``rabbitmq``, ``mariadb``, ``postgresql``), and stop it whatever happens."""
    with tempfile.TemporaryDirectory(prefix="opensky-broker-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = (KINDS | DATABASES)[kind](Path(folder) / kind)
        server.prepare()
        killable = Killable(server)
        try:
            killable.start_again()
            yield killable
        finally:
            server.kill()
            server.stop()
