"""What goes out: status, headers and body, ready to send."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

Run = Callable[..., Awaitable[Any]]
"""Calls a function in a thread."""


class Answer:
    """An answer, and the ASGI application that sends it. Leaner than a Litestar response: nothing is left to decide."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes = b"") -> None:
        self.status = status
        self.headers = headers
        self.body = body

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send it; to HEAD without its body."""
        headers = self.headers
        if self.status >= 200 and self.status not in {204, 304}:  # noqa: PLR2004 - these have no body
            headers.append((b"content-length", b"%d" % len(self.body)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else self.body
        await send({"type": "http.response.body", "body": body, "more_body": False})


class Stream(Answer):
    """An answer that is made while it is sent, piece by piece, each in a thread; ``body`` is the first.

    Nothing of it is kept, so it may be as long as it likes. Who goes away meanwhile ends it.
    """

    __slots__ = ("pieces", "run")

    def __init__(self, headers: list[tuple[bytes, bytes]], pieces: Iterator[bytes]) -> None:
        # Here, in the thread of the request, an error is still an answer; later it can only break off what was begun.
        super().__init__(200, headers, next(pieces, b""))
        self.pieces = pieces
        self.run: Run = asyncio.to_thread

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send it, one piece at a time; to HEAD nothing of it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        gone = asyncio.ensure_future(_gone(receive))
        try:
            piece: bytes | None = self.body
            while piece is not None and not gone.done():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                piece = await self.run(next, self.pieces, None)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            await self.run(_end, self.pieces)


async def _gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _end(pieces: Iterator[bytes]) -> None:
    close = getattr(pieces, "close", None)
    if close is not None:
        close()
