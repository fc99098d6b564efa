"""Brokers that a test may kill: started for it alone, on data that survive the kill."""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from opensky.cli.servers.activemq import ActiveMQ
from opensky.cli.servers.artemis import Artemis
from opensky.cli.servers.rabbitmq import RabbitMQ
from opensky.cli.servers.server import Server

KINDS: dict[str, type[Server]] = {"activemq": ActiveMQ, "artemis": Artemis, "rabbitmq": RabbitMQ}


class Killable:
    """A broker that can be stopped in its tracks, killed, and started again on the same data."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.url = server.url

    def start_again(self) -> None:
        """Start it on the data that it left, and wait until it answers."""
        self._server.start()
        self._server.wait()

    def kill(self) -> None:
        """Kill -9."""
        self._server.kill()

    def pause(self) -> None:
        """Have it hang: connections stay, nothing is read."""
        self._server.signal(signal.SIGSTOP)


@contextmanager
def started(kind: str) -> Iterator[Killable]:
    """Start a broker of a kind (``activemq``, ``artemis``, ``rabbitmq``), and stop it whatever happens."""
    with tempfile.TemporaryDirectory(prefix="opensky-broker-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = KINDS[kind](Path(folder) / kind)
        server.prepare()
        killable = Killable(server)
        try:
            killable.start_again()
            yield killable
        finally:
            server.kill()
            server.stop()
