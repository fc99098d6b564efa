"""``opensky relay``: apply what was committed but has not reached the database of the documents."""

from contextlib import closing
from pathlib import Path

from opensky.cli.folder import existing, settings_to_look
from opensky.kernel.errors import Misconfigured
from opensky.persistence import Database
from opensky.persistence.relay import redo_once, waiting
from opensky.wiring import open_database


def relay(*, data: Path | None = None) -> None:
    """Apply what waits for the database of the documents, now; a running shop does the same every few seconds.

    Args:
        data: data folder of the shop (default: var).
    """
    settings = settings_to_look(existing(data))
    with closing(open_database(settings)) as database:
        if database.elsewhere is None:
            print("Documents are kept beside the rows (documents_url is empty): there is nothing to relay.")
            return
        if not database.created:
            raise Misconfigured("There is no shop yet; make one with ./opensky up.")
        database.check_documents()  # what is applied leaves the journal: it must not go into another's database
        print(report(database, redo_once(database, due_only=False)))


def report(database: Database, applied: int) -> str:
    """Say what was applied and what still waits."""
    left = waiting(database)
    if not left.rows:
        return f"{applied} changes applied, nothing waits."
    why = f", {left.failing} because of: {left.error}" if left.failing else ""
    return f"{applied} changes applied, {left.rows} wait{why}"
