"""Against forged requests: a form must come from a page of ours, shown to this visitor.

Two checks, and both must pass. The browser says where a request comes from (``Sec-Fetch-Site``, else ``Origin``); and the
form brings a token bound to the member's session, or to a random cookie for whoever is not signed in.
"""

from urllib.parse import urlsplit

from opensky.kernel.errors import Denied
from opensky.web import cookies as names
from opensky.web.cookies import Cookies
from opensky.web.incoming import Incoming
from opensky.web.signing import Signer, new_token

FIELD = "csrf_token"
HEADER = b"x-csrf-token"
_COOKIE_LENGTH = 43


class Csrf:
    """The token of one visitor in one request."""

    __slots__ = ("_cookies", "_incoming", "_signer", "_token", "binding")

    def __init__(self, signer: Signer, incoming: Incoming, cookies: Cookies) -> None:
        self._signer = signer
        self._incoming = incoming
        self._cookies = cookies
        self.binding = ""
        self._token = ""

    def bind(self, token_hash: str) -> None:
        """Bind the token to a member's session; after that the cookie is of no more use."""
        self.binding = f"session:{token_hash}"
        self._token = ""

    def token(self) -> str:
        """Return the token for a form on the page; sets the cookie where there is no session to bind it to."""
        if not self.binding:
            self.binding = self._from_cookie() or self._new_cookie()
        if not self._token:
            self._token = self._signer.sign(self.binding)
        return self._token

    def check(self, submitted: str) -> None:
        """Let a form of ours pass.

        Raises:
            Forged: it comes from elsewhere, or its token does not fit this visitor.
        """
        if not from_here(self._incoming):
            raise Forged("The request was sent from another site, so nothing was done.", reason="origin")
        binding = self.binding or self._from_cookie()
        if not binding or not self._signer.fits(submitted, binding):
            raise Forged(
                "This form is out of date, so nothing was done. Please reload the page and send it again.",
                reason="token",
            )

    def _from_cookie(self) -> str:
        value = self._incoming.cookies.get(self._cookies.name(names.CSRF), "")
        return f"cookie:{value}" if len(value) == _COOKIE_LENGTH else ""

    def _new_cookie(self) -> str:
        value = new_token()
        self._cookies.set(names.CSRF, value)
        return f"cookie:{value}"


class Forged(Denied):
    """The request did not come from a page of ours; nothing was changed."""


def from_here(incoming: Incoming) -> bool:
    """Say whether the browser sent this from one of our own pages; clients that tell nothing are let pass."""
    site = incoming.header(b"sec-fetch-site")
    if site:
        return site in {"same-origin", "none"}
    origin = incoming.header(b"origin")
    return not origin or urlsplit(origin).netloc == incoming.header(b"host")
