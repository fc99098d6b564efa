"""A server that speaks MongoDB's protocol, for tests. MongoDB's own server is in no package index that we can lean on.

SecantusDB stands in for it: a Python package under the GPL, beta, run as a process of its own and never imported.
"""

import importlib.util
import signal
import sys

from opensky.cli.servers.server import HOST, Server


class MongoDB(Server):
    """SecantusDB in MongoDB's place; it says that it is a replica set of one."""

    name = "SecantusDB"
    variable = "TEST_MONGODB_URL"
    last_sign = signal.SIGKILL  # one that has locked itself up hears nothing else

    @property
    def url(self) -> str:
        """The server; it asks nobody for a password."""
        return f"mongodb://{HOST}:{self.port}/"

    @classmethod
    def missing(cls) -> str:
        """Return the Python package where it is not there."""
        return "" if importlib.util.find_spec("secantus") else "the Python package secantusdb"

    def prepare(self) -> None:
        """Make an empty file of settings."""
        # Without one it would look for one in this user's home.
        (self.folder / "settings.toml").touch()

    def command(self) -> list[str]:
        """Serve on loopback alone."""
        return [
            sys.executable,
            "-P",
            "-m",
            "secantus",
            f"--config={self.folder / 'settings.toml'}",
            f"--host={HOST}",
            f"--port={self.port}",
            f"--storage-path={self.data}",
            "--cache-size=256M",
            "--log-level=WARNING",
        ]

    def answers(self) -> bool:
        """Whether it answers a ping."""
        from pymongo import MongoClient  # noqa: PLC0415 - its driver is slow to load, and this server not always asked for
        from pymongo.errors import PyMongoError  # noqa: PLC0415 - likewise

        client: MongoClient[dict[str, object]]
        with MongoClient(self.url, serverSelectionTimeoutMS=200, directConnection=True) as client:
            try:
                client.admin.command("ping")
            except PyMongoError:
                return False
        return True
