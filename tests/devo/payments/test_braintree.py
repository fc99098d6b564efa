"""Braintree's official client against a payment house on this machine that speaks its wire format."""

import threading
from collections.abc import Iterator

import pytest

from opensky.devo.payments.braintree import BraintreeGateway
from opensky.devo.payments.gateway import Approved, Captured, Declined, GatewayError
from opensky.kernel.errors import Misconfigured
from opensky.kernel.money import Money
from opensky.sandbox.braintree import Books, payment_url, serve

SUM = Money(2500)
NONCE = "fake-valid-nonce"


@pytest.fixture
def books() -> Books:
    """What the payment house remembers."""
    return Books()


@pytest.fixture
def gateway(books: Books, monkeypatch: pytest.MonkeyPatch) -> Iterator[BraintreeGateway]:
    """The client, and the server that it talks to."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = serve(0, books)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield BraintreeGateway(payment_url(server))
    server.shutdown()
    thread.join()
    server.server_close()


def authorized(gateway: BraintreeGateway, key: str = "key", amount: Money = SUM) -> Approved:
    """Have money promised."""
    outcome = gateway.authorize(amount, NONCE, key)
    assert isinstance(outcome, Approved)
    return outcome


def test_money_is_promised_once(gateway: BraintreeGateway, books: Books) -> None:
    """The same key gives the first answer, whatever else is said."""
    first = authorized(gateway)
    assert (first.brand, first.last4) == ("Visa", "1881")
    assert gateway.authorize(SUM, "fake-processor-declined-visa-nonce", "key") == first
    assert [(each.status, each.order_id) for each in books.payments.values()] == [("authorized", "key")]
    assert gateway.find("key") == first
    assert gateway.find("another key") is None


@pytest.mark.parametrize(("nonce", "amount"), [("fake-processor-declined-visa-nonce", SUM), (NONCE, Money(200_000))])
def test_a_declined_card_is_declined(gateway: BraintreeGateway, nonce: str, amount: Money) -> None:
    """Asked again, it was."""
    declined = Declined("The card was declined. Nothing was charged; please try another one.")
    assert gateway.authorize(amount, nonce, "key") == declined
    assert gateway.find("key") == declined


def test_a_nonce_that_is_none_is_declined(gateway: BraintreeGateway) -> None:
    """In the words of the payment house."""
    outcome = gateway.authorize(SUM, "4242", "key")
    assert outcome == Declined("The payment house refused this: Unknown or expired payment_method_nonce.")


def test_a_promise_is_taken_in_parts(gateway: BraintreeGateway, books: Books) -> None:
    """Each once, and together no more than was promised."""
    paid = authorized(gateway)
    first = gateway.capture(paid.reference, Money(1000), "capture:1")
    assert isinstance(first, Captured)
    assert gateway.capture(paid.reference, Money(1000), "capture:1") == first
    assert isinstance(gateway.capture(paid.reference, Money(1500), "capture:2"), Captured)
    assert gateway.capture(paid.reference, Money(1), "capture:3") == Declined("Settlement amount is too large.")
    assert str(books.taken(paid.reference)) == "25.00"


def test_what_is_not_known_cannot_be_taken(gateway: BraintreeGateway) -> None:
    """Such as a payment of another house, before it was changed."""
    assert gateway.capture("test-1", SUM, "k") == Declined("The payment house does not know this payment.")


def test_what_was_only_promised_is_released(gateway: BraintreeGateway, books: Books) -> None:
    """And giving it back twice is as once."""
    paid = authorized(gateway)
    name = f"void-{paid.reference}"
    assert [gateway.refund(paid.reference, SUM, "refund:1") for _ in range(2)] == [name, name]
    assert [each.status for each in books.payments.values()] == ["voided"]


def test_what_was_settled_is_paid_back_once(gateway: BraintreeGateway, books: Books) -> None:
    """By a transaction that bears our key."""
    paid = authorized(gateway)
    books.payments[paid.reference].status = "settled"
    first = gateway.refund(paid.reference, SUM, "refund:1")
    assert gateway.refund(paid.reference, SUM, "refund:1") == first
    assert [(each.kind, each.order_id) for each in books.payments.values()] == [("sale", "key"), ("credit", "refund:1")]


def test_an_answer_that_gets_lost_loses_nothing(gateway: BraintreeGateway, books: Books) -> None:
    """What happened is found out by asking again with the same key."""
    books.silent = True
    with pytest.raises(GatewayError, match="Braintree does not answer"):
        gateway.find("key")
    books.silent = False
    paid = authorized(gateway)
    books.silent = True
    with pytest.raises(GatewayError):
        gateway.capture(paid.reference, SUM, "capture:1")
    books.silent = False
    gateway.capture(paid.reference, SUM, "capture:1")
    assert str(books.taken(paid.reference)) == "25.00"


def test_a_wrong_address_says_what_is_right() -> None:
    """Before anybody tries to pay."""
    with pytest.raises(Misconfigured, match="braintree://PUBLIC_KEY:PRIVATE_KEY@sandbox/MERCHANT"):
        BraintreeGateway("braintree://sandbox/merchant")
    with pytest.raises(Misconfigured, match=r"127\.0\.0\.1 with a port"):
        BraintreeGateway("braintree://a:b@pay.example/merchant")


def test_only_a_house_that_moves_no_money_has_samples() -> None:
    """On the checkout page nobody is shown how to pay with nothing."""
    assert BraintreeGateway("braintree://a:b@production/merchant").samples() == ()
    assert BraintreeGateway("braintree://a:b@sandbox/merchant").samples()[0].number == NONCE
