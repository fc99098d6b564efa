"""What happens to credit and points. The subject is the first line of the booking, on the member's side."""

from opensky.devo.credits.objects import LedgerEntry
from opensky.events import declare

CREDIT_GRANTED = declare(
    "credit.granted",
    "A member was given credit or points: `amount` is money, or a number of points; `key` is what it was given for.",
    subject=LedgerEntry,
    parameters=("member_id", "amount", "key"),
)
CREDIT_REVERSED = declare(
    "credit.reversed",
    "A booking was taken back: `amount` is what the member has more now, or less where it is negative.",
    subject=LedgerEntry,
    parameters=("member_id", "amount", "key"),
)
