"""Merchants' own systems, as OSIS reaches them: one request to an address that somebody else chose.

Whoever chooses an address could choose one of ours. So the name is looked up here, all that it stands for must be out in the
open, and the connection is made to just the address that was looked at: a name that means something else a moment later leads
nowhere. Redirects are not followed, no proxy of the environment is used, and nobody can keep us longer than the deadline.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

import httpcore

from opensky.kernel.outward import NotCalled, checked_url, refuse_address
from opensky.kernel.watching import Calls, Watch

DEADLINE_SECONDS = 15.0
"""So long may a request take from the first packet to the last."""
LONGEST_ANSWER = 500
"""How much of an answer is kept, in characters."""
_MOST_READ = 16 * 1024
_LONGEST_PAUSE = 24 * 3600
_OK, _REDIRECT, _ERROR = 200, 300, 400

Resolve = Callable[[str, int], Iterable[str]]
"""Gives the addresses that a name stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of a request: the answer's status (0 for none), how long it took, what went wrong and what was said."""

    status: int = 0
    ms: int = 0
    error: str = ""
    answer: str = ""
    retry_after: int = 0
    """Seconds that the other side asks to be left alone."""

    @property
    def taken(self) -> bool:
        """Whether the other side has taken it."""
        return _OK <= self.status < _REDIRECT


class Merchants:
    """Calls merchants' systems. One for the process; safe for any number of threads.

    ``inside`` is for a shop that only its own machine can reach: its merchants may be on that machine, too.
    """

    def __init__(
        self,
        *,
        inside: bool,
        seconds: float = DEADLINE_SECONDS,
        resolve: Resolve | None = None,
        trusted: str = "",
        name: str = "third.merchants",
        watch: Watch | None = None,
    ) -> None:
        self._inside = inside
        self._seconds = seconds
        self._resolve = resolve or addresses_of
        self._trusted = trusted
        self._calls = Calls(name, watch)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Post a body, and return what came of it, whatever that is."""
        with self._calls.timed() as call:
            reply = self._replied(url, headers, body)
            call.failed = not reply.taken
        return reply

    def _replied(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        began = time.monotonic()
        try:
            address = checked_url(url, inside=self._inside)
            status, answered, said = self._posted(address, headers, body, began + self._seconds)
        except NotCalled as error:
            return Reply(error=error.message)
        except (httpcore.TimeoutException, TimeoutError):
            return Reply(ms=_since(began), error=f"It did not answer within {self._seconds:g} seconds.")
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, UnicodeError) as error:
            return Reply(ms=_since(began), error=f"It could not be reached: {str(error) or type(error).__name__}.")
        return Reply(
            status=status, ms=_since(began), error=_wrong(status, answered), answer=said, retry_after=_pause(answered)
        )

    def _posted(
        self, url: str, headers: Mapping[str, str], body: bytes, deadline: float
    ) -> tuple[int, dict[bytes, bytes], str]:
        network = _OutInTheOpen(self._resolve, deadline, inside=self._inside)
        # One connection for one request: where it leads is looked at anew each time.
        with (
            httpcore.ConnectionPool(ssl_context=self._tls, network_backend=network, max_connections=1) as pool,
            pool.stream("POST", url, headers=list(headers.items()), content=body) as answer,
        ):
            read = b""
            for part in answer.iter_stream():
                read += part
                if len(read) >= _MOST_READ:
                    break
            answered = {name.lower(): value for name, value in answer.headers}
            return answer.status, answered, read.decode("utf-8", "replace").replace("\0", "�")[:LONGEST_ANSWER]

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Certificates are checked, as everywhere; ``trusted`` names a file of further authorities."""
        context = httpcore.default_ssl_context()
        if self._trusted:
            context.load_verify_locations(self._trusted)
        return context


def addresses_of(host: str, port: int) -> list[str]:
    """Return the addresses that a name stands for."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class _OutInTheOpen(httpcore.NetworkBackend):
    """Connects to addresses that were looked at, and until the deadline."""

    def __init__(self, resolve: Resolve, deadline: float, *, inside: bool) -> None:
        self._resolve = resolve
        self._deadline = deadline
        self._inside = inside
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        found = list(self._resolve(host, port))
        for each in found:  # one that leads inside is enough: who mixes them means us no good
            refuse_address(ipaddress.ip_address(each.partition("%")[0]), inside=self._inside)
        last: Exception = httpcore.ConnectError(f"{host} has no address")
        for each in found:
            try:
                made = self._network.connect_tcp(each, port, timeout=_left(self._deadline))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
            else:
                return _Hurried(made, self._deadline)
        raise last


class _Hurried(httpcore.NetworkStream):
    """A connection of which no step outlasts the deadline, however little the other side sends at a time."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        made = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline))
        return _Hurried(made, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the deadline has passed")
    return left


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _wrong(status: int, answered: Mapping[bytes, bytes]) -> str:
    if _OK <= status < _REDIRECT:
        return ""
    if _REDIRECT <= status < _ERROR:
        to = answered.get(b"location", b"").decode("latin-1")[:200]
        return f"It redirects{' to ' + to if to else ''}; redirects are not followed, please change the address."
    return f"It answered {status}."


def _pause(answered: Mapping[bytes, bytes]) -> int:
    """Return the seconds of ``Retry-After``: a number, or what lies before a date."""
    text = answered.get(b"retry-after", b"").decode("latin-1").strip()
    if text.isascii() and text.isdecimal() and len(text) < 10:  # noqa: PLR2004 - more would be 30 years
        return min(int(text), _LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return 0
    return max(0, min(round(until - time.time()), _LONGEST_PAUSE))
