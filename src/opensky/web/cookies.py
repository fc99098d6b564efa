"""The cookies that go out with an answer. Over TLS their names carry ``__Host-``, which a browser only takes from us."""

SESSION = "opensky"
CSRF = "opensky-csrf"
FLASH = "opensky-flash"
SHARE = "opensky-share"
"""Through whose share this visitor came, signed."""
KIOSK = "opensky-kiosk"
"""That this browser is a screen which shows the operations board, signed."""
WROTE = "opensky-wrote"
"""Says for some seconds that this visitor has written: what they read then must not come from a replica that lags.

It is not signed: who makes one up reads the database itself, and sees no more than they may anyway.
"""


class Cookies:
    """Collects the Set-Cookie headers of one answer."""

    __slots__ = ("_headers", "_secure")

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        self._headers: dict[str, str] = {}

    def name(self, plain: str) -> str:
        """Return the name under which a cookie travels."""
        return f"__Host-{plain}" if self._secure else plain

    def set(self, plain: str, value: str, max_age: int | None = None) -> None:
        """Send a cookie; without ``max_age`` it lives as long as the browser is open. ``value`` must be plain ASCII."""
        lifetime = "" if max_age is None else f"; Max-Age={max_age}"
        secure = "; Secure" if self._secure else ""
        self._headers[plain] = f"{self.name(plain)}={value}; Path=/{lifetime}; HttpOnly; SameSite=Lax{secure}"

    def clear(self, plain: str) -> None:
        """Have the browser forget a cookie."""
        self.set(plain, "", 0)

    def drop(self) -> None:
        """Send none after all: the request failed and what they name was rolled back."""
        self._headers.clear()

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the headers to send."""
        return [(b"set-cookie", value.encode("ascii")) for value in self._headers.values()]
