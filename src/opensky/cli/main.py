"""The command line: which commands there are. Each is imported when it is called, so that none pays for another."""

import signal
import sys

from cyclopts import App

from opensky import __version__
from opensky.kernel.errors import OpenSkyError

INTERRUPTED = 128 + signal.SIGINT

app = App(name="opensky", version=__version__, help="OpenSky: a social network for shopping, and all that runs it.")
app.command("opensky.cli.up:up", name="up", help="Start the shop, with all its processes, until Ctrl-C.")
app.command("opensky.cli.web:web", name="web", help="Run the web processes alone, as an init system does.")
app.command("opensky.cli.quality:quality", name="test", help="Check everything: style, types, contracts, tests.")
app.command("opensky.cli.events:events", name="events", help="List every event, and who listens to it.")
app.command("opensky.cli.staff:app", name="staff", help="Make people staff of the shop.")
app.command("opensky.cli.imports:app", name="import", help="Import real people, sellers, purchases and follows.")
app.command("opensky.cli.bench:bench", name="bench", help="Measure what the README claims.")


def main() -> None:
    """Run the command that the arguments name. What OpenSky refuses is one line on standard error and status 1."""
    try:
        app()
    except OpenSkyError as error:
        print(f"opensky: {error.message}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
