"""Using the limits of a rule, all or none of them, and giving back."""

from datetime import datetime

from opensky.devo.rewards.limits import Use, read, uses
from opensky.devo.rewards.objects import RewardGrant
from opensky.devo.rewards.repository import EVERYBODY, Granted, KeptRule, RewardRepository
from opensky.devo.rewards.spans import SpanRepository


class LimitUser:
    """Counts what is granted. A rule without a limit touches nothing, so that nobody waits for it."""

    def __init__(self, rewards: RewardRepository, spans: SpanRepository) -> None:
        self._rewards = rewards
        self._spans = spans

    def use(self, rule: KeptRule, grant: RewardGrant, at: datetime) -> list[Use] | None:
        """Use one of what the limits leave, and return what of it is of a period or a budget; nothing, if too little is left.

        Somebody of the control group uses what is theirs and nothing of what there is for all.
        """
        member_id, for_all = grant.member_id, grant.state == "granted"
        if rule.limit_each is not None:
            self._rewards.start(rule.id, member_id)
            if not self._rewards.use(rule.id, member_id, rule.limit_each):
                return None
        total = rule.limit_total is not None and for_all
        if total and not self._rewards.use(rule.id, EVERYBODY, rule.limit_total or 0):
            self._back(rule, grant, [], total=False)
            return None
        used: list[Use] = []
        for each in uses(rule, at, grant.cost_minor):
            if each.whose == "all" and not for_all:
                continue
            if not self._spans.use(rule, EVERYBODY if each.whose == "all" else member_id, each, at):
                self._back(rule, grant, used, total=total)
                return None
            used.append(each)
        return used

    def give_back(self, grant: RewardGrant | Granted) -> None:
        """Give back what a grant has used."""
        for whose in (grant.member_id, *((EVERYBODY,) if grant.state == "granted" else ())):
            self._rewards.give_back(grant.rule_id, whose)
        for each in read(grant.spent):
            self._spans.give_back(grant.rule_id, EVERYBODY if each.whose == "all" else grant.member_id, each)

    def _back(self, rule: KeptRule, grant: RewardGrant, used: list[Use], *, total: bool) -> None:
        for each in used:
            self._spans.give_back(rule.id, EVERYBODY if each.whose == "all" else grant.member_id, each)
        if total:
            self._rewards.give_back(rule.id, EVERYBODY)
        if rule.limit_each is not None:
            self._rewards.give_back(rule.id, grant.member_id)
