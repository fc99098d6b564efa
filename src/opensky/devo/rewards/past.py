"""What has happened, as rules are asked about it: events of the past, in order, each with its facts as they were then.

They are read in batches; no object is made of a row, and of the facts only those are found that a rule asks, when their event has its turn:
what is made and dropped at once costs no collection of garbage. What the shop does not
keep of the past (somebody who is followed no more, the name that an insider had) is not known here either.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from opensky.devo.follows.events import SELLER_FOLLOW
from opensky.devo.members.events import MEMBER_CREATED
from opensky.devo.members.objects import STAFF
from opensky.devo.orders.events import ORDER_PAID
from opensky.devo.rewards import past_queries as ask
from opensky.devo.rewards.lists import LISTS_OF_MEMBERS, LISTS_OF_ORDERS
from opensky.devo.rewards.past_queries import BATCH, PaidOrder
from opensky.kernel.ids import first_id_at, made_at
from opensky.kernel.money import Money
from opensky.persistence import Reader
from opensky.ruler.nodes import Fact, Node, Property, path_of, walk

LONGEST_UNPAID = timedelta(days=30)
"""An order that was paid later than so long after it was placed is not found: ids tell when something was placed."""
_CLOCKS_DIFFER = timedelta(minutes=5)
_LISTS = {"skus": "sku", "products": "product", "insiders": "insider"}
Facts = dict[str, Any]
Asked = frozenset[str]


class Past(NamedTuple):
    """One event of the past."""

    at: datetime
    what: str
    """What it was about, as a person names it: the number of an order, the name of an insider."""
    member_id: int
    facts: Facts


class Span(NamedTuple):
    """From when until when, both included."""

    since: datetime
    until: datetime


class Kept(NamedTuple):
    """An event of which the past is kept: how to go through it, about how many there are, if that is soon found, and which facts are known."""

    walk: Callable[[Reader, Asked, Span], Iterator[Past]]
    number: Callable[[Reader, Span], int | None]
    facts: frozenset[str]

    def unknown(self, asked: Asked) -> list[str]:
        """Return what is asked and not known of the past."""
        return sorted(
            each for each in asked if each.partition(".")[0] in _SUBJECTS and "." in each and each not in self.facts
        )


def asked_of(node: Node) -> Asked:
    """Return the facts that a condition asks, each by two parts of its path (``order.total``), and the parts it asks of anything."""
    nodes = list(walk(node))
    paths = {path_of(each) for each in nodes if isinstance(each, Fact | Property)}
    parts = {f"*.{each.name}" for each in nodes if isinstance(each, Property)}
    return frozenset(".".join(path.split(".")[:2]) for path in paths if path) | parts


class People:
    """What is asked of members, as it was at a moment of the past. Each is looked up once, together with others."""

    def __init__(self, reader: Reader, asked: Asked) -> None:
        self._reader = reader
        self._wanted = {each.removeprefix("member.") for each in asked if each.startswith("member.")}
        self._first_asked = "order.first_purchase" in asked
        self._known: dict[int, Facts] = {}
        self._paid: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
        self._followed: dict[int, list[datetime]] = defaultdict(list)
        self._lists: dict[int, list[str]] = defaultdict(list)

    def meet(self, member_ids: Collection[int]) -> None:
        """Look up whoever of these is not known yet."""
        new = sorted(set(member_ids) - self._known.keys())
        if not new:
            return
        self._known.update((each, {}) for each in new)
        if not self._wanted.isdisjoint(("joined_at", "days", "is_staff")):
            for person in self._reader.read(ask.PEOPLE, ids=new):
                self._known[person.id] = {"joined_at": person.joined_at, "is_staff": STAFF in person.roles}
        if self._first_asked or "orders" in self._wanted:
            for member_id, at, order_id in self._reader.fetch(ask.PAID, ids=new):
                self._paid[member_id].append((at, order_id))
        if "lists" in self._wanted:
            for member_id, name in self._reader.fetch(LISTS_OF_MEMBERS, ids=new):
                self._lists[member_id].append(name)
        if "follows" in self._wanted:
            for member_id, at in self._reader.fetch(ask.FOLLOWED, ids=new):
                self._followed[member_id].append(at)

    def is_first(self, order: PaidOrder) -> bool:
        """Say whether a member had paid, and kept, nothing before this order."""
        return self._first_asked and self._paid[order.member_id][0][1] == order.id

    def facts(self, member_id: int, at: datetime) -> Facts:
        """Return what is asked of a member at that moment."""
        wanted = self._wanted
        if not wanted:
            return self._known[member_id]
        found = {"joined_at": None, "is_staff": False, **self._known[member_id]}
        joined = found["joined_at"]
        found["days"] = None if joined is None else (at - joined).days
        if "orders" in wanted:
            found["orders"] = bisect_right(self._paid.get(member_id, ()), at, key=_moment)
        if "lists" in wanted:
            found["lists"] = self._lists.get(member_id, [])
        if "follows" in wanted:
            found["follows"] = bisect_right(self._followed.get(member_id, ()), at)
        return found


def _paid_orders(reader: Reader, asked: Asked, span: Span) -> Iterator[Past]:
    """Go through the orders that members paid and kept, in the order in which they were paid."""
    people, goods = People(reader, asked), Goods(reader, asked)
    for orders in _in_order(reader, span, with_address="order.country" in asked):
        people.meet([order.member_id for order in orders])
        goods.meet([order.id for order in orders])
        for order in orders:
            at, member_id = order.paid_at, order.member_id
            facts = {
                "total": _amount(order.total_minor, order.total_currency),
                "currency": order.total_currency,
                "is_guest": False,
                "first_purchase": people.is_first(order),
                **goods.facts(order.id),
            }
            if order.address is not None:
                facts["country"] = order.address.country
            yield Past(at, order.number, member_id, {"order": facts, "member": people.facts(member_id, at), "now": at})


def _in_order(reader: Reader, span: Span, *, with_address: bool) -> Iterator[list[PaidOrder]]:
    """Orders are read as they were placed, by their ids, and handed on as they were paid: none that comes later was paid before."""
    question = ask.ORDERS_WITH_ADDRESS if with_address else ask.ORDERS
    after, waiting = _before(span), list[PaidOrder]()
    while True:
        read = reader.fetch(question, after=after, since=span.since, until=span.until, limit=BATCH)
        waiting = sorted([*waiting, *read], key=lambda order: (order.paid_at, order.id))
        if len(read) < BATCH:
            yield waiting
            return
        after = read[-1].id
        sure = bisect_right(waiting, made_at(after) - _CLOCKS_DIFFER, key=lambda order: order.paid_at)
        if sure:
            yield waiting[:sure]
            waiting = waiting[sure:]


def _before(span: Span) -> int:
    return first_id_at(span.since - LONGEST_UNPAID) - 1


def _moment(paid: tuple[datetime, int]) -> datetime:
    return paid[0]


class Goods:
    """What is asked of what was ordered."""

    def __init__(self, reader: Reader, asked: Asked) -> None:
        self._reader = reader
        self._lists = [(name, part) for name, part in _LISTS.items() if f"order.{name}" in asked]
        self._lines = "order.lines" in asked
        self._listed = "order.lists" in asked
        self._wanted = self._lines or "order.items" in asked or bool(self._lists)
        parts = {part for part in ask.PARTS if f"*.{part}" in asked} | {part for _, part in self._lists} | {"quantity"}
        self._parts = tuple(part for part in ask.PARTS if part in parts)
        self._query = ask.lines_with(self._parts)
        self._rows: dict[int, list[tuple[Any, ...]]] = {}
        self._on: dict[int, list[str]] = {}

    def meet(self, order_ids: Collection[int]) -> None:
        """Look up what was ordered with these."""
        if self._listed:
            self._on = defaultdict(list)
            for order_id, name in self._reader.fetch(LISTS_OF_ORDERS, ids=order_ids) if order_ids else ():
                self._on[order_id].append(name)
        if not self._wanted or not order_ids:
            return
        found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for row in self._reader.fetch(self._query, ids=order_ids):
            found[row[0]].append(row)
        self._rows = found

    def facts(self, order_id: int) -> Facts:
        """Return what is asked of what was ordered with one."""
        found: Facts = {"lists": self._on.get(order_id, [])} if self._listed else {}
        if not self._wanted:
            return found
        rows = self._rows.get(order_id, ())
        found["items"] = sum(row[1] for row in rows)
        for name, part in self._lists:
            place = self._parts.index(part) + 1
            values = [row[place] for row in rows]
            found[name] = values if part == "sku" else list(dict.fromkeys(filter(None, values)))
        if self._lines:
            found["lines"] = [self._line(row) for row in rows]
        return found

    def _line(self, row: tuple[Any, ...]) -> Facts:
        found: Facts = dict(zip(self._parts, row[1:], strict=False))
        if "price" in found:
            found["price"] = _amount(row[-2], row[-1])
        for part in ("product", "insider"):  # what is not on show has no name in addresses
            if part in found:
                found[part] = found[part] or ""
        return found


@lru_cache(maxsize=1 << 14)
def _amount(minor: int, currency: str) -> Decimal:
    return Money(minor, currency).amount


def _joined(reader: Reader, _asked: Asked, span: Span) -> Iterator[Past]:
    """Go through the members who joined: at that moment they had ordered nothing and followed nobody."""
    since, after = span.since, -1
    while people := reader.read(ask.JOINED, since=since, until=span.until, after=after):
        for each in people:
            at, is_staff = each.joined_at, STAFF in each.roles
            member = {"joined_at": at, "days": 0, "orders": 0, "follows": 0, "lists": [], "is_staff": is_staff}
            yield Past(at, "", each.id, {"member": member, "now": at})
        since, after = people[-1].joined_at, people[-1].id


def _follows(reader: Reader, asked: Asked, span: Span) -> Iterator[Past]:
    """Go through those who began to follow an insider and follow them still."""
    people, insiders = People(reader, asked), dict[int, Facts]()
    every = reader.fetch(ask.FOLLOWS, since=span.since, until=span.until)
    for start in range(0, len(every), BATCH):
        some = every[start : start + BATCH]
        people.meet([each.member_id for each in some])
        new = {each.seller_id for each in some} - insiders.keys()
        for insider in reader.read(ask.INSIDERS, ids=sorted(new)) if new else ():
            insiders[insider.id] = {"slug": insider.slug, "name": insider.name}
        for member_id, seller_id, at in some:
            known = insiders.get(seller_id)
            if known is not None:
                whole = {"member": people.facts(member_id, at), "insider": known, "now": at}
                yield Past(at, known["name"], member_id, whole)


_SUBJECTS = ("order", "member", "insider", "product", "level")
_MEMBER = frozenset(f"member.{each}" for each in ("joined_at", "days", "orders", "follows", "lists", "is_staff"))
_ORDER = frozenset(
    f"order.{each}"
    for each in ("total", "currency", "first_purchase", "items", "country", "is_guest", "lines", "lists", *_LISTS)
)
KEPT: Mapping[str, Kept] = {
    ORDER_PAID: Kept(
        _paid_orders,
        lambda reader, span: reader.fetch_one(ask.NUMBER_OF_ORDERS, after=_before(span), **span._asdict()) or 0,
        _ORDER | _MEMBER,
    ),
    MEMBER_CREATED: Kept(_joined, lambda _reader, _span: None, _MEMBER),
    SELLER_FOLLOW: Kept(
        _follows,
        lambda reader, span: reader.fetch_one(ask.NUMBER_OF_FOLLOWS, **span._asdict()) or 0,
        _MEMBER | {"insider.slug", "insider.name"},
    ),
}
"""The events of which the past is kept. What a product or a member is only said to be now is not known of the past."""
