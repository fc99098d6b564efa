"""MariaDB, for tests: fast rather than safe, and set up so that what leans on a server's defaults is noticed."""

import pymysql

from opensky.cli.servers.server import HOST, Server, find


class MariaDB(Server):
    """A MariaDB of the installed version, on data of its own."""

    name = "MariaDB"
    variable = "TEST_MARIADB_URL"
    packages = ("mariadb-server",)
    account = "mysql"

    @property
    def url(self) -> str:
        """The server, for an account that may do everything there."""
        return f"mysql://opensky:{self.password}@{HOST}:{self.port}/"

    @classmethod
    def missing(cls) -> str:
        """Return the programs that are not there."""
        return ", ".join(name for name in ("mariadbd", "mariadb-install-db") if not find(name))

    def prepare(self) -> None:
        """Make the system tables, and the file with our account in it."""
        self._run(
            find("mariadb-install-db"),
            "--no-defaults",
            f"--datadir={self.data}",
            "--auth-root-authentication-method=socket",
            "--skip-test-db",
            "--skip-name-resolve",
            "--innodb-flush-method=nosync",
        )
        (self.folder / "accounts.sql").write_text(
            f"CREATE USER opensky@'{HOST}' IDENTIFIED BY '{self.password}';\n"
            f"GRANT ALL ON *.* TO opensky@'{HOST}' WITH GRANT OPTION;\n",
            "ascii",
        )

    def command(self) -> list[str]:
        """Serve on loopback alone; what a crash of the machine would lose is not waited for."""
        return [
            find("mariadbd"),
            "--no-defaults",
            f"--datadir={self.data}",
            f"--port={self.port}",
            f"--bind-address={HOST}",
            "--socket=socket",  # inside the data folder: a path of any length is too long for a socket sooner or later
            f"--init-file={self.folder / 'accounts.sql'}",
            "--skip-name-resolve",
            "--max-connections=400",
            "--innodb-flush-method=nosync",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-doublewrite=0",
            "--innodb-log-file-size=64M",
            # For replicas.
            "--server-id=1",
            "--log-bin=log",
            "--binlog-format=ROW",
            # A time zone that is nobody's: what asks the server for the time gets a wrong one at once.
            "--default-time-zone=-07:00",
        ]

    def answers(self) -> bool:
        """Whether our account gets in."""
        try:
            pymysql.connect(host=HOST, port=self.port, user="opensky", password=self.password).close()
        except pymysql.Error:
            return False
        return True
