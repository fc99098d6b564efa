"""A shop with all its listeners, and a rule to begin with."""

from collections.abc import Callable, Iterator

import pytest
from dishka import Container, Provider, Scope
from httpx import Response

from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import Member, PostalAddress
from opensky.devo.orders.manager import OrderManager, Purchase
from opensky.devo.orders.objects import Buyer, Order
from opensky.devo.products.manager import ProductManager
from opensky.devo.rewards.manager import RewardManager, Typed
from opensky.devo.rewards.objects import RewardRule
from opensky.kernel.clock import Clock, SetClock
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.testing.browser import Browser
from opensky.testing.factories import Factory
from opensky.wiring.containers import container

APPROVED = "4242 4242 4242 4242"
ADDRESS = PostalAddress(name="Ben Reed", street="5 Mill Lane", city="Ghent", postcode="9000", country="BE")
TALK = Typed(
    name="First purchase",
    event="order.paid",
    reward="credit",
    more={"order.require_first_purchase": "yes", "credit.amount": "5"},
)
"""The rule of the talk: the first purchase gets $5."""

Buy = Callable[..., Order]
Ready = Callable[[Typed], RewardRule]


@pytest.fixture
def jobs(settings: Settings, clock: SetClock, database: Database) -> Iterator[Container]:
    """The shop's own container, to be entered once for each job."""
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock)
    made = container(settings, test)
    yield made
    made.close()


@pytest.fixture
def ready(jobs: Container) -> Ready:
    """Makes a rule and switches it on."""

    def make_ready(typed: Typed = TALK) -> RewardRule:
        with jobs() as job:
            rewards = job.get(RewardManager)
            rule = rewards.create(typed)
            rewards.step(rule, "active")
            job.get(UnitOfWork).commit()
        return rule

    return make_ready


@pytest.fixture
def ben(make: Factory, unit: UnitOfWork) -> Member:
    made = make.member(name="Ben")
    unit.commit()
    return made


@pytest.fixture
def buy(jobs: Container, make: Factory, unit: UnitOfWork, clock: SetClock) -> Buy:
    """Has somebody buy so many bowls of $12.50 each."""
    maker = make.seller(slug="maya", name="Maya")
    make.draft(maker, slug="bowl", name="Bowl", variants=[make.variant(1250, sku="BOWL")], stock=500)
    unit.commit()
    with jobs() as job:
        manager = job.get(ProductManager)
        manager.publish(manager.by_slug("bowl"))
        job.get(UnitOfWork).commit()
    keys = iter(range(1, 500))

    def buys(member: Member | None, bowls: int = 1) -> Order:
        clock.advance(seconds=60)
        buyer = Buyer(member_id=member.id) if member is not None else Buyer(bag_id=77)
        key = f"key {next(keys)}"
        purchase = Purchase(buyer=buyer, email="ben@example.org", address=ADDRESS, lines={"BOWL": bowls}, key=key)
        with jobs() as job:
            return job.get(OrderManager).buy(purchase, APPROVED)

    return buys


@pytest.fixture
def staff(another: Browser, members: MemberManager, unit: UnitOfWork) -> Browser:
    """The browser of somebody who works here."""
    return works_here(another, "ada@example.org", members, unit)


def works_here(browser: Browser, email: str, members: MemberManager, unit: UnitOfWork) -> Browser:
    """Have somebody work here, and log in."""
    browser.open("/sign-up")
    browser.submit("/sign-up", email=email, name="Ada", password="seven blue cacti")
    members.make_staff(email)
    unit.commit()
    browser.open("/log-in")
    browser.submit("/log-in", email=email, password="seven blue cacti")
    return browser


def press(staff: Browser, act: str, **typed: str) -> Response:
    """Press a button inside of the form that is open: it is shown anew, and nothing is kept."""
    form = next(each for each in staff.forms() if {"csrf_token", "event", "reward"} <= each.names)
    fields = {**form.fields, **{name.replace("__", "."): value for name, value in typed.items()}, "do": act}
    answer = staff.post("/admin/rewards/look", data=fields, headers={"sec-fetch-site": "same-origin"})
    staff.page = answer
    return answer
