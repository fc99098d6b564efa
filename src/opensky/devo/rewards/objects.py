"""Reward rules, kept as documents, and what they granted."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, NewType

from opensky.kernel.errors import Conflict
from opensky.kernel.ids import MemberId
from opensky.mapping import Id, Index, Length, NoHistory, NotBlank, Personal, Unique, Version, document, entity

RuleId = NewType("RuleId", int)
GrantId = NewType("GrantId", int)
State = Literal["draft", "active", "paused", "archived"]
GrantState = Literal["granted", "reversed", "control", "dropped"]
"""``control``: they would have got it, and did not, to be compared with those who did; ``dropped`` is that, of a cancelled order."""
Period = Literal["", "day", "week", "month"]
PERIODS: tuple[Period, ...] = ("", "day", "week", "month")
StackMode = Literal["all", "best", "first"]
STACK_MODES: tuple[StackMode, ...] = ("all", "best", "first")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALL_OF_THEM = 100
STATES: tuple[State, ...] = ("draft", "active", "paused", "archived")
STEPS: dict[State, frozenset[State]] = {
    "draft": frozenset({"active", "archived"}),
    "active": frozenset({"paused", "archived"}),
    "paused": frozenset({"active", "archived"}),
    "archived": frozenset(),
}
"""From each state, the states that may follow. Only ``active`` grants anything; ``archived`` stays for what it granted."""
LONGEST_NAME = 80


@document("reward_rules", Index("state", "-id"))
@dataclass(eq=False, slots=True, kw_only=True)
class RewardRule:
    """When this happens and that holds, somebody gets something."""

    id: Annotated[RuleId, Id()]
    name: Annotated[
        str,
        NotBlank("What is this reward called?"),
        Length(0, LONGEST_NAME, f"Please use at most {LONGEST_NAME} characters."),
    ]
    event: str
    condition: str
    """The condition in the canonical JSON form (``ruler.json_form``)."""
    reward: str
    """The type of the reward, as it is registered (``kinds``)."""
    arguments: dict[str, str] = field(default_factory=dict)
    """What that type wants to know, as it was typed."""
    state: State = "draft"
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    limit_total: int | None = None
    limit_each: int | None = None
    """How often it grants in all, and to one member; no number, no limit."""
    zone: str = "UTC"
    """The time zone in which its weekdays, hours and periods are meant, such as ``America/New_York``."""
    weekdays: list[str] = field(default_factory=list)
    """On which days of the week it runs, such as ``["sat", "sun"]``; none stands for each."""
    hours_from: str = ""
    hours_until: str = ""
    """From when until when on such a day, such as ``18:00`` and ``22:30``; an end before the begin is on the next day."""
    period: Period = ""
    limit_period: int | None = None
    limit_period_each: int | None = None
    """How often it grants within one day, week (from Monday) or month: in all, and to one member."""
    budget_minor: int | None = None
    """What it may cost in all, in the smallest unit of the shop's currency."""
    priority: int = 0
    stack: str = ""
    """The group in which it stands, if any, with others on the same event."""
    stack_mode: StackMode = "all"
    """What is granted of a group whose conditions hold: all, the best one, or the first by priority.

    Of rules of one group that say different things, the most important one is heard."""
    share: int = ALL_OF_THEM
    """To so many of a hundred members it grants; the others are the control group, and always the same."""
    later: bool = False
    """Whether it is asked by the bus, after whoever caused the event has their answer."""
    revision: str = ""
    """Names all that decides what it grants, as it is now; each grant says under which it was made."""
    changed: Annotated[int, NoHistory()] = 0
    """Which change to any rule the last one to this was: whoever knows the newest of all has missed nothing."""
    edited_by: Annotated[MemberId | None, Personal("account")] = None
    """Who said last what it says: they may not be the one to switch it on (``approval``)."""
    created_at: datetime
    version: Annotated[int, Version()] = 0

    def refuse_step_to(self, state: State) -> None:
        """Raise ``Conflict`` for a state that may not follow."""
        if state not in STEPS[self.state]:
            message = f"This rule is {self.state} and cannot become {state}."
            raise Conflict(message, rule=str(self.id), state=self.state)


@NoHistory()
@entity(
    "reward_grants",
    Unique("rule_id", "event", "member_id"),
    Index("event"),
    Index("rule_id", "-id"),
    Index("member_id", "-id"),
)
@dataclass(eq=False, kw_only=True)
class RewardGrant:
    """One reward that one member got of one rule for one event, and why. What came of it stands in their credit."""

    id: Annotated[GrantId, Id()]
    rule_id: RuleId
    event: Annotated[str, Length(0, 80)]
    """What happened and to what, such as ``order.paid:2236070053316337952``: however often it is told, it is one."""
    member_id: Annotated[MemberId, Personal("account")]
    revision: Annotated[str, Length(0, 32)]
    words: Annotated[str, Length(0, 200)]
    trace: Annotated[str, Personal("account")]
    """A JSON list of lines: what each clause of the condition found."""
    state: Annotated[GrantState, Length(0, 10)] = "granted"
    reward: Annotated[str, Length(0, 40)] = ""
    """The type of what was given; of grants from before this was kept, nothing."""
    cost_minor: int = 0
    """What it costs the shop, as far as it is known when it is granted, in the smallest unit of its currency."""
    spent: Annotated[str, Length(0, 200)] = ""
    """What it used of the limits for a period or by amount, to be given back: see ``limits``."""
    at: datetime
    reversed_at: datetime | None = None


@NoHistory()
@entity("reward_uses", clustered=True)
@dataclass(eq=False, kw_only=True)
class RewardUse:
    """How often a rule with a limit has granted: to one member, or to all (member 0). A rule without a limit has none."""

    rule_id: Annotated[RuleId, Id()]
    member_id: Annotated[MemberId, Id(), Personal("account")]
    used: int = 0


@NoHistory()
@entity("reward_spans", clustered=True)
@dataclass(eq=False, kw_only=True)
class RewardSpan:
    """What a rule has used within a stretch of time, or of its budget: of one member, or of all (member 0).

    A rule without such a limit has none. Under rule 0 stands which events a group of rules has answered already.
    """

    rule_id: Annotated[RuleId, Id()]
    member_id: Annotated[MemberId, Id(), Personal("account")]
    stretch: Annotated[str, Id(), Length(0, 40)]
    used: int = 0


@NoHistory()
@entity("reward_revisions", Index("rule_id", "revision"), clustered=True)
@dataclass(eq=False, kw_only=True)
class RewardRevision:
    """A rule as it was saved once. It is never changed, so that each grant can be read under what it was made."""

    rule_id: Annotated[RuleId, Id()]
    number: Annotated[int, Id()]
    """1 for the first."""
    revision: Annotated[str, Length(0, 32)]
    body: str
    """All that somebody may set, as JSON: see ``revisions.Revised``."""
    at: datetime


@NoHistory()
@entity("reward_changes")
@dataclass(eq=False, kw_only=True)
class RewardChanges:
    """One row that counts changes to rules, so that every process hears of them."""

    id: Annotated[int, Id()]
    number: int = 0
