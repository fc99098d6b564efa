"""What can be wrong with a parcel.

Conflict
├── Rejected     it cannot be taken as it is; the message is the line of the reject report
├── Unanswered   the payment house does not answer now: nothing is lost, ask again
└── Leaving      an order is to be cancelled of which a parcel is just leaving
"""

from opensky.kernel.errors import Conflict


class Rejected(Conflict):
    """A parcel cannot be taken as it is; the message is the line of the reject report."""


class Unanswered(Conflict):
    """The payment house does not answer now: the parcel is noted, and is captured when it is brought again."""


class Leaving(Conflict):
    """A parcel of the order is just leaving, so that it cannot be cancelled now."""

    def __init__(self, number: str) -> None:
        super().__init__(f"A parcel of order {number} is just leaving; look again in a minute.", order=number)
