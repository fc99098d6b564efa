"""``opensky bus``: OSIS, the service bus. Run it, see its flows, its queues and its dead letters."""

import json
import sys
from pathlib import Path

from cyclopts import App
from rich.console import Console
from rich.table import Table

from opensky.cli.bus_program import serve
from opensky.cli.folder import settings_of
from opensky.kernel import lifeline
from opensky.kernel.errors import Misconfigured, NotFound
from opensky.messaging import DeadLetters, Nudger, Queue
from opensky.persistence import Database
from opensky.wiring import container
from opensky.wiring.bus import FLOWS
from opensky.wiring.messages import BUS

app = App(name="bus", help="Run the service bus, and look into its queues.")
dead = App(name="dead", help="Dead letters: what was given up, until somebody decides.")
app.command(dead)


@app.command(help_epilogue="Example: ./opensky bus run --data /srv/shop")
def run(*, data: Path | None = None) -> None:
    """Handle messages until SIGTERM or Ctrl-C. ``opensky up`` does this in a process of its own.

    Args:
        data: data folder of the shop (default: var).
    """
    lifeline.hold()
    serve(settings_of(data))


@app.command(help_epilogue="Example: ./opensky bus graph")
def graph() -> None:
    """Show every flow: the queue that it is on, and the queues that what it sends goes to."""
    for flow in FLOWS:
        print(f"{flow.queue} -> {flow.name}: {flow.sentence}")
        for cls in flow.sends:
            print(f"    -> {cls.__payload__.queue} ({cls.__name__})")  # type: ignore[attr-defined]


@app.command(help_epilogue="Example: ./opensky bus queues --json")
def queues(*, data: Path | None = None, json: bool = False) -> None:
    """Show how each queue stands.

    Args:
        data: data folder of the shop (default: var).
        json: print one JSON object instead of a table.
    """
    with _database(data) as database:
        found = Queue(database).depths()
    if json:
        _print_json({each.queue: {**each._asdict(), "oldest": str(each.oldest or "")} for each in found})
        return
    table = Table("queue", "ready", "waiting", "taken", "to publish", "dead", "oldest")
    for each in found:
        oldest = each.oldest.isoformat(" ", "seconds") if each.oldest else ""
        counts = (each.ready, each.waiting, each.taken, each.outgoing, each.dead)
        table.add_row(each.queue, *map(str, counts), oldest)
    Console().print(table)


@dead.command(name="list", help_epilogue="Example: ./opensky bus dead list --queue shipments")
def list_(*, queue: str = "", data: Path | None = None) -> None:
    """List dead letters by what they died of, the latest first.

    Args:
        queue: of one queue only.
        data: data folder of the shop (default: var).
    """
    with _database(data) as database:
        causes = [each for each in DeadLetters(database).causes() if queue in ("", each.queue)]
    for each in causes:
        print(
            f"{each.letters:>6} in {each.queue}, the newest is {each.newest} of {each.last_at:%Y-%m-%d %H:%M}: {each.cause}"
        )
    if not causes:
        print("There are no dead letters.")


@dead.command(help_epilogue="Example: ./opensky bus dead show 2236070053336317952")
def show(id_: int, *, data: Path | None = None) -> None:
    """Show one dead letter: where it came from, what it holds, and what went wrong.

    Args:
        id_: its number.
        data: data folder of the shop (default: var).
    """
    with _database(data) as database:
        letter = DeadLetters(database).show(id_)
    message = letter.message
    print(
        f"{message.type or 'message'} {message.id} of {message.queue_name}, died {letter.died_at:%Y-%m-%d %H:%M:%S} UTC"
    )
    print(f"journey {message.correlation}: {' > '.join(message.history) or 'its first step'}")
    _print_json(dict(message.parameters))
    print(letter.error)


@dead.command(help_epilogue="Example: ./opensky bus dead replay 2236070053336317952")
def replay(*ids: int, queue: str = "", data: Path | None = None) -> None:
    """Put dead letters back into their queues, to be handled now.

    Args:
        *ids: their numbers; without any, all of --queue.
        queue: the queue whose letters are all replayed.
        data: data folder of the shop (default: var).
    """
    with _database(data) as database:
        letters = DeadLetters(database, Nudger(settings_of(data).data / "run" / BUS))
        chosen = _chosen(letters, ids, queue)
        print(f"{letters.replay(chosen)} of {len(chosen)} dead letters are in their queues again.")


@dead.command(help_epilogue='Example: ./opensky bus dead edit 2236070053336317952 \'{"order": "A-1042"}\'')
def edit(id_: int, parameters: str, *, data: Path | None = None) -> None:
    """Give a dead letter other parameters; replay it then.

    Args:
        id_: its number.
        parameters: a JSON object.
        data: data folder of the shop (default: var).
    """
    try:
        read = json.loads(parameters)
    except ValueError as error:
        raise Misconfigured(f"These parameters are not JSON: {error}.") from error
    with _database(data) as database:
        DeadLetters(database).edit(id_, read)
    print(f"Dead letter {id_} has other parameters now; replay it with ./opensky bus dead replay {id_}.")


@dead.command(help_epilogue="Example: ./opensky bus dead discard --queue shipments --yes")
def discard(*ids: int, queue: str = "", yes: bool = False, data: Path | None = None) -> None:
    """Forget dead letters for good.

    Args:
        *ids: their numbers; without any, all of --queue.
        queue: the queue whose letters are all discarded.
        yes: do not ask.
        data: data folder of the shop (default: var).
    """
    with _database(data) as database:
        letters = DeadLetters(database)
        chosen = _chosen(letters, ids, queue)
        if not yes and not _agreed(f"Discard {len(chosen)} dead letters for good?"):
            print("Nothing was discarded.")
            return
        print(f"{letters.discard(chosen)} dead letters are gone.")


def _chosen(letters: DeadLetters, ids: tuple[int, ...], queue: str) -> list[int]:
    if ids:
        return list(ids)
    if not queue:
        raise NotFound("Name dead letters by their numbers, or all of a queue with --queue.")
    return [each.message.id for each in letters.listed(queue=queue, limit=100_000)]


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise Misconfigured(f"{question} Nobody is there to answer; say --yes.")
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


class _database:  # noqa: N801 - a context manager that reads as a noun
    """The database of a data folder, with tables in it, closed at the end."""

    def __init__(self, data: Path | None) -> None:
        self._container = container(settings_of(data))

    def __enter__(self) -> Database:
        database = self._container.__enter__().get(Database)
        if not database.created:
            raise Misconfigured("There is no shop yet; make one with ./opensky up.")
        return database

    def __exit__(self, *error: object) -> None:
        self._container.__exit__(*error)  # type: ignore[arg-type]


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))
