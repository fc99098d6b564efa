"""Answers that go on: server-sent events, for as long as somebody listens and no longer.

A stream ends when its listener goes away, after two minutes (the browser comes again by itself, and is asked again who it is), when
the listener takes nothing in, and at once when the process is told to stop: a server waits for answers that are not finished.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from opensky.web.answer import Answer
from opensky.web.headers import Headers

Put = Callable[[bytes | None], None]
"""Takes what is to be sent, from any thread; ``None`` ends the stream. Raises ``RuntimeError`` when nobody is there any more."""
Source = Callable[[Put], Callable[[], None]]
"""Begins to give what it has to a listener; returns what stops it. Called in the event loop: it must not wait."""
LONGEST = 120.0
MOST_WAITING = 20
"""A listener who lets so many pieces lie has gone, or would come ever later."""
_PATIENCE = 20.0
_KIND: Headers = [(b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no")]


class Streams:
    """The streams of one application that are open."""

    def __init__(self, longest: float = LONGEST) -> None:
        self.longest = longest
        self._open: set[Put] = set()
        self._ending = False

    def __len__(self) -> int:
        return len(self._open)

    def end(self) -> None:
        """End all of them, and at once what is still begun."""
        self._ending = True
        for put in list(self._open):
            put(None)

    @contextmanager
    def opened(self, put: Put) -> Iterator[None]:
        """Count one as open meanwhile."""
        self._open.add(put)
        if self._ending:
            put(None)
        try:
            yield
        finally:
            self._open.discard(put)

    @contextmanager
    def end_by_signal(self, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
        """End all as soon as this process is told to stop, beside what the server does then. Nothing happens outside of the main thread.

        The server's own handler hangs on the event loop, which is told of a signal whatever handler Python has for it.
        """
        self._ending = False
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before: dict[signal.Signals, Any] = {}

        def heard(number: int, frame: Any) -> None:
            loop.call_soon_threadsafe(self.end)
            before[signal.Signals(number)](number, frame)

        for sign in (signal.SIGTERM, signal.SIGINT):
            if callable(known := signal.getsignal(sign)):
                before[sign] = known
                signal.signal(sign, heard)
                signal.siginterrupt(sign, False)
        try:
            yield
        finally:
            for sign, known in before.items():
                if signal.getsignal(sign) is heard:
                    signal.signal(sign, known)


class EventStream(Answer):
    """An answer of server-sent events, each given by ``source`` when there is one."""

    __slots__ = ("_source", "_streams")

    def __init__(self, headers: Headers, source: Source, streams: Streams) -> None:
        super().__init__(200, [*headers, *_KIND])
        self._source = source
        self._streams = streams

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send events until one of those who take part has had enough."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        if scope["method"] != "HEAD":
            await self._go_on(receive, send)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _go_on(self, receive: Any, send: Any) -> None:
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[bytes | None] = asyncio.Queue()

        def arrived(piece: bytes | None) -> None:
            waiting.put_nowait(piece if waiting.qsize() < MOST_WAITING else None)

        def put(piece: bytes | None) -> None:
            loop.call_soon_threadsafe(arrived, piece)

        gone = asyncio.ensure_future(_gone(receive))
        gone.add_done_callback(lambda _: arrived(None))
        lasting = loop.call_later(self._streams.longest, arrived, None)
        with self._streams.opened(put):
            stop = self._source(put)
            try:
                while (piece := await waiting.get()) is not None:
                    await asyncio.wait_for(_sent(send, piece), _PATIENCE)
            except TimeoutError:
                pass  # it takes nothing in; what is left to be said to it is the end
            finally:
                stop()
                lasting.cancel()
                gone.cancel()


async def _sent(send: Any, piece: bytes) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
