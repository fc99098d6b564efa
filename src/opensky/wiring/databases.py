"""The database of an installation: which file, which classes."""

from opensky.devo.model import MODEL
from opensky.kernel.clock import Clock
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Database
from opensky.settings import Settings

FILE = "opensky.sqlite"


def open_database(settings: Settings, *, ids: IdGenerator | None = None, clock: Clock | None = None) -> Database:
    """Return the database of the data folder; the caller closes it. Nothing is opened before it is first used."""
    return Database(settings.data / FILE, MODEL, ids=ids, clock=clock, threads=settings.threads)
