"""The database of an installation: which address, which classes."""

from collections.abc import Sequence

import opensky.messaging.tables
import opensky.osis.runtime.tables  # noqa: F401 - these tables belong to no class, and are made with the others
from opensky.devo.model import MODEL
from opensky.kernel.clock import Clock
from opensky.kernel.ids import IdGenerator
from opensky.kernel.watching import Watch
from opensky.persistence import Database
from opensky.settings import Settings


def open_database(
    settings: Settings, *, ids: IdGenerator | None = None, clock: Clock | None = None, watch: Watch | None = None
) -> Database:
    """Return the database that the settings name; the caller closes it. Nothing is opened before it is first used."""
    replicas = [url.strip() for url in settings.replica_urls.split(",") if url.strip()]
    database = Database(
        settings.database,
        MODEL,
        documents=settings.documents_url,
        replicas=replicas,
        ids=ids,
        clock=clock,
        threads=settings.threads,
        watch=watch,
    )
    database.versions = lambda: _known_versions(settings)
    return database


def _known_versions(settings: Settings) -> Sequence[str]:
    from opensky.wiring.migrations import known_versions  # noqa: PLC0415 - only fresh tables ask; no request loads it

    return known_versions(settings)
