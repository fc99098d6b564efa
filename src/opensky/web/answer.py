"""What goes out: status, headers and body, ready to send."""

from typing import Any


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
