"""What is refused of benefits."""

from opensky.kernel.errors import FieldError, Invalid


class CouponRefused(Invalid):
    """A coupon cannot be used, for a reason that the buyer reads. Nothing was ordered."""

    def __init__(self, reason: str) -> None:
        super().__init__(FieldError("coupon", reason, "Coupon"))
        self.reason = reason
