"""Rules about shares: who shared is rewarded when it is bought, once for each order, and not for one that is cancelled."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from dishka import Container
from sqlalchemy import select
from tests.devo.rewards.conftest import ADDRESS, APPROVED, Ready

from opensky.devo.credits.manager import CreditManager
from opensky.devo.members.objects import Member, MemberId
from opensky.devo.orders.events import ORDER_PAID
from opensky.devo.orders.manager import OrderManager, Purchase
from opensky.devo.orders.objects import Buyer, Order
from opensky.devo.orders.sharing import Shared
from opensky.devo.products.manager import ProductManager
from opensky.devo.rewards.granting import RewardGranter
from opensky.devo.rewards.manager import Typed
from opensky.devo.rewards.objects import RewardGrant
from opensky.devo.shares.events import SHARE_BOUGHT
from opensky.devo.shares.manager import ShareManager
from opensky.devo.shares.objects import Share
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import SetClock
from opensky.kernel.money import Money
from opensky.persistence import UnitOfWork, table
from opensky.testing.browser import Browser

BOUGHT = Typed(name="Bought", event="share.bought", reward="credit", more={"credit.amount": "5"})
SHARED = Typed(name="Shared", event="product.share", reward="points", more={"points.points": "3"})
Place = Callable[..., Order]


@pytest.fixture
def shared(jobs: Container, ben: Member, request: pytest.FixtureRequest) -> Shared:
    """Ben shares Maya's bowl."""
    request.getfixturevalue("buy")
    return share(jobs, ben)


def share(jobs: Container, member: Member, slug: str = "bowl") -> Shared:
    with jobs() as job:
        product = job.get(ProductManager).by_slug(slug)
        code = job.get(ShareManager).share(member.id, product)
        job.get(UnitOfWork).commit()
    with jobs() as job:
        return job.get(ShareManager).shared(code)


@pytest.fixture
def buys(jobs: Container, clock: SetClock) -> Place:
    """Has a guest buy bowls after they came through a share."""
    keys = iter(range(1, 500))

    def placed(through: Shared | None, bowls: int = 1, card: str = APPROVED) -> Order:
        clock.advance(seconds=60)
        purchase = Purchase(
            buyer=Buyer(bag_id=77),
            email="kim@example.org",
            address=ADDRESS,
            lines={"BOWL": bowls},
            key=f"shared {next(keys)}",
            through=through,
        )
        with jobs() as job:
            return job.get(OrderManager).buy(purchase, card)

    return placed


def credit(jobs: Container, member_id: MemberId) -> Money:
    with jobs() as job:
        return job.get(CreditManager).balance(member_id).credit


def keys(jobs: Container) -> list[str]:
    grants = table(RewardGrant)
    with jobs() as job:
        return list(job.get(UnitOfWork).execute(select(grants.c.event).order_by(grants.c.event)).scalars())


def test_who_shared_gets_five_dollars_when_it_is_bought(
    jobs: Container, ready: Ready, shared: Shared, buys: Place, ben: Member
) -> None:
    """By each who buys it, but by nobody who came by themselves; a cancelled order takes it back, once."""
    ready(BOUGHT)
    first, second = buys(shared), buys(shared)
    buys(None)
    assert credit(jobs, ben.id) == Money(1000)
    assert keys(jobs) == sorted(f"share.bought:{order.id}" for order in (first, second))
    with jobs() as job:
        job.get(OrderManager).cancel_for(first.number)
    with jobs() as job:
        order = job.get(UnitOfWork).get(Order, first.id)
        assert order is not None
        assert job.get(RewardGranter).take_back(order) == 0
    assert credit(jobs, ben.id) == Money(500)


@pytest.mark.usefixtures("buy")
def test_who_shares_gets_points_the_first_time(jobs: Container, ready: Ready, ben: Member) -> None:
    """Sharing again is no event."""
    ready(SHARED)
    assert share(jobs, ben) == share(jobs, ben)
    with jobs() as job:
        assert job.get(CreditManager).balance(ben.id).points == 3
        product = job.get(ProductManager).by_slug("bowl")
    assert keys(jobs) == [f"product.share:{product.id}:{ben.id}"]


@pytest.mark.parametrize(("product", "gets"), [("bowl", 500), ("cup", 0), ("", 500)])
def test_a_rule_may_be_about_one_shared_product(
    jobs: Container, ready: Ready, shared: Shared, buys: Place, ben: Member, product: str, gets: int
) -> None:
    """By its name in addresses."""
    ready(replace(BOUGHT, more={**BOUGHT.more, "share.product": product}))
    buys(shared)
    assert credit(jobs, ben.id) == Money(gets)


@pytest.mark.parametrize(
    ("condition", "gets"),
    [
        ("order.total >= 25 and product.price == 12.5 and member.orders == 0", 500),
        ('order.country == "BE" and order.items == 2 and "bowl" in order.products', 500),
        ("order.is_guest and order.first_purchase", 0),
        ("order.total > 25", 0),
    ],
)
def test_a_rule_asks_about_order_product_and_who_shared(
    jobs: Container, ready: Ready, shared: Shared, buys: Place, ben: Member, condition: str, gets: int
) -> None:
    """The member is who shared; the first purchase is the buyer's, and a guest has none."""
    ready(replace(BOUGHT, condition=condition))
    buys(shared, 2)
    assert credit(jobs, ben.id) == Money(gets)


def test_an_order_that_is_not_paid_gives_nothing(jobs: Container, ready: Ready, shared: Shared, ben: Member) -> None:
    """Whoever tells of it."""
    ready(BOUGHT)
    order = unpaid(jobs, shared, "never paid")
    with jobs() as job:
        unit = job.get(UnitOfWork)
        found = unit.get(Share, shared.id)
        job.get(Dispatcher).notify(Event(SHARE_BOUGHT, found, {"order_id": order.id, "member_id": ben.id}))
        unit.commit()
    assert credit(jobs, ben.id) == Money(0)
    assert keys(jobs) == []


def test_two_orders_at_once_told_five_times_grant_once_each(
    jobs: Container, ready: Ready, shared: Shared, ben: Member
) -> None:
    """Five tell both, each beginning elsewhere."""
    ready(replace(BOUGHT, limit_each="10"))
    orders = [unpaid(jobs, shared, f"at once {number}") for number in range(2)]
    start = threading.Barrier(len(orders))

    def pay(order: Order) -> None:
        start.wait()
        with jobs() as job:
            job.get(OrderManager).pay(order, APPROVED)

    with ThreadPoolExecutor(len(orders)) as pool:
        list(pool.map(pay, orders))
    again = threading.Barrier(5)

    def tell(worker: int) -> None:
        again.wait()
        for order in orders if worker % 2 else reversed(orders):
            with jobs() as job:
                unit = job.get(UnitOfWork)
                job.get(Dispatcher).notify(Event(ORDER_PAID, unit.get(Order, order.id)))
                unit.commit()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(tell, range(5)))
    assert credit(jobs, ben.id) == Money(1000)
    assert keys(jobs) == sorted(f"share.bought:{order.id}" for order in orders)


def unpaid(jobs: Container, through: Shared, key: str) -> Order:
    """Have an order placed that nobody has paid yet."""
    purchase = Purchase(
        buyer=Buyer(bag_id=77),
        email="kim@example.org",
        address=ADDRESS,
        lines={"BOWL": 1},
        key=key,
        through=through,
    )
    with jobs() as job:
        return job.get(OrderManager).place(purchase)


@pytest.mark.usefixtures("buy")
def test_two_who_press_share_at_once_have_one_link(jobs: Container, ready: Ready, ben: Member) -> None:
    """And one reward."""
    ready(SHARED)
    start = threading.Barrier(4)

    def press(_: int) -> Shared:
        start.wait()
        return share(jobs, ben)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(press, range(4)))) == 1
    with jobs() as job:
        assert job.get(CreditManager).balance(ben.id).points == 3


@pytest.mark.parametrize("cancelled", [True, False])
def test_a_rule_that_is_asked_later_grants_for_what_is_kept(
    jobs: Container, ready: Ready, shared: Shared, buys: Place, ben: Member, *, cancelled: bool
) -> None:
    """An order that is cancelled meanwhile gives nothing; one that is kept gives it once."""
    ready(replace(BOUGHT, terms={"later": "yes"}))
    order = buys(shared)
    if cancelled:
        with jobs() as job:
            job.get(OrderManager).cancel_for(order.number)
    for _ in range(5):
        with jobs() as job:
            carried = {"order_id": order.id, "member_id": ben.id}
            job.get(RewardGranter).due(SHARE_BOUGHT, (shared.id,), carried, order.placed_at)
            job.get(UnitOfWork).commit()
    assert credit(jobs, ben.id) == (Money(0) if cancelled else Money(500))


def test_a_rule_is_tried_on_what_was_bought(
    staff: Browser, ready: Ready, shared: Shared, buys: Place, jobs: Container
) -> None:
    """By the number of the order; one that nobody's share led to is refused in words."""
    rule = ready(replace(BOUGHT, condition="product.price < 20 and order.total >= 10"))
    staff.open(f"/admin/rewards/{rule.id}?order={buys(shared).number}")
    assert "It has granted for this event already." in staff.text()
    assert "its price is less than 20" in staff.text()
    staff.open(f"/admin/rewards/{rule.id}?order={buys(None).number}")
    assert "This order did not come through a share." in staff.text()
    assert len(keys(jobs)) == 1


def test_a_rule_is_tried_on_what_was_shared(staff: Browser, ready: Ready, shared: Shared, ben: Member) -> None:
    """By member and product."""
    assert shared.member_id == ben.id
    rule = ready(SHARED)
    staff.open(f"/admin/rewards/{rule.id}?member={ben.email}&product=bowl")
    assert "Yes: they would get 3 points." in staff.text()
    staff.open(f"/admin/rewards/{rule.id}?member=ada@example.org&product=bowl")
    assert "Ada does not share Bowl." in staff.text()
