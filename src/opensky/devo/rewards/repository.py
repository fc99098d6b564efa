"""Every question about reward rules, grants, and the facts that rules ask about."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import and_, bindparam, delete, func, or_, select, update

from opensky.devo.follows.objects import FollowingCount
from opensky.devo.letters.objects import NEWS, LetterSubscription
from opensky.devo.members.objects import Member, MemberId
from opensky.devo.orders.objects import Order, OrderLine
from opensky.devo.products.objects import ProductCard
from opensky.devo.rewards.limits import is_open
from opensky.devo.rewards.lists import LISTS_OF_MEMBERS, LISTS_OF_ORDERS
from opensky.devo.rewards.named import ORDER, PRODUCT, OrderOf, ProductOf
from opensky.devo.rewards.objects import (
    RewardChanges,
    RewardGrant,
    RewardRule,
    RewardSpan,
    RewardUse,
    RuleId,
)
from opensky.devo.rewards.revisions import Written
from opensky.devo.sellers.objects import Seller
from opensky.persistence import Command, DocumentQuery, Param, Query, Reader, UnitOfWork, insert_ignore, table
from opensky.persistence.statements import hold, insert_or_hold

EVERYBODY = MemberId(0)
_THE_ONE = 1
_grants, _uses, _changes = table(RewardGrant), table(RewardUse), table(RewardChanges)
_spans = table(RewardSpan)
_cards, _letters = table(ProductCard), table(LetterSubscription)
_orders, _lines, _following = table(Order), table(OrderLine), table(FollowingCount)


class KeptRule(Written, kw_only=True):
    """What is read of a rule to decide and to grant."""

    id: int
    state: str
    revision: str
    created_at: datetime
    changed: int = 0
    edited_by: int | None = None

    def covers(self, at: datetime) -> bool:
        """Say whether a moment is in its time: after its start, before its end, on one of its days and within its hours."""
        return (
            (self.starts_at is None or self.starts_at <= at)
            and (self.ends_at is None or at < self.ends_at)
            and is_open(self, at)
        )


class GrantShown(NamedTuple):
    """A grant in a list."""

    id: int
    member_id: int
    event: str
    revision: str
    words: str
    trace: str
    state: str
    at: datetime


class Granted(NamedTuple):
    """A grant that is to be taken back."""

    id: int
    rule_id: int
    member_id: int
    words: str
    state: str
    reward: str
    spent: str


class Got(NamedTuple):
    """Which rule has granted to whom, or would have."""

    rule_id: int
    member_id: int


class LineOfOrder(NamedTuple):
    """What rules may ask of one line."""

    sku: str
    name: str
    quantity: int
    price_minor: int
    currency: str
    product: str | None
    insider: str | None


class Person(msgspec.Struct):
    """What rules may ask of a member."""

    id: int
    joined_at: datetime
    roles: list[str] = []


class Insider(msgspec.Struct):
    """What rules may ask of an insider, and who they are."""

    slug: str
    name: str
    member_id: MemberId | None = None


_RULES = DocumentQuery(RewardRule, {}, into=KeptRule)
_NUMBER = Query(select(_changes.c.number).where(_changes.c.id == _THE_ONE), int)
_START_CHANGES = insert_ignore(_changes)
_CHANGE = Command(update(_changes).where(_changes.c.id == _THE_ONE).values(number=_changes.c.number + 1))

_KEEP_ONCE = insert_ignore(_grants)
_REVERSE = Command(
    update(_grants)
    .where(_grants.c.id == bindparam("which"), _grants.c.state == bindparam("was"))
    .values(state=bindparam("becomes"), reversed_at=bindparam("now", type_=_grants.c.reversed_at.type))
)
_BECOMES = {"granted": "reversed", "control": "dropped"}
_OF_ORDER = Query(
    select(*(_grants.c[name] for name in Granted._fields))
    .where(
        _grants.c.event.in_((bindparam("paid"), bindparam("placed"), bindparam("shared"))),
        _grants.c.state.in_(("granted", "control")),
    )
    .order_by(_grants.c.rule_id),
    Granted,
)
_KEPT_FOR = Query(select(_grants.c.rule_id, _grants.c.member_id).where(_grants.c.event == bindparam("event")), Got)
_OF_RULE = Query(
    select(*(_grants.c[name] for name in GrantShown._fields))
    .where(_grants.c.rule_id == bindparam("rule_id"), _grants.c.id < bindparam("before"))
    .order_by(_grants.c.id.desc())
    .limit(bindparam("limit")),
    GrantShown,
)
_HOW_MANY = Query(
    select(func.count()).where(_grants.c.rule_id == bindparam("rule_id"), _grants.c.state == "granted"), int
)
_STATE_OF = Query(
    select(_grants.c.state).where(
        _grants.c.rule_id == bindparam("rule_id"),
        _grants.c.event == bindparam("event"),
        _grants.c.member_id == bindparam("member_id"),
    ),
    str,
)

_START_USE = insert_or_hold(_uses)
_USE = Command(
    update(_uses)
    .where(
        _uses.c.rule_id == bindparam("rule"), _uses.c.member_id == bindparam("whose"), _uses.c.used < bindparam("cap")
    )
    .values(used=_uses.c.used + 1)
)
_GIVE_BACK = Command(
    update(_uses)
    .where(_uses.c.rule_id == bindparam("rule"), _uses.c.member_id == bindparam("whose"), _uses.c.used > 0)
    .values(used=_uses.c.used - 1)
)
_USED = Query(
    select(_uses.c.used).where(_uses.c.rule_id == bindparam("rule"), _uses.c.member_id == bindparam("whose")), int
)
_SET_USE = Command(
    update(_uses)
    .where(_uses.c.rule_id == bindparam("rule"), _uses.c.member_id == bindparam("whose"))
    .values(used=bindparam("number"))
)
_OF_EACH = (
    select(_grants.c.member_id, func.count().label("used"))
    .where(_grants.c.rule_id == bindparam("rule"), _grants.c.state == "granted")
    .group_by(_grants.c.member_id)
)

_FORGET_SPANS = Command(delete(_spans).where(_spans.c.rule_id == bindparam("rule")))
_PAID = _orders.c.paid_at.type
_THIS_ORDER = select(_orders.c.id).where(_orders.c.id == bindparam("order_id"))
_EARLIER = Query(
    select(func.count()).where(
        _orders.c.member_id == bindparam("member_id"),
        _orders.c.state.not_in(("placed", "cancelled")),
        or_(
            _orders.c.paid_at < bindparam("paid_at", type_=_PAID),
            and_(_orders.c.paid_at == bindparam("paid_at", type_=_PAID), _orders.c.id < bindparam("order_id")),
        ),
    ),
    int,
)
_PAID_ORDERS = Query(
    select(func.count()).where(
        _orders.c.member_id == bindparam("member_id"), _orders.c.state.not_in(("placed", "cancelled"))
    ),
    int,
)
_LINES = Query(
    select(
        _lines.c.sku,
        _lines.c.name,
        _lines.c.quantity,
        _lines.c.price_minor,
        _lines.c.price_currency,
        _cards.c.slug,
        _cards.c.seller_slug,
    )
    .join_from(_lines, _cards, _cards.c.product_id == _lines.c.product_id, isouter=True)
    .where(_lines.c.order_id == bindparam("order_id"))
    .order_by(_lines.c.position),
    LineOfOrder,
)
_PERSON = DocumentQuery(Member, {"id": Param("id")}, into=Person)
_SELLER = DocumentQuery(Seller, {"id": Param("id")}, into=Insider)
_WANTS = Query(
    select(func.count()).where(_letters.c.member_id == bindparam("member_id"), _letters.c.topic == bindparam("topic")),
    int,
)
_FOLLOWED = Query(select(_following.c.following).where(_following.c.member_id == bindparam("member_id")), int)


class RewardRepository:
    """Keeps rules, grants and how often a limit was used."""

    def __init__(self, unit: UnitOfWork, reader: Reader) -> None:
        self._unit = unit
        self._reader = reader

    def add(self, rule: RewardRule) -> None:
        """Keep a new rule."""
        self._unit.persist(rule)

    def rule(self, rule_id: int) -> RewardRule | None:
        """Which rule has this id? To be changed."""
        return self._unit.get(RewardRule, RuleId(rule_id))

    def number_of_changes(self) -> int:
        """How many changes to rules are committed?"""
        return self._reader.fetch_one(_NUMBER) or 0

    def rules(self) -> list[KeptRule]:
        """All rules, as they are committed."""
        return self._reader.read(_RULES)

    def next_change(self) -> int:
        """Count one more change to rules; others who change rules wait until this transaction ends."""
        if not self._unit.run(_CHANGE):
            self._unit.execute(_START_CHANGES, {"id": _THE_ONE, "number": 0})
            self._unit.run(_CHANGE)
        return self._unit.fetch_one(_NUMBER) or 0

    def keep_once(self, grant: RewardGrant) -> bool:
        """Keep a grant unless there is one for this rule, event and member; says whether it is new."""
        row = {name: getattr(grant, name) for name in _grants.c.keys()}  # noqa: SIM118 - these are columns
        return bool(self._unit.execute(_KEEP_ONCE, row).rowcount)

    def kept_for(self, event: str) -> set[tuple[int, int]]:
        """For which rules and members is there a grant for this event, as far as this transaction sees?"""
        return {(each.rule_id, each.member_id) for each in self._unit.fetch(_KEPT_FOR, event=event)}

    def start(self, rule_id: int, whose: int) -> None:
        """Have a counter, and hold it: others who use it wait until this transaction ends."""
        self._unit.execute(_START_USE, {"rule_id": rule_id, "member_id": whose, "used": 0})

    def use(self, rule_id: int, whose: int, cap: int) -> bool:
        """Use one of so many of a counter that was started; says whether one was left."""
        return bool(self._unit.run(_USE, rule=rule_id, whose=whose, cap=cap))

    def give_back(self, rule_id: int, whose: int) -> None:
        """Give one back."""
        self._unit.run(_GIVE_BACK, rule=rule_id, whose=whose)

    def used(self, rule_id: int, whose: int = EVERYBODY) -> int:
        """How many are used?"""
        return self._reader.fetch_one(_USED, rule=rule_id, whose=whose) or 0

    def hold_order(self, order_id: int) -> None:
        """Have an order stay as it is until this transaction ends."""
        hold(self._unit, _THIS_ORDER, {"order_id": order_id})

    def of_order(self, paid: str, placed: str, shared: str) -> list[Granted]:
        """What was granted for an order that was paid, placed or shared, or would have been but for a control group, and not taken back?"""
        return self._unit.fetch(_OF_ORDER, paid=paid, placed=placed, shared=shared)

    def reverse(self, grant: Granted, now: datetime) -> bool:
        """Mark a grant as taken back; says whether it was not yet."""
        becomes = _BECOMES[grant.state]
        return bool(self._unit.run(_REVERSE, which=grant.id, was=grant.state, becomes=becomes, now=now))

    def of_rule(self, rule_id: int, before: int, limit: int) -> list[GrantShown]:
        """What did this rule grant, the newest first?"""
        return self._reader.fetch(_OF_RULE, rule_id=rule_id, before=before, limit=limit)

    def how_many(self, rule_id: int) -> int:
        """How many did this rule grant and not take back? Counts along an index: for the page of one rule."""
        return self._reader.fetch_one(_HOW_MANY, rule_id=rule_id) or 0

    def state_of(self, rule_id: int, event: str, member_id: int) -> str:
        """What became of the grant of this rule for this event; nothing, if there is none?"""
        return self._reader.fetch_one(_STATE_OF, rule_id=rule_id, event=event, member_id=member_id) or ""

    def recount(self, rule_id: int) -> None:
        """Have the counters of a rule say what its grants say: for a rule that gets a limit after it has granted."""
        found = [(row.member_id, row.used) for row in self._unit.execute(_OF_EACH, {"rule": rule_id})]
        counts: Sequence[tuple[int, int]] = [(EVERYBODY, sum(used for _, used in found)), *found]
        for whose, used in counts:
            self.start(rule_id, whose)
            self._unit.run(_SET_USE, rule=rule_id, whose=whose, number=used)
        # Those of a period or by amount are counted when they are next used.
        self._unit.run(_FORGET_SPANS, rule=rule_id)


class FactRepository:
    """Finds what rules ask about and an event does not carry. A unit of work looks in the transaction of the event, a reader at what is committed."""

    def __init__(self, unit: UnitOfWork | Reader) -> None:
        self._unit = unit

    def person(self, member_id: int) -> Person | None:
        """Who is this?"""
        return self._unit.read_one(_PERSON, id=member_id)

    def order(self, order_id: int) -> OrderOf | None:
        """Which order is this?"""
        return self._unit.fetch_one(ORDER, id=order_id)

    def product(self, product_id: int) -> ProductOf | None:
        """Which product is this?"""
        return self._unit.read_one(PRODUCT, id=product_id)

    def earlier_orders(self, member_id: int, paid_at: datetime, order_id: int) -> int:
        """How many orders had this member paid before this one, and kept?"""
        return self._unit.fetch_one(_EARLIER, member_id=member_id, paid_at=paid_at, order_id=order_id) or 0

    def paid_orders(self, member_id: int) -> int:
        """How many orders has this member paid and kept?"""
        return self._unit.fetch_one(_PAID_ORDERS, member_id=member_id) or 0

    def lines(self, order_id: int) -> list[LineOfOrder]:
        """What was ordered?"""
        return self._unit.fetch(_LINES, order_id=order_id)

    def seller(self, seller_id: int) -> Insider | None:
        """Who sells this?"""
        return self._unit.read_one(_SELLER, id=seller_id)

    def followed(self, member_id: int) -> int:
        """How many insiders does this member follow?"""
        return self._unit.fetch_one(_FOLLOWED, member_id=member_id) or 0

    def lists_of_member(self, member_id: int) -> list[str]:
        """On which lists is this member?"""
        return [name for _, name in self._unit.fetch(LISTS_OF_MEMBERS, ids=[member_id])]

    def lists_of_order(self, order_id: int) -> list[str]:
        """On which lists is something of this order?"""
        return [name for _, name in self._unit.fetch(LISTS_OF_ORDERS, ids=[order_id])]

    def wants_letters(self, member_id: int) -> bool:
        """Has this member asked for news?"""
        found: int = self._unit.fetch_one(_WANTS, member_id=member_id, topic=NEWS) or 0
        return found > 0
