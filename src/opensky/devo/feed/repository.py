"""What the feed asks of the store about products on show. It keeps ids and instants, never cards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, exists, func, select

from opensky.devo.follows.objects import Follow
from opensky.devo.products.objects import ProductCard
from opensky.persistence import Query, Reader, table
from opensky.persistence.cursors import Cursor, older_than

_cards, _follows = table(ProductCard), table(Follow)
_TAILS_AT_ONCE = 500


class Change(NamedTuple):
    """A card that was changed: what the feed's tail wants to know."""

    version: int
    product_id: int
    seller_id: int
    published_at: datetime


class Placed(NamedTuple):
    """Where a product stands in the list of its seller."""

    seller_id: int
    product_id: int
    published_at: datetime


_CHANGES = Query(
    select(_cards.c.version, _cards.c.product_id, _cards.c.seller_id, _cards.c.published_at)
    .where(_cards.c.version > bindparam("since"))
    .order_by(_cards.c.version)
    .limit(bindparam("limit")),
    Change,
)
_PLACE = select(_cards.c.seller_id, _cards.c.product_id, _cards.c.published_at)
_NUMBERED = (
    _PLACE.add_columns(
        func.row_number()
        .over(partition_by=_cards.c.seller_id, order_by=(_cards.c.published_at.desc(), _cards.c.product_id.desc()))
        .label("place")
    )
    .where(_cards.c.seller_id.in_(bindparam("sellers", expanding=True)))
    .subquery()
)
_TAILS = Query(
    select(_NUMBERED.c.seller_id, _NUMBERED.c.product_id, _NUMBERED.c.published_at).where(
        _NUMBERED.c.place <= bindparam("most")
    ),
    Placed,
)


def _newest_first(statement: Select[Any], index: str) -> Select[Any]:
    # The two ways to find the same rows differ by a factor of hundreds; SQLite has no numbers to choose by.
    return (
        statement.with_hint(_cards, f"INDEXED BY {index}", "sqlite")
        .where(older_than(_cards.c.published_at, _cards.c.product_id))
        .order_by(_cards.c.published_at.desc(), _cards.c.product_id.desc())
        .limit(bindparam("limit"))
    )


_WINDOW = Query(
    _newest_first(
        _PLACE.where(
            _cards.c.seller_id.in_(bindparam("sellers", expanding=True)),
            _cards.c.published_at > bindparam("not_before"),
        ),
        "ix_product_cards_seller_id_published_at_product_id",
    ),
    Placed,
)
_PROBE = Query(
    _newest_first(
        _PLACE.where(
            exists(
                select(_follows.c.seller_id).where(
                    _follows.c.member_id == bindparam("member_id"), _follows.c.seller_id == _cards.c.seller_id
                )
            )
        ),
        "ix_product_cards_published_at_product_id",
    ),
    Placed,
)
_OLDEST: Query[datetime] = Query(select(_cards.c.published_at).order_by(_cards.c.published_at).limit(1), lambda at: at)


class TailRepository:
    """What the feed asks about cards. It keeps ids and instants, never cards."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def changed_since(self, version: int, limit: int) -> list[Change]:
        """Which cards were changed after this version, in order of change?"""
        return self._reader.fetch(_CHANGES, since=version, limit=limit)

    def tails(self, sellers: Sequence[int], most: int) -> list[Placed]:
        """What are the newest ``most`` products of each of these insiders?"""
        found: list[Placed] = []
        for start in range(0, len(sellers), _TAILS_AT_ONCE):
            some = list(sellers[start : start + _TAILS_AT_ONCE])
            found += self._reader.fetch(_TAILS, sellers=some, most=most)
        return found

    def within(self, sellers: Sequence[int], before: Cursor, not_before: datetime, limit: int) -> list[Placed]:
        """What did these insiders publish before the cursor, but after ``not_before``, the newest first?"""
        return self._reader.fetch(
            _WINDOW, sellers=list(sellers), before_at=before.at, before_id=before.id, not_before=not_before, limit=limit
        )

    def of_followed(self, member_id: int, before: Cursor, limit: int) -> list[Placed]:
        """What did those whom this member follows publish before the cursor? Looks at what everybody published."""
        return self._reader.fetch(_PROBE, member_id=member_id, before_at=before.at, before_id=before.id, limit=limit)

    def oldest(self) -> datetime | None:
        """When was the oldest product on show published?"""
        return self._reader.fetch_one(_OLDEST)
