"""Every question that is asked about shares."""

from datetime import datetime
from typing import NamedTuple

from msgspec import Struct
from sqlalchemy import bindparam, func, select

from opensky.devo.members.objects import Member, MemberId
from opensky.devo.orders.objects import Order
from opensky.devo.orders.sharing import Shared, ShareId
from opensky.devo.products.objects import ProductId
from opensky.devo.shares.objects import Share
from opensky.persistence import DocumentQuery, Param, Query, Reader, UnitOfWork, insert_ignore, table

_shares, _orders = table(Share), table(Order)


class Listed(NamedTuple):
    """One share in its member's list, and how many have paid for the product after they came through it."""

    id: int
    code: str
    product_id: int
    shared_at: datetime
    bought: int


class _Address(Struct):
    """A member, as far as one tells whether they buy from themselves."""

    email: str


_ADD = insert_ignore(_shares)
_CODE = Query(
    select(_shares.c.code).where(
        _shares.c.member_id == bindparam("member_id"), _shares.c.product_id == bindparam("product_id")
    ),
    str,
)
_BY_CODE = Query(
    select(_shares.c.id, _shares.c.member_id, _shares.c.product_id).where(_shares.c.code == bindparam("code")),
    lambda id_, member_id, product_id: Shared(ShareId(id_), MemberId(member_id), ProductId(product_id)),
)
_EMAIL = DocumentQuery(Member, {"id": Param("id")}, into=_Address)
_BOUGHT = (
    select(func.count())
    .where(_orders.c.share_id == _shares.c.id, _orders.c.state.not_in(("placed", "cancelled")))
    .scalar_subquery()
)
_OF_MEMBER = Query(
    select(_shares.c.id, _shares.c.code, _shares.c.product_id, _shares.c.shared_at, _BOUGHT)
    .where(_shares.c.member_id == bindparam("member_id"), _shares.c.id < bindparam("before"))
    .order_by(_shares.c.id.desc())
    .limit(bindparam("limit")),
    Listed,
)


class ShareRepository:
    """Keeps shares, one for a member and a product."""

    def __init__(self, unit: UnitOfWork, reader: Reader) -> None:
        self._unit = unit
        self._reader = reader

    def add(self, share: Share) -> bool:
        """Keep a share unless there is one of this member and product, or of this code; says whether it is new."""
        row = {name: getattr(share, name) for name in _shares.c.keys()}  # noqa: SIM118 - these are columns
        return bool(self._unit.execute(_ADD, row).rowcount)

    def code(self, member_id: int, product_id: int) -> str:
        """Under which code does this member share this product, as this transaction sees it? Nothing, if they do not."""
        return self._unit.fetch_one(_CODE, member_id=member_id, product_id=product_id) or ""

    def known_code(self, member_id: int, product_id: int) -> str:
        """Under which code does this member share this product, as it is committed?"""
        return self._reader.fetch_one(_CODE, member_id=member_id, product_id=product_id) or ""

    def by_code(self, code: str) -> Shared | None:
        """What is shared under this code?"""
        return self._reader.fetch_one(_BY_CODE, code=code)

    def share(self, share_id: int) -> Share | None:
        """Which share has this id?"""
        return self._unit.get(Share, ShareId(share_id))

    def email(self, member_id: int) -> str:
        """Which e-mail address has this member?"""
        found = self._reader.read_one(_EMAIL, id=member_id)
        return found.email if found is not None else ""

    def of_member(self, member_id: int, before: int, limit: int) -> list[Listed]:
        """What did this member share, the newest first, and how often was it bought?"""
        return self._reader.fetch(_OF_MEMBER, member_id=member_id, before=before, limit=limit)
