"""Credit, coupon and delivery at the checkout, through the real application, as a browser without JavaScript does."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from dishka import Container

from opensky.devo.benefits.manager import BenefitManager
from opensky.devo.credits.manager import CreditManager
from opensky.devo.members.objects import Member
from opensky.devo.orders.objects import Order
from opensky.devo.products.objects import Product
from opensky.kernel.ids import MemberId
from opensky.kernel.money import Money
from opensky.persistence import UnitOfWork
from opensky.settings import Settings
from opensky.testing.browser import Browser
from opensky.wiring import container

ADDRESS = {"email": "ben@example.org", "name": "Ben Reed", "street": "5 Mill Lane", "city": "Ghent", "postcode": "9000"}
CARD = "4242 4242 4242 4242"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A shop whose deliveries cost 4.95."""
    return replace(settings, delivery_price=495)


@pytest.fixture
def ben(browser: Browser, bowl: Product, unit: UnitOfWork) -> MemberId:
    """Ben is signed up and has a bowl for 12.50 in his bag."""
    browser.open("/sign-up")
    browser.submit("/sign-up", email="ben@example.org", name="Ben Reed", password="seven blue cacti")
    browser.open("/products/bowl")
    browser.submit("/bag/add", quantity="1")
    member = unit.find_one(Member, {"email": "ben@example.org"})
    unit.rollback()
    assert member is not None
    return member.id


@pytest.fixture
def gifts(settings: Settings) -> Callable[[Callable[[Container], Any]], None]:
    """Does something with the managers of a job, and commits."""

    def do(what: Callable[[Container], Any]) -> None:
        with container(settings) as shop, shop() as job:
            what(job)
            job.get(UnitOfWork).commit()

    return do


def orders(unit: UnitOfWork) -> list[Order]:
    found = unit.find(Order, sort=("id",))
    unit.rollback()
    return found


def test_a_member_pays_by_credit_and_the_card_the_rest(
    browser: Browser, ben: MemberId, gifts: Any, unit: UnitOfWork
) -> None:
    """The page says what is left for the card; the order says who has paid what, and takes it back."""
    gifts(lambda job: job.get(CreditManager).grant(ben, Money(1240), key="w", why="Welcome"))
    browser.open("/checkout")
    assert "Use $12.40 of my credit" in browser.text()
    assert "The card pays the rest, $5.05." in browser.text()

    browser.submit("/checkout", payment_token=CARD, use_credit="1", **ADDRESS)

    [placed] = orders(unit)
    assert (placed.total, placed.credit, placed.charge) == (Money(1745), Money(1240), Money(505))
    assert "Your credit $12.40" in browser.text()
    assert "Visa … 4242, $5.05" in browser.text()
    browser.open("/account/credit")
    assert f"Order {placed.number} For an order" in browser.text()
    browser.open(f"/orders/{placed.number}")
    browser.submit(f"/orders/{placed.number}/cancel")
    assert "What you paid goes back to the card. Your credit is there again." in browser.text()
    browser.open("/account/credit")
    assert "You have $12.40 of credit" in browser.text()


def test_whoever_has_enough_credit_needs_no_card(browser: Browser, ben: MemberId, gifts: Any, unit: UnitOfWork) -> None:
    """The field may stay empty; without the tick it may not."""
    gifts(lambda job: job.get(CreditManager).grant(ben, Money(5000), key="w", why="Welcome"))
    browser.open("/checkout")
    assert "No card is needed then." in browser.text()
    assert browser.submit("/checkout", **ADDRESS).status_code == 422
    assert orders(unit) == []
    assert "Please give a card number." in browser.text()

    browser.submit("/checkout", use_credit="1", **ADDRESS)

    [placed] = orders(unit)
    assert (placed.state, placed.charge) == ("paid", Money(0))


def test_a_coupon_is_reckoned_in_before_anything_is_ordered(
    browser: Browser, ben: MemberId, gifts: Any, unit: UnitOfWork
) -> None:
    """The button asks for it, and so does paying with one that was not reckoned in. What was typed stays."""
    gifts(lambda job: job.get(BenefitManager).publish_coupon("SPRING10", percent=10, why="Spring"))
    browser.open("/checkout")
    assert browser.submit("/checkout", payment_token=CARD, coupon="spring-10", **ADDRESS).status_code == 200
    assert orders(unit) == []
    assert "Coupon SPRING10 -$1.25" in browser.text()
    assert "Total $16.20" in browser.text()

    browser.submit("/checkout", payment_token=CARD, **ADDRESS)

    [placed] = orders(unit)
    assert (placed.total, placed.coupon) == (Money(1620), "SPRING10")
    assert "Coupon SPRING10 -$1.25" in browser.text()


def test_a_coupon_that_is_none_is_refused_in_words(browser: Browser, ben: MemberId, unit: UnitOfWork) -> None:
    """Beside its field; without it one can go on."""
    browser.open("/checkout")
    answer = browser.submit("/checkout", coupon="SUMMER", **ADDRESS)
    assert answer.status_code == 422
    assert "There is no coupon SUMMER." in browser.text()
    browser.submit("/checkout", payment_token=CARD, coupon="", **ADDRESS)
    assert [each.total for each in orders(unit)] == [Money(1745)]


def test_credit_that_was_used_elsewhere_meanwhile_is_said(
    browser: Browser, ben: MemberId, gifts: Any, unit: UnitOfWork
) -> None:
    """Nothing is ordered before the buyer has seen what is left to pay."""
    gifts(lambda job: job.get(CreditManager).grant(ben, Money(1240), key="w", why="Welcome"))
    browser.open("/checkout")
    gifts(lambda job: job.get(CreditManager).spend(ben, Money(240), "elsewhere", "Elsewhere"))

    assert browser.submit("/checkout", payment_token=CARD, use_credit="1", **ADDRESS).status_code == 409

    assert orders(unit) == []
    assert "Your credit has changed since you looked." in browser.text()
    assert "Use $10.00 of my credit" in browser.text()
    browser.submit("/checkout", payment_token=CARD, use_credit="1", **ADDRESS)
    assert [each.charge for each in orders(unit)] == [Money(745)]


def test_the_way_to_the_checkout_says_what_delivery_costs(browser: Browser, ben: MemberId) -> None:
    """Product, bag and checkout."""
    browser.open("/products/bowl")
    assert "Delivery is $4.95 for a whole order." in browser.text()
    browser.open("/bag")
    assert "Delivery $4.95 Total $17.45" in browser.text()
    browser.open("/checkout")
    assert "Delivery $4.95 Total $17.45" in browser.text()
