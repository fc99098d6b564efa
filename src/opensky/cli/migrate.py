"""``opensky migrate``: deploy migrations. Run before a release goes live, or at any time from a folder of their own."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from opensky.cli import migrate_showing as showing
from opensky.cli.migrate_eventual import eventual
from opensky.cli.migrate_opening import confirm, opened
from opensky.cli.migrate_writing import check, diff, generate, live
from opensky.kernel.errors import Misconfigured
from opensky.migrations import How, Ran, Status
from opensky.migrations.versions import number_of
from opensky.wiring.migrations import versions_folder

app = App(
    name="migrate",
    help="Change the tables and documents of a shop that is running.",
    help_epilogue="Example: ./opensky migrate status",
)
app.command(generate, help_epilogue="Example: ./opensky migrate generate 'Adds a switch that says sold out.'")
app.command(diff, help_epilogue="Example: ./opensky migrate diff 'Adds notes to orders.'")
app.command(check, help_epilogue="Example: ./opensky migrate check")
app.command(live, help_epilogue="Example: ./opensky migrate live")
app.command(eventual, help_epilogue="Example: ./opensky migrate eventual --sweep --rate 200")

Yes = Annotated[bool, Parameter(name=("--yes", "-y"))]


@app.command(help_epilogue="Example: ./opensky migrate up --dry-run")
def up(
    to: str = "latest",
    *,
    dry_run: bool = False,
    write_sql: Path | None = None,
    query_time: bool = False,
    all_or_nothing: bool = False,
    wait: float = 60,
    data: Path | None = None,
) -> None:
    """Run the versions that the database lacks, oldest first.

    Args:
        to: a version, next or latest.
        dry_run: keep nothing; show the statements. Where the database can undo, they are really tried.
        write_sql: write the statements into a file and keep nothing.
        query_time: show how long each statement took.
        all_or_nothing: run all in one transaction (not on MariaDB).
        wait: how many seconds to wait for another process that is migrating.
        data: data folder of the shop (default: var).
    """
    how = How(dry_run=dry_run or write_sql is not None, all_or_nothing=all_or_nothing, wait=wait)
    with opened(data) as (runner, _):
        _show(runner.up(to, how), how, write_sql, query_time=query_time, nothing="Nothing to do: the database has all.")


@app.command(help_epilogue="Example: ./opensky migrate down prev --yes")
def down(
    to: str = "prev",
    *,
    dry_run: bool = False,
    write_sql: Path | None = None,
    query_time: bool = False,
    all_or_nothing: bool = False,
    wait: float = 60,
    yes: Yes = False,
    data: Path | None = None,
) -> None:
    """Undo versions, newest first.

    Args:
        to: prev undoes the newest version alone, first all; a version stays, and everything newer is undone.
        dry_run: keep nothing; show the statements.
        write_sql: write the statements into a file and keep nothing.
        query_time: show how long each statement took.
        all_or_nothing: undo all in one transaction (not on MariaDB).
        wait: how many seconds to wait for another process that is migrating.
        yes: do not ask.
        data: data folder of the shop (default: var).
    """
    how = How(dry_run=dry_run or write_sql is not None, all_or_nothing=all_or_nothing, wait=wait)
    with opened(data) as (runner, _):
        doomed = runner.status().to_go_down(to)
        if doomed and not how.dry_run:
            confirm(f"Undo {showing.names(doomed)}? Data that only these brought are lost.", yes=yes)
        _show(runner.down(to, how), how, write_sql, query_time=query_time, nothing="Nothing to undo.")


@app.command(help_epilogue="Example: ./opensky migrate execute 20130204114559 --down --yes")
def execute(
    *versions: str,
    up: bool = False,
    down: bool = False,
    dry_run: bool = False,
    write_sql: Path | None = None,
    query_time: bool = False,
    wait: float = 60,
    yes: Yes = False,
    data: Path | None = None,
) -> None:
    """Run or undo these versions alone, whatever the database has of the others.

    Args:
        *versions: which.
        up: run them.
        down: undo them.
        dry_run: keep nothing; show the statements.
        write_sql: write the statements into a file and keep nothing.
        query_time: show how long each statement took.
        wait: how many seconds to wait for another process that is migrating.
        yes: do not ask before undoing.
        data: data folder of the shop (default: var).
    """
    if up == down or not versions:
        raise Misconfigured("Name versions, and say either --up or --down.")
    how = How(dry_run=dry_run or write_sql is not None, wait=wait)
    with opened(data) as (runner, _):
        if down and not how.dry_run:
            confirm(f"Undo {', '.join(versions)}? Data that only these brought are lost.", yes=yes)
        ran = runner.execute(versions, "up" if up else "down", how)
        _show(ran, how, write_sql, query_time=query_time, nothing="Nothing to do.")


@app.command(help_epilogue="Example: ./opensky migrate status")
def status(*, data: Path | None = None) -> None:
    """Show where the database stands: which versions it has, lacks, does not know.

    Args:
        data: data folder of the shop (default: var).
    """
    with opened(data, with_versions=False) as (runner, settings):
        found = runner.status()
        running = any(entry.begun for entry in found.failed) and runner.running()
        showing.console().print(showing.status(found, str(runner.target), versions_folder(settings), running=running))


@app.command(name="list", help_epilogue="Example: ./opensky migrate list")
def list_(*, data: Path | None = None) -> None:
    """List all versions, with when each was executed and how long it took.

    Args:
        data: data folder of the shop (default: var).
    """
    with opened(data) as (runner, _):
        showing.console().print(showing.versions(runner.status()))


@app.command(help_epilogue="Example: ./opensky migrate latest")
def latest(*, data: Path | None = None) -> None:
    """Print the newest version of the folder.

    Args:
        data: data folder of the shop (default: var).
    """
    with opened(data) as (runner, _):
        print(runner.status().latest or "There are no versions.")


@app.command(help_epilogue="Example: ./opensky migrate current")
def current(*, data: Path | None = None) -> None:
    """Print the newest version that the database has.

    Args:
        data: data folder of the shop (default: var).
    """
    with opened(data) as (runner, _):
        print(runner.status().current or "The database has no version.")


@app.command(name="up-to-date", help_epilogue="Example: ./opensky migrate up-to-date && ./opensky web")
def up_to_date(*, strict: bool = False, data: Path | None = None) -> None:
    """End with status 0 if the database has every version, with 1 if it lacks one.

    Args:
        strict: also end with 1 if it has versions that the folder does not know.
        data: data folder of the shop (default: var).
    """
    with opened(data) as (runner, _):
        found = runner.status()
    print(showing.sentence(found))
    if found.missing or (strict and found.unknown):
        sys.exit(1)


@app.command(help_epilogue="Example: ./opensky migrate version 20130204114559 --add")
def version(
    *versions: str,
    add: bool = False,
    delete: bool = False,
    every: Annotated[bool, Parameter(name="--all")] = False,
    first: Annotated[str, Parameter(name="--from")] = "",
    last: Annotated[str, Parameter(name="--to")] = "",
    yes: Yes = False,
    data: Path | None = None,
) -> None:
    """Record versions without running them, or forget them without undoing them.

    Args:
        *versions: which.
        add: record them.
        delete: forget them.
        every: all of them.
        first: from this one on.
        last: up to this one.
        yes: do not ask before forgetting.
        data: data folder of the shop (default: var).
    """
    ranged = every or bool(first or last)
    if add == delete or bool(versions) == ranged:
        raise Misconfigured("Say --add or --delete, and which: versions, --all, or --from and --to.")

    def chosen(found: Status) -> list[str]:
        if versions:
            numbers = [number_of(v) for v in versions]
            return [found.version(n).number for n in numbers] if add else numbers
        known = [v.number for v in found.versions] if add else list(found.recorded)
        least, most = number_of(first) if first else "", number_of(last) if last else "9"
        return [n for n in known if least <= n <= most]

    with opened(data) as (runner, _):
        if delete:
            confirm(f"Forget {len(chosen(runner.status()))} versions? The tables stay as they are.", yes=yes)
        done = runner.add(chosen) if add else runner.delete(chosen)
    word = "recorded" if add else "forgotten"
    print(f"{len(done)} versions {word}: {', '.join(done)}." if done else f"Nothing was {word}.")


@app.command(help_epilogue="Example: ./opensky migrate rollup --yes")
def rollup(*, yes: Yes = False, data: Path | None = None) -> None:
    """Forget all versions, and record the one that is left in the folder and stands for them.

    Args:
        yes: do not ask.
        data: data folder of the shop (default: var).
    """
    with opened(data) as (runner, _):
        confirm("Forget the record of all versions but the one in the folder? The tables stay as they are.", yes=yes)
        print(f"The database has Version{runner.rollup()}, and no other.")


def _show(ran: list[Ran], how: How, file: Path | None, *, query_time: bool, nothing: str) -> None:
    if not ran:
        print(nothing)
        return
    if file is not None:
        file.write_text(showing.script(ran, datetime.now(UTC)), "utf-8")
        print(
            f"{sum(len(r.statements) for r in ran)} statements of {len(ran)} versions written to {file}; nothing was run."
        )
        return
    print(showing.report(ran, dry=how.dry_run, times=query_time))
