"""Whatever buyers, cards and staff do in whatever order: nothing is sold twice, and nobody pays for nothing."""

import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dishka import Provider, Scope
from hypothesis import given, settings
from hypothesis import strategies as st

from opensky.devo.credits.manager import CreditManager
from opensky.devo.members.objects import PostalAddress
from opensky.devo.orders.manager import OrderManager, Purchase
from opensky.devo.orders.objects import Buyer, Order
from opensky.devo.payments.objects import TestCharge
from opensky.devo.payments.trial import APPROVED, DECLINED, UNCLEAR
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import StockItem
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.errors import Refusal
from opensky.kernel.ids import IdGenerator, MemberId
from opensky.kernel.money import Money
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.testing.factories import Factory
from opensky.wiring import container

ADDRESS = PostalAddress(name="Ben Reed", street="5 Mill Lane", city="Ghent", postcode="9000", country="BE")
STOCK = {"BOWL": 4, "CUP": 2}
BEN, CREDIT = MemberId(11), 3000

BUY = st.tuples(
    st.just("buy"),
    st.integers(0, 3),
    st.dictionaries(st.sampled_from(sorted(STOCK)), st.integers(1, 3), min_size=1),
    st.sampled_from([APPROVED, APPROVED, DECLINED, UNCLEAR]),
)
OTHER = st.tuples(st.sampled_from(["cancel", "finish", "wait"]), st.integers(0, 3))


@settings(max_examples=25)
@given(st.lists(BUY | OTHER, min_size=1, max_size=14))
def test_stock_and_money_add_up_after_any_story(story: list[Any]) -> None:
    """What is left and what open orders hold is what there was; what was taken and not given back is what they cost."""
    with tempfile.TemporaryDirectory() as folder:
        clock = SetClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
        provider = Provider(scope=Scope.APP)
        provider.provide(lambda: clock, provides=Clock, override=True)
        app = container(Settings(data=Path(folder), secret_key="0" * 64), provider)
        _open(app, clock)
        for step in story:
            with suppress(Refusal), app() as scope:
                _take(step, scope.get(OrderManager), scope.get(UnitOfWork), clock)
        _add_up(app)
        app.close()


def _open(app: Any, clock: SetClock) -> None:
    app.get(Database).create()
    with app() as scope:
        unit = scope.get(UnitOfWork)
        make = Factory(unit, app.get(IdGenerator), clock)
        for sku, stock in STOCK.items():
            scope.get(ProductManager).publish(make.draft(make.seller(), variants=[make.variant(sku=sku)], stock=stock))
        scope.get(CreditManager).grant(BEN, Money(CREDIT), key="welcome", why="Welcome")
        unit.commit()


def _take(step: tuple[Any, ...], orders: OrderManager, unit: UnitOfWork, clock: SetClock) -> None:
    clock.advance(seconds=1)
    match step:
        case "buy", key, lines, token:
            # Every other one is a member's, who pays with credit first.
            buyer = Buyer(BEN) if key % 2 else Buyer(bag_id=1)
            bought = Purchase(
                buyer=buyer,
                email="x@example.org",
                address=ADDRESS,
                lines=lines,
                key=f"key {key}",
                use_credit=bool(key % 2),
            )
            orders.buy(bought, token)
        case "wait", _:
            clock.advance(minutes=31)
            orders.finish_left()
        case verb, number:
            known = unit.find(Order, sort=("id",))
            unit.rollback()
            if number < len(known):
                order = known[number]
                orders.cancel_for(order.number) if verb == "cancel" else orders.finish(orders.by_number(order.number))


def _add_up(app: Any) -> None:
    with app() as scope:
        unit = scope.get(UnitOfWork)
        orders = unit.find(Order)
        unit.load(orders, "lines")
        held = dict.fromkeys(STOCK, 0)
        for order in orders:
            for line in order.lines if order.state != "cancelled" else ():
                held[line.sku] += line.quantity
        left = {item.sku: item.on_hand for item in unit.find(StockItem)}
        assert {sku: left[sku] + held[sku] for sku in STOCK} == STOCK
        assert min(left.values()) >= 0

        charges = unit.find(TestCharge)
        taken = sum(each.amount.minor for each in charges if not each.declined and not each.refund_reference)
        assert taken == sum(order.charge.minor for order in orders if order.state == "paid")
        used = sum(order.credit.minor for order in orders if order.state != "cancelled")
        assert scope.get(CreditManager).balance(BEN).credit == Money(CREDIT - used)
        assert not any(order.refund_due for order in orders)
