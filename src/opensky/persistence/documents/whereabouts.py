"""Whether the documents are where the settings say: a shop that looks for them in the wrong place finds nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.engine import Connection

from opensky.kernel.errors import Misconfigured
from opensky.mapping import describe
from opensky.persistence.documents.engine import DocumentEngine
from opensky.persistence.documents.journal_tables import HEADS, JOURNAL
from opensky.persistence.tables import table

_OF_EACH_END = 20
"""How many of the oldest documents of a class are looked for, and how many of the newest."""


@dataclass(frozen=True, slots=True)
class Looked:
    """How many documents were looked for, and which of them were not there: class and id."""

    number: int
    missing: tuple[tuple[str, int], ...]


def check_whereabouts(connection: Connection, model: Iterable[type], elsewhere: DocumentEngine | None) -> None:
    """Raise ``Misconfigured`` if documents are beside the rows and should not be, or are not and should be.

    ``elsewhere`` reads the other database, if there is to be one.
    """
    if elsewhere is None:
        if _followed(connection):
            raise Misconfigured(
                "The documents of this shop are in another database, but documents_url is empty. "
                "Set it again, or bring them back with ./opensky documents move --back-from ADDRESS."
            )
        return
    classes = documents_of(model)
    if beside := [describe(c).name for c in classes if connection.execute(select(table(c).c.id).limit(1)).first()]:
        raise Misconfigured(
            f"documents_url names another database, but documents ({', '.join(beside)}) are still beside the rows. "
            "Move them with ./opensky documents move --to ADDRESS."
        )
    check_belonging(connection, classes, elsewhere)


def check_belonging(connection: Connection, classes: Iterable[type], elsewhere: DocumentEngine) -> None:
    """Raise ``Misconfigured`` if the other database belongs to other rows: it holds what these do not know, or none of theirs."""
    classes = list(classes)
    if _followed(connection):
        looked = look_for(connection, classes, elsewhere)
        if looked.number and len(looked.missing) == looked.number:
            raise Misconfigured(
                "The database that documents_url names has none of this shop's documents "
                f"({looked.number} were looked for). Mend its name, or put a copy of the documents back there."
            )
        return
    if alien := [describe(cls).name for cls in classes if elsewhere.find(cls, {}, limit=1)]:
        raise Misconfigured(
            f"The other database holds documents ({', '.join(alien)}) that do not belong to these rows; name an empty one."
        )


def look_for(connection: Connection, classes: Iterable[type], elsewhere: DocumentEngine) -> Looked:
    """Look for the oldest and the newest documents of each class; those that the journal has still to write count for nothing."""
    waits = exists().where(JOURNAL.c.collection == HEADS.c.collection, JOURNAL.c.document_id == HEADS.c.id)
    number, missing = 0, []
    for cls in classes:
        of_class = (HEADS.c.collection == describe(cls).name, HEADS.c.removed.is_(False), ~waits)
        heads = select(HEADS.c.id).where(*of_class).limit(_OF_EACH_END)
        wanted = {
            id_
            for order in (HEADS.c.id, HEADS.c.id.desc())
            for id_ in connection.execute(heads.order_by(order)).scalars()
        }
        found = {body["id"] for body in elsewhere.find(cls, {"id": {"$in": sorted(wanted)}})} if wanted else set()
        number += len(wanted)
        missing += [(cls.__name__, id_) for id_ in sorted(wanted - found)]
    return Looked(number, tuple(missing))


def documents_of(model: Iterable[type]) -> list[type]:
    """Return the classes that are kept as documents."""
    return [cls for cls in model if describe(cls).store == "documents"]


def _followed(connection: Connection) -> bool:
    """Return whether SQL follows documents in another database."""
    return connection.execute(select(HEADS.c.id).where(HEADS.c.removed.is_(False)).limit(1)).first() is not None
