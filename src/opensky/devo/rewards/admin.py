"""Rewards in the admin: made, changed, tried, switched on and off, by people who do not program."""

from datetime import datetime

import msgspec

from opensky.devo.admin.acts import note
from opensky.devo.admin.lists import PAGE, Asked
from opensky.devo.admin.newest import Newest
from opensky.devo.rewards.conditions import kinds_for, text_of
from opensky.devo.rewards.facts import EVENTS
from opensky.devo.rewards.kinds import REWARDS
from opensky.devo.rewards.manager import DryRun, RewardManager, Typed
from opensky.devo.rewards.objects import STATES, STEPS, RewardRule, State
from opensky.devo.rewards.repository import GrantShown, KeptRule
from opensky.devo.storefront.views import AdminAction, AdminFilter, AdminRow
from opensky.kernel.errors import Conflict, Invalid, NotFound
from opensky.web import Form, Page, Redirect, Visitor, access, action, page

_REWARDS = "/admin/rewards"
_ONE = f"{_REWARDS}/{{rule:str}}"
_LARGEST = (1 << 63) - 1
_WORDS: dict[State, tuple[str, str]] = {
    "active": ("activate", "Switch it on"),
    "paused": ("pause", "Pause"),
    "archived": ("archive", "Archive"),
}
_FIELDS = ("name", "event", "condition", "reward", "starts_at", "ends_at", "limit_total", "limit_each", "priority")


class RewardAdmin:
    """Reward rules."""

    def __init__(self, rewards: RewardManager, newest: Newest, visitor: Visitor) -> None:
        self._rewards = rewards
        self._newest = newest
        self._visitor = visitor

    @page(_REWARDS, access=access.STAFF)
    def list(self, state: str = "") -> Page:
        """List rules: all, or those in a state."""
        chosen = state if state in STATES else ""
        return Page(
            "admin/rewards.html",
            here=_REWARDS,
            states=[AdminFilter(name or "all", name, name == chosen) for name in ("", *STATES)],
            rows=[self._row(each) for each in self._rewards.all(chosen)],
        )

    @page(f"{_REWARDS}/new", access=access.STAFF)
    def new(self, event: str = "order.paid") -> Page:
        """Show the form of a new rule for an event."""
        if event not in EVENTS:
            raise NotFound("Rewards cannot be given for this event.")
        typed = Typed(event=event, reward="credit", limit_each="1")
        return _form(typed, {})

    @action(f"{_REWARDS}/new", access=access.STAFF)
    def create(self, form: Form) -> Page | Redirect:
        """Make a draft."""
        typed = _typed(form)
        try:
            made = self._rewards.create(typed)
        except Invalid as error:
            return _form(typed, error.by_field())
        return self._done(
            made.id, "make reward", "It is a draft, and grants nothing yet. Try it on an order, then switch it on."
        )

    @page(_ONE, access=access.STAFF)
    def show(self, rule: str, order: str = "", before: str = "") -> Page:
        """Show a rule with what it granted; with an order's number, what it would say of that order."""
        kept = self._rewards.shown(_number(rule))
        asked = Asked.read(order, "", before)
        tried, problem = self._tried(kept, asked.words)
        found = self._rewards.granted(kept.id, asked.before, PAGE)
        return Page(
            "admin/reward.html",
            here=_REWARDS,
            rule=kept,
            sentence=self._rewards.sentence(kept),
            condition=text_of(kept.condition) or "true",
            facts=_facts(kept),
            number=self._rewards.how_many(kept.id),
            order=asked.words,
            tried=tried,
            problem=problem,
            can_try=kept.event == "order.paid",
            actions=[AdminAction(f"{_REWARDS}/{kept.id}/{act}", words) for act, words in _steps(kept.state)],
            grants=[_grant_row(each) for each in found.entries],
            older=found.older or "",
            history=self._newest.table(RewardRule, kept.id),
            history_path=self._newest.path(RewardRule, kept.id),
        )

    @page(f"{_ONE}/edit", access=access.STAFF)
    def edit_form(self, rule: str) -> Page:
        """Show what can be changed."""
        return _form_of(self._rewards.get(_number(rule)))

    @action(f"{_ONE}/edit", access=access.STAFF)
    def edit(self, rule: str, form: Form) -> Page | Redirect:
        """Change a rule; a form that is older than the rule is refused."""
        found = self._rewards.get(_number(rule))
        if form.number("version", -1) != found.version:
            return _form_of(found, stale=True)
        typed = _typed(form)
        try:
            self._rewards.edit(found, typed)
        except Invalid as error:
            return _form(typed, error.by_field(), found)
        return self._done(found.id, "edit reward", "Saved.")

    @action(f"{_ONE}/activate", access=access.STAFF)
    def activate(self, rule: str, form: Form) -> Redirect:
        """Switch it on."""
        return self._step(rule, "active", "It is on: from now on it grants what it promises.")

    @action(f"{_ONE}/pause", access=access.STAFF)
    def pause(self, rule: str, form: Form) -> Redirect:
        """Switch it off for a while."""
        return self._step(rule, "paused", "It is paused, and grants nothing.")

    @action(f"{_ONE}/archive", access=access.STAFF)
    def archive(self, rule: str, form: Form) -> Redirect:
        """Put it away for good."""
        return self._step(rule, "archived", "It is archived. What it granted stays.")

    def _step(self, rule: str, state: State, flash: str) -> Redirect:
        found = self._rewards.get(_number(rule))
        try:
            self._rewards.step(found, state)
        except Conflict as error:
            return Redirect(f"{_REWARDS}/{found.id}", flash=error.message, problem=True)
        return self._done(found.id, f"{_WORDS[state][0]} reward", flash)

    def _done(self, rule_id: int, act: str, flash: str) -> Redirect:
        note(self._visitor, act, rule_id)
        return Redirect(f"{_REWARDS}/{rule_id}", flash=flash)

    def _tried(self, rule: KeptRule, order: str) -> tuple[DryRun | None, str]:
        if not order:
            return None, ""
        try:
            return self._rewards.dry_run(rule, {"order": order}), ""
        except NotFound as error:
            return None, error.message
        except Invalid as error:
            return None, error.errors[0].message

    def _row(self, rule: KeptRule) -> AdminRow:
        limit = rule.limit_total if rule.limit_total is not None else ""
        cells = [rule.name, rule.state, self._rewards.sentence(rule), limit, rule.created_at]
        return AdminRow(cells, f"{_REWARDS}/{rule.id}")


def _steps(state: str) -> list[tuple[str, str]]:
    return [_WORDS[each] for each in _WORDS if each in STEPS[state]]  # type: ignore[index]  # a state is one of its words


def _grant_row(grant: GrantShown) -> AdminRow:
    why = "; ".join(line.strip() for line in msgspec.json.decode(grant.trace, type=list[str]))
    return AdminRow(
        [grant.at, grant.words, grant.state, grant.event, why, grant.revision], f"/admin/members/{grant.member_id}"
    )


def _facts(rule: KeptRule) -> list[tuple[str, str]]:
    found = [("Starts", _moment(rule.starts_at)), ("Ends", _moment(rule.ends_at))]
    found += [
        ("At most in all", str(rule.limit_total or "no limit")),
        ("At most to one member", str(rule.limit_each or "no limit")),
    ]
    return [*found, ("Priority", str(rule.priority)), ("Revision", rule.revision)]


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at is not None else "not set"


def _typed(form: Form) -> Typed:
    more = {name: form.text(name) for name in form if "." in name}
    return Typed(**{name: form.text(name) for name in _FIELDS}, more=more)


def _form(typed: Typed, errors: dict[str, str], rule: RewardRule | None = None, *, stale: bool = False) -> Page:
    back = f"{_REWARDS}/{rule.id}" if rule is not None else _REWARDS
    subscribed = EVENTS.get(typed.event) or EVENTS["order.paid"]
    return Page(
        "admin/reward_form.html",
        status=422 if errors or stale else 200,
        here=_REWARDS,
        title="Edit reward" if rule is not None else "Make a reward",
        path=f"{back}/edit" if rule is not None else f"{_REWARDS}/new",
        back=back,
        typed=typed,
        errors=errors,
        stale=stale,
        is_new=rule is None,
        hidden={"version": str(rule.version)} if rule is not None else {},
        events=[(each.event, each.when) for each in EVENTS.values()],
        subscribed=subscribed,
        known=list(subscribed.schema.facts.values()),
        kinds=kinds_for(subscribed.event),
        rewards=list(REWARDS.values()),
    )


def _form_of(rule: RewardRule, *, stale: bool = False) -> Page:
    more = {f"{rule.reward}.{name}": value for name, value in rule.arguments.items()}
    typed = Typed(
        name=rule.name,
        event=rule.event,
        condition=text_of(rule.condition),
        reward=rule.reward,
        more=more,
        starts_at=f"{rule.starts_at:%Y-%m-%dT%H:%M}" if rule.starts_at else "",
        ends_at=f"{rule.ends_at:%Y-%m-%dT%H:%M}" if rule.ends_at else "",
        limit_total=str(rule.limit_total or ""),
        limit_each=str(rule.limit_each or ""),
        priority=str(rule.priority or ""),
    )
    return _form(typed, {}, rule, stale=stale)


def _number(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= len(str(_LARGEST)) and int(text) <= _LARGEST:
        return int(text)
    raise NotFound("There is no such reward.")
