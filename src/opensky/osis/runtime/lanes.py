"""Lanes: a flow as a running process sees it. How many hands may be on it, how many messages at a time, and its guards."""

import threading
from collections.abc import Iterable, Mapping

from opensky.osis.runtime.flow import Flow
from opensky.osis.runtime.guards import Breaker, Throttle

MOST_AT_ONCE = 100
BATCH_SECONDS = 0.05
"""A batch is as large as can be handled in this time: many quick messages, one slow one."""
_MEMORY = 0.2


class Lane:
    """One flow: its limit, its pace, its throttle and its third party's breaker."""

    def __init__(self, flow: Flow, breaker: Breaker | None) -> None:
        self.flow = flow
        self.breaker = breaker
        self._throttle = Throttle(flow.rate) if flow.rate is not None else None
        self._hands = 0
        self._lock = threading.Lock()
        self._seconds = BATCH_SECONDS / 4

    def enter(self) -> int:
        """Say how many messages may be claimed now: none where the limit, the throttle or the breaker forbids it.

        Whoever got any calls ``leave`` when done.
        """
        with self._lock:
            if self.flow.limit and self._hands >= self.flow.limit:
                return 0
            self._hands += 1
            room = max(1, min(MOST_AT_ONCE, int(BATCH_SECONDS / self._seconds)))
        if self.breaker is not None:
            room = self.breaker.room(room)
        if room and self._throttle is not None:
            room = self._throttle.room(room)
        if not room:
            self.leave()
        return room

    def claimed(self, room: int, found: int) -> None:
        """Give back what the guards allowed and the queue did not have."""
        if self._throttle is not None:
            self._throttle.give_back(room - found)
        if self.breaker is not None and not found:
            self.breaker.nothing_tried()

    def leave(self) -> None:
        """Let another hand in."""
        with self._lock:
            self._hands -= 1

    def took(self, seconds: float) -> None:
        """Remember how long a message took."""
        self._seconds += _MEMORY * (max(seconds, 1e-6) - self._seconds)

    def succeeded(self) -> None:
        """Tell the breaker."""
        if self.breaker is not None:
            self.breaker.succeeded()

    def failed(self) -> None:
        """Tell the breaker."""
        if self.breaker is not None:
            self.breaker.failed()

    def undecided(self) -> None:
        """Tell the breaker that nothing was learned of the third party."""
        if self.breaker is not None:
            self.breaker.nothing_tried()


def lanes(flows: Iterable[Flow], breakers: Mapping[str, Breaker] | None = None) -> list[Lane]:
    """Return a lane for each flow; flows that name one third party share its breaker."""
    shared = dict(breakers or {})
    return [
        Lane(flow, shared.setdefault(flow.breaker, Breaker(flow.breaker)) if flow.breaker else None) for flow in flows
    ]
