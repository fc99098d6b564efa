"""``opensky services``: the servers of ``opensky test --services``, to have at hand while developing."""

import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum

from cyclopts import App

from opensky.cli.servers.running import BROKERS, SERVERS, running
from opensky.cli.servers.server import Server
from opensky.kernel.errors import Misconfigured

_LOOK_EVERY = 0.5
_DATABASES = tuple(kind.__name__.lower() for kind in SERVERS)

app = App(
    name="services",
    help="Have the servers of the tests at hand while developing.",
    help_epilogue="Example: ./opensky services up postgresql",
)


class Engine(StrEnum):
    """A server that can be started."""

    MARIADB = "mariadb"
    POSTGRESQL = "postgresql"
    MONGODB = "mongodb"
    ACTIVEMQ = "activemq"
    ARTEMIS = "artemis"
    RABBITMQ = "rabbitmq"


@app.command(help_epilogue="Example: ./opensky services up postgresql")
def up(*engines: Engine) -> None:
    """Start servers with empty data on free ports, say where they are, and run them until Ctrl-C.

    What was kept in them is gone then. Tests find them by the variables that are printed. One that ends by itself is named, with
    what it said last; after the last one this ends too, with status 1.

    Args:
        *engines: which ones (default: all databases). A shop takes a broker by OPENSKY_BROKER_URL.
    """
    kinds = [kind for kind in (*SERVERS, *BROKERS) if kind.__name__.lower() in (engines or _DATABASES)]
    for kind in kinds:
        if kind in BROKERS:
            kind.obtain()
    with (
        suppress(KeyboardInterrupt),
        running(kinds) as servers,
    ):
        print("\n".join(f"export {server.variable}={server.url}" for server in servers), flush=True)
        print("# They are there until Ctrl-C; then their data are gone.", flush=True)
        _watch(servers)


def _watch(servers: Sequence[Server]) -> None:
    """Say which server has ended; go on as long as one is there.

    Raises:
        Misconfigured: the last one has ended.
    """
    left = list(servers)
    while left:
        for server in tuple(left):
            if said := server.ended():
                print(f"opensky: {said}", file=sys.stderr, flush=True)
                left.remove(server)
        time.sleep(_LOOK_EVERY)
    raise Misconfigured("No server is left.")
