"""A tiny ASGI application that stands where the shop's would, in tests of the command that starts it."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

if Path(os.environ["OPENSKY_DATA"], "broken").exists():
    raise RuntimeError("broken, as the test wants it")


async def app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Answer every request with the id of the process that does so."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": str(os.getpid()).encode()})
