"""The test gateway keeps the promises of the port, as every gateway must."""

import threading

import pytest

from opensky.devo.payments.gateway import Approved, Declined, GatewayError
from opensky.devo.payments.objects import TestCharge
from opensky.devo.payments.trial import APPROVED, DECLINED, UNCLEAR, TestGateway
from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Misconfigured
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings

SUM = Money(4250)


def test_one_number_is_approved(gateway: TestGateway) -> None:
    """However it is spaced; with brand and last digits, as a receipt shows them."""
    outcome = gateway.authorize(SUM, "42424242 42424242", "key")

    assert isinstance(outcome, Approved)
    assert (outcome.brand, outcome.last4) == ("Visa", "4242")
    assert outcome.reference.startswith("test-")


def test_another_is_declined(gateway: TestGateway) -> None:
    """With a sentence for the buyer."""
    assert gateway.authorize(SUM, DECLINED, "key") == Declined(
        "The card was declined. Nothing was charged; please try another one."
    )


def test_a_number_of_the_real_world_is_declined(gateway: TestGateway, unit: UnitOfWork) -> None:
    """Nobody's card works here by mistake, and no more than its last four digits is kept."""
    outcome = gateway.authorize(SUM, "5555 4444 3333 2222", "key")

    assert isinstance(outcome, Declined)
    [kept] = unit.find(TestCharge)
    assert kept.last4 == "2222"
    assert not any("4444" in str(value) for value in vars(kept).values())


def test_a_third_gets_no_answer_and_is_not_remembered(gateway: TestGateway) -> None:
    """So that the same key can go on with a number that works."""
    with pytest.raises(GatewayError):
        gateway.authorize(SUM, UNCLEAR, "key")

    assert gateway.find("key") is None
    assert isinstance(gateway.authorize(SUM, APPROVED, "key"), Approved)


def test_the_same_key_gives_the_first_answer(gateway: TestGateway, unit: UnitOfWork) -> None:
    """Whatever token comes with it the second time: money moves once."""
    first = gateway.authorize(SUM, APPROVED, "key")

    assert gateway.authorize(SUM, DECLINED, "key") == first
    assert gateway.find("key") == first
    assert [charge.key for charge in unit.find(TestCharge)] == ["key"]


def test_two_that_come_at_once_agree(database: Database, ids: IdGenerator, clock: SetClock, settings: Settings) -> None:
    """Also in two processes, as they remember in one place."""
    outcomes = []
    two = [TestGateway(database, ids, clock, settings) for _ in range(8)]
    crowd = [threading.Thread(target=lambda g=g: outcomes.append(g.authorize(SUM, APPROVED, "key"))) for g in two]

    for each in crowd:
        each.start()
    for each in crowd:
        each.join()

    assert len(outcomes) == 8
    assert len(set(outcomes)) == 1


def test_money_goes_back_once(gateway: TestGateway) -> None:
    """The second time gives the same reference."""
    charged = gateway.authorize(SUM, APPROVED, "key")
    assert isinstance(charged, Approved)

    first = gateway.refund(charged.reference, SUM, "refund")

    assert first.startswith("test-refund-")
    assert gateway.refund(charged.reference, SUM, "refund") == first


def test_no_more_goes_back_than_was_taken(gateway: TestGateway) -> None:
    """Nor of a charge that was declined, nor of one that never was."""
    charged = gateway.authorize(SUM, APPROVED, "key")
    assert isinstance(charged, Approved)
    gateway.authorize(SUM, DECLINED, "declined")

    for reference, amount in [(charged.reference, SUM + Money(1)), ("test-unknown", SUM)]:
        with pytest.raises(GatewayError):
            gateway.refund(reference, amount, "refund")


@pytest.mark.parametrize("open_to", [{"host": "0.0.0.0"}, {"public_url": "https://shop.example"}])  # noqa: S104
def test_it_is_refused_where_people_mean_to_pay(
    database: Database, ids: IdGenerator, clock: SetClock, settings: Settings, open_to: dict[str, str]
) -> None:
    """A shop that others can reach, and that is no demo, would give its goods away."""
    public = Settings(data=settings.data, secret_key="0" * 64, **open_to)  # type: ignore[arg-type]

    with pytest.raises(Misconfigured):
        TestGateway(database, ids, clock, public).authorize(SUM, APPROVED, "key")

    demo = Settings(data=settings.data, secret_key="0" * 64, demo=True, **open_to)  # type: ignore[arg-type]
    assert isinstance(TestGateway(database, ids, clock, demo).authorize(SUM, APPROVED, "key"), Approved)


def test_its_numbers_are_shown_with_what_they_do(gateway: TestGateway) -> None:
    """On the checkout page, so that nobody has to guess."""
    assert [(sample.number, sample.what) for sample in gateway.samples()] == [
        ("4242 4242 4242 4242", "is approved"),
        ("4000 0000 0000 9235", "is approved, but the fraud check holds the order"),
        ("4000 0000 0000 0002", "is declined"),
        ("4000 0000 0000 0341", "is approved, and declined when the parcel leaves"),
        ("4000 0000 0000 0119", "gets no answer"),
    ]
