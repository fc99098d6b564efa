"""Every question that is asked about proofs."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select

from opensky.devo.members.objects import MemberId
from opensky.devo.proofs.objects import Proof, ProofId, Purpose
from opensky.persistence import Command, Query, Reader, UnitOfWork, table

_proofs = table(Proof)


class Open(NamedTuple):
    """A proof that can be shown."""

    id: ProofId
    member_id: MemberId
    purpose: Purpose
    email: str


_OPEN = Query(
    select(_proofs.c.id, _proofs.c.member_id, _proofs.c.purpose, _proofs.c.email).where(
        _proofs.c.id == bindparam("id"), _proofs.c.purpose == bindparam("purpose"), _proofs.c.ends_at > bindparam("now")
    ),
    Open,
)
_TAKE = Command(delete(_proofs).where(_proofs.c.id == bindparam("id")))


class ProofRepository:
    """Keeps what links stand for."""

    def __init__(self, unit: UnitOfWork, reader: Reader) -> None:
        self._unit = unit
        self._reader = reader

    def add(self, proof: Proof) -> None:
        """Keep a proof."""
        self._unit.persist(proof)

    def open(self, proof_id: int, purpose: Purpose, now: datetime) -> Open | None:
        """What does this link stand for? Read without taking the writer's turn."""
        return self._reader.fetch_one(_OPEN, id=proof_id, purpose=purpose, now=now)

    def take(self, proof_id: ProofId) -> bool:
        """Is this the one who uses it? Of two at once, one is told yes."""
        return self._unit.run(_TAKE, id=proof_id) == 1

    def forget(self, member_id: MemberId, purpose: Purpose) -> None:
        """Have no older link of a member's open anything any more."""
        self._unit.execute(delete(_proofs).where(_proofs.c.member_id == member_id, _proofs.c.purpose == purpose))

    def forget_old(self, now: datetime) -> None:
        """Forget what nobody can use any more."""
        self._unit.execute(delete(_proofs).where(_proofs.c.ends_at <= now))
