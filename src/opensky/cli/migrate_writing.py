"""Writing versions, and checking them before they are run."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import Connection

from opensky.cli.migrate_opening import opened
from opensky.importing.objects import ImportRun
from opensky.kernel.errors import Misconfigured
from opensky.mapping import describe
from opensky.migrations import Finding
from opensky.migrations import check as look
from opensky.migrations.diffing import difference, write_difference
from opensky.migrations.diffing import generate as write_empty
from opensky.persistence import METADATA, table
from opensky.settings import Settings
from opensky.wiring import open_database
from opensky.wiring.migrations import keep_live, live_reads, versions_folder


def generate(description: str = "", *, data: Path | None = None) -> None:
    """Write an empty version, to be filled by hand.

    Args:
        description: what it is for, in one sentence.
        data: data folder of the shop (default: var).
    """
    with opened(data, with_versions=False) as (_, settings):
        path = write_empty(versions_folder(settings), description, datetime.now(UTC))
    print(f"{path}\nFill in up and down, then try it: ./opensky migrate up --dry-run")


def diff(
    description: str = "", *, from_empty: bool = False, allow_empty: bool = False, data: Path | None = None
) -> None:
    """Write a version with what lies between the tables as they are and as the classes say.

    Args:
        description: what it is for, in one sentence.
        from_empty: everything, as if there were no tables: what a rollup leaves.
        allow_empty: write a version also if nothing differs.
        data: data folder of the shop (default: var).
    """
    with opened(data, with_versions=False) as (runner, settings):
        missing = runner.status().missing
        if missing and not from_empty:
            raise Misconfigured(f"The database lacks {len(missing)} versions; run them first: ./opensky migrate up")
        with runner.target.connect() as connection, connection.begin():
            _load_classes(settings, connection)
            found = difference(connection, METADATA, from_empty=from_empty)
        folder = versions_folder(settings)
        if found is not None:
            path = write_difference(folder, description, found, datetime.now(UTC))
            print(f"{path}\nIt changes {', '.join(found.tables)}. Read it, then try it: ./opensky migrate up --dry-run")
        elif allow_empty:
            print(write_empty(folder, description, datetime.now(UTC)))
        else:
            print("The tables are as the classes say: nothing was written.")


def check(*, data: Path | None = None) -> None:
    """Refuse what would break the release that is still running: end with status 1, and say why and what is safe.

    The missing versions are run on an empty copy of the tables; the database itself is not touched.

    Args:
        data: data folder of the shop (default: var).
    """
    with opened(data) as (runner, settings):
        number = len(runner.status().missing)
        print(live_reads(settings, runner))
        findings = look(runner)
    for each in findings:
        print(_shown(each))
    refused = [f for f in findings if f.refused]
    if refused:
        print(f"opensky: {len(refused)} of these would break the running release.", file=sys.stderr)
        sys.exit(1)
    print(f"{number} missing versions checked: the running release survives them.")


def live(*, data: Path | None = None) -> None:
    """Say that this release is the live one, after a switch: what it reads is what the next check protects.

    Args:
        data: data folder of the shop (default: var).
    """
    with opened(data, with_versions=False) as (_, settings):
        number = keep_live(settings)
    print(f"This release is the live one: it reads {number} tables.")


def _load_classes(settings: Settings, connection: Connection) -> None:
    """Make the tables of all classes known, and what an import keeps where there has been one; opens nothing."""
    open_database(settings).close()
    if inspect(connection).has_table(describe(ImportRun).name):
        table(ImportRun)


def _shown(finding: Finding) -> str:
    word = "REFUSED" if finding.refused else "careful"
    return (
        f"{word}  {finding.version.name} {finding.what}:\n"
        f"         {finding.why}.\n"
        f"         {'Safe: ' if finding.refused else ''}{finding.instead}"
    )
