"""Braintree as the payment house, through its official client (``pip install opensky[braintree]``).

Braintree has no idempotency keys of long life, so each transaction bears our key as its ``order_id``, and is looked for before another
one is made. What asks twice with one key must not do so at once; orders and shipments see to that.
"""

import warnings
from typing import Any
from urllib.parse import unquote, urlsplit

from opensky.devo.payments.gateway import Approved, Captured, Declined, GatewayError, Sample
from opensky.kernel.errors import Misconfigured
from opensky.kernel.money import Money

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it warns of itself when it is imported
        import braintree
        from braintree.exceptions.braintree_error import BraintreeError
        from braintree.exceptions.not_found_error import NotFoundError
except ImportError as error:  # an extra: most shops try the test gateway first
    raise Misconfigured(
        "The setting 'payment_url' names Braintree, but its client is not installed: pip install opensky[braintree]"
    ) from error

SECONDS = 30
_WELL_KNOWN = {"sandbox": braintree.Environment.Sandbox, "production": braintree.Environment.Production}
_REFUSED = frozenset(
    {"processor_declined", "gateway_rejected", "failed", "authorization_expired", "settlement_declined"}
)
_TO_BE_VOIDED = frozenset({"authorized", "authorizing", "submitted_for_settlement", "settlement_pending"})
_DECLINED = "The card was declined. Nothing was charged; please try another one."


class BraintreeGateway:
    """A ``PaymentGateway`` that moves money. A token is a nonce, which Braintree's own fields make of a card in the browser."""

    def __init__(self, url: str) -> None:
        """Read ``braintree://PUBLIC_KEY:PRIVATE_KEY@production/MERCHANT``; a host with a port is a server of one's own.

        Raises:
            Misconfigured: it is not like that.
        """
        parts = urlsplit(url)
        merchant = parts.path.strip("/")
        if not (parts.username and parts.password and parts.hostname and merchant):
            raise Misconfigured(
                "The setting 'payment_url' should be like braintree://PUBLIC_KEY:PRIVATE_KEY@sandbox/MERCHANT."
            )
        self._tests = parts.hostname != "production"
        configuration = braintree.Configuration(
            environment=_environment(parts.hostname, parts.port),
            merchant_id=merchant,
            public_key=unquote(parts.username),
            private_key=unquote(parts.password),
            timeout=SECONDS,
            wrap_http_exceptions=True,
        )
        self._transactions = braintree.BraintreeGateway(configuration).transaction

    def authorize(self, amount: Money, token: str, idempotency_key: str) -> Approved | Declined:
        known = self.find(idempotency_key)
        if known is not None:
            return known
        sale = {"amount": amount.text, "payment_method_nonce": token.strip(), "order_id": idempotency_key}
        result = self._asked(self._transactions.sale, sale | {"options": {"submit_for_settlement": False}})
        if result.transaction is None:
            return Declined(f"The payment house refused this: {result.message}")
        return _outcome(result.transaction)

    def find(self, idempotency_key: str) -> Approved | Declined | None:
        found = self._by_key(idempotency_key)
        return _outcome(found) if found is not None else None

    def capture(self, reference: str, amount: Money, idempotency_key: str) -> Captured | Declined:
        known = self._by_key(idempotency_key)
        if known is not None and known.status not in _REFUSED:
            return Captured(known.id)
        try:
            result = self._asked(
                self._transactions.submit_for_partial_settlement, reference, amount.text, {"order_id": idempotency_key}
            )
        except NotFoundError:
            return Declined("The payment house does not know this payment.")
        if not result.is_success or result.transaction.status in _REFUSED:
            return Declined(getattr(result, "message", "") or "The card was declined when the money was to be taken.")
        return Captured(result.transaction.id)

    def refund(self, reference: str, amount: Money, idempotency_key: str) -> str:
        known = self._by_key(idempotency_key)
        if known is not None:
            return str(known.id)
        try:
            payment = self._asked(self._transactions.find, reference)
            if payment.status == "voided":
                return f"void-{payment.id}"
            if payment.status in _TO_BE_VOIDED:
                result, name = self._asked(self._transactions.void, reference), f"void-{reference}"
            else:
                back = {"amount": amount.text, "order_id": idempotency_key}
                result, name = self._asked(self._transactions.refund, reference, back), ""
        except NotFoundError as error:
            raise GatewayError("Braintree does not know this payment.", reference=reference) from error
        if not result.is_success:
            raise GatewayError(f"Braintree does not give this back: {result.message}", reference=reference)
        return name or str(result.transaction.id)

    def samples(self) -> tuple[Sample, ...]:
        if not self._tests:
            return ()
        return (
            Sample("fake-valid-nonce", "is approved"),
            Sample("fake-processor-declined-visa-nonce", "is declined"),
        )

    def _by_key(self, key: str) -> Any:
        """Return the transaction that bears a key; of several that were declined, the last."""
        search = braintree.TransactionSearch.order_id == key
        found = list(self._asked(lambda: list(self._transactions.search(search))))
        good = [each for each in found if each.status not in _REFUSED]
        return (good or found or [None])[0]

    def _asked(self, act: Any, *given: Any) -> Any:
        """Ask Braintree; ``NotFoundError`` passes, whatever else goes wrong leaves open what has happened."""
        try:
            return act(*given)
        except NotFoundError:
            raise
        except BraintreeError as error:
            raise GatewayError(f"Braintree does not answer: {type(error).__name__}.") from error


def _environment(host: str, port: int | None) -> braintree.Environment:
    if host in _WELL_KNOWN:
        return _WELL_KNOWN[host]
    if host not in {"127.0.0.1", "localhost"} or port is None:
        raise Misconfigured("Braintree is at 'production' or 'sandbox'; any other host is 127.0.0.1 with a port.")
    return braintree.Environment("local", host, str(port), f"http://{host}:{port}", False, None)


def _outcome(transaction: Any) -> Approved | Declined:
    if transaction.status in _REFUSED:
        return Declined(_DECLINED)
    card = transaction.credit_card_details
    return Approved(str(transaction.id), str(card.card_type or ""), str(card.last_4 or ""))
