"""Deploy migrations: whether the database has all of this release's, and whether one stopped half way."""

from collections.abc import Iterator
from contextlib import closing

from opensky.cli.checks import sqlite
from opensky.cli.checks.finding import Finding, ok, problem, warning
from opensky.persistence.engines.opening import open_engine
from opensky.settings import Settings
from opensky.wiring import open_database
from opensky.wiring.migrations import open_runner, versions_folder


def migrations(settings: Settings) -> Iterator[Finding]:
    """Compare the versions of the folder with the record of the database."""
    if sqlite.is_missing(open_engine(settings.database).url):
        return
    folder = versions_folder(settings)
    if not folder.is_dir():
        yield problem("migrations", f"There is no folder {folder} with versions.", "Name it with OPENSKY_MIGRATIONS.")
        return
    with closing(open_database(settings)) as whole:
        if not whole.created:
            return
    with closing(open_runner(settings, say=lambda _: None)) as runner:
        status = runner.status()
    if status.failed:
        stopped = "; ".join(f"Version{each.number} stopped: {each.error}" for each in status.failed)
        yield problem("migrations", stopped, "./opensky migrate status says how to go on.")
    elif status.missing:
        says = f"The database lacks {len(status.missing)}, the first is Version{status.missing[0].number}."
        yield problem("migrations", says, "./opensky migrate up")
    elif status.unknown:
        says = f"The database has {len(status.unknown)} that this release does not know; a newer one has been here."
        yield warning("migrations", says, "Start the newer release, or undo them there with ./opensky migrate down.")
    else:
        yield ok("migrations", f"the database has all {len(status.versions)} of this release")
