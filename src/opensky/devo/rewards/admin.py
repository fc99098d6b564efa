"""Rewards in the admin: listed, tried, switched on and off, and what they granted, by people who do not program."""

import msgspec

from opensky.devo.admin.acts import note
from opensky.devo.admin.lists import PAGE, Asked
from opensky.devo.admin.newest import Newest
from opensky.devo.rewards import saying
from opensky.devo.rewards.admin_form import REWARDS_PATH, number
from opensky.devo.rewards.approval import NotApproved
from opensky.devo.rewards.changes import differences
from opensky.devo.rewards.facts import looked_up
from opensky.devo.rewards.happened import NAMES, fields_of
from opensky.devo.rewards.manager import DryRun, RewardManager
from opensky.devo.rewards.objects import STATES, STEPS, RewardRule, State
from opensky.devo.rewards.reports import Recipient, RewardReports, Totals, charts
from opensky.devo.rewards.repository import GrantShown, KeptRule
from opensky.devo.storefront.views import AdminAction, AdminFilter, AdminRow
from opensky.kernel.errors import Conflict, NotFound
from opensky.settings import Settings
from opensky.web import Form, Page, Redirect, Visitor, access, action, page

_ONE = f"{REWARDS_PATH}/{{rule:str}}"
_WORDS: dict[State, tuple[str, str]] = {
    "active": ("activate", "Switch it on"),
    "paused": ("pause", "Pause"),
    "archived": ("archive", "Archive"),
}
_REVISIONS = 50


class RewardAdmin:
    """Reward rules."""

    def __init__(
        self, rewards: RewardManager, reports: RewardReports, newest: Newest, settings: Settings, visitor: Visitor
    ) -> None:
        self._rewards = rewards
        self._reports = reports
        self._newest = newest
        self._currency = settings.currency
        self._events = looked_up(settings)
        self._visitor = visitor

    @page(REWARDS_PATH, access=access.STAFF)
    def list(self, q: str = "", state: str = "", before: str = "") -> Page:
        """List rules, the newest first: all, or those in a state, or with some words in their name."""
        asked = Asked.read(q, state, before, STATES)
        words = asked.words.casefold()
        found = [each for each in self._rewards.all(asked.state) if words in each.name.casefold()]
        shown = [each for each in found if each.id < asked.before][:PAGE]
        totals = self._reports.of_all() if shown else {}
        return Page(
            "admin/rewards.html",
            here=REWARDS_PATH,
            states=[AdminFilter(name or "all", name, name == asked.state) for name in ("", *STATES)],
            state=asked.state,
            query=asked.words,
            rows=[self._row(each, totals.get(each.id, Totals())) for each in shown],
            older=str(shown[-1].id) if shown and shown[-1].id != found[-1].id else "",
        )

    @page(_ONE, access=access.STAFF)
    def show(
        self,
        rule: str,
        order: str = "",
        member: str = "",
        insider: str = "",
        product: str = "",
        level: str = "",
        before: str = "",
    ) -> Page:
        """Show a rule with what it granted; with the names of a past event, what it would say of that one."""
        kept = self._rewards.shown(number(rule))
        asked = Asked.read("", "", before)
        given = (order, member, insider, product, level)
        named = {name: text.strip() for name, text in zip(NAMES, given, strict=True)}
        broken = saying.broken(kept)
        tried, problem = (None, "") if broken else self._tried(kept, named)
        found = self._rewards.granted(kept.id, asked.before, PAGE)
        totals = self._reports.of(kept.id)
        return Page(
            "admin/reward.html",
            here=REWARDS_PATH,
            rule=kept,
            sentence=self._rewards.sentence(kept),
            terms=self._rewards.terms(kept),
            condition=saying.text(kept),
            broken=broken,
            facts=_facts(kept),
            totals=totals,
            cost=self._reports.cost(totals),
            left=self._reports.left(kept, totals),
            charts=charts(self._reports.days(kept.id)),
            recipients=[_recipient_row(each) for each in self._reports.recipients(kept.id)],
            is_heard=kept.event in self._events,
            fields=() if broken else fields_of(kept.event),
            named=named,
            tried=tried,
            problem=problem,
            refusal=self._rewards.refusal(kept, self._visitor.require_member()) if "active" in _next(kept) else "",
            actions=[AdminAction(f"{REWARDS_PATH}/{kept.id}/{_WORDS[to][0]}", _WORDS[to][1]) for to in _next(kept)],
            grants=[_grant_row(each) for each in found.entries],
            older=found.older or "",
            history=self._newest.table(RewardRule, kept.id),
            history_path=self._newest.path(RewardRule, kept.id),
        )

    @page(f"{_ONE}/revisions", access=access.STAFF)
    def revisions(self, rule: str) -> Page:
        """Show what each revision of a rule changed."""
        kept = self._rewards.shown(number(rule))
        found = self._rewards.revisions(kept.id)[:_REVISIONS]
        older = [*(each.rule for each in found[1:]), None]
        changes = [differences(was, each.rule, self._currency) for each, was in zip(found, older, strict=True)]
        return Page(
            "admin/reward_revisions.html",
            here=REWARDS_PATH,
            rule=kept,
            revisions=list(zip(found, changes, strict=True)),
            history_path=self._newest.path(RewardRule, kept.id),
        )

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
        found = self._rewards.get(number(rule))
        path = f"{REWARDS_PATH}/{found.id}"
        try:
            self._rewards.step(found, state, self._visitor.require_member())
        except (Conflict, NotApproved) as error:
            return Redirect(path, flash=error.message, problem=True)
        note(self._visitor, f"{_WORDS[state][0]} reward", found.id)
        return Redirect(path, flash=flash)

    def _tried(self, rule: KeptRule, named: dict[str, str]) -> tuple[DryRun | None, str]:
        if not any(named.values()):
            return None, ""
        try:
            return self._rewards.dry_run(rule, named), ""
        except NotFound as error:
            return None, error.message

    def _row(self, rule: KeptRule, totals: Totals) -> AdminRow:
        left = self._reports.left(rule, totals)
        when = saying.when(rule).removeprefix("When ")
        money = self._reports.cost(totals) if totals.cost_minor else None
        return AdminRow(
            [rule.name, rule.state, when, self._rewards.sentence(rule), totals.granted, money, left.grants, left.money],
            f"{REWARDS_PATH}/{rule.id}",
        )


def _next(rule: KeptRule) -> list[State]:
    return [each for each in _WORDS if each in STEPS[rule.state]]  # type: ignore[index]  # a state is one of its words


def _grant_row(grant: GrantShown) -> AdminRow:
    why = "; ".join(line.strip() for line in msgspec.json.decode(grant.trace, type=list[str]))
    return AdminRow(
        [grant.at, grant.words, grant.state, grant.event, why, grant.revision], f"/admin/members/{grant.member_id}"
    )


def _recipient_row(each: Recipient) -> AdminRow:
    money = each.cost if each.cost.minor else None
    return AdminRow([each.name or f"Member {each.member_id}", each.granted, money], f"/admin/members/{each.member_id}")


def _facts(rule: KeptRule) -> list[tuple[str, str]]:
    found = []
    if rule.starts_at is not None:
        found.append(("Starts", f"{rule.starts_at:%Y-%m-%d %H:%M} UTC"))
    if rule.ends_at is not None:
        found.append(("Ends", f"{rule.ends_at:%Y-%m-%d %H:%M} UTC"))
    return [*found, ("Priority", str(rule.priority)), ("Revision", rule.revision)]
