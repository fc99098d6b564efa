"""Which unique fields a database's integrity error is about."""

import re

from sqlalchemy.exc import IntegrityError

from opensky.kernel.errors import OpenSkyError
from opensky.persistence.errors import Duplicate
from opensky.persistence.tables import METADATA

_SQLITE = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")


def duplicate_from(error: IntegrityError) -> OpenSkyError:
    """Return the ``Duplicate`` that a driver's error stands for, or an error that repeats what the driver said."""
    match = _SQLITE.search(str(error.orig))
    if match is None:
        message = f"The database refused a row: {error.orig}"
        return OpenSkyError(message)
    parts = [part.strip().split(".") for part in match["columns"].split(",")]
    fields = tuple(part[-1] for part in parts)
    table = METADATA.tables.get(parts[0][0])
    return Duplicate(table.info.get("kind", table.name) if table is not None else parts[0][0], fields)
