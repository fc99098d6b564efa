"""Credit and points on the web: what a member has, and how it came."""

from opensky.devo.credits.manager import CreditManager
from opensky.kernel.clock import Clock
from opensky.persistence.cursors import Cursor
from opensky.web import Page, Visitor, access, page

_AT_ONCE = 30


class CreditController:
    """The page of a member's own credit and points."""

    def __init__(self, credit: CreditManager, clock: Clock, visitor: Visitor) -> None:
        self._credit = credit
        self._clock = clock
        self._visitor = visitor

    @page("/account/credit", access=access.MEMBER)
    def show(self, before: str = "") -> Page:
        """Show the balance and what was booked, the newest first."""
        member_id = self._visitor.require_member()
        found = self._credit.entries(member_id, Cursor.read(before), _AT_ONCE)
        return Page(
            "account_credit.html",
            balance=self._credit.balance(member_id),
            bookings=found.entries,
            older=found.next_page,
            now=self._clock.now(),
        )
