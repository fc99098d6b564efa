"""Benefits on the web: a member's level, coupons and free deliveries."""

from opensky.devo.benefits.manager import BenefitManager
from opensky.kernel.clock import Clock
from opensky.web import Page, Visitor, access, page


class BenefitController:
    """The page of a member's own benefits."""

    def __init__(self, benefits: BenefitManager, clock: Clock, visitor: Visitor) -> None:
        self._benefits = benefits
        self._clock = clock
        self._visitor = visitor

    @page("/account/benefits", access=access.MEMBER)
    def show(self) -> Page:
        """Show where the member stands, what comes next, and what they may use."""
        member_id = self._visitor.require_member()
        return Page(
            "account_benefits.html",
            standing=self._benefits.standing(member_id),
            levels=list(self._benefits.levels),
            gifts=self._benefits.usable(member_id),
        )
