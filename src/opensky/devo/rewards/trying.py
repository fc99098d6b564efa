"""Dry runs: what a rule would say of something that has happened. Nothing is granted, and nothing written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from opensky.devo.follows.manager import FollowManager
from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import Member, MemberId
from opensky.devo.orders.manager import OrderManager
from opensky.devo.orders.objects import Order
from opensky.devo.rewards import conditions
from opensky.devo.rewards.facts import EVENTS, Happening
from opensky.devo.rewards.kinds import REWARDS, Reward, made
from opensky.devo.rewards.repository import EVERYBODY, FactRepository, KeptRule, RewardRepository
from opensky.devo.sellers.manager import SellerManager
from opensky.devo.sellers.objects import Seller
from opensky.events import declaration_of
from opensky.kernel.clock import Clock
from opensky.kernel.errors import NotFound
from opensky.persistence import Reader
from opensky.ruler import Expression, Rule
from opensky.settings import Settings


@dataclass(frozen=True, slots=True)
class DryRun:
    """Whether a rule would grant something for a past event, what its clauses found, and what else stands in the way."""

    holds: bool
    lines: list[str]
    gives: str
    hindered: list[str]


class Field(NamedTuple):
    """What somebody types to name a past event."""

    name: str
    label: str
    hint: str


class Past(NamedTuple):
    """Something that has happened: its subject, what the event carried, when it was, and what keeps it from being rewarded."""

    subject: Any
    carried: Mapping[str, Any]
    at: datetime
    hindered: list[str]


_ORDER = Field("order", "Order", "Number of an order")
_MEMBER = Field("member", "Member", "E-mail address of a member")
_INSIDER = Field("insider", "Insider", "Their name in addresses")
_FIELDS: Mapping[type, tuple[Field, ...]] = {Order: (_ORDER,), Member: (_MEMBER,), Seller: (_MEMBER, _INSIDER)}


def fields_of(event: str) -> tuple[Field, ...]:
    """Return what names a past event of this kind; nothing where none can be looked up."""
    return _FIELDS.get(declaration_of(event).subject or object, ())


class Trying:
    """Asks rules about the past."""

    def __init__(
        self,
        rewards: RewardRepository,
        orders: OrderManager,
        members: MemberManager,
        sellers: SellerManager,
        follows: FollowManager,
        reader: Reader,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._rewards = rewards
        self._orders = orders
        self._members = members
        self._sellers = sellers
        self._follows = follows
        self._reader = reader
        self._clock = clock
        self._currency = settings.currency

    def dry_run(self, rule: KeptRule, named: Mapping[str, str]) -> DryRun:
        """Ask a rule about a past event of its kind, named by its fields; raises ``NotFound`` with what is not there."""
        subscribed = EVENTS[rule.event]
        past = self._past(rule.event, named)
        happening = subscribed.build_context(past.subject, past.carried, FactRepository(self._reader), self._clock)
        trace = Rule(Expression(conditions.node_of(rule.condition))).explain(happening.context)
        reward: Reward = made(REWARDS[rule.reward], rule.arguments)
        hindered = past.hindered + self._hindered(rule, happening, past.at)
        lines = [conditions.in_words(subscribed, each) for each in trace.lines(subscribed.schema.labels)]
        return DryRun(trace.satisfied, lines, reward.words(self._currency), hindered)

    def _past(self, event: str, named: Mapping[str, str]) -> Past:
        fields = fields_of(event)
        if not fields:
            raise NotFound("Past events of this kind cannot be looked up.")
        given = {each.name: named.get(each.name, "").strip() for each in fields}
        if fields[0] is _ORDER:
            return self._order(given["order"])
        member = self._members.by_email(given["member"])
        if member is None:
            raise NotFound("Nobody has an account with this address.")
        if len(fields) == 1:
            return Past(member, {}, member.joined_at, [])
        seller = self._sellers.by_slug(given["insider"])
        follows = self._follows.is_following(member.id, seller.id)
        said = [] if follows else [f"{member.name} does not follow {seller.name} now."]
        return Past(seller, {"member_id": member.id}, self._clock.now(), said)

    def _order(self, number: str) -> Past:
        order = self._orders.by_number(number)
        said = []
        if order.member_id is None:
            said.append("It is a guest's order, and only members get rewards.")
        elif not order.is_paid:
            said.append(f"The order is {order.state}, not paid.")
        return Past(order, {}, order.paid_at or order.placed_at, said)

    def _hindered(self, rule: KeptRule, happening: Happening, at: datetime) -> list[str]:
        found = [] if rule.covers(at) else ["It was at another time than the rule runs."]
        if happening.recipient is not None:
            found += self._used_up(rule, happening.key, happening.recipient)
        return found

    def _used_up(self, rule: KeptRule, event: str, member_id: MemberId) -> list[str]:
        what = "order" if fields_of(rule.event)[:1] == (_ORDER,) else "event"
        state = self._rewards.state_of(rule.id, event, member_id)
        found = []
        if state:
            found.append(
                f"It has granted for this {what}{' already' if state == 'granted' else ', and was taken back'}."
            )
        if rule.limit_total is not None and self._rewards.used(rule.id, EVERYBODY) >= rule.limit_total:
            found.append(f"All {rule.limit_total} are used up.")
        if rule.limit_each is not None and self._rewards.used(rule.id, member_id) >= rule.limit_each:
            found.append(f"This member has had as many as one may have: {rule.limit_each}.")
        return found
