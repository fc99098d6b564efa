"""``opensky services``: the servers of ``opensky test --services``, to have at hand while developing."""

import signal
from contextlib import suppress
from enum import StrEnum

from cyclopts import App

from opensky.cli.servers.running import SERVERS, running

app = App(name="services", help="Have the servers of the tests at hand while developing.")


class Engine(StrEnum):
    """A server that can be started."""

    MARIADB = "mariadb"
    POSTGRESQL = "postgresql"
    MONGODB = "mongodb"


@app.command(help_epilogue="Example: ./opensky services up postgresql")
def up(*engines: Engine) -> None:
    """Start servers with empty data on free ports, say where they are, and run them until Ctrl-C.

    What was kept in them is gone then. Tests find them by the variables that are printed.

    Args:
        *engines: which ones (default: all).
    """
    with (
        suppress(KeyboardInterrupt),
        running([kind for kind in SERVERS if not engines or kind.__name__.lower() in engines]) as servers,
    ):
        print("\n".join(f"export {server.variable}={server.url}" for server in servers), flush=True)
        print("# They are there until Ctrl-C; then their data are gone.", flush=True)
        while True:
            signal.pause()
