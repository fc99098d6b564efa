"""The client: what business code calls. It only notes; a thread of its own adds up and sends once a second.

Nothing here waits, and nothing is raised into the code that is counted: what cannot be sent is dropped, and counted.
"""

import atexit
import os
import random
import socket
import threading
import time
import weakref
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Protocol

from opensky.stats.names import CUT, OTHER, UNDECLARED, Names
from opensky.stats.samples import PROCESS, tagged

PACKET, LARGE_PACKET = 1400, 32_000
"""Bytes that a datagram carries at most: what fits into one frame of an ordinary network; and within a machine."""
MOST_NOTED = 1_000_000
MOST_TIMERS, MOST_TIMES = 10_000, 100_000
"""So many timers are kept apart by a process, and so many times of each, until they are sent."""
KEPT_TIMES = 500
"""Of one timer, so many times are sent each second: a fair sample, which says for how many it stands."""
EVERY = 1.0
DROPPED = "stats.dropped"
_VALUES = 40
"""So many times of one name are written on one line: a server reads the name once."""
_LAST_PORT = 65_535
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Wire(Protocol):
    """Takes packed datagrams; raises ``OSError`` for one that it cannot take now.

    They are of ``PACKET`` bytes at most, or of its attribute ``most``, if it has one.
    """

    def send(self, packet: bytes, /) -> object:
        """Send one, without waiting."""

    def close(self) -> None:
        """Let go."""


class Stats:
    """Counters, timers, gauges and sets of this process. Safe in threads; a forked child goes on with none of its parent's notes.

    ``increment("seller.follow.shaq")`` is the talk's. Names are declared (``Names``); without a ``wire`` nothing is noted. A ``beat`` is
    a counter that counts by itself, once each time that is sent: who sees it knows that the process is there. ``whole`` says of which
    timer a timer is a part, such as ``web.ms`` of ``web.routes.GET_home``: what is noted of the part counts for both.
    """

    def __init__(
        self,
        names: Names | None = None,
        wire: Wire | None = None,
        *,
        every: float = EVERY,
        beat: str = "",
        whole: Callable[[str], str] | None = None,
    ) -> None:
        self._names = names or Names(())
        self._wire = wire
        self._every = every
        self._most: int = getattr(wire, "most", PACKET)
        self._beat = beat
        self._whole = whole
        self._ones: deque[str] = deque(maxlen=MOST_NOTED)
        self._more: deque[tuple[str, float]] = deque(maxlen=MOST_NOTED)
        self._times: dict[str, deque[float]] = {}
        self._members: deque[tuple[str, str]] = deque(maxlen=MOST_NOTED)
        self._gauges: dict[str, float] = {}
        self._reads: list[tuple[str, Callable[[], float]]] = []
        self._flushing = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._lost = 0
        self.one: Callable[[str], None] = self._ones.append if wire else _nothing
        """``increment`` of one, as cheap as it gets: for what happens a hundred thousand times a second."""
        self.time: Callable[[str, float], None] = self._time if wire else _nothing
        """``timing``, as cheap, of milliseconds that are not below zero."""

    @property
    def sends(self) -> bool:
        """Whether anything is noted at all."""
        return self._wire is not None

    def increment(self, name: str, by: float = 1, tags: Mapping[str, str] | None = None) -> None:
        """Count something once, or ``by`` so much."""
        if self._wire is None:
            return
        if tags:
            name = tagged(name, dict(tags))
        if by == 1:
            self._ones.append(name)
        else:
            self._more.append((name, by))

    def decrement(self, name: str, by: float = 1) -> None:
        """Count something down."""
        self.increment(name, -by)

    def timing(self, name: str, ms: float, tags: Mapping[str, str] | None = None) -> None:
        """Note how long something took, in milliseconds; less than none counts as none."""
        if self._wire is not None:
            self._time(tagged(name, dict(tags)) if tags else name, max(0.0, ms))

    @contextmanager
    def timed(self, name: str, tags: Mapping[str, str] | None = None) -> Iterator[None]:
        """Note how long a block takes, however it ends."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.timing(name, (time.perf_counter() - began) * 1000, tags)

    def gauge(self, name: str, value: float, tags: Mapping[str, str] | None = None) -> None:
        """Note how much of something there is now; the last note of a second is sent."""
        if self._wire is not None:
            self._gauges[tagged(name, dict(tags)) if tags else name] = value

    def gauge_of(self, name: str, read: Callable[[], float], *, one_of_many: bool = False) -> None:
        """Have something read once a second, such as the length of a queue; what raises is left out that second.

        ``one_of_many``: several processes have it, and a server of ours adds up what they say.
        """
        self._reads.append((tagged(name, {PROCESS: str(os.getpid())}) if one_of_many else name, read))

    def unique(self, name: str, member: Any) -> None:
        """Note that something was there: how many different ones there were in an interval is counted by the server."""
        if self._wire is not None:
            self._members.append((name, str(member)))

    def send_to(self, wire: Wire) -> None:
        """Send to another one from now on; who notes nothing goes on noting nothing."""
        if self._wire is not None:
            self._wire.close()
            self._wire, self._most = wire, getattr(wire, "most", PACKET)

    def start(self) -> None:
        """Send each second from now on, in a thread, and what is left when the process ends."""
        if self._wire is None or self._thread is not None:
            return
        self._begin()
        atexit.register(self.stop)
        again = weakref.WeakMethod(self._begin)
        os.register_at_fork(after_in_child=lambda: (begin := again()) is not None and begin())

    def stop(self) -> None:
        """Send what is left, and let go: nothing is noted any more."""
        self._ended.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(2)
        self._thread = None
        self.flush()
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def flush(self) -> int:
        """Send what was noted since the last time; returns how many datagrams. Never raises."""
        if self._wire is None:
            return 0
        sent = 0
        with self._flushing:
            for packet in packed(self._lines(), self._most):
                try:
                    self._wire.send(packet)
                    sent += 1
                except OSError:
                    self._lost += 1
        return sent

    def _time(self, name: str, ms: float) -> None:
        # Numbers by themselves: a tuple for each would have Python look for cycles, which costs more than the note.
        try:
            self._times[name].append(ms)
        except KeyError:
            # What is too many is counted as what nobody has declared.
            kept = name if len(self._times) < MOST_TIMERS else OTHER
            self._times.setdefault(kept, deque(maxlen=MOST_TIMES)).append(ms)

    def _begin(self) -> None:
        noted: tuple[deque[Any], ...] = (self._ones, self._more, self._members, *self._times.values())
        for each in noted:
            each.clear()
        self._gauges = {}
        self._flushing, self._ended = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="stats", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended.wait(self._every):
            with suppress(Exception):  # nothing that is counted may end the counting
                if self._beat:
                    self._ones.append(self._beat)
                self.flush()

    def _lines(self) -> Iterator[str]:
        """Take what was noted, add it up under admitted names, and write it as lines."""
        counts: Counter[str] = Counter()
        for name, count in Counter(_taken(self._ones)).items():
            counts[self._admit(name, counts)] += count
        for name, by in _taken(self._more):
            counts[self._admit(name, counts)] += by
        lost, self._lost = self._lost, 0
        if lost:
            counts[DROPPED] += lost
        yield from self._of_times(counts)
        for name, member in dict.fromkeys(_taken(self._members)):
            if kept := self._admit(name, counts):
                yield f"{kept}:{_one_line(member)}|s"
        for name, value in self._gauges_now():
            if kept := self._admit(name, counts):
                # A signed number would be a step from what the server has.
                yield f"{kept}:{value:.15g}|g" if value >= 0 else f"{kept}:0|g\n{kept}:{value:.15g}|g"
        counts.pop("", None)
        for name, count in counts.items():
            yield f"{name}:{count:.15g}|c"

    def _of_times(self, counts: Counter[str]) -> Iterator[str]:
        times: defaultdict[str, list[float]] = defaultdict(list)
        for name, noted in list(self._times.items()):
            found = list(_taken(noted))
            for each in (name, self._whole(name) if self._whole is not None else ""):
                if each and found:
                    times[self._admit(each, counts, len(found))] += found
        times.pop("", None)
        for name, found in times.items():
            rate = min(1.0, KEPT_TIMES / len(found))
            kept = found if rate == 1 else random.Random().sample(found, KEPT_TIMES)
            said = f"|ms|@{rate:.6g}" if rate < 1 else "|ms"
            for start in range(0, len(kept), _VALUES):
                some = kept[start : start + _VALUES]
                yield name + f":%.6g{said}" * len(some) % tuple(some)

    def _gauges_now(self) -> list[tuple[str, float]]:
        gauges, self._gauges = self._gauges, {}
        for name, read in self._reads:
            with suppress(Exception):
                gauges[name] = read()
        return list(gauges.items())

    def _admit(self, name: str, counts: Counter[str], times: int = 1) -> str:
        kept, told = self._names.admit(name)
        if told:
            counts[told] += times
        return kept


def packed(lines: Iterable[str], most: int = PACKET) -> Iterator[bytes]:
    """Pack lines into datagrams of at most so many bytes; a line that is longer by itself is left out."""
    packet: list[bytes] = []
    size = 0
    for line in lines:
        raw = line.encode()
        if len(raw) > most:
            continue
        if packet and size + 1 + len(raw) > most:
            yield b"\n".join(packet)
            packet, size = [], 0
        packet.append(raw)
        size += len(raw) + (1 if size else 0)
    if packet:
        yield b"\n".join(packet)


class Datagrams:
    """A wire to ``udp://host:port`` or ``unix:///path/of/a/socket``. A server that is not there yet may come later."""

    def __init__(self, address: str) -> None:
        """Raises ``ValueError``: it is no such address."""
        scheme, _, rest = address.partition("://")
        host, _, port = rest.rpartition(":")
        self._to: Any = rest
        self.most = LARGE_PACKET  # a socket of a path takes ten datagrams before it is drained, whatever their size
        family = socket.AF_UNIX
        if scheme != "unix" or not rest.startswith("/"):
            if scheme != "udp" or not host or not port.isdecimal() or not 0 < int(port) <= _LAST_PORT:
                raise ValueError(f"Stats go to udp://host:port or unix:///path, not to {address!r}.")
            family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
            self._to = (host.strip("[]"), int(port))
            self.most = LARGE_PACKET if self._to[0] in _LOOPBACK else PACKET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def send(self, packet: bytes, /) -> None:
        """Send one, without waiting."""
        self._socket.sendto(packet, self._to)

    def close(self) -> None:
        """Let go."""
        self._socket.close()


def _nothing(_name: str, _ms: float = 0.0) -> None:
    return None


def _taken(noted: deque[Any]) -> Iterator[Any]:
    """Take what is there now; what comes meanwhile stays for the next time."""
    take = noted.popleft
    with suppress(IndexError):  # another thread cleared it
        for _ in range(len(noted)):
            yield take()


def _one_line(text: str) -> str:
    return " ".join(text.replace("|", " ").replace(":", " ").split())[:200]


__all__ = ["CUT", "DROPPED", "UNDECLARED", "Datagrams", "Stats", "Wire", "packed"]
