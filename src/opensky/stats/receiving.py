"""Points in carbon's own protocols: ``name value second``, a line each, and pickles of many; what scripts and collectors send to a Graphite.

A pickle can name any class and have it called. Here it is looked through first: one that says more than lists, tuples, texts and numbers
is bad, and is not loaded.
"""

import asyncio
import pickle
import pickletools
import re
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Any

import structlog

from opensky.stats.samples import LONGEST_NAME, sanitized

_LOG = structlog.get_logger()
_CHUNK, _LONGEST_LINE, LARGEST = 65_536, 4096, 1 << 20
"""Carbon, too, takes pickles up to a megabyte."""
MOST_CONNECTIONS = 256
AHEAD = 3600
"""A point may be so many seconds before its time, for clocks that are wrong; what is later is bad."""
_PLAIN = re.compile(
    r"PROTO|FRAME|STOP|MARK|EMPTY_LIST|LIST|APPENDS?|EMPTY_TUPLE|TUPLE[123]?|(LONG_)?(BIN)?(PUT|GET)|MEMOIZE|NONE"
    r"|INT|BININT[12]?|LONG[14]?|FLOAT|BINFLOAT|STRING|(SHORT_)?BINSTRING|(SHORT_)?BINBYTES|UNICODE|(SHORT_)?BINUNICODE"
)
"""What a pickle of points is made of: nothing here looks up, calls or builds anything."""
_LENGTH = struct.Struct("!I")
_NOW = -1.0

Address = tuple[str, int]
Put = Callable[[Mapping[str, float], float], None]
Point = tuple[str, float, float]


class Receiving:
    """Takes points in a thread of its own and puts them, second by second. What cannot be read is counted, and the rest is kept."""

    def __init__(
        self,
        put: Put,
        *,
        text: Address | None = None,
        pickled: Address | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Listen.

        Raises:
            OSError: it cannot listen there.
        """
        self._put = put
        self._clock = clock
        self.counts = {"points": 0, "bad": 0, "refused": 0}
        self._loop = asyncio.new_event_loop()
        self._guests: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []
        try:
            for where, reading in ((text, self._lines), (pickled, self._pickles)):
                if where is not None:
                    self._servers.append(self._loop.run_until_complete(self._listening(where, reading)))
        except OSError:
            self._let_go()
            raise
        self._thread = threading.Thread(target=self._loop.run_forever, name="receiving", daemon=True)
        self._thread.start()

    @property
    def addresses(self) -> list[Address]:
        """Where it listens: for lines, then for pickles."""
        return [server.sockets[0].getsockname()[:2] for server in self._servers]

    def close(self) -> None:
        """Listen no more; what has come is kept."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._let_go()

    async def _listening(self, where: Address, reading: Callable[[asyncio.StreamReader], Any]) -> asyncio.Server:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None  # noqa: S101 - streams are served by tasks
            if len(self._guests) >= MOST_CONNECTIONS:
                self.counts["refused"] += 1
                writer.close()
                return
            self._guests.add(task)
            try:
                await reading(reader)
            except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass  # gone; what came whole is kept
            finally:
                self._guests.discard(task)
                writer.close()

        return await asyncio.start_server(serve, *where, limit=LARGEST)

    async def _gone(self) -> None:
        await asyncio.gather(*self._guests)

    async def _lines(self, reader: asyncio.StreamReader) -> None:
        rest = b""
        while data := await reader.read(_CHUNK):
            *whole, rest = (rest + data).split(b"\n")
            self._take(_point(*line.split(), clock=self._clock) for line in whole if line.strip())
            if len(rest) > _LONGEST_LINE:
                self.counts["bad"] += 1
                return
        if rest.strip():
            self._take([_point(*rest.split(), clock=self._clock)])

    async def _pickles(self, reader: asyncio.StreamReader) -> None:
        while True:
            [size] = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
            if size > LARGEST:
                self.counts["bad"] += 1
                return
            found = unpickled(await reader.readexactly(size))
            if found is None:
                self.counts["bad"] += 1
                return
            self._take(_pair(each, self._clock) for each in found)

    def _take(self, points: Iterable[Point | None]) -> None:
        seconds: dict[float, dict[str, float]] = {}
        for point in points:
            if point is None:
                self.counts["bad"] += 1
            else:
                name, value, second = point
                seconds.setdefault(second, {})[name] = value
                self.counts["points"] += 1
        try:
            for second in sorted(seconds):
                self._put(seconds[second], second)
        except Exception:  # noqa: BLE001 - the store's disk is full, say: the next points may find room
            _LOG.exception("stats.receiving")

    def _let_go(self) -> None:
        for server in self._servers:
            server.close()
        for guest in self._guests:
            guest.cancel()
        self._loop.run_until_complete(self._gone())
        self._loop.close()


def unpickled(data: bytes) -> list[Any] | None:
    """Return the list that a pickle is, or nothing where it is none, or says anything but lists, tuples, texts and numbers."""
    try:
        for operation, argument, _ in pickletools.genops(data):
            if not _PLAIN.fullmatch(operation.name) or (
                argument and "PUT" in operation.name and int(argument) > len(data)
            ):
                return None
        found = pickle.loads(data, encoding="latin-1")  # noqa: S301 - of what it may do, only the harmless is in it
    except Exception:  # noqa: BLE001 - a pickle that is none fails in a dozen ways, and all mean the same
        return None
    return found if isinstance(found, list) else None


def _pair(each: Any, clock: Callable[[], float]) -> Point | None:
    """Read ``(name, (second, value))``."""
    match each:
        case [str() | bytes() as name, [second, value]]:
            return _point(name, value, second, clock=clock)
        case _:
            return None


def _point(*parts: Any, clock: Callable[[], float]) -> Point | None:
    """Read a name, a value and a second; ``-1`` is now. Nothing where it says nothing."""
    try:
        name, value, second = parts
        kept = sanitized(name.decode() if isinstance(name, bytes) else name)
        at, point, now = float(second), float(value), clock()
    except (ValueError, TypeError, OverflowError):
        return None
    at = now if at == _NOW else at
    named = 0 < len(kept) <= LONGEST_NAME and all(kept.partition(";")[0].split("."))
    return (kept, point, at) if named and isfinite(point) and 0 < at <= now + AHEAD else None
