"""Whether a shop can be served, asked by what an init system starts: there is one, of this release, and so are its documents."""

from opensky.cli.versions import versions_there
from opensky.kernel.errors import Misconfigured
from opensky.persistence import Database
from opensky.settings import Settings

_VERSION = "Version"


def refuse_unready(settings: Settings, database: Database | None = None, *, reads_documents: bool = True) -> None:
    """Raise ``Misconfigured`` where there is no shop, its tables are not those of this release, or its documents are elsewhere.

    Changes nothing. Who does not read documents (``reads_documents``) does not mind if their server is away.
    """
    opened = database or _open(settings)
    try:
        known = [name.removeprefix(_VERSION) for name in versions_there(settings.migrations)]
        if not opened.created:
            message = f"There is no shop in {_place(opened, settings)} yet; make one with ./opensky up, or ./opensky up --empty."
            raise Misconfigured(message)
        opened.check(known)
        opened.check_documents(must_answer=reads_documents)
    finally:
        if database is None:
            opened.close()


def _place(database: Database, settings: Settings) -> str:
    return str(settings.data) if database.embedded else str(database.url.render_as_string())


def _open(settings: Settings) -> Database:
    from opensky.wiring import open_database  # noqa: PLC0415 - the bus, which is to stay small, has its own already

    return open_database(settings)
