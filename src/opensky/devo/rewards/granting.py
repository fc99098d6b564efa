"""Granting: what rules promise is given once for each event, and not more often than their limits say.

All of it is in the transaction of the event: an order that is paid has its reward, and one that is rolled back has none.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import structlog

from opensky.devo.members.objects import MemberId
from opensky.devo.orders.events import ORDER_CREATED, ORDER_PAID
from opensky.devo.orders.objects import Order
from opensky.devo.rewards.conditions import in_words
from opensky.devo.rewards.events import REWARD_DUE
from opensky.devo.rewards.facts import EVENTS, Happening, order_key
from opensky.devo.rewards.giving import Giving
from opensky.devo.rewards.kinds import REWARDS, Issued
from opensky.devo.rewards.knowing import KnownRules, RuleBook, Running
from opensky.devo.rewards.limits import in_share, written
from opensky.devo.rewards.objects import GrantId, RewardGrant, RuleId
from opensky.devo.rewards.repository import FactRepository, Granted, RewardRepository
from opensky.devo.rewards.spans import SpanRepository
from opensky.devo.rewards.stacking import choices, settles
from opensky.devo.rewards.using import LimitUser
from opensky.devo.shares.events import SHARE_BOUGHT
from opensky.events import Event, declaration_of
from opensky.kernel.clock import Clock
from opensky.kernel.ids import IdGenerator
from opensky.mapping import describe
from opensky.persistence import UnitOfWork
from opensky.settings import Settings

_SOON = timedelta(seconds=1)
_LOG = structlog.get_logger()


class Decided(NamedTuple):
    """What came of a rule whose condition holds: a grant or none, and whether its group has its answer."""

    grant: RewardGrant | None
    settled: bool


class Told(NamedTuple):
    """Something that happened, and whether rules are asked about it at once or later."""

    event: str
    subject: Any
    carried: Mapping[str, Any]
    at: datetime
    later: bool = False


class RewardGranter:
    """Asks the rules when something happens, and gives what they promise."""

    def __init__(
        self,
        rewards: RewardRepository,
        spans: SpanRepository,
        unit: UnitOfWork,
        givers: Giving,
        known: KnownRules,
        ids: IdGenerator,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._rewards = rewards
        self._spans = spans
        self._limits = LimitUser(rewards, spans)
        self._facts = FactRepository(unit)
        self._unit = unit
        self._givers = givers
        self._known = known
        self._ids = ids
        self._clock = clock
        self._currency = settings.currency
        self._book: RuleBook | None = None
        self._looked_at = clock.now()

    def happened(self, event: str, subject: Any, carried: Mapping[str, Any]) -> list[RewardGrant]:
        """Give what the rules on this event promise that are asked at once; returns what is new."""
        book, at = self.book(), self._clock.now()
        return self._asked(book, Told(event, subject, carried, at)) if book.listens_to(event) else []

    def later(self, event: str, subject: Any, carried: Mapping[str, Any]) -> Event | None:
        """Return what is to be told later, so that the other rules on this event are asked; nothing where there are none."""
        if not self.book().listens_to(event, later=True):
            return None
        about = tuple(getattr(subject, each.name) for each in describe(type(subject)).ids)
        due = {"event": str(event), "about": about, "carried": dict(carried), "at": self._clock.now()}
        return Event(REWARD_DUE, None, due)

    def due(self, event: str, about: tuple[Any, ...], carried: Mapping[str, Any], at: datetime) -> list[RewardGrant]:
        """Give what those rules promise that are asked later, as of the moment of the event; returns what is new."""
        book, cls = self.book(), declaration_of(event).subject
        if cls is None or event not in EVENTS or not book.listens_to(event, later=True):
            return []
        order_id = about[0] if cls is Order else carried.get("order_id")
        if order_id is not None:
            # Whoever cancels it waits, and takes back what is given here, or is waited for.
            self._rewards.hold_order(order_id)
        subject: object | None = self._unit.get(cls, *about)
        return [] if subject is None else self._asked(book, Told(event, subject, carried, at, later=True))

    def take_back(self, order: Order) -> int:
        """Take back what was given for an order; returns how many."""
        now = self._clock.now()
        self._rewards.hold_order(order.id)
        names = (order_key(order.id, each) for each in (ORDER_PAID, ORDER_CREATED, SHARE_BOUGHT))
        given = self._rewards.of_order(*names)
        taken = [grant for grant in given if self._rewards.reverse(grant, now)]
        for grant in taken:
            self._limits.give_back(grant)
        reversed_ = [grant for grant in taken if grant.state == "granted"]
        for grant in reversed_:
            self._reverse(grant, f"Order {order.number} was cancelled")
        return len(reversed_)

    def book(self) -> RuleBook:
        """Return the rules as they are committed: one look-up by key as long as nobody changes any.

        Several events of one request, such as an order that is placed and paid, look once.
        """
        now = self._clock.now()
        if self._book is None or not now - self._looked_at < _SOON:
            found = self._known.get(self._rewards.number_of_changes())
            self._book, self._looked_at = found or self._known.keep(self._rewards.rules()), now
        return self._book

    def _asked(self, book: RuleBook, told: Told) -> list[RewardGrant]:
        event, at = told.event, told.at
        happening = EVENTS[event].build_context(told.subject, told.carried, self._facts, self._clock, at)
        if happening.recipient is None:
            return []
        held, broken = book.matching(event, happening.context, later=told.later)
        for failed in broken:
            _LOG.warning("reward.not_asked", rule=failed.kept.id, event_of=happening.key, error=failed.error)
        running = [each for each in held if each.kept.covers(at)]
        kept = self._rewards.kept_for(happening.key) if running else set()
        issued: list[tuple[Running, RewardGrant]] = []
        for group in choices(running, book, self._currency):
            for each in group:
                decided = self._decide(each, happening, at, kept, alone=settles(each, book))
                if decided.grant is not None and decided.grant.state == "granted":
                    issued.append((each, decided.grant))
                if decided.settled:
                    break
        # The books last: all hold limits in one order and then accounts, so that no two wait for each other.
        for each, grant in issued:
            self._issue(each, grant, event)
        return [grant for _, grant in issued]

    def _decide(
        self, running: Running, happening: Happening, at: datetime, known: Collection[tuple[int, int]], *, alone: bool
    ) -> Decided:
        """Keep the grant of a rule whose condition holds, unless there is one for this event or nothing is left."""
        rule, recipient = running.kept, running.reward.get_recipient(happening)
        if recipient is None:
            return Decided(None, settled=False)
        if (rule.id, recipient) in known:
            return Decided(None, settled=True)
        grant = self._grant(running, happening, recipient)
        used = self._limits.use(rule, grant, at)
        if used is None:
            return Decided(None, settled=False)
        grant.spent, grant.trace = written(used), _trace(running, happening)
        is_first = not alone or self._spans.answer(rule.stack, happening.key, recipient)
        if not (is_first and self._rewards.keep_once(grant)):
            self._limits.give_back(grant)  # somebody else was quicker
            return Decided(None, settled=True)
        return Decided(grant, settled=True)

    def _grant(self, running: Running, happening: Happening, recipient: MemberId) -> RewardGrant:
        kept, reward = running.kept, running.reward
        gets = in_share(kept.id, recipient, kept.share)
        return RewardGrant(
            id=GrantId(self._ids.next()),
            rule_id=RuleId(kept.id),
            event=happening.key,
            member_id=recipient,
            revision=kept.revision,
            words=reward.words(self._currency),
            trace="",
            state="granted" if gets else "control",
            reward=kept.reward,
            cost_minor=reward.cost(self._currency) if gets else 0,
            at=self._clock.now(),
        )

    def _issue(self, running: Running, grant: RewardGrant, event: str) -> None:
        to = Issued(
            recipient=grant.member_id,
            key=key_of(grant.id),
            why=running.kept.name,
            rule=grant.revision,
            currency=self._currency,
            now=grant.at,
            event=event,
            about=grant.event,
        )
        if not running.reward.issue_reward(self._givers(), to):
            # A level that is no more, a webhook that is disabled: who made the rule should hear of it.
            _LOG.warning("reward.not_given", rule=grant.rule_id, event_of=grant.event, reward=grant.reward)

    def _reverse(self, grant: Granted, why: str) -> None:
        kind = REWARDS.get(grant.reward)
        if kind is not None:
            kind.cls.take_back(self._givers(), key_of(grant.id), why)
        elif not grant.reward:  # from before a grant said what it gave: credit or points
            self._givers().credit.reverse(key_of(grant.id), why)


def _trace(running: Running, happening: Happening) -> str:
    """Return what each clause found. It is asked only of what is granted, as it costs several times the bare answer."""
    subscribed = EVENTS[running.kept.event]
    found = running.rule.explain(happening.context).lines(subscribed.schema.labels)
    return msgspec.json.encode([in_words(subscribed, each) for each in found]).decode()


def key_of(grant_id: int) -> str:
    """Return the key under which a grant stands in the ledger."""
    return f"reward:{grant_id}"
