"""The fraud check: a third party that says of an order whether to be careful. Ours is simulated; it knows its answers beforehand."""

import time
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from opensky.kernel.watching import Calls, Watch

Word = Literal["approve", "hold", "refuse"]

HOLD_FROM, REFUSE_FROM = 50, 90
HIGH_AMOUNT = 1_000_00
CAREFUL_CARD = "9235"
"""Last digits of the test card that is approved by the bank, and held by the fraud check."""
_THROWN_AWAY, _REPORTED = ("@mailbox.invalid", "@thrown-away.example"), ("@reported.example",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """What is asked: an order as the third party needs it, and no more."""

    number: str
    email: str
    amount_minor: int
    currency: str
    card_last4: str
    guest: bool


class Verdict(NamedTuple):
    """What it says: a word, a score of 0 (harmless) to 100, and why."""

    word: Word
    score: int
    reasons: tuple[str, ...] = ()


class FraudCheck(Protocol):
    """Says of an order whether to be careful. It may take seconds, and is called outside of any transaction."""

    def check(self, suspect: Suspect, key: str) -> Verdict:
        """Return the verdict on an order. The same key is one question, however often it is asked, and costs once.

        Raises:
            Unavailable: it does not answer now.
        """


class SimulatedFraudCheck:
    """A ``FraudCheck`` that goes by rules anybody can read: slow as a real one, and of the same opinion each time."""

    def __init__(self, seconds: float, watch: Watch | None = None) -> None:
        self._seconds = seconds
        self._calls = Calls("third.fraud", watch)

    def check(self, suspect: Suspect, key: str) -> Verdict:
        with self._calls.timed():
            time.sleep(self._seconds)
        found = [rule for rule in _rules(suspect) if rule[0]]
        score = min(100, sum(points for points, _ in found))
        word: Word = "refuse" if score >= REFUSE_FROM else "hold" if score >= HOLD_FROM else "approve"
        return Verdict(word, score, tuple(reason for _, reason in found))


def _rules(suspect: Suspect) -> list[tuple[int, str]]:
    email = suspect.email.lower()
    return [
        (70 if suspect.card_last4 == CAREFUL_CARD else 0, "the card was reported lost in some shops"),
        (95 if email.endswith(_REPORTED) else 0, "the e-mail address was reported by other shops"),
        (55 if email.endswith(_THROWN_AWAY) else 0, "the e-mail address is one of those that are thrown away"),
        (50 if suspect.amount_minor >= HIGH_AMOUNT else 0, "the amount is high"),
        (10 if suspect.guest else 0, "the buyer is a guest"),
    ]
