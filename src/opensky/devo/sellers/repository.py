"""Every question about insiders that is asked of the store."""

from collections.abc import Sequence

from msgspec import Struct

from opensky.devo.sellers import search
from opensky.devo.sellers.objects import Seller, SellerId
from opensky.devo.sellers.views import Insider, InsiderInFull
from opensky.persistence import DocumentQuery, Param, Reader, UnitOfWork
from opensky.persistence.cursors import Cursor
from opensky.persistence.documents.reading import beginning, begins, earlier
from opensky.persistence.fulltext import Rank


class _Addressed(Struct):
    """Where an insider is found."""

    slug: str


_BY_SLUG = DocumentQuery(Seller, {"slug": Param("slug")}, into=InsiderInFull)
_BY_ID = DocumentQuery(Seller, {"id": Param("id")}, into=Insider)
_OF_MEMBER = DocumentQuery(Seller, {"member_id": Param("member_id")}, into=Insider)
_BY_IDS = DocumentQuery(Seller, {"id": {"$in": Param("ids")}}, into=Insider)
_JOINED = DocumentQuery(
    Seller, earlier("joined_at"), into=InsiderInFull, sort=("-joined_at", "-id"), limit=Param("limit")
)
_SLUGS = DocumentQuery(Seller, begins("slug"), into=_Addressed)


class SellerRepository:
    """Reads insiders for pages, and finds the objects that a manager changes."""

    def __init__(self, reader: Reader, unit: UnitOfWork) -> None:
        self._reader = reader
        self._unit = unit

    def shown_by_slug(self, slug: str) -> InsiderInFull | None:
        """Who has this address?"""
        return self._reader.read_one(_BY_SLUG, slug=slug)

    def shown(self, seller_id: int) -> Insider | None:
        """Who has this id?"""
        return self._reader.read_one(_BY_ID, id=seller_id)

    def shown_of_member(self, member_id: int) -> Insider | None:
        """Who is the insider behind this account?"""
        return self._reader.read_one(_OF_MEMBER, member_id=member_id)

    def shown_by_ids(self, ids: Sequence[int]) -> list[Insider]:
        """Who are these, in the order of the ids? What is not there is left out."""
        found = {insider.id: insider for insider in self._reader.read(_BY_IDS, ids=list(ids))} if ids else {}
        return [found[i] for i in ids if i in found]

    def newest(self, before: Cursor, limit: int) -> list[InsiderInFull]:
        """Who joined last, before the cursor?"""
        return self._reader.read(_JOINED, before_at=before.at, before_id=before.id, limit=limit)

    def matching(self, words: str, limit: int) -> list[Insider]:
        """Whose name, craft, town or sentence holds these words?"""
        found = search.SEARCH.find(self._reader, words, Rank.read(""), limit)
        return self.shown_by_ids([rank.id for rank in found])

    def with_slug(self, slug: str) -> Seller | None:
        """Whose object has this address?"""
        return self._unit.find_one(Seller, {"slug": slug})

    def with_id(self, seller_id: SellerId) -> Seller | None:
        """Whose object has this id?"""
        return self._unit.get(Seller, seller_id)

    def of_member(self, member_id: int) -> Seller | None:
        """Which shop does this member run?"""
        return self._unit.find_one(Seller, {"member_id": member_id})

    def slugs_like(self, slug: str) -> set[str]:
        """Which addresses begin like this one?"""
        return {seller.slug for seller in self._unit.read(_SLUGS, **beginning(slug))}

    def add(self, seller: Seller) -> None:
        """Keep a new insider, and let the search find them."""
        self._unit.persist(seller)
        self.index(seller)

    def index(self, seller: Seller) -> None:
        """Let the search find an insider by what they say now."""
        search.SEARCH.put(self._unit, search.entries([seller]))
