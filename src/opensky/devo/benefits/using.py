"""Using benefits for an order: a coupon by its code, a delivery that costs nothing. All of it in the transaction of the order."""

from opensky.devo.benefits.errors import CouponRefused
from opensky.devo.benefits.manager import BenefitManager
from opensky.devo.benefits.objects import ANYBODY, LONGEST_CODE, Benefit, plain
from opensky.devo.benefits.repository import BenefitRepository
from opensky.devo.members.objects import MemberId
from opensky.kernel.clock import Clock

_SPENT = "This coupon has been used as often as it can be. Nothing was ordered; please go on without it."
_ONCE = "You have used this coupon already, and each buyer can use it once. Please go on without it."


class BenefitUses:
    """Finds what can be used, uses it once, and gives it back. Whoever calls commits."""

    def __init__(self, benefits: BenefitRepository, manager: BenefitManager, clock: Clock) -> None:
        self._benefits = benefits
        self._manager = manager
        self._clock = clock

    def coupon(self, typed: str, member_id: MemberId | None) -> Benefit:
        """Return what a code gives this buyer.

        Raises:
            CouponRefused: there is none, it is somebody else's, or it cannot be used any more.
        """
        code, now = plain(typed), self._clock.now()
        found = self._benefits.by_code(code) if code else None
        if found is None or found.member_id not in {ANYBODY, member_id}:
            log_in = " A coupon that was given to you needs you to be logged in." if member_id is None else ""
            raise CouponRefused(f"There is no coupon {typed.strip()[:LONGEST_CODE]}.{log_in}")
        if found.state != "good":
            raise CouponRefused("This coupon has been taken back. Please go on without it.")
        if found.expires_at is not None and found.expires_at <= now:
            raise CouponRefused(f"This coupon was good until {found.expires_at:%Y-%m-%d}. Please go on without it.")
        if member_id is not None and self._benefits.has_used(found.id, whose(member_id, "")):
            raise CouponRefused(_ONCE)
        if found.limit_total is not None and found.used >= found.limit_total:
            raise CouponRefused(_SPENT)
        return found

    def free_delivery(self, member_id: MemberId) -> Benefit | None:
        """Return the free delivery that this member should use first: the one that expires first."""
        found = [each for each in self._manager.usable(member_id) if each.kind == "free_shipping" and not each.code]
        return min(found, key=lambda each: (each.expires_at is None, each.expires_at, each.id), default=None)

    def delivered_for_nothing(self, member_id: MemberId) -> bool:
        """Whether the member's level has all their orders delivered for nothing."""
        level = self._manager.level(member_id)
        return level is not None and level.free_shipping

    def use(self, benefit: Benefit, buyer: str, order_id: int) -> None:
        """Use a benefit for an order, as ``buyer``, who can do so once.

        Raises:
            CouponRefused: somebody was quicker, or this buyer has used it.
        """
        if benefit.limit_total is not None and not self._benefits.use(benefit.id, self._clock.now()):
            raise CouponRefused(_SPENT)
        if not self._benefits.note(benefit.id, buyer, order_id):
            raise CouponRefused(_ONCE)

    def give_back(self, order_id: int) -> None:
        """Let what was used for an order be used again, once."""
        for use in self._benefits.used_for(order_id):
            if self._benefits.forget(use) and use.limited:
                self._benefits.give_back(use.benefit_id)


def whose(member_id: MemberId | None, email: str) -> str:
    """Return the name under which a buyer uses benefits: a member's, or a guest's e-mail address."""
    return f"member:{member_id}" if member_id is not None else email.strip().lower()
