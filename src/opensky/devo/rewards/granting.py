"""Granting: what rules promise is given once for each event, and not more often than their limits say.

All of it is in the transaction of the event: an order that is paid has its reward, and one that is rolled back has none.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import structlog

from opensky.devo.credits.manager import CreditManager
from opensky.devo.members.objects import MemberId
from opensky.devo.orders.objects import Order
from opensky.devo.rewards.conditions import in_words
from opensky.devo.rewards.facts import EVENTS, Happening, order_key
from opensky.devo.rewards.kinds import REWARDS, Issued, Reward, made
from opensky.devo.rewards.knowing import KnownRules, RuleBook, Running
from opensky.devo.rewards.objects import GrantId, RewardGrant, RuleId
from opensky.devo.rewards.repository import EVERYBODY, FactRepository, KeptRule, RewardRepository
from opensky.kernel.clock import Clock
from opensky.kernel.ids import IdGenerator
from opensky.persistence import UnitOfWork
from opensky.settings import Settings

_LOG = structlog.get_logger()


class RewardGranter:
    """Asks the rules when something happens, and gives what they promise."""

    def __init__(
        self,
        rewards: RewardRepository,
        unit: UnitOfWork,
        credit: CreditManager,
        known: KnownRules,
        ids: IdGenerator,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._rewards = rewards
        self._facts = FactRepository(unit)
        self._credit = credit
        self._known = known
        self._ids = ids
        self._clock = clock
        self._currency = settings.currency

    def happened(self, event: str, subject: Any, carried: Mapping[str, Any]) -> list[RewardGrant]:
        """Give what the rules on this event promise; returns what is new."""
        book = self.book()
        if not book.listens_to(event):
            return []
        happening = EVENTS[event].build_context(subject, carried, self._facts, self._clock)
        if happening.recipient is None:
            return []
        held, broken = book.matching(event, happening.context)
        for each in broken:
            _LOG.warning("reward.not_asked", rule=each.kept.id, event_of=happening.key, error=each.error)
        now = self._clock.now()
        decided = [self._decide(each, happening) for each in held if each.kept.covers(now)]
        issued = [(rule, grant) for rule, grant in decided if grant is not None]
        # The books last: all hold limits in one order and then accounts, so that no two wait for each other.
        for rule, grant in issued:
            to = Issued(grant.member_id, key_of(grant.id), rule.name, rule.revision, self._currency, grant.at)
            reward_of(rule).issue_reward(self._credit, to)
        return [grant for _, grant in issued]

    def take_back(self, order: Order) -> int:
        """Take back what was given for an order; returns how many."""
        now = self._clock.now()
        taken = [grant for grant in self._rewards.of_event(order_key(order.id)) if self._rewards.reverse(grant.id, now)]
        for grant in taken:
            self._give_back(grant.rule_id, grant.member_id)
        for grant in taken:
            self._credit.reverse(key_of(grant.id), f"Order {order.number} was cancelled")
        return len(taken)

    def book(self) -> RuleBook:
        """Return the rules as they are committed now: one look-up by key as long as nobody changes any."""
        return self._known.get(self._rewards.number_of_changes()) or self._known.keep(self._rewards.rules())

    def _decide(self, running: Running, happening: Happening) -> tuple[KeptRule, RewardGrant | None]:
        """Keep the grant of a rule whose condition holds, unless there is one for this event or nothing is left."""
        kept = running.kept
        reward = reward_of(kept)
        recipient = reward.get_recipient(happening)
        if recipient is None or self._rewards.is_kept(kept.id, happening.key, recipient):
            return kept, None
        if not self._use(kept, recipient):
            return kept, None
        subscribed = EVENTS[kept.event]
        found = running.rule.explain(happening.context).lines(subscribed.schema.labels)
        lines = [in_words(subscribed, each) for each in found]
        grant = RewardGrant(
            id=GrantId(self._ids.next()),
            rule_id=RuleId(kept.id),
            event=happening.key,
            member_id=recipient,
            revision=kept.revision,
            words=reward.words(self._currency),
            trace=msgspec.json.encode(lines).decode(),
            at=self._clock.now(),
        )
        if not self._rewards.keep_once(grant):  # somebody else was quicker
            self._give_back(kept.id, recipient)
            return kept, None
        return kept, grant

    def _use(self, rule: KeptRule, member_id: MemberId) -> bool:
        """Use one of what the rule's limits leave; a rule without a limit touches nothing, so that nobody waits for it."""
        if rule.limit_each is not None:
            self._rewards.start(rule.id, member_id)
            if not self._rewards.use(rule.id, member_id, rule.limit_each):
                return False
        if rule.limit_total is None or self._rewards.use(rule.id, EVERYBODY, rule.limit_total):
            return True
        if rule.limit_each is not None:
            self._rewards.give_back(rule.id, member_id)
        return False

    def _give_back(self, rule_id: int, member_id: int) -> None:
        for whose in (member_id, EVERYBODY):
            self._rewards.give_back(rule_id, whose)


def key_of(grant_id: int) -> str:
    """Return the key under which a grant stands in the ledger."""
    return f"reward:{grant_id}"


def reward_of(rule: KeptRule) -> Reward:
    """Return what a rule gives."""
    found: Reward = made(REWARDS[rule.reward], rule.arguments)
    return found
