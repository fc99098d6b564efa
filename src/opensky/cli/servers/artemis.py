"""Apache Artemis, HornetQ's successor, for tests: the archive that the Maven repository has, STOMP on loopback and nothing else."""

import shutil
import subprocess
import tarfile
from pathlib import Path

from opensky.cli.servers.activemq import listens
from opensky.cli.servers.server import HOST, Server, find

VERSION = "2.40.0"
_COORDINATES = f"org.apache.activemq:apache-artemis:{VERSION}:tar.gz:bin"
_FETCH_SECONDS = 300


class Artemis(Server):
    """An Artemis of a version of our choice, on data of its own."""

    name = "Artemis"
    variable = "TEST_ARTEMIS_URL"
    packages = ()

    @property
    def url(self) -> str:
        """The broker, for an account that may use every queue."""
        return f"stomp://opensky:{self.password}@{HOST}:{self.port}/"

    @classmethod
    def missing(cls) -> str:
        """Return what is not there: the archive, or what it needs."""
        if not find("java"):
            return "java"
        return "" if archive().exists() else archive().name

    @classmethod
    def obtain(cls) -> None:
        """Fetch the archive with Maven, where there is Maven."""
        maven = find("mvn")
        if maven and cls.missing() == archive().name:
            archive().parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(
                [maven, "-q", "dependency:copy", f"-Dartifact={_COORDINATES}", f"-DoutputDirectory={archive().parent}"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_FETCH_SECONDS,
                check=False,
            )

    def prepare(self) -> None:
        """Unpack the archive and make a broker of it, without its web console."""
        with tarfile.open(archive()) as packed:
            packed.extractall(self.folder, filter="data")
        home = self.folder / f"apache-artemis-{VERSION}"
        shutil.rmtree(home / "web", ignore_errors=True)
        self._run(
            str(home / "bin" / "artemis"),
            *("create", str(self.data), "--silent", "--no-autotune", "--require-login", "--no-web"),
            *("--user", "opensky", "--password", self.password, "--host", HOST, "--default-port", str(self.port)),
            *("--no-amqp-acceptor", "--no-hornetq-acceptor", "--no-mqtt-acceptor", "--no-stomp-acceptor"),
            *("--java-options", "-Xms64m -Xmx320m"),
            *self.more_options(),
        )
        self.setting(
            "<max-delivery-attempts>-1</max-delivery-attempts>"
        )  # it would put aside what was under way at ten deaths
        bootstrap = self.data / "etc" / "bootstrap.xml"
        before, web, rest = bootstrap.read_text("utf-8").partition("<web ")
        if web:
            bootstrap.write_text(before + rest.partition("</web>")[2], "utf-8")

    def setting(self, element: str) -> None:
        """Set something for all its addresses."""
        file = self.data / "etc" / "broker.xml"
        every = '<address-setting match="#">'
        file.write_text(file.read_text("utf-8").replace(every, every + element), "utf-8")

    def more_options(self) -> tuple[str, ...]:
        """Return further options of ``artemis create``."""
        return ()

    def command(self) -> list[str]:
        """Serve in the foreground."""
        return [str(self.data / "bin" / "artemis"), "run"]

    def answers(self) -> bool:
        """Whether it takes connections."""
        return listens(self.port)


def archive() -> Path:
    """Return where the archive is kept once it was fetched."""
    return Path.home() / ".cache" / "opensky" / f"apache-artemis-{VERSION}-bin.tar.gz"
