"""What is refused of credit and points."""

from opensky.devo.credits.objects import Amount
from opensky.kernel.errors import Conflict


class NotEnough(Conflict):
    """More was to be spent than there is; ``balance`` is what there is."""

    def __init__(self, amount: Amount, balance: Amount) -> None:
        of = " points" if isinstance(balance, int) else ""
        super().__init__(f"There is not enough: {amount}{of} asked for, {balance}{of} there.")
        self.amount, self.balance = amount, balance
