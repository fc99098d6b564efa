"""Paying by credit and coupon: held when the order is placed, spent when it is paid, given back when it is not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from opensky.devo.benefits.errors import CouponRefused
from opensky.devo.benefits.levels import Levels
from opensky.devo.benefits.manager import BenefitManager
from opensky.devo.benefits.repository import BenefitRepository
from opensky.devo.credits.manager import CreditManager
from opensky.devo.credits.repository import LedgerRepository
from opensky.devo.members.objects import Member
from opensky.devo.orders.errors import CreditChanged, PaymentDeclined, PaymentUnclear, PriceChanged
from opensky.devo.orders.manager import OrderManager, Purchase
from opensky.devo.orders.objects import Buyer, Order
from opensky.devo.payments.objects import TestCharge
from opensky.devo.payments.trial import APPROVED, DECLINED, UNCLEAR
from opensky.devo.products.objects import Product, StockItem
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Invalid
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money
from opensky.persistence import Reader, UnitOfWork
from opensky.settings import Settings
from opensky.testing.factories import Factory

MakePurchase = Callable[..., Purchase]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A shop whose deliveries cost 4.95, but not the members of its one level."""
    return replace(settings, delivery_price=495, levels={"Gold": {"points": 100, "free_shipping": True}})


@pytest.fixture
def credit(
    unit: UnitOfWork, reader: Reader, ids: IdGenerator, clock: SetClock, events: Dispatcher, settings: Settings
) -> CreditManager:
    return CreditManager(LedgerRepository(unit, reader), ids, clock, events, settings)


@pytest.fixture
def benefits(
    unit: UnitOfWork,
    reader: Reader,
    credit: CreditManager,
    ids: IdGenerator,
    clock: SetClock,
    events: Dispatcher,
    settings: Settings,
) -> BenefitManager:
    return BenefitManager(BenefitRepository(unit, reader), credit, Levels(settings), ids, clock, events, settings)


@pytest.fixture
def ben(make: Factory, unit: UnitOfWork, credit: CreditManager, bowl: Product) -> Member:
    """A member with 10.00 of credit, in a shop with a bowl for 12.50."""
    member = make.member()
    credit.grant(member.id, Money(1000), key="welcome", why="Welcome")
    unit.commit()
    return member


@pytest.fixture
def bens(purchase: MakePurchase, ben: Member) -> MakePurchase:
    """Makes Ben's purchase of one bowl, paid by credit first."""

    def make_purchase(**given: object) -> Purchase:
        return purchase(**({"buyer": Buyer(ben.id), "use_credit": True} | given))

    return make_purchase


def balance(credit: CreditManager, member: Member) -> Money:
    """Return what a member has now."""
    return credit.balance(member.id).credit


def code_of(benefits: BenefitManager, member: Member) -> str:
    """Return the code of the one coupon that a member has."""
    [coupon] = [each for each in benefits.usable(member.id) if each.code]
    return coupon.code or ""


def charges(unit: UnitOfWork) -> list[Money]:
    """Return what cards were charged and did not get back."""
    found = unit.find(TestCharge, sort=("key",))
    unit.rollback()
    return [each.amount for each in found if not each.declined and not each.refund_reference]


def test_the_card_pays_what_credit_does_not(
    orders: OrderManager, unit: UnitOfWork, credit: CreditManager, ben: Member, bens: MakePurchase
) -> None:
    """Goods and delivery, less the credit."""
    order = orders.buy(bens(), APPROVED)

    assert (order.total, order.credit, order.charge) == (Money(1745), Money(1000), Money(745))
    assert charges(unit) == [Money(745)]
    assert balance(credit, ben) == Money(0)
    [spent, _] = credit.entries(ben.id).entries
    assert (spent.act, spent.why, spent.amount) == ("held", f"Order {order.number}", Money(-1000))


def test_an_order_that_credit_pays_for_needs_no_card(
    orders: OrderManager, unit: UnitOfWork, credit: CreditManager, ben: Member, bens: MakePurchase, told: list[Event]
) -> None:
    """Nobody is asked at the payment house; cancelled, it is all credit again, and the buyer is told."""
    credit.grant(ben.id, Money(5000), key="more", why="More")
    unit.commit()
    order = orders.buy(bens(), "")

    assert (order.state, order.charge, order.payment_reference) == ("paid", Money(0), "")
    assert charges(unit) == []
    assert balance(credit, ben) == Money(4255)

    told.clear()
    order = orders.cancel_for(order.number)
    assert (order.state, order.refund_due) == ("cancelled", False)
    assert balance(credit, ben) == Money(6000)
    assert [each["amount"] for each in told if each.name == "order.refunded"] == [Money(0)]


def test_without_a_card_nothing_is_ordered_that_credit_does_not_pay(
    orders: OrderManager, unit: UnitOfWork, credit: CreditManager, ben: Member, bens: MakePurchase
) -> None:
    """Neither stock nor credit is taken."""
    with pytest.raises(Invalid, match="card"):
        orders.buy(bens(), " ")

    assert unit.find(Order) == []
    assert [each.on_hand for each in unit.find(StockItem)] == [5]
    assert balance(credit, ben) == Money(1000)


@pytest.mark.parametrize("end", ["declined", "swept", "cancelled", "cancelled unheard"])
def test_credit_comes_back_once_however_an_order_ends(
    orders: OrderManager, credit: CreditManager, ben: Member, bens: MakePurchase, clock: SetClock, end: str
) -> None:
    """Declined, left unpaid, cancelled after or before it was paid."""
    if end == "declined":
        with pytest.raises(PaymentDeclined):
            orders.buy(bens(), DECLINED)
    elif end == "cancelled":
        orders.cancel_for(orders.buy(bens(), APPROVED).number)
    else:
        with pytest.raises(PaymentUnclear):
            orders.buy(bens(), UNCLEAR)
        assert balance(credit, ben) == Money(0)
        if end == "swept":
            clock.advance(minutes=31)
            assert orders.finish_left() == 1
        else:
            orders.cancel_for(orders.place(bens()).number)

    assert orders.finish_left() == 0
    assert balance(credit, ben) == Money(1000)
    acts = [each.act for each in credit.entries(ben.id).entries]
    assert acts == ["reversed", "held", "granted"]


def test_what_was_left_on_its_way_is_paid_if_credit_pays_all(
    orders: OrderManager, unit: UnitOfWork, credit: CreditManager, ben: Member, bens: MakePurchase, clock: SetClock
) -> None:
    """There is no payment house to ask, and the buyer has said yes."""
    credit.grant(ben.id, Money(5000), key="more", why="More")
    unit.commit()
    placed = orders.place(bens(has_card=False))
    clock.advance(minutes=31)

    assert orders.finish_left() == 1
    assert orders.by_number(placed.number).state == "paid"
    assert balance(credit, ben) == Money(4255)


def test_two_orders_share_a_balance(
    orders: OrderManager, credit: CreditManager, ben: Member, bens: MakePurchase
) -> None:
    """The second gets what the first has left; what somebody was shown and is no longer there is told."""
    first = orders.buy(bens(), APPROVED)
    with pytest.raises(CreditChanged) as refused:
        orders.buy(bens(key="another", seen_credit=Money(1000)), APPROVED)
    second = orders.buy(bens(key="another"), APPROVED)

    assert refused.value.now == Money(0)
    assert (first.credit, second.credit, second.charge) == (Money(1000), Money(0), Money(1745))
    orders.cancel_for(first.number)
    orders.cancel_for(second.number)
    assert balance(credit, ben) == Money(1000)


def test_a_coupon_takes_something_off_once(
    orders: OrderManager, unit: UnitOfWork, benefits: BenefitManager, ben: Member, bens: MakePurchase
) -> None:
    """Of the goods, not of the delivery; typed as one likes. A cancelled order gives it back."""
    benefits.issue_coupon(ben.id, percent=10, key="birthday", why="Your birthday")
    unit.commit()
    code = code_of(benefits, ben)
    order = orders.buy(bens(use_credit=False, coupon=f" {code[:4]}-{code[4:].lower()} "), APPROVED)

    assert (order.discount, order.delivery, order.total) == (Money(125), Money(495), Money(1620))
    assert order.coupon == code
    with pytest.raises(CouponRefused, match="have used this coupon"):
        orders.buy(bens(key="another", coupon=code), APPROVED)
    orders.cancel_for(order.number)
    assert orders.buy(bens(key="another", coupon=code), APPROVED).discount == Money(125)


def test_a_coupon_of_somebody_else_is_none(
    orders: OrderManager, unit: UnitOfWork, benefits: BenefitManager, ben: Member, purchase: MakePurchase, make: Factory
) -> None:
    """A guest is told what may be wrong; nobody learns whose it is."""
    benefits.issue_coupon(ben.id, amount=Money(500), key="birthday", why="Your birthday")
    other = make.member()
    unit.commit()
    code = code_of(benefits, ben)

    with pytest.raises(CouponRefused, match=f"There is no coupon {code}.$"):
        orders.buy(purchase(buyer=Buyer(other.id), coupon=code), APPROVED)
    with pytest.raises(CouponRefused, match="logged in"):
        orders.buy(purchase(coupon=code), APPROVED)
    with pytest.raises(CouponRefused, match=r"There is no coupon NOTHING\."):
        orders.buy(purchase(coupon="nothing".upper(), buyer=Buyer(other.id)), APPROVED)
    assert unit.find(Order) == []


def test_a_coupon_for_all_has_its_limit(
    orders: OrderManager, unit: UnitOfWork, benefits: BenefitManager, bowl: Product, purchase: MakePurchase
) -> None:
    """Guests use it by their e-mail address, once each; the third finds none left."""
    benefits.publish_coupon("Spring 10", amount=Money(9000), limit=2, why="Spring")
    unit.commit()
    free = orders.buy(purchase(coupon="spring10", email="a@example.org"), APPROVED)
    assert (free.discount, free.total) == (Money(1250), Money(495))
    with pytest.raises(CouponRefused, match="used this coupon already"):
        orders.buy(purchase(coupon="spring10", email="A@example.org", key="again"), APPROVED)
    orders.buy(purchase(coupon="spring10", email="b@example.org", key="b"), APPROVED)
    with pytest.raises(CouponRefused, match="as often as it can be"):
        orders.buy(purchase(coupon="spring10", email="c@example.org", key="c"), APPROVED)

    orders.cancel_for(free.number)
    assert orders.buy(purchase(coupon="spring10", email="c@example.org", key="c"), APPROVED).discount == Money(1250)


def test_a_delivery_that_costs_nothing_is_used_up_once(
    orders: OrderManager, unit: UnitOfWork, benefits: BenefitManager, ben: Member, bens: MakePurchase, clock: SetClock
) -> None:
    """Of two the one that expires first; a cancelled order gives it back."""
    benefits.issue_free_shipping(ben.id, key="a", why="For ever")
    benefits.issue_free_shipping(ben.id, key="b", why="Soon", expires_at=clock.now() + timedelta(days=1))
    unit.commit()
    first = orders.buy(bens(), APPROVED)
    assert first.delivery == Money(0)
    assert [each.why for each in benefits.usable(ben.id)] == ["For ever"]
    assert orders.buy(bens(key="2"), APPROVED).delivery == Money(0)
    assert orders.buy(bens(key="3"), APPROVED).delivery == Money(495)
    orders.cancel_for(first.number)
    assert orders.buy(bens(key="4"), APPROVED).delivery == Money(0)


def test_a_level_has_all_orders_delivered_for_nothing(
    orders: OrderManager, unit: UnitOfWork, benefits: BenefitManager, ben: Member, bens: MakePurchase
) -> None:
    """And uses up nothing."""
    benefits.issue_free_shipping(ben.id, key="a", why="For ever")
    benefits.reach_level(ben.id, "Gold", key="friend", why="A friend of the house")
    unit.commit()

    assert [orders.buy(bens(key=f"order {each}"), APPROVED).delivery for each in range(2)] == [Money(0)] * 2
    assert len(benefits.usable(ben.id)) == 1


def test_a_sum_that_is_not_what_was_shown_orders_nothing(
    orders: OrderManager, unit: UnitOfWork, benefits: BenefitManager, ben: Member, bens: MakePurchase
) -> None:
    """Such as that of a form that was opened before the coupon was typed."""
    benefits.issue_coupon(ben.id, percent=100, key="birthday", why="Your birthday")
    unit.commit()
    code = code_of(benefits, ben)
    with pytest.raises(PriceChanged):
        orders.buy(bens(coupon=code, seen_total=Money(1745)), APPROVED)
    assert unit.find(Order) == []
    unit.rollback()

    free = orders.buy(bens(coupon=code, seen_total=Money(495), seen_credit=Money(495)), "")
    assert (free.total, free.credit, free.charge) == (Money(495), Money(495), Money(0))


def test_an_order_without_any_of_this_costs_no_statement_more(
    orders: OrderManager, unit: UnitOfWork, reader: Reader, make: Factory, bowl: Product, purchase: MakePurchase
) -> None:
    """A member with nothing is a guest with a name, but for the delivery, which is looked for where it costs something."""
    nobody = make.member()
    unit.commit()

    def cost(**given: Any) -> int:
        before = reader.statements
        orders.buy(purchase(**given), APPROVED)
        return reader.statements - before

    before = reader.statements
    assert orders.at_checkout(Buyer(nobody.id), {"BOWL": 1}) == (None, Money(0), 0)
    assert reader.statements - before == 1
    looked_for = 2
    assert cost(buyer=Buyer(nobody.id), key="member") == cost(key="guest") + looked_for
