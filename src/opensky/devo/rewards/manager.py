"""The reward manager: rules, from a draft to what they granted."""

from collections.abc import Mapping
from dataclasses import replace

from opensky.devo.members.objects import MemberId
from opensky.devo.rewards import conditions, saying
from opensky.devo.rewards.approval import Approval
from opensky.devo.rewards.facts import EVENTS
from opensky.devo.rewards.kinds import REWARDS, LevelReward, made
from opensky.devo.rewards.limits import LIMITS
from opensky.devo.rewards.objects import LONGEST_NAME, RewardRule, RuleId, State
from opensky.devo.rewards.repository import EVERYBODY, GrantShown, KeptRule, RewardRepository
from opensky.devo.rewards.revisions import KeptRevision, Revised, Revisions, revision_of
from opensky.devo.rewards.terms import typed_of
from opensky.devo.rewards.terms_words import words_of
from opensky.devo.rewards.trying import DryRun, Trying
from opensky.devo.rewards.typed import Checked, Typed, check
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Conflict, Invalid, NotFound
from opensky.kernel.ids import IdGenerator
from opensky.persistence.cursors import Stretch
from opensky.settings import Settings

__all__ = ["DryRun", "RewardManager", "Typed"]


class RewardManager:
    """The verbs of reward rules."""

    def __init__(
        self,
        rewards: RewardRepository,
        revisions: Revisions,
        trying: Trying,
        approval: Approval,
        ids: IdGenerator,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._rewards = rewards
        self._revisions = revisions
        self._trying = trying
        self._approval = approval
        self._ids = ids
        self._clock = clock
        self._currency = settings.currency
        self._levels = tuple(settings.levels)

    def check(self, typed: Typed) -> Checked:
        """Read a rule that was typed; nothing is kept."""
        return check(typed, self._currency)

    def create(self, typed: Typed, by: MemberId | None = None) -> RewardRule:
        """Make a draft, which grants nothing yet. Raises ``Invalid`` with all that is wrong."""
        rule = RewardRule(
            id=RuleId(self._ids.next()), name="", event="", condition="", reward="", created_at=self._clock.now()
        )
        self._set(rule, typed, by)
        self._rewards.add(rule)
        if rule.limit_total is not None:
            self._rewards.start(rule.id, EVERYBODY)
        return rule

    def edit(self, rule: RewardRule, typed: Typed, by: MemberId | None = None) -> bool:
        """Change a rule; what it grants from now on bears the new revision. Raises ``Invalid``, and then nothing is changed.

        A rule that is on is paused if it says something else now, and whoever changed it may not switch it on; says whether
        that was so.
        """
        before, limits = rule.revision, [getattr(rule, name) for name in LIMITS]
        self._set(rule, typed, by)
        if limits != [getattr(rule, name) for name in LIMITS]:
            self._rewards.recount(rule.id)
        waits = rule.state == "active" and rule.revision != before and by is not None and self.refusal(rule, by) != ""
        if waits:
            rule.state = "paused"
        return waits

    def duplicate(self, rule: RewardRule, by: MemberId | None = None) -> RewardRule:
        """Make a draft that says the same as another rule."""
        typed = replace(self.typed(rule), name=f"Copy of {rule.name}"[:LONGEST_NAME])
        return self.create(typed, by)

    def step(self, rule: RewardRule, state: State, by: MemberId | None = None) -> None:
        """Activate, pause or archive a rule; raises ``Conflict`` where it may not, ``NotApproved`` where somebody may not."""
        rule.refuse_step_to(state)
        if state == "active":
            self.refuse_broken(rule)
            self._refuse_unknown_level(rule)
        if state == "active" and by is not None:
            self._approval.refuse(rule, by)
        number = self._rewards.next_change()
        rule.state, rule.changed = state, number

    @staticmethod
    def refuse_broken(rule: RewardRule | KeptRule) -> None:
        """Raise ``Conflict`` for a rule that cannot be asked any more."""
        why = saying.broken(rule)
        if why:
            raise Conflict(f"This rule cannot be asked any more. {why}", rule=str(rule.id))

    def _refuse_unknown_level(self, rule: RewardRule) -> None:
        named = rule.arguments.get("level")
        if rule.reward == LevelReward.get_type() and named not in self._levels:
            there = f"it has {', '.join(self._levels)}" if self._levels else "it has none"
            raise Conflict(f"The shop has no level {named!r}; {there}.", rule=str(rule.id))

    def refusal(self, rule: RewardRule | KeptRule, who: MemberId) -> str:
        """Say why somebody may not switch a rule on; nothing if they may."""
        return self._approval.refusal(rule, who)

    def typed(self, rule: RewardRule) -> Typed:
        """Return what somebody would type to get a rule: to be changed in a form."""
        return Typed(
            name=rule.name,
            event=rule.event,
            condition=conditions.text_of(rule.condition),
            reward=rule.reward,
            more={f"{rule.reward}.{name}": value for name, value in rule.arguments.items()},
            terms=typed_of(rule, self._currency),
            starts_at=f"{rule.starts_at:%Y-%m-%dT%H:%M}" if rule.starts_at else "",
            ends_at=f"{rule.ends_at:%Y-%m-%dT%H:%M}" if rule.ends_at else "",
            limit_total=str(rule.limit_total or ""),
            limit_each=str(rule.limit_each or ""),
            priority=str(rule.priority or ""),
        )

    def get(self, rule_id: int) -> RewardRule:
        """Return a rule, to be changed; raises ``NotFound``."""
        rule = self._rewards.rule(rule_id)
        if rule is None:
            raise NotFound("There is no such reward.")
        return rule

    def shown(self, rule_id: int) -> KeptRule:
        """Return a rule, to be looked at; raises ``NotFound``."""
        for rule in self._rewards.rules():
            if rule.id == rule_id:
                return rule
        raise NotFound("There is no such reward.")

    def all(self, state: str = "") -> list[KeptRule]:
        """Return all rules, or those in a state, the newest first."""
        found = [rule for rule in self._rewards.rules() if state in ("", rule.state)]
        return sorted(found, key=lambda rule: -rule.id)

    def gives(self, rule: KeptRule | RewardRule | Revised) -> str:
        """Say what a rule gives."""
        return saying.gives(rule, self._currency)

    def sentence(self, rule: KeptRule | RewardRule | Revised) -> str:
        """Say a rule in plain words."""
        return saying.sentence(rule, self._currency)

    def terms(self, rule: KeptRule | RewardRule | Revised) -> list[str]:
        """Say the terms of a rule, a sentence each: how often it grants, when, and to whom."""
        return words_of(rule, self._currency, rule.limit_each, rule.limit_total)

    def said(self, typed: Typed, *, unclear: bool = False) -> str:
        """Say in plain words what was typed so far, with dots for what is not clear yet."""
        checked = self.check(typed)
        wrong = {each.field for each in checked.wrong}
        subscribed = EVENTS.get(typed.event)
        if subscribed is None:
            return "…"
        kind = REWARDS.get(typed.reward)
        known = kind is not None and not any(each.startswith(f"{kind.name}.") for each in wrong)
        gives = f"{made(kind, checked.arguments).words(self._currency)}." if kind is not None and known else "…"
        words = "…"
        if checked.condition and not unclear:
            words = conditions.words_of(subscribed, conditions.node_of(checked.condition))
        asked = "" if words == "always" else f" and {words}"
        said = [f"{subscribed.when}{asked}, they get {gives}"]
        return " ".join([*said, *words_of(checked.agreed, self._currency, checked.limit_each, checked.limit_total)])

    def granted(self, rule_id: int, before: int, limit: int) -> Stretch[GrantShown]:
        """Return what a rule granted, the newest first."""
        found = self._rewards.of_rule(rule_id, before, limit + 1)
        return Stretch(found[:limit], found[limit - 1].id if len(found) > limit else None)

    def how_many(self, rule_id: int) -> int:
        """Return how many a rule granted and did not take back."""
        return self._rewards.how_many(rule_id)

    def revisions(self, rule_id: int) -> list[KeptRevision]:
        """Return a rule as it was each time that it was saved, the newest first."""
        return self._revisions.of(rule_id)

    def dry_run(self, rule: KeptRule, named: Mapping[str, str]) -> DryRun:
        """Ask a rule about a past event, such as ``{"order": "OS-1"}``; raises ``NotFound``. Nothing is granted."""
        return self._trying.dry_run(rule, named)

    def _set(self, rule: RewardRule, typed: Typed, by: MemberId | None) -> None:
        checked = self.check(typed)
        if checked.wrong:
            raise Invalid(*checked.wrong)
        # Counting writes what is pending, so it comes before anything of the rule is changed: an act is one change of it.
        rule.changed = self._rewards.next_change()
        number = self._revisions.next_number(rule)
        checked.put(rule)
        before, rule.revision = rule.revision, revision_of(rule)
        if rule.revision != before:  # whoever gives it another name has not said what it grants
            rule.edited_by = by
        self._revisions.keep(rule, number)
