"""A server that speaks MongoDB's protocol, in a process of its own, for as long as a measurement takes."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from opensky.bench.rounds import peer
from opensky.bench.shop import free_port
from opensky.kernel.errors import OpenSkyError

_START_WITHIN = 60


@contextmanager
def mongodb() -> Iterator[str]:
    """Run SecantusDB in MongoDB's place, and give its URL."""
    peer("secantus")
    with tempfile.TemporaryDirectory(prefix="opensky-bench-") as folder:
        port = free_port()
        settings = Path(folder) / "settings.toml"
        settings.touch()
        arguments = [
            f"--config={settings}",
            "--host=127.0.0.1",
            f"--port={port}",
            f"--storage-path={Path(folder) / 'data'}",
            "--log-level=WARNING",
        ]
        with (Path(folder) / "log").open("wb") as log:
            server = subprocess.Popen([sys.executable, "-P", "-m", "secantus", *arguments], stdout=log, stderr=log)
        try:
            url = f"mongodb://127.0.0.1:{port}/"
            _wait(url, server)
            yield url
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_WITHIN
    client: MongoClient[dict[str, object]]
    with MongoClient(url, serverSelectionTimeoutMS=200, directConnection=True) as client:
        while True:
            try:
                client.admin.command("ping")
            except PyMongoError as error:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise OpenSkyError("The server that stands in for MongoDB does not start.") from error
            else:
                return
