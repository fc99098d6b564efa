"""``opensky bus``: OSIS, the service bus. Run it, see its flows, its queues and its dead letters."""

import json
import sys
from datetime import timedelta
from pathlib import Path

from cyclopts import App
from rich.console import Console
from rich.table import Column, Table

from opensky.cli.bus_letters import dead, journey
from opensky.cli.bus_program import serve
from opensky.cli.folder import existing, settings_of
from opensky.cli.shop import opened
from opensky.kernel import lifeline
from opensky.kernel.errors import Misconfigured
from opensky.messaging import Queue
from opensky.messaging.books import Books, balance, unbalanced
from opensky.osis.runtime.payloads import destination
from opensky.persistence import Database
from opensky.wiring.bus import FLOWS

app = App(
    name="bus", help="Run the service bus, and look into its queues.", help_epilogue="Example: ./opensky bus queues"
)
app.command(dead)
app.command(journey, help_epilogue="Example: ./opensky bus journey OS-7Q2K4MX")


@app.command(help_epilogue="Example: ./opensky bus run --data /srv/shop")
def run(*, data: Path | None = None) -> None:
    """Handle messages until SIGTERM or Ctrl-C. ``opensky up`` does this in a process of its own.

    Args:
        data: data folder of the shop (default: var).
    """
    settings = settings_of(existing(data))
    lifeline.hold()
    serve(settings)


@app.command(help_epilogue="Example: ./opensky bus graph")
def graph() -> None:
    """Show every flow: the queue that it is on, and the queues that what it sends goes to."""
    if not FLOWS:
        print("There are no flows: nothing is taken off any queue.")
    for flow in FLOWS:
        print(f"{flow.queue} -> {flow.name}: {flow.sentence}")
        for cls in flow.sends:
            print(f"    -> {destination(cls).queue} ({cls.__name__})")


@app.command(help_epilogue="Example: ./opensky bus queues --json")
def queues(*, data: Path | None = None, json: bool = False) -> None:
    """Show how each queue stands.

    Args:
        data: data folder of the shop (default: var).
        json: print one JSON object instead of a table.
    """
    with opened(data) as shop:
        database = shop.get(Database)
        found = Queue(database).depths()
        kept = balance(database, database.clock.now() - timedelta(days=1))
    if json:
        _print_json({each.queue: {**each._asdict(), "oldest": str(each.oldest or "")} for each in found})
        return
    table = Table(
        Column("queue", no_wrap=True, overflow="fold"),
        "ready",
        "waiting",
        "taken",
        "to publish",
        "at broker",
        "dead",
        Column("oldest", min_width=10),
    )
    for each in found:
        oldest = each.oldest.isoformat(" ", "seconds") if each.oldest else ""
        counts = (each.ready, each.waiting, each.taken, each.outgoing, each.at_broker, each.dead)
        table.add_row(each.queue, *map(str, counts), oldest)
    if found:
        Console().print(table)
    else:
        print("No queue holds anything: all that was sent has been handled.")
    print(f"Of the last day: {_told(kept)}")


@app.command(help_epilogue="Example: ./opensky bus books --days 7")
def books(*, days: int = 1, data: Path | None = None, json: bool = False) -> None:
    """Compare what each step says it has sent with where those messages are; end with status 1 if one is missing or there twice.

    Args:
        days: how far to look back; what was handled before `finished_days` is forgotten.
        data: data folder of the shop (default: var).
        json: print one JSON object.
    """
    if days < 1:
        raise Misconfigured("Look back at least one day: --days 1.")
    with opened(data) as shop:
        database = shop.get(Database)
        since = database.clock.now() - timedelta(days=days)
        kept = balance(database, since)
        wrong = [] if kept.balanced else unbalanced(database, since)
    if json:
        steps = [each._asdict() for each in wrong]
        _print_json({**kept._asdict(), "missing": kept.missing, "balanced": kept.balanced, "wrong": steps})
    else:
        print(_told(kept))
        for each in wrong:
            print(
                f"    {each.queue} {each.id} sent {each.sent}, found are {each.found}: ./opensky bus journey {each.correlation}"
            )
    if not kept.balanced:
        sys.exit(1)


def _told(kept: Books) -> str:
    where = f"{kept.acknowledged} acknowledged, {kept.dead} dead, {kept.live} live, {kept.at_broker} at a broker"
    end = (
        "none is missing"
        if kept.balanced
        else f"{kept.missing} ARE MISSING, {kept.twice} ARE THERE TWICE (./opensky bus books)"
    )
    return f"{kept.steps} steps sent {kept.sent} messages: {where}; {end}."


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))
