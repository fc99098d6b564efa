"""Whether a shop can be served, asked by what an init system starts by itself: there is one, with the tables of this release."""

from opensky.cli.preparation import versions_there
from opensky.kernel.errors import Misconfigured
from opensky.persistence import Database
from opensky.settings import Settings
from opensky.wiring import open_database

_VERSION = "Version"


def refuse_unready(settings: Settings, database: Database | None = None) -> None:
    """Raise ``Misconfigured`` where there is no shop, or its tables are not those of this release. Changes nothing."""
    opened = database or open_database(settings)
    try:
        known = [name.removeprefix(_VERSION) for name in versions_there(settings.migrations)]
        if not opened.created:
            message = f"There is no shop in {_place(opened, settings)} yet; make one with ./opensky up, or ./opensky up --empty."
            raise Misconfigured(message)
        opened.check(known)
    finally:
        if database is None:
            opened.close()


def _place(database: Database, settings: Settings) -> str:
    return str(settings.data) if database.embedded else str(database.url.render_as_string())
