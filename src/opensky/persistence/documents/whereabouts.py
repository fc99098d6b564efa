"""Whether the documents are where the settings say: a shop that looks for them in the wrong place finds nothing."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.engine import Connection

from opensky.kernel.errors import Misconfigured
from opensky.mapping import describe
from opensky.persistence.documents.engine import DocumentEngine
from opensky.persistence.documents.journal_tables import HEADS
from opensky.persistence.tables import table


def check_whereabouts(connection: Connection, model: Iterable[type], elsewhere: DocumentEngine | None) -> None:
    """Raise ``Misconfigured`` if documents are beside the rows and should not be, or are not and should be.

    ``elsewhere`` reads the other database, if there is to be one.
    """
    if elsewhere is None:
        if _followed(connection):
            raise Misconfigured(
                "The documents of this shop are in another database, but documents_url is empty. "
                "Set it again, or bring them back with ./opensky documents move."
            )
        return
    classes = documents_of(model)
    if beside := [describe(c).name for c in classes if connection.execute(select(table(c).c.id).limit(1)).first()]:
        raise Misconfigured(
            f"documents_url names another database, but documents ({', '.join(beside)}) are still beside the rows. "
            "Move them with ./opensky documents move."
        )
    check_belonging(connection, classes, elsewhere)


def check_belonging(connection: Connection, classes: Iterable[type], elsewhere: DocumentEngine) -> None:
    """Raise ``Misconfigured`` if the other database holds documents of which the rows know nothing."""
    if _followed(connection):
        return
    if alien := [describe(cls).name for cls in classes if elsewhere.find(cls, {}, limit=1)]:
        raise Misconfigured(
            f"The other database holds documents ({', '.join(alien)}) that do not belong to these rows; name an empty one."
        )


def documents_of(model: Iterable[type]) -> list[type]:
    """Return the classes that are kept as documents."""
    return [cls for cls in model if describe(cls).store == "documents"]


def _followed(connection: Connection) -> bool:
    """Return whether SQL follows documents in another database."""
    return connection.execute(select(HEADS.c.id).where(HEADS.c.removed.is_(False)).limit(1)).first() is not None
