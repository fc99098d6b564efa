"""Lists that rules ask about: made and changed by name, and asked by member or order."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, func, select

from opensky.devo.members.objects import Member
from opensky.devo.orders.objects import OrderLine
from opensky.devo.products.objects import Product
from opensky.devo.rewards.list_objects import LONGEST_NAME, ListKind, RewardListed
from opensky.kernel.errors import FieldError, Invalid
from opensky.persistence import Command, DocumentQuery, Param, Query, Reader, UnitOfWork, insert_ignore, table

_BATCH = 500


class NamedList(NamedTuple):
    """A list, and how many are on it."""

    name: str
    kind: ListKind
    number: int


_lists, _lines = table(RewardListed), table(OrderLine)
_NAME = _lists.c.name
_OF_MEMBERS = (
    select(_lists.c.thing_id, _NAME)
    .where(_lists.c.kind == "member", _lists.c.thing_id.in_(bindparam("ids", expanding=True)))
    .order_by(_lists.c.thing_id, _NAME)
)
_OF_ORDERS = (
    select(_lines.c.order_id, _NAME)
    .join_from(_lines, _lists, _lists.c.thing_id == _lines.c.product_id)
    .where(_lists.c.kind == "product", _lines.c.order_id.in_(bindparam("ids", expanding=True)))
    .distinct()
    .order_by(_lines.c.order_id, _NAME)
)
LISTS_OF_MEMBERS = Query(_OF_MEMBERS, lambda member_id, name: (member_id, name))
"""On which lists are these members?"""
LISTS_OF_ORDERS = Query(_OF_ORDERS, lambda order_id, name: (order_id, name))
"""On which lists is something that was ordered with these?"""
_ALL = Query(
    select(_NAME, _lists.c.kind, func.count()).group_by(_NAME, _lists.c.kind).order_by(_NAME, _lists.c.kind),
    NamedList,
)
_FORGET = Command(delete(_lists).where(bindparam("which") == _NAME, _lists.c.kind == bindparam("what")))
_KEEP = insert_ignore(_lists)


class _Found(msgspec.Struct):
    id: int
    email: str = ""
    slug: str = ""


_WITH_ADDRESS = DocumentQuery(Member, {"email": {"$in": Param("words")}}, into=_Found)
_WITH_SLUG = DocumentQuery(Product, {"slug": {"$in": Param("words")}}, into=_Found)


class RewardLists:
    """The verbs of lists. Whoever calls commits."""

    def __init__(self, unit: UnitOfWork, reader: Reader) -> None:
        self._unit = unit
        self._reader = reader

    def all(self) -> list[NamedList]:
        """Return all lists, by name."""
        return self._reader.fetch(_ALL)

    def put(self, name: str, kind: ListKind, words: Collection[str]) -> int:
        """Have a list of the members with these addresses, or the products with these names in addresses; returns how many.

        What was on it before is not any more; a list of nothing is gone.

        Raises:
            Invalid: the name is none, or somebody or something is not known; then nothing is changed.
        """
        called = " ".join(name.split())
        if not 0 < len(called) <= LONGEST_NAME:
            raise Invalid(FieldError("name", f"A list has a name of 1 to {LONGEST_NAME} characters.", "Length"))
        found = self._ids(kind, sorted(set(words)))
        self._unit.run(_FORGET, which=called, what=kind)
        if found:
            self._unit.execute(_KEEP, [{"kind": kind, "thing_id": each, "name": called} for each in found])
        return len(found)

    def _ids(self, kind: ListKind, words: Sequence[str]) -> list[int]:
        question = _WITH_ADDRESS if kind == "member" else _WITH_SLUG
        known: dict[str, int] = {}
        for start in range(0, len(words), _BATCH):
            for each in self._reader.read(question, words=list(words[start : start + _BATCH])):
                known[each.email or each.slug] = each.id
        missing = [each for each in words if each not in known]
        if missing:
            message = f"Not known: {', '.join(missing[:5])}{' …' if len(missing) > 5 else ''}."  # noqa: PLR2004 - some
            raise Invalid(FieldError("words", message, "Unknown"))
        return list(known.values())
