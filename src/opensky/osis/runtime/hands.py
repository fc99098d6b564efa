"""Hands: the threads of a worker. Each claims a batch of one flow, handles it, and settles what it handled together."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from opensky.kernel.clock import Clock
from opensky.kernel.doing import note
from opensky.messaging import LeaseLost, Message, Queue
from opensky.osis.runtime.errors import Reject
from opensky.osis.runtime.flow import Backoff, Flow
from opensky.osis.runtime.handling import Handler, Outcome, cause, told
from opensky.osis.runtime.lanes import Lane
from opensky.osis.runtime.stats import FAILED, FLOWS, stat
from opensky.osis.runtime.telling import taken_up
from opensky.persistence import StoreBusy, StoreFull
from opensky.stats import Stats

SETTLE_SECONDS = 0.01
"""What was handled is acknowledged together, but waits no longer than this for company."""
TIMED_OUT = "it did not end within the time of its flow"
STORE = Backoff(times=10, base=0.5, cap=60)
"""So a message is tried again that our own database did not let through, also where its flow allows no second try. If the database is
gone altogether this cannot be written down either: then the worker waits, and it was no try."""
Report = Callable[..., None]
"""Writes a line of the log: what happened, and names and values."""


@dataclass(slots=True)
class Doing:
    """What a hand is at, and since when on the monotonic clock."""

    flow: Flow
    message: Message
    since: float


class Hand:
    """One thread. A watch renews its leases, and writes it off if a flow does not come back."""

    def __init__(
        self,
        name: str,
        lanes: Sequence[Lane],
        queue: Queue,
        handler: Handler,
        lease: timedelta,
        report: Report,
        clock: Clock,
        stats: Stats,
    ) -> None:
        self.name = name
        self.doing: Doing | None = None
        self.held: list[Message] = []
        self.owed: list[Message] = []
        """What it held when the database went away, to be given back when that is there again."""
        self.lost = False
        self._lanes = lanes
        self._queue = queue
        self._handler = handler
        self._lease = lease
        self._report = report
        self._clock = clock
        self._stats = stats
        self._turn = 0
        self._inside: Lane | None = None
        self._leaving = threading.Lock()

    def round(self, stopping: threading.Event) -> bool:
        """Go through the flows once, beginning with another one each time; say whether there was anything to do."""
        worked = False
        if self.owed:
            self._queue.release(self.owed, self.name)
            self.owed = []
        self._turn += 1
        for step in range(len(self._lanes)):
            if stopping.is_set() or self.lost:
                break
            lane = self._lanes[(self._turn + step) % len(self._lanes)]
            room = lane.enter()
            if room:
                self._inside = lane
                try:
                    worked |= self._serve(lane, room, stopping)
                finally:
                    self.leave()
        return worked

    def leave(self) -> None:
        """Make room for another hand on the lane that this one is on; whoever writes it off does it in its place."""
        with self._leaving:
            lane, self._inside = self._inside, None
        if lane is not None:
            lane.leave()

    def _serve(self, lane: Lane, room: int, stopping: threading.Event) -> bool:
        self.held = []
        try:
            self.held = self._queue.claim([lane.flow.queue], room, self._lease, self.name)
        finally:
            lane.claimed(room, len(self.held))
        ready: list[Outcome] = []
        settle_at = 0.0
        for position, message in enumerate(list(self.held)):
            if stopping.is_set() or self.lost:
                self._queue.release(self.held[position:], self.name)
                break
            began = time.monotonic()
            self.doing = Doing(lane.flow, message, began)
            with taken_up(lane.flow, message):
                outcome = self._handle(lane, message)
            self.doing = None
            seconds = time.monotonic() - began
            lane.took(seconds)
            self._stats.timing(stat(FLOWS, lane.flow.queue), seconds * 1000)
            if outcome is not None:
                settle_at = settle_at if ready else began + SETTLE_SECONDS
                ready.append(outcome)
                if time.monotonic() >= settle_at:
                    self._settle(ready)
                    ready = []
        self._settle(ready)
        worked, self.held = bool(self.held), []
        return worked

    def _handle(self, lane: Lane, message: Message) -> Outcome | None:
        try:
            outcome = self._handler.handle(lane.flow, message, self.name)
        except LeaseLost:
            lane.undecided()
            note(error="lease lost")
            self._report("lease lost", flow=lane.flow.name, message=message.id)
            return None
        except StoreFull:
            lane.undecided()
            raise  # nothing can be handled: the worker waits, and no message pays for it
        except Exception as error:  # noqa: BLE001 - whatever a flow raises is told in its message
            if not self.lost:
                self._failed(lane, message, error)
            return None
        lane.succeeded()
        return outcome

    def _failed(self, lane: Lane, message: Message, error: Exception) -> None:
        flow = lane.flow
        note(error=cause(error))
        self._stats.increment(stat(FAILED, flow.queue))
        if isinstance(error, Reject):
            lane.succeeded()  # a third party that refuses is there
        elif isinstance(error, StoreBusy):
            lane.undecided()
        else:
            lane.failed()
        give_up(self._queue, self._clock, flow, message, self.name, error)
        self._report("failed", flow=flow.name, message=message.id, attempt=message.attempt + 1, error=cause(error))

    def _settle(self, ready: Sequence[Outcome]) -> None:
        if not ready or self.lost:
            return
        try:
            self._handler.settle(ready, self.name)
        except LeaseLost:
            if len(ready) == 1:
                self._report("lease lost", message=ready[0].handled.message.id)
                return
            for each in ready:  # one of them went to somebody else: the others are kept
                self._settle([each])


def give_up(queue: Queue, clock: Clock, flow: Flow, message: Message, owner: str, error: BaseException) -> None:
    """Have a failed message tried again after the flow's back-off, or keep it as a dead letter if there were enough tries."""
    tries = message.attempt + 1
    pause = STORE.pause(tries) if isinstance(error, StoreBusy) else None
    if pause is None and not isinstance(error, Reject):
        pause = flow.retry.pause(tries)
    if pause is None:
        queue.bury(message, owner, told(error), cause(error))
    else:
        queue.retry(message, owner, clock.now() + pause, told(error))
