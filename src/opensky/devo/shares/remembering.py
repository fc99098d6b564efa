"""The cookie in which a browser brings along through whose share it came."""

from datetime import timedelta

from opensky.devo.orders.sharing import Shared
from opensky.devo.shares.codes import is_code
from opensky.devo.shares.repository import ShareRepository
from opensky.kernel.clock import Clock
from opensky.settings import Settings
from opensky.web.cookies import SHARE
from opensky.web.exchange import Exchange
from opensky.web.signing import Signer

REMEMBERED_FOR = timedelta(days=30)


class ShareCookie:
    """Writes and reads the cookie. It holds a code and when it ends, signed; nobody is followed by it, as all who open a link get the same code."""

    def __init__(self, exchange: Exchange, settings: Settings, clock: Clock) -> None:
        self._exchange = exchange
        self._signer = Signer(settings.secret_key, "share")
        self._clock = clock

    def remember(self, code: str) -> None:
        """Have the browser remember a share; the last one counts."""
        ends = int((self._clock.now() + REMEMBERED_FOR).timestamp())
        sealed = self._signer.seal(f"{code}:{ends}")
        self._exchange.cookies.set(SHARE, sealed, int(REMEMBERED_FOR.total_seconds()))

    def code(self) -> str:
        """Return the code that the browser remembers, or nothing: there is none, it is not ours, or it is too old."""
        exchange = self._exchange
        sealed = exchange.incoming.cookies.get(exchange.cookies.name(SHARE), "")
        if not sealed.isascii():
            return ""
        code, _, ends = self._signer.open(sealed).partition(":")
        return code if ends and self._clock.now().timestamp() < int(ends) else ""


class CameThrough:
    """Through which share somebody buys: the ``Sharing`` of orders. Without a code no statement is made."""

    def __init__(self, shares: ShareRepository, cookie: ShareCookie) -> None:
        self._shares = shares
        self._cookie = cookie

    def remembered(self, email: str) -> Shared | None:
        """Return the share of the cookie; nothing without one, and nothing if the e-mail address is that of who shared."""
        return self.named(self._cookie.code(), email)

    def named(self, code: str, email: str) -> Shared | None:
        """Return the share of a code, on the same terms. A code that is none keeps nobody from buying."""
        found = self._shares.by_code(code) if is_code(code) else None
        if found is None or self._shares.email(found.member_id).lower() == email.strip().lower():
            return None
        return found
