"""A statsd server: receives on UDP, TCP and a unix datagram socket, adds up, and hands on at each interval.

One thread receives all. UDP loses what the kernel cannot keep, so this drains a socket with a large buffer in a tight loop, and counts
datagrams that are equal to the byte before it reads any: each kind of datagram is read once an interval.
"""

import contextlib
import os
import selectors
import socket
import stat
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from opensky.stats.admin import Admin
from opensky.stats.aggregate import BAD, CUT, DROPS, METRICS, PACKETS, Aggregate
from opensky.stats.samples import BadLine, read, read_times
from opensky.stats.sinks import Handing, Sink

BUFFER = 4 * 1024 * 1024
"""Bytes of datagrams that the kernel is asked to keep for us; it gives what its ``net.core.rmem_max`` allows."""
_PACKET, _AT_ONCE = 65_536, 1024
_REST = 0.001
"""Seconds between two looks: what comes meanwhile waits in the kernel, and is taken in one go."""
MOST_KINDS = 50_000
"""So many kinds of datagrams are kept unread; more are read at once."""
_LONGEST_LINE = 65_536
_LOG = structlog.get_logger("stats")
_PROC_UDP = Path("/proc/net/udp")
_INODE_FIELD = 9

Address = tuple[str, int]
Reading = Callable[[], Mapping[str, float]]
"""Returns gauges of this moment, by their names."""


@dataclass(frozen=True, kw_only=True)
class Listening:
    """Where a server receives; what is not given is not opened. Port 0 takes a free one."""

    udp: Address | None = None
    tcp: Address | None = None
    unix: Path | None = None
    admin: Address | None = None


class Server:
    """Receives until it is stopped. ``sinks`` are given each interval's series, in a thread of their own."""

    def __init__(
        self,
        listening: Listening,
        sinks: Sequence[Sink],
        aggregate: Aggregate | None = None,
        *,
        every: float = 10.0,
        clock: Callable[[], float] = time.time,
        readings: Sequence[Reading] = (),
    ) -> None:
        self.aggregate = aggregate or Aggregate()
        self.every = every
        self.clock = clock
        self._readings = readings
        self._kinds: dict[bytes, int] = {}
        self._packets = self._dropped_before = self._cut_before = 0
        self._busy = False
        self._partial: dict[socket.socket, bytes] = {}
        self.admin = Admin(self)
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._woken.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ, lambda _wire: None)
        self._unix = listening.unix
        try:
            self._datagrams = [self._datagram(each) for each in (listening.udp, listening.unix) if each is not None]
            self._tcp = self._listener(listening.tcp, self._line)
            self._admin = self._listener(listening.admin, self.admin.answer)
        except OSError:
            self._let_go()
            raise
        self.handing = Handing(sinks)
        self._ended = threading.Event()
        self.last_seen = 0.0
        self.began = clock()
        self.bad_lines = 0

    @property
    def udp(self) -> Address:
        """Where it receives datagrams."""
        found: Address = next(each for each in self._datagrams if each.family != socket.AF_UNIX).getsockname()
        return found

    @property
    def tcp(self) -> Address:
        """Where it receives lines."""
        assert self._tcp is not None, "it receives nothing by TCP"  # noqa: S101
        found: Address = self._tcp.getsockname()
        return found

    @property
    def admin_address(self) -> Address:
        """Where it answers commands."""
        assert self._admin is not None, "it has no admin port"  # noqa: S101
        found: Address = self._admin.getsockname()
        return found

    @property
    def buffer(self) -> int:
        """How many bytes of datagrams the kernel keeps for it."""
        return min((each.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) for each in self._datagrams), default=0)

    def run(self) -> None:
        """Receive until ``stop``; then hand on what is there, and close."""
        due = time.monotonic() + self.every
        try:
            while not self._ended.is_set():
                for key, _ in self._selector.select(max(0.0, due - time.monotonic())):
                    key.data(key.fileobj)
                if not self._busy:
                    time.sleep(_REST)
                if time.monotonic() >= due:
                    self.flush()
                    due += self.every * ((time.monotonic() - due) // self.every + 1)
        finally:
            self._close()

    def stop(self) -> None:
        """Have ``run`` end; from a thread or a signal."""
        self._ended.set()
        with contextlib.suppress(OSError):
            self._wake.send(b"x")

    def flush(self) -> None:
        """Sum up what has come and hand it on; whatever fails there costs this interval, and not the next ones."""
        try:
            self.take_in()
            for reading in self._readings:
                with contextlib.suppress(Exception):  # what cannot be read is left out; all else is to be kept
                    self.aggregate.gauges |= reading()
            self.handing.hand(self.aggregate.flush(self.every), self.clock())
        except Exception:  # noqa: BLE001 - a sum that cannot be made, say: the next interval may be a better one
            _LOG.exception("stats.interval_lost")
            self.aggregate.empty()

    def take_in(self) -> None:
        """Read the datagrams that have been counted."""
        kinds, self._kinds = self._kinds, {}
        for packet, times in kinds.items():
            self.take(packet, times)
        counters = self.aggregate.counters
        counters[PACKETS] += self._packets
        self._packets = 0
        dropped = sum(_dropped(each) for each in self._datagrams)
        counters[DROPS] += max(0, dropped - self._dropped_before)
        self._dropped_before = dropped
        cut = self.handing.cut()
        counters[CUT] += cut - self._cut_before
        self._cut_before = cut

    def take(self, packet: bytes, times: int = 1) -> None:
        """Read a datagram that came so many times."""
        add, found, bad = self.aggregate.add, 0, 0
        for line in packet.split(b"\n"):
            if (many := read_times(line)) is not None:
                self.aggregate.add_times(many, times)
                found += len(many.values)
                continue
            for sample in read(line):
                if isinstance(sample, BadLine):
                    bad += 1
                else:
                    add(sample, times)
                    found += 1
        self.aggregate.counters[METRICS] += (found + bad) * times
        if bad:
            self.aggregate.counters[BAD] += bad * times
            self.bad_lines += bad * times

    def _drain(self, wire: socket.socket) -> None:
        kinds, receive, count = self._kinds, wire.recv, 0
        try:
            for count in range(1, _AT_ONCE + 1):  # noqa: B007 - it is how many came
                packet = receive(_PACKET)
                if b"|g" in packet or len(kinds) >= MOST_KINDS:  # of gauges the order matters
                    self.take(packet)
                else:
                    kinds[packet] = kinds.get(packet, 0) + 1
        except BlockingIOError:
            count -= 1
        self._busy = count == _AT_ONCE
        self._packets += count
        if count:
            self.last_seen = self.clock()

    def _datagram(self, where: Address | Path) -> socket.socket:
        if isinstance(where, Path):
            _remove_socket(where)
            wire = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        else:
            wire = socket.socket(socket.AF_INET6 if ":" in where[0] else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            wire.bind(str(where) if isinstance(where, Path) else where)
        except OSError:
            wire.close()
            raise
        wire.setblocking(False)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self._selector.register(wire, selectors.EVENT_READ, self._drain)
        return wire

    def _listener(self, where: Address | None, line: Callable[[bytes], bytes | None]) -> socket.socket | None:
        if where is None:
            return None
        family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
        wire = socket.create_server(where, family=family, reuse_port=False)
        wire.setblocking(False)

        def accept(_wire: socket.socket) -> None:
            with contextlib.suppress(OSError):
                client, _ = wire.accept()
                client.setblocking(False)
                self._partial[client] = b""
                self._selector.register(client, selectors.EVENT_READ, lambda c: self._lines(c, line))

        self._selector.register(wire, selectors.EVENT_READ, accept)
        return wire

    def _lines(self, client: socket.socket, line: Callable[[bytes], bytes | None]) -> None:
        """Take in whole lines of a connection, and answer; one that sends a line without an end is let go."""
        try:
            data = client.recv(_PACKET)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        *whole, rest = (self._partial[client] + data).split(b"\n")
        if not data:
            whole, rest = [*whole, rest], b""
        gone = not data or len(rest) > _LONGEST_LINE
        for each in whole:
            if each.strip():
                said = line(each.strip())
                if said is not None:
                    gone |= not _said(client, said)
        self._partial[client] = rest
        if gone:
            self._selector.unregister(client)
            del self._partial[client]
            client.close()

    def _line(self, line: bytes) -> None:
        self._packets += 1
        self.last_seen = self.clock()
        self.take(line)

    def _close(self) -> None:
        for wire in self._datagrams:
            self._drain(wire)
        self.flush()
        self.handing.close()
        self._let_go()
        if self._unix is not None:
            _remove_socket(self._unix)

    def _let_go(self) -> None:
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]  # only sockets are registered
        self._selector.close()
        self._wake.close()


def _said(client: socket.socket, answer: bytes) -> bool:
    """Say something to a connection; tells whether to keep it. Nothing, and whoever does not listen, ends it."""
    if not answer:
        return False
    client.settimeout(1)
    try:
        client.sendall(answer)
    except OSError:
        return False
    client.setblocking(False)
    return True


def _dropped(wire: socket.socket) -> int:
    """Return how many datagrams the kernel has dropped for want of room; 0 where it does not say."""
    if wire.family != socket.AF_INET:
        return 0
    try:
        inode = str(os.fstat(wire.fileno()).st_ino)
        lines = _PROC_UDP.read_text("ascii").splitlines()
    except OSError:
        return 0
    fields = next(
        (found for each in lines if len(found := each.split()) > _INODE_FIELD and found[_INODE_FIELD] == inode), None
    )
    return int(fields[-1]) if fields else 0


def _remove_socket(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.stat().st_mode):
            path.unlink()
