"""``opensky bus dead`` and ``opensky bus journey``: what the admin's pages of the bus show and do, in a terminal."""

import getpass
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cyclopts import App
from dishka import Container
from rich.console import Console
from rich.table import Table

from opensky.cli.shop import opened
from opensky.devo.bus.journeys import span
from opensky.devo.bus.manager import BusManager, as_json, mark
from opensky.devo.bus.masking import veil
from opensky.devo.bus.views import JourneyView
from opensky.devo.bus.watching import BusWatch
from opensky.devo.orders.manager import OrderManager
from opensky.devo.orders.objects import Order
from opensky.kernel.errors import Conflict, Misconfigured, NotFound
from opensky.kernel.ids import read_id
from opensky.kernel.masking import cleaned
from opensky.messaging import About, DeadLetters, Message
from opensky.persistence import UnitOfWork
from opensky.persistence.history.actor import Actor
from opensky.persistence.history.keys import key_text

dead = App(
    name="dead",
    help="Dead letters: what was given up, until somebody decides.",
    help_epilogue="Example: ./opensky bus dead list",
)
_AT_ONCE = 500
"""So many letters are decided in one transaction, which a running shop waits for."""


@dead.command(name="list", help_epilogue="Example: ./opensky bus dead list --queue shipments")
def list_(*, queue: str = "", data: Path | None = None) -> None:
    """List dead letters by what they died of, the latest first.

    Args:
        queue: of one queue only.
        data: data folder of the shop (default: var).
    """
    with _shop(data) as shop:
        causes = [each for each in shop.get(DeadLetters).causes() if queue in ("", each.queue)]
    for each in causes:
        print(
            f"{each.letters:>6} in {each.queue}, the newest is {each.newest} of {each.last_at:%Y-%m-%d %H:%M}: {cleaned(each.cause)}"
        )
    if not causes:
        print("There are no dead letters.")


@dead.command(help_epilogue="Example: ./opensky bus dead show 2236070053336317952")
def show(id_: int, *, bare: bool = False, data: Path | None = None) -> None:
    """Show one dead letter: where it came from, what it holds, and what went wrong. What may be about a person is masked.

    Args:
        id_: its number.
        bare: show what is masked, but for secrets; that you looked is written down.
        data: data folder of the shop (default: var).
    """
    with _shop(data) as shop:
        bus = shop.get(BusManager)
        letter = bus.look_into(id_) if bare else bus.letter(id_)
        shop.get(UnitOfWork).commit()
    message, seen = letter.message, veil(letter.message.parameters, bare=bare)
    print(
        f"{message.type or 'message'} {message.id} of {message.queue_name}, died {letter.died_at:%Y-%m-%d %H:%M:%S} UTC"
    )
    print(f"journey {message.correlation}: {' > '.join(message.history) or 'its first step'}")
    print(as_json(seen.shown))
    print(seen.text(letter.error, bare=bare))


@dead.command(help_epilogue="Example: ./opensky bus dead replay 2236070053336317952")
def replay(*ids: int, queue: str = "", data: Path | None = None) -> None:
    """Put dead letters back into their queues, to be handled now.

    Args:
        *ids: their numbers; without any, all of --queue.
        queue: the queue whose letters are all replayed.
        data: data folder of the shop (default: var).
    """
    chosen = _chosen(ids, queue, data)
    done = _decide(chosen, data, lambda bus: bus.retry)
    print(f"{done} of {len(chosen)} dead letters are in their queues again.")


@dead.command(help_epilogue='Example: ./opensky bus dead edit 2236070053336317952 \'{"order": "A-1042"}\'')
def edit(id_: int, parameters: str, *, data: Path | None = None) -> None:
    """Give a dead letter other parameters; replay it then.

    Args:
        id_: its number.
        parameters: a JSON object; a mask that ``show`` has printed stands for the value that is there.
        data: data folder of the shop (default: var).
    """
    with _shop(data) as shop:
        bus = shop.get(BusManager)
        fields = bus.edit(id_, parameters, mark(bus.letter(id_).message))
        shop.get(UnitOfWork).commit()
    if not fields:
        print(f"Dead letter {id_} has these parameters already.")
        return
    print(f"Dead letter {id_} has other parameters now ({', '.join(fields)}).")
    print(f"Replay it with ./opensky bus dead replay {id_}.")


@dead.command(help_epilogue="Example: ./opensky bus dead discard --queue shipments --yes")
def discard(*ids: int, queue: str = "", yes: bool = False, data: Path | None = None) -> None:
    """Forget dead letters for good.

    Args:
        *ids: their numbers; without any, all of --queue.
        queue: the queue whose letters are all discarded.
        yes: do not ask.
        data: data folder of the shop (default: var).
    """
    chosen = _chosen(ids, queue, data)
    if not yes and not _agreed(f"Discard {len(chosen)} dead letters for good?"):
        print("Nothing was discarded.")
        return
    print(f"{_decide(chosen, data, lambda bus: bus.discard)} dead letters are gone.")


def journey(which: str, *, data: Path | None = None) -> None:
    """Show where a journey led: which message caused which, who took it, how long it waited and took.

    Args:
        which: the number of any of its messages, or of an order, whose journeys are all shown.
        data: data folder of the shop (default: var).
    """
    with _shop(data) as shop:
        watch = shop.get(BusWatch)
        number = read_id(which)
        if number is not None:
            found = [watch.journey(number)]
        else:
            order = shop.get(OrderManager).by_number(which)
            found = watch.journeys_of(About(Order.__name__, key_text(order.id)))[::-1]
    console = Console()
    for each in found:
        _print_journey(console, each)
    if not found:
        print("Nothing was sent because of it yet, or it is forgotten.")


def _print_journey(console: Console, journey: JourneyView) -> None:
    about = ", ".join(f"{each.kind} {each.name}" for each in journey.subjects)
    print(f"Journey {journey.correlation} began {journey.began_at:%Y-%m-%d %H:%M:%S} UTC, lasted {journey.lasted}.")
    if about:
        print(f"It is about {about}.")
    if journey.requests:
        print(f"Begun by request {', '.join(journey.requests)}.")
    table = Table("after", "from", "to", "message", "waited", "stands")
    for each in journey.messages:
        said = (
            each.said
            if each.state == "handled"
            else f"{each.state}: {each.said}"
            if each.said != each.state
            else each.said
        )
        name = each.type if each.number == 1 else f"{each.number} x {each.type}"
        after = span(each.put_at - journey.began_at)
        table.add_row(after, each.sender, each.receiver, f"{name}\n{each.id}", each.waited, said)
    console.print(table)


def _decide(ids: Sequence[int], data: Path | None, verb: Callable[[BusManager], Callable[[int], Message]]) -> int:
    """Do it to each letter, a few hundred a transaction; return how many there were."""
    done = 0
    for start in range(0, len(ids), _AT_ONCE):
        with _shop(data) as shop:
            do = verb(shop.get(BusManager))
            done += sum(_there(do, id_) for id_ in ids[start : start + _AT_ONCE])
            shop.get(UnitOfWork).commit()
    return done


def _there(do: Callable[[int], Message], id_: int) -> bool:
    try:
        do(id_)
    except (NotFound, Conflict):
        return False
    return True


def _chosen(ids: tuple[int, ...], queue: str, data: Path | None) -> list[int]:
    if ids:
        return list(ids)
    if not queue:
        raise NotFound("Name dead letters by their numbers, or all of a queue with --queue.")
    with _shop(data) as shop:
        return [each.message.id for each in shop.get(DeadLetters).listed(queue=queue, limit=100_000)]


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise Misconfigured(f"{question} Nobody is there to answer; say --yes.")
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


@contextmanager
def _shop(data: Path | None) -> Iterator[Container]:
    """Open a scope on the shop of a data folder, in which whoever is at the terminal acts."""
    with opened(data) as shop, shop() as scope:
        scope.get(UnitOfWork).acting = Actor("system", name=f"{getpass.getuser()} at a terminal")
        yield scope
