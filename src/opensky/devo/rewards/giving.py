"""Who hands out what rules give."""

from dataclasses import dataclass

from opensky.devo.credits.manager import CreditManager


@dataclass(frozen=True, slots=True)
class Givers:
    """The managers by which rewards are given, in the transaction of the event."""

    credit: CreditManager
