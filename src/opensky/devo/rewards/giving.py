"""Who hands out what rules give."""

from collections.abc import Callable
from dataclasses import dataclass

from opensky.devo.benefits.manager import BenefitManager
from opensky.devo.credits.manager import CreditManager
from opensky.devo.letters.manager import LetterManager
from opensky.devo.webhooks.deliveries import DeliveryManager


@dataclass(frozen=True, slots=True)
class Givers:
    """The managers by which rewards are given, in the transaction of the event."""

    credit: CreditManager
    benefits: BenefitManager
    letters: LetterManager
    webhooks: DeliveryManager


class Giving:
    """Finds the givers when something is given: most that happens is rewarded by no rule, and should not pay for having them made."""

    def __init__(self, find: Callable[[], Givers]) -> None:
        self._find = find

    def __call__(self) -> Givers:
        """Return them."""
        return self._find()
