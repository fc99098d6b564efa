"""``opensky import``: real people, sellers, purchases and follows. What was interrupted goes on where it stopped."""

import sys
from collections.abc import Callable
from pathlib import Path

from cyclopts import App
from rich.console import Console

from opensky.cli.folder import settings_of
from opensky.importing.report import Report
from opensky.persistence import Database
from opensky.settings import Settings
from opensky.wiring import open_database

app = App(
    name="import",
    help="Import real people, sellers, purchases and follows.",
    help_epilogue="Example: ./opensky import completejourney --data /srv/shop",
)


@app.command(help_epilogue="Example: ./opensky import completejourney --data /srv/shop")
def completejourney(*, data: Path | None = None, json: bool = False) -> None:
    """Import a year of a grocer: 2,469 households, 92,331 products, 155,848 baskets.

    Args:
        data: data folder of the shop (default: var).
        json: print the report as JSON.
    """
    from opensky.importing import completejourney as source  # noqa: PLC0415 - it brings large libraries

    _run(data, lambda database, settings, console: source.run(database, settings, console=console), json=json)


@app.command(help_epilogue="Example: ./opensky import follows graph.tsv --name ciao")
def follows(file: Path, *, name: str = "", data: Path | None = None, json: bool = False) -> None:
    """Import who follows whom from a list of edges (TSV or CSV, optionally with times) or a MATLAB matrix (.mat).

    Args:
        file: the file of the graph.
        name: tells graphs apart whose numbers mean other people (default: the name of the file).
        data: data folder of the shop (default: var).
        json: print the report as JSON.
    """
    from opensky.importing import follows as source  # noqa: PLC0415 - it brings large libraries

    report = _run(
        data,
        lambda database, settings, console: source.run(database, settings, file, name=name, console=console),
        json=json,
    )
    if not source.fitted(report):
        print(f"opensky: Nothing in {file} was a follow, so nothing was imported; is it a graph?", file=sys.stderr)
        sys.exit(1)


def _run(data: Path | None, load: Callable[[Database, Settings, Console], Report], *, json: bool) -> Report:
    settings = settings_of(data)
    database = open_database(settings)
    try:
        database.create()
        report = load(database, settings, Console(stderr=True))
    finally:
        database.close()
    if json:
        print(report.json)
    else:
        Console().print(report)
    return report
