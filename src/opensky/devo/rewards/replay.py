"""Replay: what a rule would have granted in the past, and what that would have cost. Nothing is granted, and nothing written.

A rule is asked about each event of a span of time, in order, as though it had been switched on at its beginning with all of its limits
unused: when it is to start and end is not asked, because that is mostly still to come.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from opensky.devo.rewards.conditions import node_of
from opensky.devo.rewards.facts import EVENTS
from opensky.devo.rewards.kinds import REWARDS, Reward, made
from opensky.devo.rewards.past import KEPT, Past, Span, asked_of
from opensky.devo.rewards.past_queries import BATCH
from opensky.devo.rewards.replay_limits import Allowance
from opensky.devo.rewards.repository import KeptRule
from opensky.kernel.errors import FieldError, Invalid
from opensky.persistence import Reader
from opensky.ruler import Context, Expression, Rule, RulerError

LONGEST_DAYS = 3660
TOP = 10
"""How many of those who would have got the most are named, and how many grants are shown as examples."""


class Day(msgspec.Struct):
    """What would have been granted on one day."""

    day: str
    grants: int = 0
    cost: int = 0
    points: int = 0


class Recipient(msgspec.Struct):
    """Somebody who would have got something."""

    member_id: int
    grants: int = 0
    cost: int = 0
    points: int = 0


class Example(msgspec.Struct):
    """One grant that there would have been."""

    at: datetime
    member_id: int
    what: str


class Found(msgspec.Struct):
    """What a replay found. ``cost`` is in the smallest unit of the shop's currency, as far as it is known when something is granted."""

    events: int = 0
    held: int = 0
    """Of how many events the condition held."""
    granted: int = 0
    members: int = 0
    cost: int = 0
    points: int = 0
    hindered: dict[str, int] = {}
    """Of how many it held, and nothing would have been granted, by the reason."""
    not_asked: int = 0
    """Of how many the rule could not be asked."""
    problem: str = ""
    """Why not, of the first of them."""
    days: list[Day] = []
    recipients: list[Recipient] = []
    """Who would have got the most."""
    examples: list[Example] = []


class Replay:
    """One rule and one span of time. ``steps`` does the work, a batch of events at each step; then ``found`` is whole."""

    def __init__(self, reader: Reader, rule: KeptRule, span: Span, currency: str) -> None:
        kept = KEPT.get(rule.event)
        if kept is None:
            when = EVENTS[rule.event].when if rule.event in EVENTS else rule.event
            raise Invalid(FieldError("rule", f"Of this the past is not kept: {when}.", "Event"))
        node = node_of(rule.condition)
        asked = asked_of(node)
        if unknown := kept.unknown(asked):
            raise Invalid(FieldError("rule", f"Of this the past is not kept: {', '.join(unknown)}.", "Fact"))
        self.found = Found()
        self.total = kept.number(reader, span)
        """About how many events there are, if that is known."""
        self._walk = kept.walk(reader, asked, span)
        self._rule = Rule(Expression(node))
        reward: Reward = made(REWARDS[rule.reward], rule.arguments)
        self._allowance = Allowance(rule, reward, currency)
        self._recipients: dict[int, Recipient] = {}
        self._days: dict[str, Day] = {}

    def steps(self) -> Iterator[int]:
        """Go on by one batch at each step; yields how many events are done."""
        done = 0
        for event in self._walk:
            self._ask(event)
            done += 1
            if done % BATCH == 0:
                yield done
        self.found.events = done
        self._finish()
        yield done

    def _ask(self, event: Past) -> None:
        try:
            held = self._rule.evaluate(Context(event.facts))
        except RulerError as error:
            self.found.not_asked += 1
            self.found.problem = self.found.problem or error.message
            return
        if held:
            self._grant(event)

    def _grant(self, event: Past) -> None:
        found = self.found
        found.held += 1
        worth = self._allowance.take(event.member_id, event.at)
        if isinstance(worth, str):
            found.hindered[worth] = found.hindered.get(worth, 0) + 1
            return
        found.granted += 1
        day = self._day(event.at)
        recipient = self._recipients.get(event.member_id)
        if recipient is None:
            recipient = self._recipients[event.member_id] = Recipient(event.member_id)
        for each in (day, recipient):
            each.grants += 1
            each.cost += worth.cost
            each.points += worth.points
        if len(found.examples) < TOP:
            found.examples.append(Example(event.at, event.member_id, event.what))

    def _day(self, at: datetime) -> Day:
        name = at.date().isoformat()
        day = self._days.get(name)
        if day is None:
            day = self._days[name] = Day(name)
        return day

    def _finish(self) -> None:
        found = self.found
        found.days = [self._days[name] for name in sorted(self._days)]
        found.members = len(self._recipients)
        found.cost = sum(each.cost for each in found.days)
        found.points = sum(each.points for each in found.days)
        most = sorted(
            self._recipients.values(), key=lambda each: (-each.cost, -each.points, -each.grants, each.member_id)
        )
        found.recipients = most[:TOP]


def span_of(days: int, until: datetime) -> Span:
    """Return so many days before a moment; raises ``Invalid``."""
    if not 0 < days <= LONGEST_DAYS:
        raise Invalid(FieldError("days", f"Please give a number of days from 1 to {LONGEST_DAYS}.", "Range"))
    try:
        return Span(until - timedelta(days=days), until)
    except OverflowError:
        raise Invalid(FieldError("until", "So long ago there was nothing.", "Range")) from None
