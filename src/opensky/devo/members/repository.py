"""Every question that is asked about members."""

from collections.abc import Sequence

import msgspec

from opensky.devo.members.errors import EmailTaken
from opensky.devo.members.objects import Member, MemberId
from opensky.persistence import DocumentQuery, Duplicate, Param, Reader, UnitOfWork
from opensky.web.objects import Session


class Credentials(msgspec.Struct, frozen=True):
    """What a log-in is checked against."""

    id: MemberId
    email: str
    name: str
    password_hash: str = ""
    demo: bool = False


_BY_EMAIL = DocumentQuery(Member, {"email": Param("email")}, into=Credentials)
_CREDENTIALS = DocumentQuery(Member, {"id": Param("id")}, into=Credentials)
_SHOWN = DocumentQuery(Member, {"id": Param("id")}, into=Member)


class MemberRepository:
    """Reads through the reader what must not take the writer's turn, and the rest in the unit of work."""

    def __init__(self, unit: UnitOfWork, reader: Reader) -> None:
        self._unit = unit
        self._reader = reader

    def credentials_of(self, email: str) -> Credentials | None:
        """Whose is this address, and what is kept of the password? Read without taking the writer's turn."""
        return self._reader.read_one(_BY_EMAIL, email=email)

    def credentials_by_id(self, member_id: MemberId) -> Credentials | None:
        """What is kept of this member's password? Read without taking the writer's turn."""
        return self._reader.read_one(_CREDENTIALS, id=member_id)

    def shown(self, member_id: MemberId) -> Member | None:
        """Which member has this id? To be looked at: the object is not tracked."""
        return self._reader.read_one(_SHOWN, id=member_id)

    def by_id(self, member_id: MemberId) -> Member | None:
        """Which member has this id?"""
        return self._unit.get(Member, member_id)

    def by_ids(self, member_ids: Sequence[MemberId]) -> list[Member]:
        """Which members have these ids? In their order."""
        return self._unit.get_many(Member, member_ids)

    def by_email(self, email: str) -> Member | None:
        """Whose is this address?"""
        return self._unit.find_one(Member, {"email": email})

    def add(self, member: Member) -> None:
        """Keep a new member; raises ``Duplicate`` if the address is taken."""
        self._unit.persist(member)
        self._unit.flush()

    def flush(self) -> None:
        """Write now; raises ``EmailTaken`` if somebody took the address meanwhile."""
        try:
            self._unit.flush()
        except Duplicate as error:
            raise EmailTaken from error

    def end_sessions(self, member_id: MemberId) -> None:
        """Sign a member out everywhere."""
        for session in self._unit.find(Session, {"member_id": member_id}):
            self._unit.remove(session)
