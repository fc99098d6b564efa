"""Who is it? Finds the session that a cookie names, or the token that a program bears. Reads only."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import bindparam, select, update

from opensky.kernel.clock import Clock
from opensky.kernel.ids import MemberId
from opensky.persistence import Database, Query, table
from opensky.web import cookies as names
from opensky.web.access import STAFF_ROLE
from opensky.web.cookies import Cookies
from opensky.web.csrf import Csrf
from opensky.web.exchange import Exchange
from opensky.web.incoming import Incoming
from opensky.web.objects import ApiToken, Session
from opensky.web.signing import Signer, digest
from opensky.web.visitor import Visitor

IDLE, ABSOLUTE = timedelta(days=14), timedelta(days=30)
"""A session ends when it was not used for so long, and in any case after so long."""
STAFF_IDLE, STAFF_ABSOLUTE = timedelta(hours=2), timedelta(hours=12)
"""The same for staff."""
TOUCH_AFTER = timedelta(minutes=10)
"""How stale the note of a session's last use may be: no request writes just to say that it was here."""
ID_LENGTH = 16
"""How much of a digest names a session or token to its owner."""
_LONGEST_TOKEN = 100

S = TypeVar("S", bound=tuple[Any, ...])


class _Session(NamedTuple):
    member_id: MemberId | None
    name: str
    roles: list[str]
    bag_id: int | None
    created_at: datetime
    seen_at: datetime


class _Token(NamedTuple):
    member_id: MemberId
    member_name: str
    scope: str
    token_hash: str


def _by_hash(cls: type, into: type[S]) -> Query[S]:
    rows = table(cls)
    columns = [rows.c[name] for name in into.__annotations__]
    return Query(select(*columns).where(rows.c.token_hash == bindparam("token_hash")), into)


_SESSION = _by_hash(Session, _Session)
_TOKEN = _by_hash(ApiToken, _Token)


class Identities:
    """Makes the exchange of each request, with its visitor."""

    def __init__(self, database: Database, clock: Clock, secret_key: str, *, secure: bool, proxied: bool) -> None:
        self._database = database
        self._clock = clock
        self._csrf = Signer(secret_key, "csrf")
        self._secure = secure
        self._proxied = proxied

    def by_cookie(self, incoming: Incoming) -> Exchange:
        """Make the exchange of a browser. A cookie that names no living session makes a guest, and is not adopted."""
        exchange = self.anonymous(incoming)
        token = incoming.cookies.get(exchange.cookies.name(names.SESSION), "")
        if token and len(token) < _LONGEST_TOKEN:
            self._adopt(exchange, digest(token))
        return exchange

    def by_token(self, incoming: Incoming) -> Exchange:
        """Make the exchange of a program: ``Authorization: Bearer ...`` or nobody. Cookies are not looked at."""
        exchange = self.anonymous(incoming)
        scheme, _, token = incoming.header(b"authorization").partition(" ")
        if scheme.lower() == "bearer" and 0 < len(token) < _LONGEST_TOKEN:
            found = exchange.reader.fetch_one(_TOKEN, token_hash=digest(token))
            if found is not None:
                exchange.visitor.become(found.member_id, found.member_name, (), found.token_hash[:ID_LENGTH], None)
                exchange.visitor.scope = found.scope
        return exchange

    def anonymous(self, incoming: Incoming) -> Exchange:
        """Make the exchange of a guest, without looking anywhere."""
        cookies = Cookies(secure=self._secure)
        visitor = Visitor(Csrf(self._csrf, incoming, cookies), incoming.address(proxied=self._proxied))
        return Exchange(incoming, cookies, visitor, self._database)

    def _adopt(self, exchange: Exchange, token_hash: str) -> None:
        session = exchange.reader.fetch_one(_SESSION, token_hash=token_hash)
        now = self._clock.now()
        if session is None or not alive(session, now):
            return
        exchange.token_hash = token_hash
        exchange.stale = now - session.seen_at > TOUCH_AFTER
        visitor = exchange.visitor
        visitor.become(session.member_id, session.name, session.roles, token_hash[:ID_LENGTH], session.bag_id)
        if session.member_id is not None:
            visitor.csrf.bind(token_hash)

    def touch(self, token_hash: str) -> None:
        """Note that a session was used just now. Called when its answer is on its way, never before."""
        unit_of_work = self._database.unit_of_work()
        try:
            rows = table(Session)
            unit_of_work.execute(update(rows).where(rows.c.token_hash == token_hash).values(seen_at=self._clock.now()))
            unit_of_work.commit()
        finally:
            unit_of_work.close()


def alive(session: Any, now: datetime) -> bool:
    """Say whether a session (or its row) still holds at that moment."""
    idle, absolute = (STAFF_IDLE, STAFF_ABSOLUTE) if STAFF_ROLE in session.roles else (IDLE, ABSOLUTE)
    return bool(now - session.seen_at < idle and now - session.created_at < absolute)


def device(agent: str) -> str:
    """Return a short, readable name of the browser, such as ``Firefox on Linux``."""
    browsers = (
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in browsers if mark in agent), "Some program")
    system = next((f" on {name}" for mark, name in systems if mark in agent), "")
    return browser + system
