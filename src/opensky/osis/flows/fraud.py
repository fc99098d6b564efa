"""The fraud check of an order: a third party is asked, and DEVO is told what it said."""

import msgspec

from opensky.events.codec import encode
from opensky.messaging import Message
from opensky.osis.flows.events import Slung
from opensky.osis.partners.fraud import FraudCheck, Suspect
from opensky.osis.runtime import Backoff, flow, payload

VERDICT = "order.fraud_checked"


@payload("fraud.check", key="order")
class FraudQuestion(msgspec.Struct, kw_only=True):
    """What DEVO asks about an order."""

    order: int
    number: str
    email: str
    amount_minor: int
    currency: str
    card_last4: str = ""
    guest: bool = False


@flow("fraud.check", retry=Backoff(times=20, base=5, cap=1800), limit=2, breaker="fraud", timeout=90)
def check_fraud(question: FraudQuestion, message: Message, party: FraudCheck) -> Slung:
    """Ask the third party about an order; its verdict goes to DEVO as an event."""
    suspect = Suspect(
        number=question.number,
        email=question.email,
        amount_minor=question.amount_minor,
        currency=question.currency,
        card_last4=question.card_last4,
        guest=question.guest,
    )
    verdict = party.check(suspect, str(message.id))
    return Slung(
        name=VERDICT,
        subject={"class": "Order", "id": encode((question.order,))},
        parameters=encode(
            {"verdict": verdict.word, "score": verdict.score, "reasons": "; ".join(verdict.reasons)},
        ),
    )
