"""Proofs: what somebody shows who opens a link that only the owner of an address can have got."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal, NewType

from opensky.devo.members.objects import MemberId
from opensky.mapping import Email, Id, Index, Length, NoHistory, Personal, entity

ProofId = NewType("ProofId", int)
Purpose = Literal["password", "email"]

VALID = timedelta(hours=1)


@NoHistory()
@entity("proofs", Index("member_id"), Index("ends_at"))
@dataclass(eq=False, kw_only=True)
class Proof:
    """What a link in a letter stands for, once, until it ends. The link is signed, so the database opens nothing."""

    id: Annotated[ProofId, Id()]
    member_id: Annotated[MemberId, Personal("account")]
    purpose: Annotated[Purpose, Length(0, 20)]
    email: Annotated[str, Personal("contact"), Email()]
    """The address that is proven: that of the account, or the one that it is to have."""
    ends_at: Annotated[datetime, Personal("account")]
