"""``opensky migrate eventual``: how much is left in an old shape, and the sweep that finishes it while the shop is open."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from opensky.cli.folder import existing, settings_to_look
from opensky.kernel.errors import Misconfigured
from opensky.migrations.eventual import Remaining, Swept, remaining, renewed_classes, sweep
from opensky.persistence import Database
from opensky.settings import Settings
from opensky.wiring import open_database
from opensky.wiring.nodes import ClaimedIds

_TOLD = 5


def eventual(
    *,
    swept: Annotated[bool, Parameter(name="--sweep")] = False,
    rate: float = 500,
    data: Path | None = None,
) -> None:
    """Show how many objects of each class are still in an old shape; with --sweep, renew them.

    The sweep may be killed and started again, and runs while the shop is open.

    Args:
        swept: renew what is left.
        rate: how many objects a second at most.
        data: data folder of the shop (default: var).
    """
    if rate <= 0:
        raise Misconfigured("The --rate must be more than 0 objects a second.")
    settings = settings_to_look(existing(data))
    database = _opened(settings)
    try:
        report(database, finish=swept, rate=rate)
    finally:
        database.close()


def report(database: Database, *, finish: bool, rate: float) -> None:
    """Print what remains of each class, and renew it if it is to be finished; ends with status 1 if something cannot be."""
    classes = renewed_classes(database)
    if not classes:
        print("No class has an older shape: nothing to migrate eventually.")
        return
    found = [remaining(database, cls) for cls in classes]
    print("\n".join(_lines(found)))
    if finish and any(each.old for each in found):
        _finish([_swept(database, each, rate) for each in found if each.old])


def _opened(settings: Settings) -> Database:
    database = open_database(settings)
    if not database.created:
        database.close()
        raise Misconfigured(f"There is no shop in {settings.data} yet; make one with ./opensky up.")
    database.ids = ClaimedIds(settings.data / "run" / "ids", settings.node, database.clock)
    return database


def _lines(found: Iterable[Remaining]) -> list[str]:
    return [f"{each.cls.__name__:<20} {each.old:>9,} of {each.all:,} in an old shape" for each in found]


def _swept(database: Database, what: Remaining, rate: float) -> Swept:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what.cls.__name__, total=what.old)
        return sweep(database, what.cls, rate=rate, progress=lambda number: bar.advance(task, number))


def _finish(done: Iterable[Swept]) -> None:
    failed = 0
    for each in done:
        meanwhile = f", {each.left:,} renewed by somebody else meanwhile" if each.left else ""
        print(f"{each.cls.__name__}: {each.renewed:,} renewed{meanwhile}.")
        failed += len(each.failed)
        for id_, why in each.failed[:_TOLD]:
            print(f"    {each.cls.__name__} {id_} could not be: {why}", file=sys.stderr)
    if failed:
        print(
            f"opensky: {failed} could not be renewed; mend the class or the documents, and sweep again.",
            file=sys.stderr,
        )
        sys.exit(1)
