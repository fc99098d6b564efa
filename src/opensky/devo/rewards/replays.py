"""Replays beside the requests: started by staff, gone through in a thread of their process, kept where every process sees them."""

import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
import structlog
from sqlalchemy import bindparam, delete, select, update

from opensky.devo.rewards.kinds import REWARDS, Reward, made
from opensky.devo.rewards.objects import RuleId
from opensky.devo.rewards.past import Span
from opensky.devo.rewards.replay import Found, Replay, span_of
from opensky.devo.rewards.replay_objects import ReplayId, RewardReplay
from opensky.devo.rewards.repository import KeptRule
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Conflict, OpenSkyError
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Command, Database, Query, Reader, UnitOfWork, table
from opensky.settings import Settings

KEPT = 5
"""How many replays of a rule are kept."""
SILENT = timedelta(seconds=60)
_TELL_EVERY = 0.5
_LOG = structlog.get_logger()
_replays = table(RewardReplay)
_COLUMNS = tuple(_replays.c.keys())


class ReplayShown(msgspec.Struct):
    """A replay, to be looked at."""

    id: int
    rule_id: int
    revision: str
    words: str
    from_at: datetime
    until_at: datetime
    state: str
    events: int
    events_in_all: int | None
    found: str
    problem: str
    started_at: datetime
    seen_at: datetime

    def is_running(self, now: datetime) -> bool:
        """Say whether somebody is at it."""
        return self.state == "running" and now - self.seen_at < SILENT

    def was_cut_off(self, now: datetime) -> bool:
        """Say whether its process ended before it did."""
        return self.state == "running" and not self.is_running(now)

    @property
    def percent(self) -> int | None:
        """How much of it is done, if that can be said."""
        return min(100, self.events * 100 // self.events_in_all) if self.events_in_all else None

    @property
    def result(self) -> Found | None:
        """What it found, when it is done."""
        return msgspec.json.decode(self.found, type=Found) if self.found else None


_OF_RULE = Query(
    select(*(_replays.c[name] for name in _COLUMNS))
    .where(_replays.c.rule_id == bindparam("rule_id"))
    .order_by(_replays.c.id.desc()),
    lambda *row: ReplayShown(**dict(zip(_COLUMNS, row, strict=True))),
)
_FORGET = Command(delete(_replays).where(_replays.c.id == bindparam("which")))
_TELL = Command(
    update(_replays)
    .where(_replays.c.id == bindparam("which"))
    .values(
        events=bindparam("done"),
        events_in_all=bindparam("in_all"),
        state=bindparam("now_is"),
        found=bindparam("what"),
        problem=bindparam("wrong"),
        seen_at=bindparam("moment", type_=_replays.c.seen_at.type),
    )
)


class Replayer:
    """Goes through the past in threads of this process, one replay at a time, and says how far it has come."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._currency = settings.currency
        self._turn = threading.Lock()

    def begin(self, replay_id: ReplayId, rule: KeptRule, span: Span) -> threading.Thread:
        """Begin; whoever asks for it has committed that it is running."""
        thread = threading.Thread(target=self._run, args=(replay_id, rule, span), name="replay", daemon=True)
        thread.start()
        return thread

    def _run(self, replay_id: ReplayId, rule: KeptRule, span: Span) -> None:
        try:
            with self._turn, self._database.reader() as reader:
                self._go_through(replay_id, Replay(reader, rule, span, self._currency))
        except Exception as error:  # noqa: BLE001 - nobody waits for this thread: whoever looks at the replay is told
            _LOG.exception("reward.replay_failed", rule=rule.id)
            said = error.message if isinstance(error, OpenSkyError) else f"{type(error).__name__}: {error}"
            with suppress(Exception):  # where the database itself is gone, its silence says that it was cut off
                self._tell(replay_id, 0, None, state="failed", problem=said[:200])

    def _go_through(self, replay_id: ReplayId, replay: Replay) -> None:
        self._tell(replay_id, 0, replay.total)
        told = began = time.monotonic()
        for done in replay.steps():
            now = time.monotonic()
            if now - told > _TELL_EVERY:
                self._tell(replay_id, done, replay.total)
                told = now
            # As long as it took: the requests of this process get at least half of it.
            time.sleep(now - began)
            began = time.monotonic()
        found = msgspec.json.encode(replay.found).decode()
        self._tell(replay_id, replay.found.events, replay.found.events, state="done", found=found)

    def _tell(
        self,
        replay_id: ReplayId,
        done: int,
        in_all: int | None,
        *,
        state: str = "running",
        found: str = "",
        problem: str = "",
    ) -> None:
        with self._database.unit_of_work() as unit:
            said = {"which": replay_id, "done": done, "in_all": in_all, "now_is": state, "what": found}
            unit.run(_TELL, **said, wrong=problem, moment=self._clock.now())
            unit.commit()


class Replays:
    """The verbs of replays, and what came of them."""

    def __init__(
        self,
        unit: UnitOfWork,
        reader: Reader,
        replayer: Replayer,
        ids: IdGenerator,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._unit = unit
        self._reader = reader
        self._replayer = replayer
        self._ids = ids
        self._clock = clock
        self._currency = settings.currency

    def start(self, rule: KeptRule, days: int, until: datetime) -> ReplayId:
        """Go through so many days before a moment, beside the requests.

        Raises:
            Invalid: the days are too many, or of this event the past is not kept.
            Conflict: the rule is being replayed.
        """
        span, now = span_of(days, until), self._clock.now()
        Replay(self._reader, rule, span, self._currency)  # refuses what cannot be replayed
        earlier = self.of_rule(rule.id)
        if any(each.is_running(now) for each in earlier):
            raise Conflict("This rule is being replayed. Wait until that is done.", rule=str(rule.id))
        for each in earlier[KEPT - 1 :]:
            self._unit.run(_FORGET, which=each.id)
        reward: Reward = made(REWARDS[rule.reward], rule.arguments)
        replay = RewardReplay(
            id=ReplayId(self._ids.next()),
            rule_id=RuleId(rule.id),
            revision=rule.revision,
            words=reward.words(self._currency),
            from_at=span.since,
            until_at=span.until,
            started_at=now,
            seen_at=now,
        )
        self._unit.persist(replay)
        self._unit.after_commit(lambda: self._begin(replay.id, rule, span))
        return replay.id

    def of_rule(self, rule_id: int) -> list[ReplayShown]:
        """Return the replays of a rule that are kept, the newest first."""
        return self._reader.fetch(_OF_RULE, rule_id=rule_id)

    def _begin(self, replay_id: ReplayId, rule: KeptRule, span: Span) -> None:
        self._replayer.begin(replay_id, rule, span)
