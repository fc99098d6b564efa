"""The deploy migrations of an installation: which folder, which database, which documents."""

from collections.abc import Callable
from pathlib import Path

from opensky.kernel.clock import Clock, SystemClock
from opensky.kernel.errors import Misconfigured
from opensky.migrations import Runner, Target, reads, versions_in
from opensky.migrations.collections import Elsewhere
from opensky.persistence import METADATA
from opensky.settings import Settings
from opensky.wiring.databases import open_database
from opensky.wiring.nodes import ClaimedIds

_CHECKOUT = Path(__file__).resolve().parents[3]


def versions_folder(settings: Settings) -> Path:
    """Return the folder of the versions."""
    return _CHECKOUT / settings.migrations  # an absolute one stays as it is


def known_versions(settings: Settings) -> list[str]:
    """Return the numbers of all versions of the folder: fresh tables hold what they would have brought.

    Raises:
        Misconfigured: it is not there; fresh tables would be recorded as if they held none, and then be given them again.
    """
    folder = versions_folder(settings)
    if not folder.is_dir():
        raise Misconfigured(f"There is no folder {folder} with the deploy migrations; name it with OPENSKY_MIGRATIONS.")
    return [version.number for version in versions_in(folder)]


def open_runner(
    settings: Settings, *, say: Callable[[str], None] = print, clock: Clock | None = None, folder: Path | None = None
) -> Runner:
    """Return the runner for the database of the settings; the caller closes it."""
    clock = clock or SystemClock()
    return Runner(
        target=Target(settings.database),
        folder=folder or versions_folder(settings),
        elsewhere=elsewhere(settings, clock) if settings.documents_url else None,
        clock=clock,
        say=say,
    )


def keep_live(settings: Settings) -> int:
    """Record what this release reads as what the live one reads; return how many tables that are."""
    found, clock = _reads(settings), SystemClock()
    target = Target(settings.database)
    try:
        with target.connect() as connection, connection.begin():
            reads.keep(connection, found, clock.now())
    finally:
        target.close()
    return len(found.tables)


def live_reads(settings: Settings, runner: Runner) -> str:
    """Return, as a sentence, whose tables a check protects."""
    with runner.target.connect() as connection, connection.begin():
        found = reads.kept(connection)
    if found is None:
        return (
            "No release has said that it is live, so everything that is there counts as read (./opensky migrate live)."
        )
    since = f"{found[1]:%Y-%m-%d %H:%M}"
    same = " It reads what this one reads." if found[0] == _reads(settings) else ""
    return f"Checking for the release that is live since {since} UTC.{same}"


def _reads(settings: Settings) -> reads.Reads:
    database = open_database(settings)
    database.close()
    return reads.of_model(database.model, METADATA)


def elsewhere(settings: Settings, clock: Clock) -> Elsewhere:
    """Return the documents that are kept in another database than the rows."""
    from opensky.migrations.journaled_collections import JournaledCollections  # noqa: PLC0415 - only they load pymongo

    return JournaledCollections(
        settings.documents_url, ClaimedIds(settings.data / "run" / "ids", settings.node, clock), clock
    )
