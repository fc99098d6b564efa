"""Who hands out what rules give."""

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
