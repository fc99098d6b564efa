"""Dry runs: what a rule would say of something that has happened. Nothing is granted, and nothing written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from opensky.devo.members.objects import MemberId
from opensky.devo.rewards import conditions
from opensky.devo.rewards.facts import EVENTS, ORDER_EVENTS, Happening
from opensky.devo.rewards.happened import PastEvents
from opensky.devo.rewards.kinds import REWARDS, Reward, made
from opensky.devo.rewards.limits import BUDGET, in_share, uses
from opensky.devo.rewards.repository import EVERYBODY, FactRepository, KeptRule, RewardRepository
from opensky.devo.rewards.spans import SpanRepository
from opensky.kernel.clock import Clock
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


_SPENT = "Too little of its budget is left."
_WHOSE = {"all": "All that there are", "each": "All that this member may have"}


class Trying:
    """Asks rules about the past."""

    def __init__(
        self,
        rewards: RewardRepository,
        spans: SpanRepository,
        past: PastEvents,
        reader: Reader,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._rewards = rewards
        self._spans = spans
        self._past = past
        self._reader = reader
        self._clock = clock
        self._currency = settings.currency

    def dry_run(self, rule: KeptRule, named: Mapping[str, str]) -> DryRun:
        """Ask a rule about a past event of its kind, named by its fields; raises ``NotFound`` with what is not there."""
        subscribed = EVENTS[rule.event]
        past = self._past.find(rule.event, named)
        facts = FactRepository(self._reader)
        happening = subscribed.build_context(past.subject, past.carried, facts, self._clock, at=past.at)
        trace = Rule(Expression(conditions.node_of(rule.condition))).explain(happening.context)
        reward: Reward = made(REWARDS[rule.reward], rule.arguments)
        hindered = past.hindered + self._hindered(rule, happening, past.at, reward.cost(self._currency))
        lines = [conditions.in_words(subscribed, each) for each in trace.lines(subscribed.schema.labels)]
        return DryRun(trace.satisfied, lines, reward.words(self._currency), hindered)

    def _hindered(self, rule: KeptRule, happening: Happening, at: datetime, cost_minor: int) -> list[str]:
        found = [] if rule.covers(at) else ["It was at another time than the rule runs."]
        if happening.recipient is not None:
            found += self._granted(rule, happening.key, happening.recipient)
            found += self._used_up(rule, happening.recipient, at, cost_minor)
            if not in_share(rule.id, happening.recipient, rule.share):
                found.append("This member is in the control group.")
        return found

    def _granted(self, rule: KeptRule, event: str, member_id: MemberId) -> list[str]:
        what = "order" if rule.event in ORDER_EVENTS else "event"
        state = self._rewards.state_of(rule.id, event, member_id)
        if state == "granted":
            return [f"It has granted for this {what} already."]
        return [f"It has granted for this {what}, and was taken back."] if state == "reversed" else []

    def _used_up(self, rule: KeptRule, member_id: MemberId, at: datetime, cost_minor: int) -> list[str]:
        found = []
        if rule.limit_total is not None and self._rewards.used(rule.id, EVERYBODY) >= rule.limit_total:
            found.append(f"All {rule.limit_total} are used up.")
        if rule.limit_each is not None and self._rewards.used(rule.id, member_id) >= rule.limit_each:
            found.append(f"This member has had as many as one may have: {rule.limit_each}.")
        for use in uses(rule, at, cost_minor):
            whose = EVERYBODY if use.whose == "all" else member_id
            if self._spans.used(rule, whose, use, at) + use.amount > use.cap:
                found.append(
                    _SPENT if use.span == BUDGET else f"{_WHOSE[use.whose]} for that {rule.period} are used up."
                )
        return found
