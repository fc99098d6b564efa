"""``opensky rewards``: what a rule would have granted in the past, and what that would have cost."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cyclopts import App
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from opensky.cli.shop import opened
from opensky.devo.rewards.list_objects import ListKind
from opensky.devo.rewards.lists import RewardLists
from opensky.devo.rewards.manager import RewardManager
from opensky.devo.rewards.replay import Found, Replay, span_of
from opensky.devo.rewards.repository import KeptRule
from opensky.kernel.errors import Misconfigured, NotFound
from opensky.kernel.money import Money
from opensky.persistence import Reader, UnitOfWork
from opensky.settings import Settings

app = App(
    name="rewards",
    help="Replay a reward rule over the past, and make the lists that rules ask about.",
    help_epilogue="Example: ./opensky rewards replay 'First purchase' --days 90",
)
_SHOWN = 10


@app.command(help_epilogue="Example: ./opensky rewards replay 'First purchase' --days 90")
def replay(rule: str, *, days: int = 30, until: str = "", data: Path | None = None, json: bool = False) -> None:
    """Say who would have got what of a rule, in the order of time and within its limits, and what it would have cost. Nothing is granted.

    Args:
        rule: name of the rule, or its number.
        days: how many days to go through.
        until: the last of them, such as 2026-11-30 (default: today, until now).
        data: data folder of the shop (default: var).
        json: print what was found as one JSON object.
    """
    with opened(data) as shop, shop() as job:
        rewards, currency = job.get(RewardManager), job.get(Settings).currency
        kept = _named(rewards.all(), rule)
        sentence = rewards.sentence(kept)
        asked = Replay(job.get(Reader), kept, span_of(days, _end(until)), currency)
        with _progress() as progress:
            task = progress.add_task("events", total=asked.total)
            for done in asked.steps():
                progress.update(task, completed=done)
    if json:
        print(msgspec.json.encode(asked.found).decode())
    else:
        print(sentence)
        Console().print(_table(asked.found, currency))


@app.command(name="list", help_epilogue="Example: ./opensky rewards list 'spring letter' --members addresses.txt")
def make_list(
    name: str, *, members: Path | None = None, products: Path | None = None, data: Path | None = None
) -> None:
    """Have a list that rules ask about, as in '"spring letter" in member.lists'. What was on it before is not any more.

    Args:
        name: what it is called.
        members: a file with an e-mail address of a member a line.
        products: a file with a product's name in addresses a line; rules ask '"name" in order.lists'.
        data: data folder of the shop (default: var).
    """
    given: list[tuple[ListKind, Path]] = [("member", members)] if members else []
    given += [("product", products)] if products else []
    if not given:
        raise Misconfigured("Please say who or what is on it: --members FILE, --products FILE.")
    with opened(data) as shop, shop() as job:
        for kind, file in given:
            number = job.get(RewardLists).put(name, kind, _lines_of(file))
            print(f"{number:,} {kind}{'' if number == 1 else 's'} on the list {name!r}.")
        job.get(UnitOfWork).commit()


@app.command(help_epilogue="Example: ./opensky rewards lists")
def lists(*, data: Path | None = None) -> None:
    """Show the lists that rules ask about, and how many are on each.

    Args:
        data: data folder of the shop (default: var).
    """
    with opened(data) as shop, shop() as job:
        for each in job.get(RewardLists).all():
            print(f"{each.name}  {each.number:,} {each.kind}{'' if each.number == 1 else 's'}")


def _lines_of(file: Path) -> list[str]:
    try:
        return [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file} cannot be read: {error}."
        raise Misconfigured(message) from None


def _named(rules: list[KeptRule], asked: str) -> KeptRule:
    found = [each for each in rules if asked in {each.name, str(each.id)}]
    if not found:
        message = f"There is no reward called {asked!r}; the admin lists them."
        raise NotFound(message)
    if len(found) > 1:
        message = f"Several rewards are called {asked!r}; name one by its number: {', '.join(str(each.id) for each in found)}."
        raise NotFound(message)
    return found[0]


def _end(until: str) -> datetime:
    if not until:
        return datetime.now(UTC)
    try:
        return datetime.fromisoformat(until).replace(tzinfo=UTC) + timedelta(days=1, microseconds=-1)
    except (ValueError, OverflowError):
        message = f"{until!r} is no day; write one such as 2026-11-30."
        raise Misconfigured(message) from None


def _progress() -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    return Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())


def _table(found: Found, currency: str) -> Table:
    made = Table(title="What it would have granted", title_justify="left", show_header=False)
    made.add_column("what")
    made.add_column("number", justify="right")
    rows = [("events", found.events), ("of which the condition held", found.held)]
    rows += [(f"nothing, because {why}", number) for why, number in sorted(found.hindered.items())]
    rows += [("granted", found.granted), ("members", found.members), ("could not be asked", found.not_asked)]
    for what, number in rows:
        made.add_row(what, f"{number:,}")
    made.add_row("points", f"{found.points:,}")
    made.add_row("cost", str(Money(found.cost, currency)))
    made.add_section()
    for each in found.recipients[:_SHOWN]:
        made.add_row(f"member {each.member_id}", f"{each.grants:,} for {Money(each.cost, currency)}")
    return made
