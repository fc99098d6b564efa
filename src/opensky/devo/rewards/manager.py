"""The reward manager: rules, from a draft to what they granted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from opensky.devo.orders.manager import OrderManager
from opensky.devo.rewards import conditions, terms
from opensky.devo.rewards.facts import EVENTS, Subscribed
from opensky.devo.rewards.kinds import REWARDS, Reward, made
from opensky.devo.rewards.objects import RewardRule, RuleId, State
from opensky.devo.rewards.repository import EVERYBODY, FactRepository, GrantShown, KeptRule, RewardRepository
from opensky.devo.rewards.revisions import Revisions, revision_of
from opensky.kernel.clock import Clock
from opensky.kernel.errors import FieldError, Invalid, NotFound
from opensky.kernel.ids import IdGenerator
from opensky.mapping import validate
from opensky.persistence import Reader
from opensky.persistence.cursors import Stretch
from opensky.ruler import Expression, Rule
from opensky.settings import Settings

_MOST = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A rule as somebody typed it. ``more`` holds arguments by their type: ``order.minimum_total``, ``credit.amount``.

    ``terms`` holds what ``terms.FIELDS`` names: when it runs, its limits for a period and by amount, its group, its share.
    """

    name: str = ""
    event: str = ""
    condition: str = ""
    reward: str = ""
    more: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    starts_at: str = ""
    ends_at: str = ""
    limit_total: str = ""
    limit_each: str = ""
    priority: str = ""


@dataclass(frozen=True, slots=True)
class DryRun:
    """Whether a rule would grant something for a past event, what its clauses found, and what else stands in the way."""

    holds: bool
    lines: list[str]
    gives: str
    hindered: list[str]


class RewardManager:
    """The verbs of reward rules."""

    def __init__(
        self,
        rewards: RewardRepository,
        revisions: Revisions,
        orders: OrderManager,
        reader: Reader,
        ids: IdGenerator,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._rewards = rewards
        self._revisions = revisions
        self._orders = orders
        self._reader = reader
        self._ids = ids
        self._clock = clock
        self._currency = settings.currency

    def create(self, typed: Typed) -> RewardRule:
        """Make a draft, which grants nothing yet. Raises ``Invalid`` with all that is wrong."""
        rule = RewardRule(
            id=RuleId(self._ids.next()), name="", event="", condition="", reward="", created_at=self._clock.now()
        )
        self._set(rule, typed)
        self._rewards.add(rule)
        if rule.limit_total is not None:
            self._rewards.start(rule.id, EVERYBODY)
        return rule

    def edit(self, rule: RewardRule, typed: Typed) -> None:
        """Change a rule; what it grants from now on bears the new revision. Raises ``Invalid``, and then nothing is changed."""
        limits = (rule.limit_total, rule.limit_each)
        self._set(rule, typed)
        if limits != (rule.limit_total, rule.limit_each):
            self._rewards.recount(rule.id)

    def step(self, rule: RewardRule, state: State) -> None:
        """Activate, pause or archive a rule; raises ``Conflict`` where it may not."""
        rule.refuse_step_to(state)
        number = self._rewards.next_change()
        rule.state, rule.changed = state, number

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

    def gives(self, rule: KeptRule | RewardRule) -> str:
        """Say what a rule gives."""
        reward: Reward = made(REWARDS[rule.reward], rule.arguments)
        return reward.words(self._currency)

    def sentence(self, rule: KeptRule | RewardRule) -> str:
        """Say a rule in plain words."""
        subscribed = EVENTS[rule.event]
        words = conditions.words_of(subscribed, conditions.node_of(rule.condition))
        asked = "" if words == "always" else f" and {words}"
        return f"{subscribed.when}{asked}, they get {self.gives(rule)}."

    def granted(self, rule_id: int, before: int, limit: int) -> Stretch[GrantShown]:
        """Return what a rule granted, the newest first."""
        found = self._rewards.of_rule(rule_id, before, limit + 1)
        return Stretch(found[:limit], found[limit - 1].id if len(found) > limit else None)

    def how_many(self, rule_id: int) -> int:
        """Return how many a rule granted and did not take back."""
        return self._rewards.how_many(rule_id)

    def dry_run(self, rule: KeptRule, number: str) -> DryRun:
        """Ask a rule about a past order; nothing is granted.

        Raises:
            NotFound: there is no such order.
            Invalid: the rule is not about orders.
        """
        subscribed = EVENTS[rule.event]
        if rule.event != "order.paid":
            raise Invalid(FieldError("order", "Only a rule about orders can be tried on an order.", "Event"))
        order = self._orders.by_number(number)
        happening = subscribed.build_context(order, {}, FactRepository(self._reader), self._clock)
        trace = Rule(Expression(conditions.node_of(rule.condition))).explain(happening.context)
        hindered = []
        if order.member_id is None:
            hindered.append("It is a guest's order, and only members get rewards.")
        elif not order.is_paid:
            hindered.append(f"The order is {order.state}, not paid.")
        else:
            hindered += self._used_up(rule, happening.key, order.member_id)
        if not rule.covers(order.paid_at or order.placed_at):
            hindered.append("It was paid at another time than the rule runs.")
        lines = [conditions.in_words(subscribed, each) for each in trace.lines(subscribed.schema.labels)]
        return DryRun(trace.satisfied, lines, self.gives(rule), hindered)

    def _used_up(self, rule: KeptRule, event: str, member_id: int) -> list[str]:
        found = []
        state = self._rewards.state_of(rule.id, event, member_id)
        if state:
            found.append(
                "It has granted for this order already."
                if state == "granted"
                else "It has granted for this order, and was taken back."
            )
        if rule.limit_total is not None and self._rewards.used(rule.id, EVERYBODY) >= rule.limit_total:
            found.append(f"All {rule.limit_total} are used up.")
        if rule.limit_each is not None and self._rewards.used(rule.id, member_id) >= rule.limit_each:
            found.append(f"This member has had as many as one may have: {rule.limit_each}.")
        return found

    def _set(self, rule: RewardRule, typed: Typed) -> None:
        wrong: list[FieldError] = []
        name, before = " ".join(typed.name.split()), rule.name
        rule.name = name
        try:
            validate(rule)
        except Invalid as error:
            wrong += error.errors
        finally:
            rule.name = before
        subscribed = EVENTS.get(typed.event)
        condition = self._condition(subscribed, typed, wrong) if subscribed else ""
        if subscribed is None:
            wrong.append(FieldError("event", "Please choose when it happens.", "Choice"))
        arguments = _arguments(typed, wrong)
        starts, ends = _moment("starts_at", typed.starts_at, wrong), _moment("ends_at", typed.ends_at, wrong)
        if starts and ends and ends <= starts:
            wrong.append(FieldError("ends_at", "It ends before it starts.", "Order"))
        total, each = (_limit(name, getattr(typed, name), wrong) for name in ("limit_total", "limit_each"))
        priority = _whole("priority", typed.priority, wrong) or 0
        agreed = terms.read(typed.terms, self._currency, wrong)
        if wrong:
            raise Invalid(*wrong)
        # Counting writes what is pending, so it comes before anything of the rule is changed: an act is one change of it.
        rule.changed = self._rewards.next_change()
        number = self._revisions.next_number(rule)
        rule.name, rule.event, rule.condition = name, typed.event, condition
        rule.reward, rule.arguments = typed.reward, arguments
        rule.starts_at, rule.ends_at = starts, ends
        rule.limit_total, rule.limit_each, rule.priority = total, each, priority
        agreed.put(rule)
        rule.revision = revision_of(rule)
        self._revisions.keep(rule, number)

    @staticmethod
    def _condition(subscribed: Subscribed, typed: Typed, wrong: list[FieldError]) -> str:
        try:
            return conditions.read(subscribed, typed.condition, typed.more).json
        except Invalid as error:
            wrong += error.errors
            return ""


def _arguments(typed: Typed, wrong: list[FieldError]) -> dict[str, str]:
    kind = REWARDS.get(typed.reward)
    if kind is None:
        wrong.append(FieldError("reward", "Please choose what they get.", "Choice"))
        return {}
    prefix = f"{kind.name}."
    given = {each.name: typed.more.get(prefix + each.name, "").strip() for each in kind.arguments}
    try:
        made(kind, given, prefix)
    except Invalid as error:
        wrong += error.errors
    return {name: value for name, value in given.items() if value}


def _moment(name: str, text: str, wrong: list[FieldError]) -> datetime | None:
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        wrong.append(FieldError(name, "Please give a day and time such as 2026-12-24 18:00, or nothing.", "Moment"))
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _limit(name: str, text: str, wrong: list[FieldError]) -> int | None:
    found = _whole(name, text, wrong)
    if found is not None and found < 1:
        wrong.append(FieldError(name, "Please give a number from 1, or nothing for no limit.", "Range"))
    return found


def _whole(name: str, text: str, wrong: list[FieldError]) -> int | None:
    try:
        found = int(text) if text.strip() else None
    except ValueError:
        found = _MOST + 1
    if found is not None and abs(found) > _MOST:
        wrong.append(FieldError(name, "Please give a whole number.", "Number"))
        return None
    return found
