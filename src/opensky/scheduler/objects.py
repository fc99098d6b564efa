"""What is kept of jobs: who holds each, up to which time of its schedule it is dealt with, and every run."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from opensky.mapping import Id, Index, Length, NoHistory, Personal, entity

State = Literal["asked", "running", "done", "failed", "timed out", "stopped", "lost", "missed"]
"""``stopped`` by the end of the program that ran it, ``lost`` with one that was killed, ``missed`` because none was there."""
LONGEST_NAME, LONGEST_RUNNER, LONGEST_SAID = 60, 120, 500


@NoHistory()
@entity("cron_jobs")
@dataclass(eq=False, kw_only=True)
class JobState:
    """One job: its times up to ``slot_at`` are dealt with; while it runs, ``holder`` has it until ``held_until`` unless that is put off."""

    name: Annotated[str, Id(), Length(1, LONGEST_NAME)]
    slot_at: datetime
    holder: Annotated[str, Length(0, 40)] = ""
    held_until: datetime | None = None


@NoHistory()
@entity("cron_runs", Index("job", "due_at", unique=True), Index("state", "id"), Index("job", "-id"))
@dataclass(eq=False, kw_only=True)
class JobRun:
    """One run of a job, of a time of its schedule or because somebody asked. The unique index is why just one node runs it.

    ``tries`` counts how often it was begun: who takes over from a dead runner begins it again. ``passed`` says how many times of
    the schedule before it were left out. ``said`` is its own sentence about what it did, ``log`` the end of what it wrote.
    """

    id: Annotated[int, Id()]
    job: Annotated[str, Length(1, LONGEST_NAME)]
    due_at: datetime
    state: Annotated[State, Length(0, 10)]
    asked_by: Annotated[str, Personal("identity"), Length(0, 120)] = ""
    runner: Annotated[str, Length(0, LONGEST_RUNNER)] = ""
    tries: int = 0
    passed: int = 0
    began_at: datetime | None = None
    ended_at: datetime | None = None
    said: Annotated[str, Personal("account"), Length(0, LONGEST_SAID)] = ""
    log: Annotated[str, Personal("account")] = ""
