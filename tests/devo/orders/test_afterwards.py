"""After the order: whose it is, cancelling it, and bringing to an end what was left on its way."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from opensky.devo.members.objects import Member, MemberId
from opensky.devo.orders.errors import CancelledMeanwhile, PaymentDeclined, PaymentUnclear
from opensky.devo.orders.listeners import OrderListener
from opensky.devo.orders.manager import OrderManager, Purchase
from opensky.devo.orders.objects import STEPS, Buyer, Order
from opensky.devo.orders.pages import order_rows, order_view
from opensky.devo.payments.gateway import GatewayError
from opensky.devo.payments.objects import TestCharge
from opensky.devo.payments.trial import APPROVED, DECLINED
from opensky.devo.products.objects import Product
from opensky.devo.products.stock import SoldOut, StockRepository
from opensky.events import Event
from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Conflict, Invalid, NotFound
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money
from opensky.persistence import Reader, UnitOfWork
from opensky.persistence.cursors import id_before
from opensky.testing.factories import Factory

MakePurchase = Callable[..., Purchase]


@pytest.fixture
def ben(make: Factory, unit: UnitOfWork) -> Member:
    member = make.member(name="Ben", email="ben@example.org")
    unit.commit()
    return member


def left(stock: StockRepository, unit: UnitOfWork, sku: str) -> int:
    unit.rollback()
    return stock.left([sku])[sku]


def test_a_buyer_cancels_and_gets_stock_and_money_back(
    orders: OrderManager,
    unit: UnitOfWork,
    stock: StockRepository,
    bowl: Product,
    purchase: MakePurchase,
    ben: Member,
    clock: SetClock,
    told: list[Event],
) -> None:
    """All of it, and each step is told."""
    me = Buyer(ben.id)
    number = orders.buy(purchase(buyer=me), APPROVED).number
    told.clear()
    clock.advance(hours=23)

    order = orders.cancel(number, me)

    assert (order.state, order.cancelled_at, order.refund_due) == ("cancelled", clock.now(), False)
    assert left(stock, unit, "BOWL") == 5
    [charge] = unit.find(TestCharge)
    assert charge.refund_reference == order.refund_reference != ""
    assert [(event.name, dict(event.parameters)) for event in told] == [
        ("order.cancelled", {"by": "buyer"}),
        ("order.refunded", {"amount": order.total, "captured": False}),
    ]


def test_cancelling_twice_is_refused(
    orders: OrderManager, unit: UnitOfWork, stock: StockRepository, bowl: Product, purchase: MakePurchase, ben: Member
) -> None:
    """And gives no stock back a second time."""
    number = orders.buy(purchase(buyer=Buyer(ben.id)), APPROVED).number
    orders.cancel(number, Buyer(ben.id))

    with pytest.raises(Conflict, match="is cancelled and cannot become cancelled"):
        orders.cancel(number, Buyer(ben.id))
    unit.commit()

    assert left(stock, unit, "BOWL") == 5


def test_after_a_day_staff_alone_can_cancel(
    orders: OrderManager, unit: UnitOfWork, bowl: Product, purchase: MakePurchase, ben: Member, clock: SetClock
) -> None:
    """The parcel is on its way then."""
    number = orders.buy(purchase(buyer=Buyer(ben.id)), APPROVED).number
    clock.advance(hours=24)

    with pytest.raises(Conflict, match="can no longer be cancelled"):
        orders.cancel(number, Buyer(ben.id))

    assert orders.cancel_for(number).state == "cancelled"


def test_an_order_exists_for_its_buyer_alone(
    orders: OrderManager, unit: UnitOfWork, bowl: Product, purchase: MakePurchase, ben: Member, make: Factory
) -> None:
    """Every other visitor is told that there is no such order, whatever their session says."""
    stranger = make.member()
    unit.commit()
    members_own = orders.buy(purchase(buyer=Buyer(ben.id, 5)), APPROVED).number
    guests_own = orders.buy(purchase(buyer=Buyer(bag_id=6)), APPROVED).number
    who = {
        "ben": Buyer(ben.id),
        "ben with a guest's bag": Buyer(ben.id, 7),
        "guest": Buyer(bag_id=6),
        "stranger": Buyer(stranger.id),
        "stranger with ben's bag": Buyer(stranger.id, 5),
        "guest with ben's bag": Buyer(bag_id=5),
        "nobody": Buyer(),
    }

    def allowed(number: str) -> set[str]:
        seen = set()
        for name, buyer in who.items():
            try:
                orders.get(number, buyer)
            except NotFound:
                with pytest.raises(NotFound):
                    orders.cancel(number, buyer)
            else:
                seen.add(name)
        return seen

    assert allowed(members_own) == {"ben", "ben with a guest's bag"}
    assert allowed(guests_own) == {"guest"}
    assert allowed("OS-2222222") == set()


def test_a_guest_who_logs_in_finds_the_order_again(
    orders: OrderManager, unit: UnitOfWork, bowl: Product, purchase: MakePurchase, ben: Member
) -> None:
    """Among the member's orders, and nobody else's."""
    number = orders.buy(purchase(buyer=Buyer(bag_id=6)), APPROVED).number

    OrderListener(orders).on_member_logged_in(Event("member.logged_in", ben, {"bag_id": 6}))
    unit.commit()

    assert orders.get(number, Buyer(ben.id)).number == number
    with pytest.raises(NotFound):
        orders.get(number, Buyer(bag_id=6))
    OrderListener(orders).on_member_logged_in(Event("member.logged_in", ben, {"bag_id": None}))


def test_what_was_left_unpaid_is_cancelled_after_a_while(
    orders: OrderManager,
    unit: UnitOfWork,
    stock: StockRepository,
    bowl: Product,
    purchase: MakePurchase,
    clock: SetClock,
    told: list[Event],
) -> None:
    """So that nobody's crash keeps a bowl from everybody else."""
    orders.place(purchase())
    told.clear()
    assert orders.finish_left() == 0
    clock.advance(minutes=31)

    assert orders.finish_left() == 1

    [order] = unit.find(Order)
    assert order.state == "cancelled"
    assert left(stock, unit, "BOWL") == 5
    assert [(event.name, dict(event.parameters)) for event in told] == [("order.cancelled", {"by": "time"})]
    assert orders.finish_left() == 0


def test_what_was_left_unpaid_keeps_nothing_from_who_wants_it(
    orders: OrderManager,
    unit: UnitOfWork,
    bowl: Product,
    purchase: MakePurchase,
    clock: SetClock,
) -> None:
    """After half an hour the next buyer gets it; before that it is held."""
    orders.place(purchase(lines={"BOWL": 5}))
    wanted = purchase(buyer=Buyer(bag_id=2), lines={"BOWL": 1})
    with pytest.raises(SoldOut):
        orders.buy(wanted, APPROVED)
    clock.advance(minutes=31)

    assert orders.buy(wanted, APPROVED).state == "paid"

    assert [order.state for order in unit.find(Order, sort=("id",))] == ["cancelled", "paid"]


def test_what_was_charged_but_not_noted_becomes_paid(
    orders: OrderManager, unit: UnitOfWork, gateway: Any, bowl: Product, purchase: MakePurchase, clock: SetClock
) -> None:
    """The gateway is asked what became of it; it knows the key."""
    placed = orders.place(purchase())
    gateway.authorize(placed.total, APPROVED, placed.idempotency_key)
    clock.advance(minutes=31)

    assert orders.finish_left() == 1

    [order] = unit.find(Order)
    assert (order.state, order.card_last4) == ("paid", "4242")


def test_an_order_cancelled_while_it_was_charged_gives_the_money_back(
    orders: OrderManager, unit: UnitOfWork, stock: StockRepository, gateway: Any, bowl: Product, purchase: MakePurchase
) -> None:
    """The buyer pressed cancel in one window and pay in another: the first counts."""
    placed = orders.place(purchase())
    authorize = gateway.authorize

    def charge_while_it_is_cancelled(*given: Any) -> Any:
        orders.cancel_for(placed.number)
        return authorize(*given)

    gateway.authorize = charge_while_it_is_cancelled

    with pytest.raises(CancelledMeanwhile):
        orders.pay(placed, APPROVED)

    unit.rollback()
    [order] = unit.find(Order)
    assert (order.state, order.refund_due) == ("cancelled", False)
    assert left(stock, unit, "BOWL") == 5


def test_a_refund_without_an_answer_is_due_until_it_is_done(
    orders: OrderManager, unit: UnitOfWork, gateway: Any, bowl: Product, purchase: MakePurchase, ben: Member
) -> None:
    """The order is cancelled at once; the money follows."""
    number = orders.buy(purchase(buyer=Buyer(ben.id)), APPROVED).number
    refund, gateway.refund = gateway.refund, _no_answer

    order = orders.cancel(number, Buyer(ben.id))
    assert (order.state, order.refund_due) == ("cancelled", True)
    with pytest.raises(PaymentUnclear):
        orders.finish(order)
    assert orders.finish_left() == 0

    gateway.refund = refund
    assert orders.finish(order).refund_due is False
    assert orders.finish_left() == 0


def _no_answer(*_: object) -> str:
    raise GatewayError("Silence.")


def test_finishing_what_is_at_its_end_changes_nothing(
    orders: OrderManager, unit: UnitOfWork, bowl: Product, purchase: MakePurchase, told: list[Event]
) -> None:
    """A paid order stays paid."""
    order = orders.buy(purchase(), APPROVED)
    told.clear()

    assert orders.finish(order).state == "paid"
    assert told == []


def test_a_paid_order_cannot_be_paid_nor_a_cancelled_one_come_back() -> None:
    """The steps are data."""
    assert {state: sorted(steps) for state, steps in STEPS.items()} == {
        "placed": ["cancelled", "paid"],
        "paid": ["cancelled", "held", "partly_shipped", "shipped"],
        "partly_shipped": ["shipped"],
        "shipped": [],
        "held": ["cancelled", "paid"],
        "cancelled": [],
    }


def test_a_member_s_orders_are_paged_newest_first(
    orders: OrderManager,
    unit: UnitOfWork,
    bowl: Product,
    cup: Product,
    purchase: MakePurchase,
    ben: Member,
    make: Factory,
    clock: SetClock,
    reader: Reader,
) -> None:
    """By cursor, with two statements a page; neither another's nor a try that was never paid is among them."""
    stranger = make.member()
    unit.commit()
    numbers = []
    for key in ("first", "second", "third"):
        clock.advance(seconds=1)
        numbers.append(orders.buy(purchase(buyer=Buyer(ben.id), key=key, lines={"BOWL": 1, "CUP": 1}), APPROVED).number)
    orders.buy(purchase(buyer=Buyer(stranger.id), lines={"CUP": 1}), APPROVED)
    with pytest.raises(PaymentDeclined):
        orders.buy(purchase(buyer=Buyer(ben.id), key="a try"), DECLINED)
    before = reader.statements

    page = orders.of_member(ben.id, (1 << 63) - 1, 2)
    rows = order_rows(page.entries, orders.lines_of(page.entries))
    rest = orders.of_member(ben.id, page.older, 2)

    assert [row.number for row in rows] == [numbers[2], numbers[1]]
    assert [(row.count, row.total, row.state, len(row.pictures)) for row in rows] == [(2, Money(2150), "paid", 2)] * 2
    assert ([entry.number for entry in rest.entries], rest.older) == ([numbers[0]], None)
    assert reader.statements - before == 3
    assert orders.of_member(MemberId(1), (1 << 63) - 1, 2).entries == []


def test_a_cursor_is_the_id_of_an_order() -> None:
    """Of any year; what is no id is refused."""
    this_year = IdGenerator(0, SetClock(datetime(2026, 11, 23, tzinfo=UTC))).next()
    assert len(str(this_year)) == 19

    assert id_before(str(this_year)) == this_year
    assert id_before("411129033523204096") == 411129033523204096
    assert id_before("") == id_before(str((1 << 63) - 1)) == (1 << 63) - 1
    for text in ("x", "-1", "1 ", "9" * 40, str(1 << 63)):
        with pytest.raises(Invalid):
            id_before(text)


def test_the_order_s_page_shows_names_of_the_day_and_pictures_of_today(
    orders: OrderManager, unit: UnitOfWork, bowl: Product, cup: Product, purchase: MakePurchase, clock: SetClock
) -> None:
    """Grouped by insider, with where it stands and what comes next."""
    order = orders.buy(purchase(lines={"BOWL": 2, "CUP": 1}), APPROVED)
    bowl.name = "A bowl by another name"
    unit.commit()

    view = order_view(order, orders.names(order), clock.now())

    assert [(group.seller_name, [line.product_name for line in group.lines]) for group in view.groups] == [
        ("Maker of BOWL", ["Bowl"]),
        ("Maker of CUP", ["Cup"]),
    ]
    assert view.lines[0].picture_alt == "A thing"
    assert [(step.what, step.done) for step in view.timeline] == [
        ("You placed the order", True),
        ("You paid", True),
        ("2 parcels leave, one from each insider", False),
        ("They are with you", False),
    ]
    assert view.can_cancel
    clock.advance(hours=24)
    assert not order_view(order, orders.names(order), clock.now()).can_cancel


def test_the_way_of_a_placed_order_claims_no_payment(
    orders: OrderManager, bowl: Product, purchase: MakePurchase, clock: SetClock
) -> None:
    """What comes next is the confirmation."""
    placed = orders.place(purchase())

    assert [(step.what, step.done) for step in order_view(placed, {}, clock.now()).timeline] == [
        ("You placed the order", True),
        ("Your payment is confirmed", False),
        ("The parcel leaves", False),
        ("It is with you", False),
    ]


def test_who_has_a_waiting_order_is_found_with_one_statement(
    orders: OrderManager, reader: Reader, bowl: Product, cup: Product, purchase: MakePurchase
) -> None:
    """By its buyer and just these things; nobody else's."""
    placed = orders.place(purchase(lines={"BOWL": 1, "CUP": 2}))
    before = reader.statements

    found = orders.at_checkout(Buyer(bag_id=77), {"CUP": 2, "BOWL": 1})

    assert reader.statements - before == 1
    assert found.waiting == placed.number
    assert orders.at_checkout(Buyer(bag_id=77), {"BOWL": 1}).waiting is None
    assert orders.at_checkout(Buyer(bag_id=78), {"CUP": 2, "BOWL": 1}).waiting is None
    assert orders.at_checkout(Buyer(), {"CUP": 2, "BOWL": 1}).waiting is None


def test_the_page_of_a_cancelled_order_says_where_the_money_is(
    orders: OrderManager, unit: UnitOfWork, bowl: Product, purchase: MakePurchase, clock: SetClock
) -> None:
    """Nobody has to ask."""
    paid = orders.cancel_for(orders.buy(purchase(), APPROVED).number)
    unpaid = orders.cancel_for(orders.place(purchase(key="unpaid")).number)

    assert [step.what for step in order_view(paid, {}, clock.now()).timeline] == [
        "You placed the order",
        "You paid",
        "The order was cancelled",
        "Your money goes back to the card",
    ]
    assert [step.what for step in order_view(unpaid, {}, clock.now()).timeline] == [
        "You placed the order",
        "The order was cancelled",
    ]
