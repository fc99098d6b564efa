"""Credit and points for programs."""

from typing import Annotated

from msgspec import Meta, Struct

from opensky.devo.credits.manager import CreditManager
from opensky.devo.credits.objects import Act
from opensky.devo.credits.views import Booking
from opensky.devo.storefront.shapes import After, Id, Limit, Next
from opensky.kernel.errors import Invalid
from opensky.kernel.money import Money
from opensky.persistence.cursors import Cursor
from opensky.serializer.views import Moment, MoneyView
from opensky.web import Visitor, access, api

Points = Annotated[int, Meta(description="A number of points; negative if they were taken.", examples=[20])]


class CreditEntry(Struct, frozen=True):
    """One booking: either `credit` or `points` says what it brought, negative if it took something."""

    id: Id
    at: Moment
    act: Act
    why: Annotated[str, Meta(examples=["Your first purchase"])]
    credit: MoneyView | None
    points: Points | None
    expires_at: Moment | None


class CreditListing(Struct, frozen=True):
    """What can be used now, and one page of what was booked, the newest first."""

    credit: MoneyView
    points: Annotated[int, Meta(examples=[20])]
    entries: list[CreditEntry]
    after: Next = ""


class CreditApi:
    """Credit and points of the member who bears the token."""

    def __init__(self, credit: CreditManager, visitor: Visitor) -> None:
        self._credit = credit
        self._visitor = visitor

    @api.get("/api/v1/me/credit", access=access.MEMBER, summary="What credit have I?", raises=[Invalid], tag="Me")
    def show(self, after: After = "", limit: Limit = 20) -> CreditListing:
        """Return what one can use now, and what was booked, the newest first. What expires says when."""
        member_id = self._visitor.require_member()
        balance = self._credit.balance(member_id)
        found = self._credit.entries(member_id, Cursor.read(after, "after"), limit)
        return CreditListing(
            _money(balance.credit), balance.points, [_entry(each) for each in found.entries], found.next_page
        )


def _entry(booking: Booking) -> CreditEntry:
    amount = booking.amount
    return CreditEntry(
        id=str(booking.id),
        at=booking.at,
        act=booking.act,
        why=booking.why,
        credit=_money(amount) if isinstance(amount, Money) else None,
        points=None if isinstance(amount, Money) else amount,
        expires_at=booking.expires_at,
    )


def _money(amount: Money) -> MoneyView:
    return MoneyView(amount.text, amount.currency)
