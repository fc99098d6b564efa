"""The ledger of credit and points: what was booked, to whose account, why, and until when it can be used."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, NewType

from opensky.devo.members.objects import MemberId
from opensky.kernel.money import Money
from opensky.mapping import Id, Index, Length, NoHistory, Personal, Unique, entity

TransactionId = NewType("TransactionId", int)
Kind = Literal["credit", "points"]
Act = Literal["granted", "adjusted", "held", "spent", "reversed", "expired"]
Amount = Money | int
"""Credit is ``Money``; points are a plain number."""

REWARDS, SUPPORT, SPENDING, EXPIRED = "house:rewards", "house:support", "house:spending", "house:expired"
HELD = "house:held"
"""The house's side of each booking: what rewards and support cost it, what was used, and what was not used in time; and what is
held for orders that are placed and not paid yet."""
_MEMBER = "member:"
LONGEST_KEY, LONGEST_WHY, LONGEST_RULE = 120, 300, 120


def account_of(member_id: MemberId) -> str:
    """Return the name of a member's account."""
    return f"{_MEMBER}{member_id}"


def member_of(account: str) -> MemberId:
    """Return whose account it is."""
    return MemberId(int(account.removeprefix(_MEMBER)))


@NoHistory()
@entity("ledger_accounts", Index("expires_next"), clustered=True)
@dataclass(eq=False, kw_only=True)
class LedgerAccount:
    """One kind in one member's account: who books to it holds this row, so that bookings take turns, and those of two never wait."""

    account: Annotated[str, Id(), Personal("account"), Length(1, 40)]
    kind: Annotated[Kind, Id(), Length(1, 6)]
    currency: Annotated[str, Id(), Length(0, 3)] = ""
    expires_next: Annotated[datetime | None, Personal("account")] = None
    """When the next of what is left in it expires."""


@entity(
    "ledger_entries",
    Unique("account", "key", "part"),
    Index("account", "-transaction_id"),
    Index("key"),
    Index("transaction_id"),
)
@dataclass(eq=False, kw_only=True)
class LedgerEntry:
    """One line of the ledger. Lines are added and never changed; those of one transaction sum to zero.

    What a member is granted is a lot. Whatever is taken of it names it and expires with it, so that what of it is left, and what
    can be used at any time, are sums. Each transaction moves one ``kind`` in one ``currency``, which is empty for points.
    """

    id: Annotated[int, Id()]
    transaction_id: TransactionId
    account: Annotated[str, Personal("account"), Length(1, 40)]
    kind: Annotated[Kind, Length(1, 6)]
    currency: Annotated[str, Length(0, 3)] = ""
    amount_minor: Annotated[int, Personal("financial")]
    lot: int = 0
    """The line that granted what this takes of; a line's own id if it is that one; 0 on the house's side."""
    act: Annotated[Act, Length(1, 10)]
    key: Annotated[str, Personal("account"), Length(1, 180)]
    """What was booked once is not booked again under the same key. The house's side bears the member's account, too."""
    part: int = 0
    why: Annotated[str, Personal("account"), Length(0, LONGEST_WHY)] = ""
    rule: Annotated[str, Length(0, LONGEST_RULE)] = ""
    expires_at: Annotated[datetime | None, Personal("account")] = None
    at: datetime
