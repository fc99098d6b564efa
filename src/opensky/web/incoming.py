"""One request as it came in, with just what the web needs of it."""

from typing import Any

from opensky.web.form import Form

_LOOPBACK = ("127.0.0.1", "::1", "")


class Incoming:
    """A request. Headers and cookies are read when first asked for: most API requests need neither."""

    __slots__ = ("_cookies", "_headers", "body", "scope")

    def __init__(self, scope: Any, body: bytes = b"") -> None:
        self.scope = scope
        self.body = body
        self._headers: dict[bytes, bytes] | None = None
        self._cookies: dict[str, str] | None = None

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def path(self) -> str:
        return str(self.scope["path"])

    @property
    def target(self) -> str:
        """Path and query: where a log-in leads back to."""
        query = self.scope["query_string"].decode("latin-1")
        return f"{self.path}?{query}" if query else self.path

    def address(self, *, proxied: bool = False) -> str:
        """Return the network address of the caller.

        ``proxied`` says that a proxy of ours stands before us, on this machine: then it is what the proxy saw, the last entry of
        ``X-Forwarded-For``; those before it are the caller's own words.
        """
        client = self.scope.get("client")
        seen = str(client[0]) if client else ""
        forwarded = self.header(b"x-forwarded-for").rpartition(",")[2].strip() if proxied else ""
        return forwarded if forwarded and seen in _LOOPBACK else seen

    @property
    def enhanced(self) -> bool:
        """Whether htmx asks, which wants a part of the page that answers."""
        return self.header(b"hx-request") == "true"

    def header(self, name: bytes) -> str:
        """Return a header's value, empty if it was not sent. ``name`` is in small letters."""
        if self._headers is None:
            self._headers = dict(self.scope["headers"])
        return self._headers.get(name, b"").decode("latin-1")

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies sent, by name; the first of a name counts, as it is the one of the narrowest path."""
        if self._cookies is None:
            self._cookies = _cookies(self.header(b"cookie"))
        return self._cookies

    def form(self) -> Form:
        """Read the body as a submitted form."""
        return Form.parse(self.body)


def _cookies(header: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in header.split(";"):
        name, equals, value = part.strip().partition("=")
        if equals:
            found.setdefault(name, value)
    return found
