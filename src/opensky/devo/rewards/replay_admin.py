"""Replay in the admin: a rule is asked about the past before it is switched on. Without JavaScript the page looks again by itself."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from opensky.devo.admin.acts import note
from opensky.devo.members.objects import Member
from opensky.devo.rewards.manager import RewardManager
from opensky.devo.rewards.replay import Found
from opensky.devo.rewards.replays import Replays, ReplayShown
from opensky.devo.rewards.repository import KeptRule
from opensky.devo.storefront.views import AdminRow
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Conflict, FieldError, Invalid, NotFound
from opensky.kernel.money import Money
from opensky.persistence import DocumentQuery, Param, Reader
from opensky.settings import Settings
from opensky.web import Form, Page, Redirect, Visitor, access, action, page

_REWARDS = "/admin/rewards"
_REPLAY = f"{_REWARDS}/{{rule:str}}/replay"
_LONGEST_ID = 19
_BY_DAY = 31
"""As many days are shown one by one; more are shown by month."""


class _Named(msgspec.Struct):
    id: int
    name: str


_NAMES = DocumentQuery(Member, {"id": {"$in": Param("ids")}}, into=_Named)


class Asked(NamedTuple):
    """What somebody typed."""

    days: str = "30"
    until: str = ""


class RewardReplayAdmin:
    """What a rule would have granted."""

    def __init__(
        self,
        rewards: RewardManager,
        replays: Replays,
        reader: Reader,
        clock: Clock,
        settings: Settings,
        visitor: Visitor,
    ) -> None:
        self._rewards = rewards
        self._replays = replays
        self._reader = reader
        self._clock = clock
        self._currency = settings.currency
        self._visitor = visitor

    @page(_REPLAY, access=access.STAFF)
    def show(self, rule: str) -> Page:
        """Show how far the newest replay of a rule has come, or what it found."""
        return self._page(self._rewards.shown(_number(rule)))

    @action(_REPLAY, access=access.STAFF)
    def start(self, rule: str, form: Form) -> Page | Redirect:
        """Begin a replay."""
        kept, asked = self._rewards.shown(_number(rule)), Asked(form.text("days"), form.text("until"))
        try:
            self._replays.start(kept, *self._read(asked))
        except Invalid as error:
            return self._page(kept, asked, error.by_field())
        except Conflict as error:
            return Redirect(f"{_REWARDS}/{kept.id}/replay", flash=error.message, problem=True)
        note(self._visitor, "replay reward", kept.id)
        return Redirect(f"{_REWARDS}/{kept.id}/replay")

    def _read(self, asked: Asked) -> tuple[int, datetime]:
        text = asked.days.strip()
        days = int(text) if text.isascii() and text.isdecimal() and len(text) < _LONGEST_ID else 0
        if not asked.until.strip():
            return days, self._clock.now()
        try:
            day = datetime.fromisoformat(asked.until.strip()).replace(tzinfo=UTC)
            end = day + timedelta(days=1, microseconds=-1)
        except (ValueError, OverflowError):
            raise Invalid(FieldError("until", "Please give a day such as 2026-11-30, or nothing.", "Moment")) from None
        return days, min(end, self._clock.now())

    def _page(self, rule: KeptRule, asked: Asked | None = None, errors: dict[str, str] | None = None) -> Page:
        now = self._clock.now()
        replays = self._replays.of_rule(rule.id)
        newest = replays[0] if replays else None
        result = newest.result if newest is not None else None
        return Page(
            "admin/reward_replay.html",
            status=422 if errors else 200,
            here=_REWARDS,
            rule=rule,
            path=f"{_REWARDS}/{rule.id}",
            sentence=self._rewards.sentence(rule),
            asked=asked or _again(newest),
            errors=errors or {},
            newest=newest,
            running=newest is not None and newest.is_running(now),
            cut_off=newest is not None and newest.was_cut_off(now),
            result=result,
            stale=newest is not None and newest.revision != rule.revision,
            cost=self._worth(result) if result else "",
            numbers=_numbers(result) if result else [],
            days=self._days(result) if result else [],
            recipients=self._recipients(result) if result else [],
            examples=_examples(result, rule.event) if result else [],
            earlier=[self._row(each) for each in replays[1:]],
        )

    def _worth(self, of: Found) -> str:
        said = [str(Money(of.cost, self._currency))] if of.cost or not of.points else []
        if of.points:
            said.append(f"{of.points:,} points")
        return " · ".join(said)

    def _days(self, found: Found) -> list[AdminRow]:
        by_day = len(found.days) <= _BY_DAY
        rows: dict[str, list[int]] = {}
        for each in found.days:
            row = rows.setdefault(each.day if by_day else each.day[:7], [0, 0, 0])
            for place, number in enumerate((each.grants, each.cost, each.points)):
                row[place] += number
        return [
            AdminRow([name, grants, Money(cost, self._currency), points])
            for name, (grants, cost, points) in sorted(rows.items())
        ]

    def _recipients(self, found: Found) -> list[AdminRow]:
        ids = [each.member_id for each in found.recipients]
        names = {each.id: each.name for each in self._reader.read(_NAMES, ids=ids)} if ids else {}
        return [
            AdminRow(
                [
                    names.get(each.member_id, "nobody any more"),
                    each.grants,
                    Money(each.cost, self._currency),
                    each.points,
                ],
                f"/admin/members/{each.member_id}",
            )
            for each in found.recipients
        ]

    def _row(self, replay: ReplayShown) -> AdminRow:
        found = replay.result
        granted = [found.granted, self._worth(found)] if found else ["", replay.problem]
        return AdminRow([replay.started_at, _span(replay), replay.words, replay.events, *granted])


def _again(newest: ReplayShown | None) -> Asked:
    """Return what was asked last, to be asked again."""
    if newest is None:
        return Asked()
    until = "" if newest.until_at == newest.started_at else f"{newest.until_at:%Y-%m-%d}"
    return Asked(str(round((newest.until_at - newest.from_at) / timedelta(days=1))), until)


def _span(replay: ReplayShown) -> str:
    return f"{replay.from_at:%Y-%m-%d} to {replay.until_at:%Y-%m-%d}"


def _numbers(found: Found) -> Sequence[tuple[str, str]]:
    said = [
        ("Events", found.events),
        ("The condition held", found.held),
        *((f"Nothing, because {why}", number) for why, number in sorted(found.hindered.items())),
        ("Would have been granted", found.granted),
        ("Members who would have got something", found.members),
    ]
    shown = [(label, f"{number:,}") for label, number in said]
    if found.not_asked:
        shown.append(("Could not be asked", f"{found.not_asked:,}: {found.problem}"))
    return shown


def _examples(found: Found, event: str) -> list[AdminRow]:
    orders = event.startswith("order.")
    return [
        AdminRow(
            [each.what or f"Member {each.member_id}", each.at],
            f"/admin/orders/{each.what}" if orders else f"/admin/members/{each.member_id}",
        )
        for each in found.examples
    ]


def _number(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID and int(text) < 1 << 63:
        return int(text)
    raise NotFound("There is no such reward.")
