"""RabbitMQ, for tests: a node of its own with its STOMP plug-in, on loopback alone, also where Erlang would listen everywhere."""

import subprocess
import time
from pathlib import Path

from opensky.cli.servers.activemq import listens
from opensky.cli.servers.server import HOST, Server, find, free_port, held

_SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"


class RabbitMQ(Server):
    """A RabbitMQ of the installed version, on data of its own."""

    name = "RabbitMQ"
    variable = "TEST_RABBITMQ_URL"
    packages = ("rabbitmq-server",)
    account = "rabbitmq"

    @property
    def url(self) -> str:
        """The broker, for an account that may use every queue."""
        return f"stomp://guest:guest@{HOST}:{self.port}/"

    @classmethod
    def missing(cls) -> str:
        """Return the program that is not there."""
        return "" if Path(_SERVER).exists() and find("epmd") else "rabbitmq-server"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._distribution, self._names = free_port(), free_port()
        self._register: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start Erlang's register of names first: one that RabbitMQ starts by itself outlives it."""
        if self._register is None or self._register.poll() is not None:
            self._start_register()
        super().start()

    def _start_register(self) -> None:
        command = [*held(self._account(), self.sign), find("epmd"), "-address", HOST, "-port", str(self._names)]
        self._register = subprocess.Popen(
            command,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        until = time.monotonic() + 10
        while not listens(self._names) and time.monotonic() < until:
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the broker, then the register."""
        super().stop()
        if self._register is not None:
            self._register.terminate()
            self._register.wait(10)

    def prepare(self) -> None:
        """Write the configuration."""
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp = none\nstomp.listeners.tcp.1 = {HOST}:{self.port}\nlog.console = true\nlog.console.level = warning\n",
            "ascii",
        )
        (self.folder / "advanced.config").write_text("[{kernel, [{inet_dist_use_interface, {127,0,0,1}}]}].\n", "ascii")
        (self.folder / "plugins").write_text("[rabbitmq_stomp].\n", "ascii")
        self._run(find("true"))  # gives the folder to the account

    def command(self) -> list[str]:
        """Serve in the foreground."""
        return [_SERVER]

    def answers(self) -> bool:
        """Whether it takes connections."""
        return listens(self.port)

    def _environment(self) -> dict[str, str]:
        folder = self.folder
        return super()._environment() | {
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"opensky{self.port}@localhost",
            "RABBITMQ_MNESIA_BASE": str(self.data),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "ERL_EPMD_ADDRESS": HOST,
            "ERL_EPMD_PORT": str(self._names),
            "ERL_CRASH_DUMP": "/dev/null",
        }
