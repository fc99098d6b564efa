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
GrantState = Literal["granted", "reversed"]
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
    priority: int = 0
    revision: str = ""
    """Names event, condition and reward as they are now; each grant says under which it was made."""
    changed: Annotated[int, NoHistory()] = 0
    """Which change to any rule the last one to this was: whoever knows the newest of all has missed nothing."""
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
@entity("reward_changes")
@dataclass(eq=False, kw_only=True)
class RewardChanges:
    """One row that counts changes to rules, so that every process hears of them."""

    id: Annotated[int, Id()]
    number: int = 0
