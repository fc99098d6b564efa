"""The worker: runs flows on the queue with a few threads until it is told to stop. ``opensky bus run`` is one of it."""

import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from opensky.messaging import Listener, Queue
from opensky.messaging.owners import give_back_of_the_dead, owner
from opensky.osis.runtime.errors import WrongFlow
from opensky.osis.runtime.flow import Flow, check
from opensky.osis.runtime.guards import Breaker
from opensky.osis.runtime.handling import Clients, Handler, Scopes
from opensky.osis.runtime.hands import TIMED_OUT, Hand, Report, give_up
from opensky.osis.runtime.lanes import lanes
from opensky.persistence import Database
from opensky.stats import Stats

LEASE = timedelta(seconds=60)
LOOK_SECONDS = 1.0
"""Without a nudge it looks so often; a nudge wakes it at once."""
LONGEST_WAIT = 30.0
MOST_LOST = 8
"""So many threads may hang in flows that do not come back; then the process ends and is started anew."""
_WATCH_SECONDS = 0.2


def silent(_what: str, **_about: object) -> None:
    """Report nothing."""


class TooManyHang(WrongFlow):
    """So many flows did not come back that the process must be started anew."""


class Worker:
    """Runs flows with ``threads`` threads. ``folder`` is where nudges arrive; without one it looks each second."""

    def __init__(
        self,
        database: Database,
        flows: Sequence[Flow],
        scopes: Scopes,
        clients: Clients,
        folder: Path,
        *,
        threads: int = 4,
        lease: timedelta = LEASE,
        report: Report = silent,
        stats: Stats | None = None,
    ) -> None:
        check(flows)
        self.breakers = {flow.breaker: Breaker(flow.breaker) for flow in flows if flow.breaker}
        self._database = database
        self._queue = Queue(database)
        self._handler = Handler(database, self._queue, scopes, clients)
        self._lanes = lanes(flows, self.breakers)
        self._folder = folder
        self._lease = lease
        self._report = report
        self._stats = stats or Stats()
        self._stopping = threading.Event()
        self._awake = threading.Condition()
        self._nudges = 0
        self._number = itertools.count(1)
        self._size = threads
        self._hands: dict[Hand, threading.Thread] = {}
        self._lost = 0

    def run(self) -> None:
        """Work until ``stop``; what was begun is finished, what was claimed and not begun is given back.

        Raises:
            TooManyHang: so many flows did not come back that a new process must be started.
        """
        with self._reported():
            give_back_of_the_dead(self._database)
        with Listener(self._folder) as listener:
            for _ in range(self._size):
                self._start()
            watch = threading.Thread(target=self._watch, name="watch", daemon=True)
            watch.start()
            try:
                while not self._stopping.is_set():
                    listener.wait(LOOK_SECONDS)
                    self._wake()
            finally:
                self._finish()
        if self._lost > MOST_LOST:
            raise TooManyHang(f"{self._lost} flows did not come back; this process must be started anew.")

    def stop(self) -> None:
        """Have ``run`` return soon; safe in a signal handler."""
        self._stopping.set()

    def drain(self) -> None:
        """Handle in this thread what is to be had now, then return: for tests and commands."""
        hand = self._hand()
        while hand.round(self._stopping):
            continue

    def _hand(self) -> Hand:
        name = owner(str(next(self._number)))
        clock = self._database.clock
        return Hand(name, self._lanes, self._queue, self._handler, self._lease, self._report, clock, self._stats)

    def _start(self) -> None:
        hand = self._hand()
        thread = threading.Thread(target=self._work, args=(hand,), name=hand.name, daemon=True)
        self._hands[hand] = thread
        thread.start()

    def _work(self, hand: Hand) -> None:
        wait = LOOK_SECONDS
        while not self._stopping.is_set() and not hand.lost:
            nudges = self._nudges
            try:
                busy = hand.round(self._stopping)
            except Exception as error:  # noqa: BLE001 - the database is gone or full: wait and say so, nothing is lost
                hand.doing, hand.owed, hand.held = None, [*hand.owed, *hand.held], []
                self._report("cannot work", error=f"{type(error).__name__}: {error}", again_in=wait)
                self._stopping.wait(wait)
                wait = min(wait * 2, LONGEST_WAIT)
                continue
            wait = LOOK_SECONDS
            if not busy:
                self._rest(nudges)

    def _rest(self, nudges: int) -> None:
        """Wait for the next nudge, if none came since that number; not for ever."""
        with self._awake:
            self._awake.wait_for(lambda: self._nudges != nudges, LOOK_SECONDS)

    def _wake(self) -> None:
        with self._awake:
            self._nudges += 1
            self._awake.notify_all()

    def _watch(self) -> None:
        """Renew leases in time; write off the hand whose flow does not come back, and start another."""
        renew_every = self._lease.total_seconds() / 3
        renewed = time.monotonic()
        while not self._stopping.wait(_WATCH_SECONDS):
            now = time.monotonic()
            for hand in list(self._hands):
                doing = hand.doing
                if doing is not None and now - doing.since > doing.flow.timeout.total_seconds():
                    self._write_off(hand)
            if now - renewed > renew_every:
                renewed = now
                with self._reported():
                    for hand in list(self._hands):
                        self._queue.renew(list(hand.held), hand.name, self._lease)

    def _write_off(self, hand: Hand) -> None:
        doing, hand.lost = hand.doing, True
        self._hands.pop(hand, None)
        self._lost += 1
        hand.leave()
        if doing is not None:
            flow, message = doing.flow, doing.message
            if flow.breaker:
                self.breakers[flow.breaker].failed()
            error = TimeoutError(f"{flow.name}: {TIMED_OUT} ({flow.timeout.total_seconds():g} s)")
            with self._reported():
                give_up(self._queue, self._database.clock, flow, message, hand.name, error)
                self._queue.release([each for each in hand.held if each is not message], hand.name)
            self._report("hangs", flow=flow.name, message=message.id)
        if self._lost > MOST_LOST:
            self._stopping.set()
        else:
            self._start()

    @property
    def busy(self) -> int:
        """How many messages are being handled."""
        return sum(hand.doing is not None for hand in list(self._hands))

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """Say what went wrong and go on: the leases run out, and the messages are handled again."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - see above
            self._report("cannot work", error=f"{type(error).__name__}: {error}")

    def _finish(self) -> None:
        self._stopping.set()
        self._wake()
        until = time.monotonic() + LOOK_SECONDS * 8
        for thread in list(self._hands.values()):
            thread.join(max(0.0, until - time.monotonic()))
