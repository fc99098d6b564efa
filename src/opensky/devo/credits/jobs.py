"""What is done about credit by the clock."""

from collections.abc import Generator

from opensky.devo.credits.manager import CreditManager
from opensky.scheduler import job


@job("10 3 * * *", jitter=600)
def expire_credits(credit: CreditManager) -> Generator[None, None, str]:
    """Book credit and points that have expired unused, so that it stands in the members' lists."""
    booked = 0
    while some := credit.expire():
        booked += some
        yield
    return f"Accounts in which something has expired: {booked:,}."
