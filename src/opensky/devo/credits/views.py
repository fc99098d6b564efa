"""What is shown of credit and points."""

from datetime import datetime
from typing import NamedTuple

from opensky.devo.credits.objects import Act, Amount, Kind
from opensky.kernel.money import Money


class Balance(NamedTuple):
    """What a member can use now; below zero if more was taken back than there was."""

    credit: Money
    points: int


class Booking(NamedTuple):
    """One booking, as the member sees it."""

    id: int
    at: datetime
    act: Act
    kind: Kind
    currency: str
    minor: int
    why: str
    rule: str
    expires_at: datetime | None

    @property
    def amount(self) -> Amount:
        """What it brought, negative if it took something."""
        return Money(self.minor, self.currency) if self.kind == "credit" else self.minor
