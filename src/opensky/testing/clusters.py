"""Brokers as they stand in production: two that share their queues, of which one may be killed, and one that speaks TLS."""

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from opensky.cli.servers.artemis import Artemis
from opensky.cli.servers.rabbitmq import RabbitMQ
from opensky.cli.servers.server import HOST, Server, find
from opensky.testing.brokers import Killable

_SECONDS = 30


class Node(Artemis):
    """An Artemis of a cluster: what waits at one node is brought to where somebody takes it."""

    others: Sequence["Node"] = ()

    def prepare(self) -> None:
        """Make the broker; what has come before its consumer went elsewhere is to follow it at once."""
        super().prepare()
        self.setting("<redistribution-delay>0</redistribution-delay>")

    def more_options(self) -> tuple[str, ...]:
        """Name the other nodes, so that nobody needs to shout in the network to find them."""
        others = ",".join(f"tcp://{HOST}:{each.port}" for each in self.others)
        cluster = ("--clustered", "--cluster-user", "opensky", "--cluster-password", self.password)
        # What Artemis writes by itself, no hops at all, is a cluster that shares nothing.
        return (*cluster, "--max-hops", "1", "--staticCluster", others, "--name", f"node{self.port}")


class SecureRabbitMQ(RabbitMQ):
    """A RabbitMQ that speaks TLS alone, with a certificate that it has made itself for its address."""

    @property
    def url(self) -> str:
        """The broker, and the certificate to trust."""
        return f"stomps://guest:guest@{HOST}:{self.port}/?ca={self.certificate}"

    @property
    def certificate(self) -> Path:
        """The file of its certificate."""
        return self.folder / "certificate.pem"

    def prepare(self) -> None:
        """Make certificate and key, and name them in the configuration."""
        key = self.folder / "key.pem"
        subprocess.run(
            [
                *(find("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"),
                *("-addext", f"subjectAltName=IP:{HOST}", "-keyout", str(key), "-out", str(self.certificate)),
            ],
            check=True,
            capture_output=True,
            timeout=_SECONDS,
        )
        key.chmod(0o644)  # the broker's account is another than ours, and the key is nobody's tomorrow
        super().prepare()
        configuration = self.folder / "rabbitmq.conf"
        text = configuration.read_text("ascii").replace("stomp.listeners.tcp.1", "stomp.listeners.ssl.1")
        configuration.write_text(
            f"{text}stomp.listeners.tcp = none\nssl_options.certfile = {self.certificate}\nssl_options.keyfile = {key}\n"
            f"ssl_options.cacertfile = {self.certificate}\nssl_options.verify = verify_none\nssl_options.fail_if_no_peer_cert = false\n",
            "ascii",
        )


@contextmanager
def clustered() -> Iterator[list[Killable]]:
    """Start two Artemis that share their queues, and stop them whatever happens."""
    with _folder() as folder:
        one, other = Node(folder / "one"), Node(folder / "other")
        one.others, other.others = (other,), (one,)
        other.password = one.password
        with _running(one, other) as nodes:
            yield nodes


@contextmanager
def secured() -> Iterator[SecureRabbitMQ]:
    """Start a RabbitMQ that speaks TLS, and stop it whatever happens."""
    with _folder() as folder:
        server = SecureRabbitMQ(folder / "rabbitmq")
        with _running(server):
            yield server


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="opensky-broker-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def _running(*servers: Server) -> Iterator[list[Killable]]:
    nodes = [Killable(server) for server in servers]
    with ExitStack() as ends:
        for server in servers:
            server.prepare()
            ends.callback(server.stop)
            ends.callback(server.kill)
        for server in servers:  # all at once, for a Java machine takes its time; by this thread, with which they die
            server.start()
        for server in servers:
            server.wait()
        yield nodes
