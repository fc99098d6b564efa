"""What is captured of the card for each parcel, when a coupon, a delivery and credit have their part in an order."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.devo.credits.manager import CreditManager
from opensky.devo.credits.repository import LedgerRepository
from opensky.devo.members.objects import PostalAddress
from opensky.devo.orders.manager import OrderManager, Purchase
from opensky.devo.orders.objects import Buyer, Order, OrderId, OrderLine
from opensky.devo.payments.objects import TestCapture
from opensky.devo.payments.trial import APPROVED
from opensky.devo.products.objects import ProductId
from opensky.devo.sellers.objects import SellerId
from opensky.devo.shipments.manager import ShipmentManager, card_share
from opensky.devo.shipments.objects import Parcel, Source
from opensky.events import Dispatcher
from opensky.kernel.clock import SetClock
from opensky.kernel.ids import EPOCH, IdGenerator, MemberId
from opensky.kernel.money import Money, total
from opensky.persistence import Reader, UnitOfWork
from opensky.settings import Settings

ADDRESS = PostalAddress(name="Ben Reed", street="5 Mill Lane", city="Ghent", postcode="9000", country="BE")
BEN = MemberId(11)
SOURCE = Source(file=7, partner="vendornet", name="a document")


def order_of(prices: Sequence[int], off: int, delivery: int, credit: int) -> Order:
    """Return an order of one piece at each price; as much of discount and credit as it can have."""
    lines = [
        OrderLine(
            order_id=OrderId(1), position=place, product_id=ProductId(1), seller_id=SellerId(1), sku=str(place),
            name="", quantity=1, price=Money(price),
        )
        for place, price in enumerate(prices)
    ]  # fmt: skip
    made = Order(
        id=OrderId(1), number="", email="", address=ADDRESS, total=Money(0), idempotency_key="", placed_at=EPOCH, lines=lines
    )  # fmt: skip
    goods = sum(prices)
    made.discount_minor, made.delivery_minor = min(off, goods), delivery
    made.total = Money(goods - made.discount_minor + delivery)
    made.credit_minor = min(credit, made.total.minor)
    return made


@given(
    st.lists(st.integers(0, 100_000), min_size=1, max_size=8),
    st.integers(0, 100_000),
    st.integers(0, 2_000),
    st.integers(0, 300_000),
)
def test_the_shares_of_all_parcels_are_what_the_card_pays(
    prices: list[int], off: int, delivery: int, credit: int
) -> None:
    """To the cent, each at least nothing, in whatever pieces an order leaves."""
    order = order_of(prices, off, delivery, credit)
    gone: dict[str, int] = {}
    shares = []
    for line in order.lines:
        after = gone | {line.sku: 1}
        shares.append(card_share(order, gone, after))
        gone = after

    assert total(shares) == order.charge
    assert min(shares) >= Money(0)


def test_without_coupon_delivery_and_credit_a_share_is_the_price() -> None:
    """As it always was."""
    order = order_of([1250, 900], 0, 0, 0)
    assert card_share(order, {}, {"1": 1}) == Money(900)
    assert card_share(order, {"1": 1}, {"0": 1, "1": 1}) == Money(1250)


@pytest.mark.parametrize(("credit", "captured"), [(0, [900, 2500]), (1000, [635, 1765]), (9999, [])])
def test_each_parcel_takes_its_share_of_the_card(
    buy: Callable[..., str],
    orders: OrderManager,
    shipments: ShipmentManager,
    unit: UnitOfWork,
    reader: Reader,
    ids: IdGenerator,
    clock: SetClock,
    events: Dispatcher,
    settings: Settings,
    credit: int,
    captured: list[int],
) -> None:
    """Of 34.00 credit pays 10.00, nothing or all; the cup leaves before the two bowls. What credit pays nobody captures."""
    buy(pay=False)
    if credit:
        ledger = CreditManager(LedgerRepository(unit, reader), ids, clock, events, settings)
        ledger.grant(BEN, Money(credit), key="welcome", why="Welcome")
        unit.commit()
    lines = {"BOWL": 2, "CUP": 1}
    bought = Purchase(buyer=Buyer(BEN), email="b@example.org", address=ADDRESS, lines=lines, key="k", use_credit=True)
    number = orders.buy(bought, APPROVED).number
    unit.rollback()

    for row, sku in enumerate(("CUP", "BOWL")):
        [outcome] = shipments.take(
            SOURCE, [Parcel(row=row, number=f"P{row}", order=number, lines={sku: lines[sku]})], []
        )
        assert outcome.word == "shipped"

    taken = sorted(each.amount.minor for each in unit.find(TestCapture))
    assert taken == captured
    assert orders.by_number(number).state == "shipped"
