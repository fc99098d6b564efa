"""The command line: which commands there are. Each is imported when it is called, so that none pays for another."""

import os
import sys

from cyclopts import App, Parameter

from opensky import __version__
from opensky.kernel.errors import OpenSkyError

app = App(
    name="opensky",
    version=__version__,
    help="OpenSky: a social network for shopping, and all that runs it.",
    default_parameter=Parameter(negative=""),
)


def _command(name: str, where: str, sentence: str, example: str) -> None:
    app.command(f"opensky.cli.{where}", name=name, help=sentence, help_epilogue=f"Example: ./opensky {example}")


_command("up", "up:up", "Start the shop, with all its processes, until Ctrl-C.", "up --data /srv/shop --port 8080")
_command("web", "web:web", "Run the web processes alone, as an init system does.", "web")
_command(
    "doctor", "doctor:doctor", "Look at an installation, and say what is wrong with it.", "doctor --data /srv/shop"
)
_command("relay", "relay:relay", "Apply what the database of the documents has not got yet.", "relay --data /srv/shop")
_command("test", "quality:quality", "Check style, types, contracts and tests.", "test tests/cli -k launcher")
_command("events", "events:events", "List every event, and who listens to it.", "events")
_command("bench", "bench:bench", "Measure what the README claims.", "bench web --json")
# These have commands of their own, each with its example.
app.command("opensky.cli.staff:app", name="staff", help="Say who may work in the admin.")
app.command("opensky.cli.documents:app", name="documents", help="Say where the documents of a shop are kept.")
app.command("opensky.cli.bus:app", name="bus", help="Run the service bus, and look into its queues.")
app.command(
    "opensky.cli.sandbox:app", name="sandbox", help="Simulated partners: they ship what was paid, and tell of it."
)
app.command(
    "opensky.cli.rules:app", name="rules", help="Conditions of rules: what they say, whether they hold, and why."
)
app.command(
    "opensky.cli.rewards:app", name="rewards", help="Replay a reward rule over the past, and make lists to ask about."
)
app.command("opensky.cli.credits:app", name="credits", help="Book credit and points that have expired.")
app.command("opensky.cli.letters:app", name="letters", help="Write the weekly letter, and take in what comes back.")
app.command("opensky.cli.cron:app", name="cron", help="Jobs that are run by the clock: their runs, and one now.")
app.command(
    "opensky.cli.logbook:app", name="logs", help="What the programs wrote down; one request from page to letter."
)
app.command("opensky.cli.deploy:app", name="deploy", help="Mark deploys, and list them.")
app.command("opensky.cli.alerts:app", name="alerts", help="Alerts of the board: list them, take one on.")
app.command("opensky.cli.stats:app", name="stats", help="Count: a statsd server, and what to ask it.")
app.command("opensky.cli.traffic:app", name="traffic", help="Visitors who are programs, and faults to plant.")
app.command("opensky.cli.services:app", name="services", help="Have the servers of the tests at hand while developing.")
app.command(
    "opensky.cli.migrate:app", name="migrate", help="Change the tables and documents of a shop that is running."
)
app.command("opensky.cli.fixtures:app", name="fixtures", help="Small named shops to develop and test against.")
app.command("opensky.cli.imports:app", name="import", help="Import real people, sellers, purchases and follows.")


def main() -> None:
    """Run the command that the arguments name. What OpenSky refuses is one line on standard error and status 1."""
    try:
        app()
    except OpenSkyError as error:
        print(f"opensky: {error.message or error}", file=sys.stderr)
        sys.exit(1)
    except OverflowError:
        print("opensky: one of these numbers is larger than any that there is.", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read our output has seen enough (| head); the interpreter must not complain about it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
