"""The fraud manager: has orders checked while nobody waits, and holds what the verdict says to hold.

A paid order becomes the event ``order.check_fraud``, which is told later (``notify_async``): the checkout never waits. When it
comes back, the question is sent to OSIS, which asks the third party outside of any transaction of DEVO; the verdict comes
back as the event ``order.fraud_checked`` (adr 0029).
"""

from opensky.devo.fraud.events import ORDER_CHECK_FRAUD
from opensky.devo.fraud.objects import FraudVerdict, read_verdict
from opensky.devo.fraud.repository import FraudRepository
from opensky.devo.orders.holding import OrderHolds
from opensky.devo.orders.objects import Order, OrderId
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import Clock
from opensky.messaging import Message, Outgoing

QUESTIONS = "fraud.check"
"""The queue of what the third party is asked."""
_LONGEST_REASONS = 500


class FraudManager:
    """The verbs of the fraud check."""

    def __init__(
        self, verdicts: FraudRepository, holds: OrderHolds, events: Dispatcher, client: Outgoing, clock: Clock
    ) -> None:
        self._verdicts = verdicts
        self._holds = holds
        self._events = events
        self._client = client
        self._clock = clock

    def have_checked(self, order: Order) -> None:
        """Have a paid order checked, later: this costs the checkout one row."""
        self._events.notify_async(Event(ORDER_CHECK_FRAUD, order))

    def ask(self, order: Order) -> None:
        """Send the question about an order, unless there is an answer or nothing left to ask: it was cancelled meanwhile."""
        if not order.is_paid or self._verdicts.of(order.id) is not None:
            return
        parameters = {
            "order": order.id,
            "number": order.number,
            "email": order.email,
            "amount_minor": order.total.minor,
            "currency": order.total.currency,
            "card_last4": order.card_last4,
            "guest": order.member_id is None,
        }
        self._client.send(Message(queue_name=QUESTIONS, type="FraudQuestion", parameters=parameters, key=str(order.id)))

    def judge(self, order: Order, word: object, score: object, reasons: str) -> None:
        """Keep the verdict on an order, and hold the order if the verdict says so; a second verdict changes nothing.

        Raises:
            Invalid: this is no verdict.
        """
        known_word, known_score = read_verdict(word, score)
        if self._verdicts.of(order.id) is not None:
            return
        verdict = FraudVerdict(
            order_id=order.id,
            word=known_word,
            score=known_score,
            reasons=reasons[:_LONGEST_REASONS],
            given_at=self._clock.now(),
        )
        self._verdicts.add(verdict)
        if verdict.holds:
            self._holds.hold(order)

    def verdict(self, order_id: OrderId) -> FraudVerdict | None:
        """Return what was said of an order, or ``None`` as long as nothing was."""
        return self._verdicts.of(order_id)
