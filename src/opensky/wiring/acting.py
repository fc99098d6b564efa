"""Whose changes are kept: every unit of work learns who acts in it, and those that are to be kept get a recorder."""

import time

import msgspec

from opensky.devo.members.objects import STAFF, Member
from opensky.kernel.ids import MemberId
from opensky.persistence import UnitOfWork
from opensky.persistence.documents.reading import DocumentQuery, Param
from opensky.persistence.history.actor import SYSTEM, Actor
from opensky.persistence.history.recording import Recorder
from opensky.settings import Settings
from opensky.web import Exchange

REASON_FIELD, REASON_HEADER = "reason", b"x-reason"
"""Where a form of the admin, or a program, says why it changes something."""
REMEMBERED = 60.0
"""For how many seconds it is remembered whether the owner of a token is staff."""
_MOST = 10_000


class _Roles(msgspec.Struct):
    roles: list[str] = []


_ROLES = DocumentQuery(Member, {"id": Param("id")}, into=_Roles)


class Acting:
    """Gives units of work their actor and their recorder, as the setting ``history`` says. One for the process."""

    def __init__(self, settings: Settings, recorder: Recorder) -> None:
        self._all = settings.history == "all"
        self._recorder = recorder
        self._staff: dict[MemberId, tuple[bool, float]] = {}

    def job(self, unit: UnitOfWork) -> UnitOfWork:
        """Take up the unit of work of a command or a job, which is nobody in particular."""
        unit.acting = SYSTEM
        if self._all:
            unit.recorder = self._recorder
        return unit

    def request(self, exchange: Exchange, unit: UnitOfWork) -> UnitOfWork:
        """Take up the unit of work of a request. A page writes nothing, so it costs nothing there."""
        if exchange.incoming.path.startswith("/callbacks/"):
            return self.job(unit)
        if exchange.writes and unit.acting is None:
            kind = self._kind(exchange)
            if self._all or kind == STAFF:
                unit.acting = _actor(kind, exchange)
                unit.recorder = self._recorder
        return unit

    def _kind(self, exchange: Exchange) -> str:
        visitor = exchange.visitor
        if visitor.is_staff:
            return STAFF
        if visitor.member_id is None:
            return "guest"
        # A token opens no admin, so it bears no roles; but what staff do with one is staff's doing, too.
        by_token = not exchange.token_hash
        return STAFF if by_token and self._works_here(exchange, visitor.member_id) else "member"

    def _works_here(self, exchange: Exchange, member_id: MemberId) -> bool:
        known, until = self._staff.get(member_id, (False, 0.0))
        now = time.monotonic()
        if until < now:
            found = exchange.reader.read_one(_ROLES, id=member_id)
            known = found is not None and STAFF in found.roles
            if len(self._staff) >= _MOST:
                self._staff.clear()
            self._staff[member_id] = known, now + REMEMBERED
        return known


def _actor(kind: str, exchange: Exchange) -> Actor:
    visitor, incoming = exchange.visitor, exchange.incoming
    reason = incoming.header(REASON_HEADER)
    if not reason and not incoming.path.startswith("/api/"):
        reason = incoming.form().text(REASON_FIELD)
    return Actor(kind, visitor.member_id or 0, visitor.name, exchange.request_id, reason)
