"""Guards of third parties: a circuit breaker, and a throttle. Shared by all threads of a process."""

import threading
import time
from collections.abc import Callable

from opensky.osis.runtime.flow import Rate

FAILURES = 5
PAUSE, LONGEST_PAUSE = 5.0, 300.0


class Breaker:
    """Opens after so many failures in a row: then nothing is tried for a pause, and one trial says whether to close again.

    Each trial that fails doubles the pause (M. Nygard, "Release It!", 2007).
    """

    def __init__(self, name: str, failures: int = FAILURES, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._most = failures
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._pause = PAUSE
        self._open_until = 0.0
        self._trying = False

    @property
    def state(self) -> str:
        """``closed``, ``open`` or ``half open``."""
        if self._failures < self._most:
            return "closed"
        return "open" if self._clock() < self._open_until else "half open"

    def room(self, wanted: int) -> int:
        """How many messages may be tried now: all, one as a trial, or none."""
        with self._lock:
            if self._failures < self._most:
                return wanted
            if self._clock() < self._open_until or self._trying:
                return 0
            self._trying = True
            return 1

    def nothing_tried(self) -> None:
        """Give back a trial for which there was no message."""
        with self._lock:
            self._trying = False

    def succeeded(self) -> None:
        """Close."""
        with self._lock:
            self._failures, self._pause, self._trying = 0, PAUSE, False

    def failed(self) -> None:
        """Count a failure; open when there were enough."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._most:
                if self._trying:
                    self._pause = min(self._pause * 2, LONGEST_PAUSE)
                self._open_until = self._clock() + self._pause
            self._trying = False


class Throttle:
    """A token bucket that holds one period's messages."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens = float(rate.messages)
        self._at = clock()

    def room(self, wanted: int) -> int:
        """Take as many tokens as there are, up to ``wanted``; return how many."""
        with self._lock:
            now = self._clock()
            refilled = self._tokens + (now - self._at) * self._rate.messages / self._rate.seconds
            self._tokens, self._at = min(refilled, float(self._rate.messages)), now
            given = min(int(self._tokens), wanted)
            self._tokens -= given
            return given

    def give_back(self, unused: int) -> None:
        """Put tokens back for which there was no message."""
        with self._lock:
            self._tokens = min(self._tokens + unused, float(self._rate.messages))
