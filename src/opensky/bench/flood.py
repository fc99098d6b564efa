"""A flood of GET requests over many connections at once, from one thread: what a browser does, as fast as it goes.

Writes prepared bytes and reads answers by their Content-Length, so that the asking side is cheap beside the answering one.
"""

import selectors
import socket
from collections.abc import Iterator

from opensky.kernel.errors import OpenSkyError

_CHUNK = 1 << 18
_PATIENCE = 30
_END_OF_HEAD = b"\r\n\r\n"


class _Connection:
    """One connection: what has been received of the answer that it waits for."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def answered(self) -> bool:
        """Take in what has come; say whether the answer is whole. Raises ``OpenSkyError`` if it is not a 200."""
        chunk = self.socket.recv(_CHUNK)
        self.received += chunk
        head_end = self.received.find(_END_OF_HEAD)
        if head_end < 0 or not chunk:
            self._refuse_unless(bool(chunk))
            return False
        head = self.received[:head_end].lower()
        self._refuse_unless(b" 200 " in head[:20])
        length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        if len(self.received) < head_end + len(_END_OF_HEAD) + length:
            return False
        self.received = b""
        return True

    def _refuse_unless(self, good: bool) -> None:  # noqa: FBT001 - the condition itself
        if not good:
            message = f"The server answered {self.received[:300]!r}."
            raise OpenSkyError(message)


def flood(host: str, port: int, paths: Iterator[str], count: int, *, connections: int, cookie: str = "") -> None:
    """Ask for ``count`` of ``paths`` over so many connections, and wait for every answer.

    Raises:
        OpenSkyError: an answer was not 200, or none came for 30 s.
    """
    cookies = f"Cookie: {cookie}\r\n" if cookie else ""
    tail = f" HTTP/1.1\r\nHost: {host}:{port}\r\n{cookies}\r\n".encode()
    requests = (b"GET " + next(paths).encode() + tail for _ in range(count))
    with selectors.DefaultSelector() as selector:
        opened = [_Connection(host, port) for _ in range(min(connections, count))]
        try:
            for each in opened:
                selector.register(each.socket, selectors.EVENT_READ, each)
                each.socket.sendall(next(requests))
            _answer_all(selector, requests, waiting=len(opened))
        finally:
            for each in opened:
                each.socket.close()


def _answer_all(selector: selectors.BaseSelector, requests: Iterator[bytes], waiting: int) -> None:
    while waiting:
        ready = selector.select(_PATIENCE)
        if not ready:
            message = f"The server did not answer for {_PATIENCE} s."
            raise OpenSkyError(message)
        for key, _ in ready:
            connection: _Connection = key.data
            if connection.answered():
                request = next(requests, None)
                if request is None:
                    waiting -= 1
                else:
                    connection.socket.sendall(request)
