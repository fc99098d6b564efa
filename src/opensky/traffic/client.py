"""One visitor's browser: a connection, cookies, redirects. It draws nothing, so that a hundred of them cost a few percent of a core."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

PATIENCE = 10.0
"""Seconds after which a visitor believes that nothing comes any more."""
_MOST_REDIRECTS = 5
_END_OF_HEAD = b"\r\n\r\n"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class NoAnswer(Exception):
    """The shop did not answer: it refused the connection, broke it off, or took too long. The text says which."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a shop answers."""

    host: str
    port: int

    @property
    def name(self) -> str:
        """What the header Host says."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: the status, the path that was asked for in the end, the text."""

    status: int
    path: str
    text: str
    to: str = ""
    """Where a redirect leads."""


Heard = Callable[[str, int, float], object]
"""Is told of each answer: the path that was asked for, the status (0: none came), and the seconds it took."""


class Client:
    """One connection and its cookies. Not for two requests at once."""

    def __init__(self, place: Place, heard: Heard, *, own: str = "", patience: float = PATIENCE) -> None:
        """Begin; ``own`` is the address of this machine from which to call, empty for any."""
        self._place = place
        self._heard = heard
        self._own = own
        self._patience = patience
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.cookies: dict[str, str] = {}

    async def get(self, path: str) -> Answer:
        """Ask for a page, and go where it leads; raises ``NoAnswer``."""
        answer = await self._ask("GET", path, b"")
        return await self._followed(answer)

    async def post(self, path: str, fields: dict[str, str] | list[tuple[str, str]]) -> Answer:
        """Send a form, and go where it leads; raises ``NoAnswer``."""
        answer = await self._ask("POST", path, urlencode(fields).encode())
        return await self._followed(answer)

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _followed(self, answer: Answer) -> Answer:
        for _ in range(_MOST_REDIRECTS):
            if answer.status not in _REDIRECTS or not answer.to.startswith("/"):
                break
            answer = await self._ask("GET", answer.to, b"")
        return answer

    async def _ask(self, method: str, path: str, body: bytes) -> Answer:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(self._patience):
                answer = await self._exchange(method, path, body)
        except TimeoutError:
            self._lost(path, began)
            raise NoAnswer("no answer in time") from None
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            self._lost(path, began)
            raise NoAnswer("broken off" if isinstance(error, EOFError | ConnectionResetError) else "refused") from None
        self._heard(path, answer.status, time.perf_counter() - began)
        return answer

    def _lost(self, path: str, began: float) -> None:
        self.close()
        self._heard(path, 0, time.perf_counter() - began)

    async def _exchange(self, method: str, path: str, body: bytes) -> Answer:
        kept = self._streams is not None
        try:
            return await self._once(method, path, body)
        except (EOFError, ConnectionResetError, BrokenPipeError):
            if not kept:
                raise
            self.close()  # it was idle for so long that the shop has hung up; nothing had come back
            return await self._once(method, path, body)

    async def _once(self, method: str, path: str, body: bytes) -> Answer:
        reader, writer = self._streams or await self._connected()
        writer.write(self._head(method, path, body) + body)
        head = (await reader.readuntil(_END_OF_HEAD)).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ", 2)[1])
        length, to, hang_up = 0, "", False
        for line in head[1:]:
            name, _, value = line.partition(":")
            match name.lower():
                case "content-length":
                    length = int(value)
                case "location":
                    to = value.strip()
                case "set-cookie":
                    self._keep(value.strip())
                case "connection":
                    hang_up = value.strip().lower() == "close"
        text = (await reader.readexactly(length)).decode("utf-8", "replace")
        if hang_up:
            self.close()
        return Answer(status, path, text, to)

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        own = (self._own, 0) if self._own else None
        self._streams = await asyncio.open_connection(self._place.host, self._place.port, local_addr=own)
        return self._streams

    def _head(self, method: str, path: str, body: bytes) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._place.name}", "User-Agent: opensky-traffic"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            lines += [
                f"Origin: http://{self._place.name}",
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
            ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _keep(self, cookie: str) -> None:
        name, _, value = cookie.split(";", maxsplit=1)[0].partition("=")
        if value.strip('"'):
            self.cookies[name] = value
        else:
            self.cookies.pop(name, None)
