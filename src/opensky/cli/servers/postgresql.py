"""PostgreSQL, for tests: fast rather than safe, and set up so that what leans on a server's defaults is noticed."""

import signal

import psycopg

from opensky.cli.servers.server import HOST, Server, find


class PostgreSQL(Server):
    """A PostgreSQL of the newest installed version, on data of its own."""

    name = "PostgreSQL"
    variable = "TEST_POSTGRESQL_URL"
    packages = ("postgresql",)
    account = "postgres"
    sign = signal.SIGINT

    @property
    def url(self) -> str:
        """The server, for an account that may do everything there."""
        return f"postgresql://opensky:{self.password}@{HOST}:{self.port}/postgres"

    @classmethod
    def missing(cls) -> str:
        """Return the programs that are not there."""
        return ", ".join(name for name in ("initdb", "postgres") if not find(name))

    def prepare(self) -> None:
        """Make a cluster whose texts are sorted as people sort them, and not by their bytes as in the C locale."""
        secret = self.folder / "password"
        secret.write_text(self.password, "ascii")
        self._run(
            find("initdb"),
            f"--pgdata={self.data}",
            "--username=opensky",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--locale-provider=icu",
            "--icu-locale=en-US",
            "--no-sync",
        )

    def command(self) -> list[str]:
        """Serve on loopback alone; what a crash of the machine would lose is not waited for."""
        options = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "400",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            # A time zone that is nobody's: what asks the server for the time gets a wrong one at once.
            "timezone": "America/Phoenix",
        }
        return [find("postgres"), "-D", str(self.data), *(f"--{name}={value}" for name, value in options.items())]

    def answers(self) -> bool:
        """Whether our account gets in."""
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True
