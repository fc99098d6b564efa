"""Logging in and out, and everything else that changes a session or a token. All in the request's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from opensky.kernel.clock import Clock
from opensky.kernel.ids import MemberId
from opensky.logs import security
from opensky.persistence import UnitOfWork, table
from opensky.web import cookies as names
from opensky.web.access import STAFF_ROLE
from opensky.web.exchange import Exchange
from opensky.web.identities import ABSOLUTE, ID_LENGTH, IDLE, STAFF_ABSOLUTE, alive, device
from opensky.web.objects import ApiToken, Session
from opensky.web.signing import digest, new_token

TOKEN_PREFIX = "osk_"  # noqa: S105 - it marks our tokens for secret scanners
_SESSIONS = table(Session)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One of a member's sessions, to be shown on the account page."""

    id: str
    device: str
    seen_at: datetime
    current: bool


class Sessions:
    """The sessions of the visitor, and of any member whose id is at hand."""

    def __init__(self, unit_of_work: UnitOfWork, exchange: Exchange, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._exchange = exchange
        self._clock = clock

    def log_in(self, member_id: MemberId, *, name: str, roles: Sequence[str] = (), bag_id: int | None = None) -> None:
        """Sign the visitor in under a new session id; the session from before, if any, is gone.

        Call it also when what a member may do has changed. ``bag_id`` defaults to the bag that the visitor has now.
        """
        security("auth.logged_in", member=member_id, address=self._exchange.visitor.address)
        self._start(member_id, name, list(roles), bag_id or self._exchange.visitor.bag_id)

    def log_out(self) -> None:
        """Sign the visitor out: the session's row is deleted, the browser told to forget."""
        visitor = self._exchange.visitor
        security("auth.logged_out", member=visitor.member_id, address=visitor.address)
        self._end_current()
        visitor.become(None, "", (), "", None)
        self._exchange.cookies.clear(names.SESSION)
        self._exchange.cookies.clear(names.CSRF)
        self._exchange.headers.append((b"clear-site-data", b'"cache", "storage"'))

    def keep_bag(self, bag_id: int) -> None:
        """Have the visitor's session name this bag; a guest gets a session for it."""
        visitor = self._exchange.visitor
        if visitor.session_id:
            session = self._unit_of_work.get(Session, self._exchange.token_hash)
            if session is not None:
                session.bag_id = visitor.bag_id = bag_id
                return
        self._start(None, "", [], bag_id)

    def rename(self, name: str) -> None:
        """Show another name on the pages of this session: the member has changed it."""
        session = self._unit_of_work.get(Session, self._exchange.token_hash)
        if session is not None:
            session.name = self._exchange.visitor.name = name

    def of(self, member_id: MemberId) -> list[OpenSession]:
        """Return a member's living sessions, the last used first."""
        found = self._unit_of_work.find(Session, {"member_id": member_id}, sort=("-seen_at",))
        now, current = self._clock.now(), self._exchange.token_hash
        return [
            OpenSession(s.token_hash[:ID_LENGTH], s.device, s.seen_at, s.token_hash == current)
            for s in found
            if alive(s, now)
        ]

    def end(self, member_id: MemberId, session_id: str) -> bool:
        """End one session of a member; says whether there was such a one."""
        for session in self._unit_of_work.find(Session, {"member_id": member_id}):
            if session.token_hash[:ID_LENGTH] == session_id:
                self._unit_of_work.remove(session)
                return True
        return False

    def end_all(self, member_id: MemberId, *, but_this: bool = False) -> None:
        """End all sessions of a member, on a changed password for instance; ``but_this`` keeps the visitor's own."""
        statement = delete(_SESSIONS).where(_SESSIONS.c.member_id == member_id)
        if but_this:
            statement = statement.where(_SESSIONS.c.token_hash != self._exchange.token_hash)
        self._unit_of_work.execute(statement)
        security("auth.sessions_ended", member=member_id, address=self._exchange.visitor.address)

    def _start(self, member_id: MemberId | None, name: str, roles: list[str], bag_id: int | None) -> None:
        self._end_current()
        token, now = new_token(), self._clock.now()
        # What nobody can use any more goes when somebody comes: no job is needed for it.
        self._unit_of_work.execute(delete(_SESSIONS).where(_SESSIONS.c.seen_at < now - IDLE))
        token_hash = digest(token)
        agent = self._exchange.incoming.header(b"user-agent")
        self._unit_of_work.persist(
            Session(
                token_hash=token_hash,
                member_id=member_id,
                name=name,
                roles=roles,
                bag_id=bag_id,
                device=device(agent),
                created_at=now,
                seen_at=now,
            )
        )
        self._exchange.token_hash = token_hash
        self._exchange.visitor.become(member_id, name, roles, token_hash[:ID_LENGTH], bag_id)
        lifetime = STAFF_ABSOLUTE if STAFF_ROLE in roles else ABSOLUTE
        self._exchange.cookies.set(names.SESSION, token, int(lifetime.total_seconds()))
        if member_id is not None:
            self._exchange.visitor.csrf.bind(token_hash)

    def _end_current(self) -> None:
        if self._exchange.token_hash:
            self._unit_of_work.execute(delete(_SESSIONS).where(_SESSIONS.c.token_hash == self._exchange.token_hash))
            self._exchange.token_hash = ""


class Tokens:
    """API tokens, with which a member's programs act in the member's name."""

    def __init__(self, unit_of_work: UnitOfWork, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    def create(self, member_id: MemberId, *, member_name: str, name: str, scope: str = "write") -> str:
        """Make a token and return it: the one time that it can be seen. ``scope`` is ``read`` or ``write``."""
        token = TOKEN_PREFIX + new_token()
        self._unit_of_work.persist(
            ApiToken(
                token_hash=digest(token),
                member_id=member_id,
                member_name=member_name,
                name=name,
                scope=scope,
                created_at=self._clock.now(),
            )
        )
        security("auth.token_made", member=member_id)
        return token

    def of(self, member_id: MemberId) -> list[ApiToken]:
        """Return a member's tokens, the newest first."""
        return self._unit_of_work.find(ApiToken, {"member_id": member_id}, sort=("-created_at",))

    def end(self, member_id: MemberId, token_id: str) -> bool:
        """End one token of a member, named by the start of its digest; says whether there was such a one."""
        for token in self.of(member_id):
            if token.token_hash[:ID_LENGTH] == token_id:
                self._unit_of_work.remove(token)
                return True
        return False

    def end_all(self, member_id: MemberId) -> None:
        """End all tokens of a member."""
        for token in self.of(member_id):
            self._unit_of_work.remove(token)
