"""One connection to a broker: greeting, heart-beats both ways, receipts, transactions, subscriptions.

Synchronous: whoever owns it sends and receives in one thread. A second thread only sends heart-beats while the owner is busy
with something else, such as a database.
"""

import itertools
import select
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

from opensky.messaging.stomp.dialects import Dialect, dialect_of
from opensky.messaging.stomp.errors import BrokenFrame, BrokerRefused, NoReceipt, NotConnected
from opensky.messaging.stomp.frames import HEARTBEAT, V10, V11, V12, Frame, Parser, encode
from opensky.messaging.stomp.servers import Servers

HEARTBEAT_MS = 10_000
CONNECT_SECONDS, RECEIPT_SECONDS = 10.0, 30.0
_GRACE = 3.0
"""After so many times its interval a silent server counts as gone. Twice is what ActiveMQ takes when it is well: it looks once
an interval, and leaves the beat out if it has sent anything since it looked last."""
_READ_BYTES = 256 * 1024


class Connection:
    """A connection that has been greeted. Made by ``connect``."""

    def __init__(self, wire: socket.socket, servers: Servers, heartbeat_ms: int = HEARTBEAT_MS) -> None:
        self._socket = wire
        self._parser = Parser()
        self._inbox: deque[Frame] = deque()
        self._receipts = itertools.count(1)
        self._sending = threading.Lock()
        self._closed = threading.Event()
        self._sent_at = self._heard_at = time.monotonic()
        self._server_every = 0.0
        self._confirmed: set[str] = set()
        self.version = V12
        self.dialect: Dialect = dialect_of("")
        self._greet(servers, heartbeat_ms)

    def send(self, *frames: Frame) -> None:
        """Send frames at one go; raises ``NotConnected``."""
        self._write(b"".join([encode(frame, self.version) for frame in frames]))

    def confirmed(self, *frames: Frame, seconds: float = RECEIPT_SECONDS) -> None:
        """Send frames and wait until the broker has confirmed the last, and with it all before it; each one where it must be.

        Raises:
            NoReceipt: it did not in time: what was sent may be there or not.
            BrokerRefused: the broker refused.
            NotConnected: the connection broke.
        """
        names: set[str] = set()
        asking: list[Frame] = []
        for number, frame in enumerate(frames, 1):
            if number == len(frames) or (frame.command == "SEND" and self.dialect.confirms_each):
                names.add(name := f"r{next(self._receipts)}")
                asking.append(frame._replace(headers={**frame.headers, "receipt": name}))
            else:
                asking.append(frame)
        self.send(*asking)
        until = time.monotonic() + seconds
        while not self._confirmed.issuperset(names):
            left = until - time.monotonic()
            if left <= 0:
                raise NoReceipt(f"The broker did not confirm a {frames[-1].command} within {seconds:g} s.")
            self._read(left)
        self._confirmed.difference_update(names)

    def receive(self, seconds: float, most: int = 1, linger: float = 0.0) -> list[Frame]:
        """Return up to ``most`` MESSAGE frames, after waiting at most ``seconds`` for the first and ``linger`` for more.

        Raises:
            BrokerRefused: the broker refused something that was sent before.
            NotConnected: the connection broke, or the broker's heart-beats stopped.
        """
        until = time.monotonic() + seconds
        while not self._inbox:
            left = until - time.monotonic()
            self._read(max(0.0, left))
            if left <= 0:
                break
        if linger and 0 < len(self._inbox) < most:
            time.sleep(linger)  # what has come meanwhile is read at one go
            self._read(0.0)
        return [self._inbox.popleft() for _ in range(min(most, len(self._inbox)))]

    def subscribe(self, queue: str, name: str, prefetch: int) -> None:
        """Have the messages of a queue come, each to be acknowledged by itself."""
        headers = {"id": name, "destination": self.dialect.destination(queue), "ack": self._acks}
        self.confirmed(Frame("SUBSCRIBE", headers | dict(self.dialect.subscribing(prefetch))))

    def acknowledge(self, messages: Iterable[Frame]) -> None:
        """Acknowledge messages, all in one write."""
        self.send(*(self._ack("ACK", each) for each in messages))

    def refuse(self, messages: Iterable[Frame]) -> None:
        """Give messages back (from 1.1 on; before, the end of the connection does it)."""
        if self.version != V10:
            self.send(*(self._ack("NACK", each) for each in messages))

    def close(self) -> None:
        """Say good-bye if that is still possible, and let go."""
        if not self._closed.is_set():
            with suppress(Exception):
                self.confirmed(Frame("DISCONNECT", {}), seconds=2.0)
        self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _acks(self) -> str:
        return "client" if self.version == V10 else "client-individual"

    def _ack(self, command: str, message: Frame) -> Frame:
        headers = message.headers
        if self.version == V12:
            return Frame(command, {"id": headers["ack"]})
        subscription = {} if self.version == V10 else {"subscription": headers["subscription"]}
        return Frame(command, {"message-id": headers["message-id"]} | subscription)

    def _greet(self, servers: Servers, heartbeat_ms: int) -> None:
        headers = {
            "accept-version": "1.0,1.1,1.2",
            "host": servers.vhost,
            "heart-beat": f"{heartbeat_ms},{heartbeat_ms}",
        }
        if servers.login:
            headers |= {"login": servers.login, "passcode": servers.passcode}
        self.send(Frame("CONNECT", headers))
        until = time.monotonic() + CONNECT_SECONDS
        while not self._inbox:
            if time.monotonic() > until:
                raise NotConnected(f"The server took the connection and said nothing for {CONNECT_SECONDS:g} s.")
            self._read(CONNECT_SECONDS)
        greeting = self._inbox.popleft()
        self.version = greeting.headers.get("version", V10)
        if self.version not in (V10, V11, V12):
            raise NotConnected(f"The server speaks STOMP {self.version}, we speak 1.0 to 1.2.")
        self._parser.version = self.version
        self.dialect = dialect_of(greeting.headers.get("server", ""))
        theirs, ours = _heartbeats(greeting.headers)
        self._server_every = max(theirs, heartbeat_ms) / 1000 if theirs and heartbeat_ms else 0.0
        if ours and heartbeat_ms:
            every = max(ours, heartbeat_ms) / 1000
            threading.Thread(target=self._beat, args=(every,), name="heart-beat", daemon=True).start()

    def _beat(self, every: float) -> None:
        while not self._closed.wait(every / 3):
            if time.monotonic() - self._sent_at >= every / 2:
                with suppress(NotConnected):
                    self._write(HEARTBEAT)

    def _write(self, data: bytes) -> None:
        try:
            with self._sending:
                self._socket.sendall(data)
                self._sent_at = time.monotonic()
        except OSError as error:
            self._drop()
            raise NotConnected(f"The connection to the broker broke: {error}.") from error

    def _read(self, seconds: float) -> None:
        """Take in what comes within ``seconds``; raises if the server refused, or is gone."""
        wait = min(seconds, self._server_every) if self._server_every else seconds
        try:
            if not self._pending() and not select.select([self._socket], [], [], wait)[0]:
                self._check_heartbeat()
                return
            data = self._receive()
        except (OSError, ValueError) as error:
            self._drop()
            raise NotConnected(f"The connection to the broker broke: {error}.") from error
        if not data:
            self._drop()
            raise NotConnected("The broker closed the connection.")
        self._heard_at = time.monotonic()
        try:
            frames = self._parser.feed(data)
        except BrokenFrame:
            self._drop()
            raise
        for frame in frames:
            self._take(frame)

    def _receive(self) -> bytes:
        if not isinstance(self._socket, ssl.SSLSocket):
            return self._socket.recv(_READ_BYTES)
        with self._sending:  # OpenSSL has one state for both ways: a heart-beat must not be written meanwhile
            return self._socket.recv(_READ_BYTES)

    def _pending(self) -> bool:
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def _take(self, frame: Frame) -> None:
        if frame.command == "RECEIPT":
            self._confirmed.add(frame.headers.get("receipt-id", ""))
        elif frame.command == "ERROR":
            self._drop()
            words = frame.headers.get("message") or frame.body[:500].decode(errors="replace").strip()
            raise BrokerRefused(f"The broker refused: {words}")
        else:
            self._inbox.append(frame)

    def _check_heartbeat(self) -> None:
        silent = time.monotonic() - self._heard_at
        if self._server_every and silent > self._server_every * _GRACE:
            self._drop()
            raise NotConnected(
                f"The broker has been silent for {silent:.1f} s; it promised a sign every {self._server_every:g} s."
            )

    def _drop(self) -> None:
        self._closed.set()
        with suppress(OSError):
            self._socket.close()


def connect(servers: Servers, *, first: int = 0, heartbeat_ms: int = HEARTBEAT_MS) -> Connection:
    """Connect to the first server of the list that answers, beginning with number ``first``.

    Raises:
        NotConnected: none does; the message says what each said.
    """
    said = []
    for number in range(len(servers.addresses)):
        host, port = servers.addresses[(first + number) % len(servers.addresses)]
        try:
            return Connection(_open(host, port, servers), servers, heartbeat_ms)
        except (OSError, NotConnected, BrokerRefused, BrokenFrame) as error:
            said.append(f"{host}:{port}: {error}")
    raise NotConnected("No broker answers: " + "; ".join(said))


def _open(host: str, port: int, servers: Servers) -> socket.socket:
    wire = socket.create_connection((host, port), CONNECT_SECONDS)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if servers.tls:
        wire = ssl.create_default_context(cafile=servers.ca or None).wrap_socket(wire, server_hostname=host)
    wire.settimeout(RECEIPT_SECONDS)
    return wire


def _heartbeats(headers: Mapping[str, str]) -> tuple[int, int]:
    """Return how often the server sends, and how often it wants to hear from us, in milliseconds."""
    sends, _, wants = headers.get("heart-beat", "0,0").partition(",")
    return (int(sends) if sends.isdecimal() else 0, int(wants) if wants.isdecimal() else 0)
