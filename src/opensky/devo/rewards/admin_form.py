"""The form of a reward rule: put together from fields or typed as text, checked while somebody works in it, and kept."""

from dataclasses import dataclass, field, replace
from typing import Any

from opensky.devo.admin.acts import note
from opensky.devo.rewards import conditions
from opensky.devo.rewards.builder import ROOT, Group, build, fits, tree_of
from opensky.devo.rewards.builder_form import acted, shown, tree_from
from opensky.devo.rewards.facts import EVENTS, Subscribed, looked_up
from opensky.devo.rewards.kinds import REWARDS, Kind
from opensky.devo.rewards.manager import RewardManager, Typed
from opensky.devo.rewards.objects import RewardRule
from opensky.devo.rewards.registry import ANY_EVENT
from opensky.devo.rewards.terms import FIELDS
from opensky.devo.rewards.terms_words import DAYS, MODES, PERIODS
from opensky.kernel.errors import Conflict, Invalid, NotFound
from opensky.kernel.ids import read_id
from opensky.ruler import InvalidRule
from opensky.ruler.json_form import canonical
from opensky.ruler.text_form import from_text
from opensky.settings import Settings
from opensky.web import Form, Page, Redirect, Visitor, access, action, page

REWARDS_PATH = "/admin/rewards"
_ONE = f"{REWARDS_PATH}/{{rule:str}}"
_PLAIN = ("name", "event", "condition", "reward", "starts_at", "ends_at", "limit_total", "limit_each", "priority")
_HARDLY_ANY = 2
_MANY_PARTS = "This condition has more parts than fields can show, so it stays text."
_WAITS = "Saved. It is paused until an approver switches it on again."


@dataclass(slots=True, kw_only=True)
class Draft:
    """What somebody is working on: what is typed, its condition as a tree unless it is edited as text, and what is wrong."""

    typed: Typed
    tree: Group | None = None
    errors: dict[str, str] = field(default_factory=dict)
    unclear: bool = False
    """Whether the fields make no condition yet, be it said or not."""
    rule: RewardRule | None = None
    stale: bool = False
    focus: str = ""


class RewardForms:
    """Makes and edits reward rules."""

    def __init__(self, rewards: RewardManager, settings: Settings, visitor: Visitor) -> None:
        self._rewards = rewards
        self._events = looked_up(settings)
        self._visitor = visitor

    @page(f"{REWARDS_PATH}/new", access=access.STAFF)
    def new(self, event: str = "") -> Page:
        """Show the form of a new rule for an event."""
        event = event or next(iter(self._events), "")
        if event not in self._events:
            raise NotFound("Rewards cannot be given for this event.")
        return self._page(Draft(typed=Typed(event=event, reward="credit", limit_each="1"), tree=Group()))

    @action(f"{REWARDS_PATH}/new", access=access.STAFF)
    def create(self, form: Form) -> Page | Redirect:
        """Make a draft."""
        draft = draft_from(form)
        if draft.errors:
            return self._refused(draft)
        try:
            made = self._rewards.create(draft.typed, self._visitor.require_member())
        except Invalid as error:
            draft.errors = error.by_field()
            return self._page(draft, 422)
        flash = "It is a draft, and grants nothing yet. Try it on something that has happened, then switch it on."
        return self._done(made.id, "make reward", flash)

    @action(f"{REWARDS_PATH}/look", access=access.STAFF)
    def look(self, form: Form) -> Page:
        """Show the form anew: after a button of it, or with what is wrong so far. Nothing is kept."""
        act = form.text("do")
        draft = draft_from(form, act)
        draft.rule = self._rewards.get(number(form.text("rule"))) if form.text("rule") else None
        if act in ("", "look"):
            draft.errors = {**self._errors(draft), **draft.errors}
        return self._page(draft)

    @page(f"{_ONE}/edit", access=access.STAFF)
    def edit_form(self, rule: str) -> Page | Redirect:
        """Show what can be changed."""
        found = self._rewards.get(number(rule))
        try:
            self._rewards.refuse_broken(found)
        except Conflict as error:
            return Redirect(f"{REWARDS_PATH}/{found.id}", flash=error.message, problem=True)
        return self._page(self._draft_of(found))

    @action(f"{_ONE}/edit", access=access.STAFF)
    def edit(self, rule: str, form: Form) -> Page | Redirect:
        """Change a rule; a form that is older than the rule is refused."""
        found = self._rewards.get(number(rule))
        if form.number("version", -1) != found.version:
            now = self._draft_of(found)
            now.stale = True
            return self._page(now, 422)
        draft = draft_from(form)
        draft.rule = found
        if draft.errors:
            return self._refused(draft)
        try:
            waits = self._rewards.edit(found, draft.typed, self._visitor.require_member())
        except Invalid as error:
            draft.errors = error.by_field()
            return self._page(draft, 422)
        return self._done(found.id, "edit reward", _WAITS if waits else "Saved.")

    @action(f"{_ONE}/duplicate", access=access.STAFF)
    def duplicate(self, rule: str, form: Form) -> Redirect:
        """Make a draft that says the same."""
        found = self._rewards.get(number(rule))
        try:
            self._rewards.refuse_broken(found)
        except Conflict as error:
            return Redirect(f"{REWARDS_PATH}/{found.id}", flash=error.message, problem=True)
        made = self._rewards.duplicate(found, self._visitor.require_member())
        note(self._visitor, "duplicate reward", made.id)
        return Redirect(
            f"{REWARDS_PATH}/{made.id}/edit", flash="This is a copy, and a draft: change what is to differ."
        )

    def _done(self, rule_id: int, act: str, flash: str) -> Redirect:
        note(self._visitor, act, rule_id)
        return Redirect(f"{REWARDS_PATH}/{rule_id}", flash=flash)

    def _refused(self, draft: Draft) -> Page:
        """Show what is wrong in the fields of the condition beside all else that is."""
        draft.errors = {**self._errors(draft), **draft.errors}
        return self._page(draft, 422)

    def _errors(self, draft: Draft) -> dict[str, str]:
        found = self._rewards.check(draft.typed).wrong
        return Invalid(*found).by_field() if found else {}

    def _draft_of(self, rule: RewardRule) -> Draft:
        typed = self._rewards.typed(rule)
        tree = tree_of(conditions.node_of(rule.condition), EVENTS[rule.event].schema)
        return Draft(typed=typed, tree=tree if fits(tree) else None, rule=rule)

    def _page(self, draft: Draft, status: int = 200) -> Page:
        typed, rule = draft.typed, draft.rule
        back = f"{REWARDS_PATH}/{rule.id}" if rule is not None else REWARDS_PATH
        subscribed = EVENTS.get(typed.event) or EVENTS["order.paid"]
        return Page(
            "admin/reward_form.html",
            status=status,
            here=REWARDS_PATH,
            title="Edit reward" if rule is not None else "Make a reward",
            path=f"{back}/edit" if rule is not None else f"{REWARDS_PATH}/new",
            look=f"{REWARDS_PATH}/look",
            back=back,
            typed=typed,
            errors=draft.errors,
            stale=draft.stale,
            is_new=rule is None,
            hidden={"version": str(rule.version), "rule": str(rule.id)} if rule is not None else {},
            tree=shown(draft.tree, subscribed.schema) if draft.tree is not None else None,
            focus=draft.focus,
            said=self._rewards.said(typed, unclear=draft.unclear),
            subscribed=subscribed,
            events=[(each.event, each.when) for each in self._events.values()],
            **_choices(subscribed),
        )


def draft_from(form: Form, act: str = "") -> Draft:
    """Return what a form holds, after a button of it; wrong is what its fields make no condition of."""
    typed = _typed(form)
    subscribed = EVENTS.get(typed.event)
    if f"{ROOT}-kind" not in form or subscribed is None:
        return _to_fields(typed, subscribed) if act == "fields" and subscribed is not None else Draft(typed=typed)
    tree = tree_from(form)
    if ":" in act:
        focus, problem = acted(tree, act)
        unclear = bool(build(tree, subscribed.schema).wrong)
        return Draft(typed=typed, tree=tree, focus=focus, unclear=unclear, errors={"when": problem} if problem else {})
    built = build(tree, subscribed.schema)
    if built.node is None:
        return Draft(typed=typed, tree=tree, unclear=True, errors=built.wrong if act in ("", "look", "text") else {})
    typed = replace(typed, condition=conditions.text_of(canonical(built.node)))
    return Draft(typed=typed, tree=None if act == "text" else tree, focus="condition" if act == "text" else "")


def _to_fields(typed: Typed, subscribed: Subscribed) -> Draft:
    """Turn a text into fields; one that says nothing, or too much for them, stays text."""
    text = typed.condition
    try:
        tree = tree_of(conditions.exact(from_text(text)), subscribed.schema) if text.strip() else Group()
    except InvalidRule as error:
        problem = error.problems[0]
        return Draft(typed=typed, focus="condition", errors={"condition": f"{problem.where}: {problem.message}"})
    if not fits(tree):
        return Draft(typed=typed, focus="condition", errors={"condition": _MANY_PARTS})
    return Draft(typed=typed, tree=tree, focus=f"{ROOT}-kind")


def _typed(form: Form) -> Typed:
    terms = {name: form.text(name) for name in FIELDS if name != "weekdays"}
    more = {name: form.text(name) for name in form if "." in name}
    return Typed(
        **{name: form.text(name) for name in _PLAIN},
        more=more,
        terms={**terms, "weekdays": ", ".join(form.many("weekdays"))},
    )


def _at_hand(kind: Kind) -> bool:
    """Say whether a type of condition is worth its place in every form: made for the event, with hardly a field."""
    return ANY_EVENT not in kind.events and len(kind.arguments) <= _HARDLY_ANY


def _choices(subscribed: Subscribed) -> dict[str, Any]:
    kinds = conditions.kinds_for(subscribed.event)
    return {
        "known": list(subscribed.schema.facts.values()),
        "kinds": [each for each in kinds if _at_hand(each)],
        "more_kinds": [each for each in kinds if not _at_hand(each)],
        "rewards": list(REWARDS.values()),
        "days": list(DAYS.items()),
        "periods": list(PERIODS.items()),
        "modes": list(MODES.items()),
    }


def number(text: str) -> int:
    """Return the id in an address; raises ``NotFound`` for what is none."""
    found = read_id(text)
    if found is None:
        raise NotFound("There is no such reward.")
    return found
