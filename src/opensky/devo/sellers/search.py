"""Finding insiders by words."""

from collections.abc import Iterable

from opensky.devo.sellers.objects import Seller
from opensky.devo.sellers.views import Insider
from opensky.persistence import Bulk, Database, DocumentQuery
from opensky.persistence.fulltext import TextSearch
from opensky.persistence.searching import FullText

SEARCH: TextSearch = FullText("seller_search", {"name": 10, "craft": 4, "town": 3, "sentence": 1})


_EVERYBODY = DocumentQuery(Seller, into=Insider)


def rebuild(database: Database) -> None:
    """Make all entries anew: after an import, which writes documents alone."""
    with database.bulk() as bulk:
        fill(bulk)
        bulk.commit()


def fill(bulk: Bulk) -> list[Insider]:
    """Make all entries anew in an open transaction, and return the insiders that were read for it."""
    sellers = bulk.read(_EVERYBODY)
    SEARCH.clear(bulk)
    SEARCH.put(bulk, entries(sellers), new=True)
    return sellers


def entries(sellers: Iterable[Seller | Insider]) -> Iterable[tuple[int, str, dict[str, str]]]:
    """Return what the search keeps of insiders."""
    for each in sellers:
        yield each.id, "", {"name": each.name, "craft": each.craft, "town": each.town, "sentence": each.sentence}
