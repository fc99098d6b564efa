"""Buying: several insiders in one order, the shop's own prices, stock taken once, and safe to press twice."""

from collections.abc import Callable
from typing import Any

import pytest

from opensky.devo.bag.manager import BagManager
from opensky.devo.bag.objects import Owner
from opensky.devo.members.objects import PostalAddress
from opensky.devo.orders.errors import KeyReused, PaymentDeclined, PaymentUnclear, PriceChanged
from opensky.devo.orders.manager import OrderManager, Purchase
from opensky.devo.orders.numbers import ALPHABET, new_number
from opensky.devo.orders.objects import Buyer, Order
from opensky.devo.payments.trial import APPROVED, DECLINED, UNCLEAR
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Product
from opensky.devo.products.stock import SoldOut, StockRepository
from opensky.events import Event
from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Conflict, Invalid
from opensky.kernel.money import Money
from opensky.persistence import Database, Reader, UnitOfWork
from opensky.testing.factories import Factory
from opensky.testing.statements import counted

MakePurchase = Callable[..., Purchase]


def kept(unit: UnitOfWork) -> list[Order]:
    """Return all orders as they stand in the database."""
    unit.rollback()
    return unit.find(Order, sort=("id",))


def left(stock: StockRepository, unit: UnitOfWork, *skus: str) -> list[int]:
    unit.rollback()
    found = stock.left(skus)
    return [found[sku] for sku in skus]


def test_an_order_spans_several_insiders(
    orders: OrderManager,
    unit: UnitOfWork,
    stock: StockRepository,
    bowl: Product,
    cup: Product,
    purchase: MakePurchase,
    clock: SetClock,
    told: list[Event],
) -> None:
    """Names, prices and sellers are those of the moment; stock goes down; both steps are told."""
    order = orders.buy(purchase(lines={"BOWL": 2, "CUP": 1}), APPROVED)

    assert [
        (line.position, line.sku, line.name, line.variant, line.quantity, line.price, line.seller_id)
        for line in order.lines
    ] == [
        (1, "BOWL", "Bowl", "Blue", 2, Money(1250), bowl.seller_id),
        (2, "CUP", "Cup", "Blue", 1, Money(900), cup.seller_id),
    ]
    [again] = kept(unit)
    assert (again.state, again.total, again.placed_at, again.paid_at) == ("paid", Money(3400), clock.now(), clock.now())
    assert (again.card_brand, again.card_last4, again.email) == ("Visa", "4242", "ben@example.org")
    assert left(stock, unit, "BOWL", "CUP") == [3, 4]
    assert [(event.name, event.subject.number) for event in told] == [
        ("order.created", order.number),
        ("order.paid", order.number),
    ]


def test_pressing_twice_is_one_order(
    orders: OrderManager,
    unit: UnitOfWork,
    stock: StockRepository,
    bowl: Product,
    purchase: MakePurchase,
    told: list[Event],
) -> None:
    """The same key gives the same order; nothing is taken or told again."""
    first = orders.buy(purchase(), APPROVED)
    again = orders.buy(purchase(), APPROVED)
    emptied = orders.buy(purchase(lines={}), APPROVED)

    assert first.number == again.number == emptied.number
    assert len(kept(unit)) == 1
    assert left(stock, unit, "BOWL") == [4]
    assert [event.name for event in told] == ["order.created", "order.paid"]


def test_a_key_buys_no_other_things(
    orders: OrderManager, unit: UnitOfWork, bowl: Product, cup: Product, purchase: MakePurchase
) -> None:
    """A program that uses a key twice by mistake must know."""
    orders.buy(purchase(), APPROVED)

    with pytest.raises(KeyReused):
        orders.buy(purchase(lines={"CUP": 1}), APPROVED)

    assert len(kept(unit)) == 1


def test_two_buyers_may_use_the_same_key(
    orders: OrderManager, unit: UnitOfWork, bowl: Product, purchase: MakePurchase, make: Factory
) -> None:
    """Nobody reaches another's order by guessing a key."""
    member = make.member()
    unit.commit()

    numbers = {
        orders.buy(purchase(buyer=buyer), APPROVED).number
        for buyer in (Buyer(bag_id=77), Buyer(bag_id=78), Buyer(member.id, 77))
    }

    assert len(numbers) == 3


def test_a_declined_card_leaves_nothing_behind(
    orders: OrderManager,
    unit: UnitOfWork,
    stock: StockRepository,
    bowl: Product,
    purchase: MakePurchase,
    told: list[Event],
) -> None:
    """The order is cancelled and the stock is back; the same key stays declined, a new one buys."""
    with pytest.raises(PaymentDeclined, match="The card was declined"):
        orders.buy(purchase(), DECLINED)
    with pytest.raises(PaymentDeclined):
        orders.buy(purchase(), APPROVED)

    [order] = kept(unit)
    assert (order.state, order.payment_reference) == ("cancelled", "")
    assert left(stock, unit, "BOWL") == [5]
    assert [(event.name, dict(event.parameters)) for event in told] == [
        ("order.created", {}),
        ("order.cancelled", {"by": "payment"}),
    ]
    assert orders.buy(purchase(key="another"), APPROVED).state == "paid"


def test_no_answer_keeps_the_order_and_the_same_key_goes_on(
    orders: OrderManager, unit: UnitOfWork, stock: StockRepository, bowl: Product, purchase: MakePurchase
) -> None:
    """Nothing is lost, and the stock is held meanwhile."""
    with pytest.raises(PaymentUnclear):
        orders.buy(purchase(), UNCLEAR)
    [waiting] = kept(unit)
    assert waiting.state == "placed"
    assert left(stock, unit, "BOWL") == [4]

    order = orders.buy(purchase(), APPROVED)

    assert (order.number, order.state) == (waiting.number, "paid")
    assert left(stock, unit, "BOWL") == [4]


@pytest.mark.parametrize("crash", ["before the charge", "after the charge"])
def test_a_crash_in_between_is_gone_on_from(
    orders: OrderManager,
    unit: UnitOfWork,
    stock: StockRepository,
    gateway: Any,
    bowl: Product,
    purchase: MakePurchase,
    crash: str,
) -> None:
    """Whether the money had moved or not: pressing again moves it once."""
    placed = orders.place(purchase())
    if crash == "after the charge":
        gateway.authorize(placed.total, APPROVED, placed.idempotency_key)
    unit.rollback()

    order = orders.buy(purchase(), APPROVED)

    assert (order.number, order.state) == (placed.number, "paid")
    assert left(stock, unit, "BOWL") == [4]


def test_what_is_sold_out_is_not_ordered(
    orders: OrderManager,
    unit: UnitOfWork,
    stock: StockRepository,
    bowl: Product,
    cup: Product,
    purchase: MakePurchase,
    told: list[Event],
) -> None:
    """All of an order or none of it; the refusal names the thing."""
    with pytest.raises(SoldOut, match=r"There is not enough of Bowl \(5 left\)"):
        orders.buy(purchase(lines={"CUP": 1, "BOWL": 6}), APPROVED)
    unit.commit()

    assert kept(unit) == []
    assert left(stock, unit, "BOWL", "CUP") == [5, 5]
    assert told == []


def test_what_was_withdrawn_is_not_ordered(
    orders: OrderManager, unit: UnitOfWork, products: ProductManager, bowl: Product, purchase: MakePurchase
) -> None:
    """Nor what never was."""
    products.withdraw(bowl)
    unit.commit()

    for sku in ("BOWL", "NEVER"):
        with pytest.raises(Conflict, match="no longer offered"):
            orders.buy(purchase(lines={sku: 1}), APPROVED)
    unit.commit()
    assert kept(unit) == []


def test_nobody_pays_more_than_was_shown(
    orders: OrderManager,
    unit: UnitOfWork,
    products: ProductManager,
    bowl: Product,
    purchase: MakePurchase,
    make: Factory,
) -> None:
    """A price that has changed meanwhile is told, with the new total."""
    products.edit(bowl, variants=[make.variant(1500, sku="BOWL")])
    unit.commit()

    with pytest.raises(PriceChanged) as refusal:
        orders.buy(purchase(seen_total=Money(1250)), APPROVED)
    unit.commit()

    assert refusal.value.now == Money(1500)
    assert kept(unit) == []


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"email": "ben"}, ["email"]),
        ({"email": ""}, ["email"]),
        ({"address": PostalAddress(name="Ben")}, ["address.street", "address.city", "address.postcode"]),
        ({"lines": {}}, ["lines"]),
        ({"lines": {"BOWL": 0}}, ["lines"]),
        ({"lines": {"BOWL": 100}}, ["lines"]),
        ({"lines": {f"V{n}": 1 for n in range(51)}}, ["lines"]),
        ({"key": ""}, ["key"]),
        ({"key": "k" * 101}, ["key"]),
    ],
)
def test_what_breaks_a_rule_is_not_ordered(
    orders: OrderManager,
    unit: UnitOfWork,
    stock: StockRepository,
    bowl: Product,
    purchase: MakePurchase,
    given: dict[str, Any],
    fields: list[str],
) -> None:
    """The message stands beside the field."""
    with pytest.raises(Invalid) as refusal:
        orders.buy(purchase(**given), APPROVED)
    unit.commit()

    assert list(refusal.value.by_field()) == fields
    assert kept(unit) == []
    assert left(stock, unit, "BOWL") == [5]


def test_without_a_token_nothing_is_ordered(
    orders: OrderManager, unit: UnitOfWork, bowl: Product, purchase: MakePurchase
) -> None:
    """The message stands beside the token's field."""
    with pytest.raises(Invalid) as refusal:
        orders.buy(purchase(), "  ")

    assert list(refusal.value.by_field()) == ["payment_token"]
    assert kept(unit) == []


def test_what_was_bought_leaves_the_bag_and_nothing_else_does(
    orders: OrderManager, unit: UnitOfWork, bags: BagManager, bowl: Product, cup: Product, purchase: MakePurchase
) -> None:
    """Not before it is paid, and what was put in meanwhile stays."""
    guest = Owner(bag_id=bags.add(Owner(), "BOWL", 1))
    unit.commit()
    bought = purchase(buyer=Buyer(bag_id=guest.bag_id))
    with pytest.raises(PaymentUnclear):
        orders.buy(bought, UNCLEAR)
    assert bags.quantities(guest) == {"BOWL": 1}
    bags.add(guest, "CUP", 1)
    unit.commit()

    orders.buy(bought, APPROVED)

    assert bags.quantities(guest) == {"CUP": 1}


@pytest.mark.parametrize("lines", [1, 10, 50])
def test_an_order_takes_few_statements_however_many_lines(
    orders: OrderManager,
    unit: UnitOfWork,
    bags: BagManager,
    products: ProductManager,
    make: Factory,
    purchase: MakePurchase,
    database: Database,
    reader: Reader,
    lines: int,
) -> None:
    """From the bag to a paid order: the promise is 40, it needs far less, and never more for more lines."""
    member = make.member()
    unit.commit()
    owner = Owner(member.id)
    for number in range(lines):
        products.publish(make.draft(make.seller(), variants=[make.variant(sku=f"V{number}")]))
        unit.commit()
        bags.add(owner, f"V{number}", 1)
    unit.commit()
    before = reader.statements + unit.statements

    with counted(database) as statements:
        found = bags.quantities(owner)
        buyer = Buyer(member.id, bags.bag_of(owner))
        order = orders.buy(purchase(buyer=buyer, lines=found), APPROVED)

    prepared = reader.statements + unit.statements - before
    assert (order.state, len(order.lines)) == ("paid", lines)
    assert bags.count(owner) == 0
    assert len(statements) + prepared == STATEMENTS


STATEMENTS = 15
"""How many it needs, the beginnings of transactions included; two more are the test gateway's own."""


def test_an_order_number_can_be_read_out() -> None:
    """Without letters and digits that are taken for each other, and no two alike."""
    numbers = {new_number() for _ in range(1000)}

    assert len(numbers) == 1000
    assert all(
        number.startswith("OS-") and len(number) == 10 and set(number[3:]) <= set(ALPHABET) for number in numbers
    )
    assert not set("01ILOU") & set(ALPHABET)
