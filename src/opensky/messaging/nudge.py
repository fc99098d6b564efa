"""Nudges: a datagram on a unix socket says "look now" to a worker that would else look again in a while.

A nudge that is lost delays a message until the next look; nothing depends on it (measured: half a millisecond to wake by a
nudge, a second by looking alone).
"""

import os
import socket
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_SUFFIX = ".nudge"
_LONGEST_PATH = 100
"""Linux takes 108 bytes for the path of a unix socket."""


class Nudger:
    """Wakes every worker that listens in a folder. Never blocks, never raises."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket: socket.socket | None = None
        self._process = 0
        self._lock = threading.Lock()

    def nudge(self) -> None:
        """Say "look now"."""
        with suppress(OSError), self._lock:
            sender = self._sender()
            with os.scandir(self._folder) as entries:
                listeners = [entry.path for entry in entries if entry.name.endswith(_SUFFIX)]
            for path in listeners:
                with suppress(OSError):  # full: it is awake already; refused: it is gone
                    sender.sendto(b"!", path)

    def close(self) -> None:
        """Let go of the socket; the next nudge opens one anew."""
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _sender(self) -> socket.socket:
        if self._socket is None or self._process != os.getpid():
            self._process = os.getpid()
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._socket.setblocking(False)
        return self._socket


class Listener:
    """The other end: waits for a nudge, at most so long."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{os.getpid()}-{id(self):x}{_SUFFIX}"
        self._socket: socket.socket | None = None
        if len(os.fsencode(self._path)) <= _LONGEST_PATH:  # else it looks at its usual pace
            self._path.unlink(missing_ok=True)
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._socket.bind(str(self._path))
        self._patience = threading.Event()

    def wait(self, seconds: float) -> bool:
        """Wait for a nudge, at most ``seconds``; say whether one came. Several that came together count once."""
        if self._socket is None:
            return self._patience.wait(seconds)
        try:
            self._socket.settimeout(max(seconds, 0.001))
            self._socket.recv(1)
        except OSError:
            return False
        self._socket.setblocking(False)
        with suppress(OSError):
            while self._socket.recv(1):
                continue
        return True

    def close(self) -> None:
        """Stop listening."""
        if self._socket is not None:
            self._socket.close()
            self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def sweep(folder: Path) -> None:
    """Remove the sockets of listeners that died without a word."""
    for path in folder.glob(f"*{_SUFFIX}"):
        process = path.name.partition("-")[0]
        if process.isdecimal() and not Path(f"/proc/{process}").exists():
            path.unlink(missing_ok=True)
