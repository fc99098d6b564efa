"""Replays as they are kept: how far one has come, and what it found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, NewType

from opensky.devo.rewards.objects import RuleId
from opensky.mapping import Id, Index, Length, NoHistory, Personal, entity

ReplayId = NewType("ReplayId", int)
ReplayState = Literal["running", "done", "failed"]


@NoHistory()
@entity("reward_replays", Index("rule_id", "-id"))
@dataclass(eq=False, kw_only=True)
class RewardReplay:
    """What one rule would have granted in a span of the past, as far as it has been gone through."""

    id: Annotated[ReplayId, Id()]
    rule_id: RuleId
    revision: Annotated[str, Length(0, 32)]
    words: Annotated[str, Length(0, 200)]
    """What the rule gave when it was replayed."""
    from_at: datetime
    until_at: datetime
    state: Annotated[ReplayState, Length(0, 10)] = "running"
    events: int = 0
    """How many events have been gone through."""
    events_in_all: int | None = None
    found: Annotated[str, Personal("account")] = ""
    """What was found, as JSON (``replay.Found``), when it is done."""
    problem: Annotated[str, Length(0, 200)] = ""
    started_at: datetime
    seen_at: datetime
    """When it was last heard of: one that is running and silent was cut off with its process."""
