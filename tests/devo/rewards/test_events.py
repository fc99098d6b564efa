"""The events that rules can be made for: who gets the reward, and that each happens once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from dishka import Container
from sqlalchemy import select
from tests.devo.rewards.conftest import Buy, Ready

from opensky.devo.benefits.events import MEMBER_LEVEL_REACHED
from opensky.devo.benefits.objects import MemberLevel
from opensky.devo.credits.manager import CreditManager
from opensky.devo.members.events import MEMBER_LOGGED_IN
from opensky.devo.members.objects import Member
from opensky.devo.orders.events import ORDER_SHIPPED
from opensky.devo.orders.manager import OrderManager
from opensky.devo.products.manager import ProductManager
from opensky.devo.rewards.facts import EVENTS
from opensky.devo.rewards.manager import Typed
from opensky.devo.rewards.objects import RewardGrant
from opensky.events import Dispatcher, Event, declaration_of
from opensky.kernel.clock import SetClock
from opensky.kernel.money import Money
from opensky.persistence import UnitOfWork, table
from opensky.ruler.text_form import from_text
from opensky.testing.factories import Factory

POINT = Typed(name="Point", event="order.paid", reward="points", more={"points.points": "1"})
Tell = Callable[..., None]


@pytest.fixture
def tell(jobs: Container) -> Tell:
    """Tells an event twice, as somebody who is not sure that it was heard."""

    def tells(event: str, subject: object, **carried: Any) -> None:
        for _ in range(2):
            with jobs() as job:
                unit = job.get(UnitOfWork)
                found = unit.get(type(subject), getattr(subject, "id", None) or getattr(subject, "member_id", None))
                job.get(Dispatcher).notify(Event(declaration_of(event).name, found, carried))
                unit.commit()

    return tells


def keys(jobs: Container) -> list[str]:
    """Under which names grants were made."""
    grants = table(RewardGrant)
    with jobs() as job:
        return list(job.get(UnitOfWork).execute(select(grants.c.event).order_by(grants.c.id)).scalars())


def points(jobs: Container, member_id: Any) -> int:
    with jobs() as job:
        return job.get(CreditManager).balance(member_id).points


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_each_event_has_an_example_that_can_be_asked(event: str) -> None:
    """A condition to begin with, without a mistake."""
    assert EVENTS[event].schema.problems(from_text(EVENTS[event].example)) == []


def test_the_rule_of_the_talk_can_wait_for_orders_that_are_placed(
    jobs: Container, ready: Ready, buy: Buy, ben: Member
) -> None:
    """The first purchase gets $5, also before it is paid; a cancelled order gives it back."""
    first = {"order.require_first_purchase": "yes", "credit.amount": "5"}
    ready(Typed(name="First purchase", event="order.created", reward="credit", more=first))
    order = buy(ben)
    buy(ben)
    with jobs() as job:
        assert job.get(CreditManager).balance(ben.id).credit == Money(500)
        job.get(OrderManager).cancel_for(order.number)
    with jobs() as job:
        assert job.get(CreditManager).balance(ben.id).credit == Money(0)
    assert keys(jobs) == [f"order.created:{order.id}"]


def test_an_order_is_rewarded_when_all_of_it_has_left(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, tell: Tell
) -> None:
    """Not with each parcel."""
    ready(replace(POINT, event="order.shipped"))
    order = buy(ben)
    parcel = {"shipment": 1, "carrier": "", "tracking": "", "lines": {"BOWL": 1}, "amount": Money(1250)}
    tell(ORDER_SHIPPED, order, **parcel, complete=False)
    assert points(jobs, ben.id) == 0
    tell(ORDER_SHIPPED, order, **parcel, complete=True)
    assert points(jobs, ben.id) == 1


def test_a_member_who_logs_in_is_rewarded_once_a_day(
    jobs: Container, ready: Ready, ben: Member, tell: Tell, clock: SetClock
) -> None:
    """However often they come."""
    ready(replace(POINT, event="member.logged_in"))
    for _ in range(2):
        tell(MEMBER_LOGGED_IN, ben, bag_id=None)
        clock.advance(hours=24)
    assert points(jobs, ben.id) == 2
    assert keys(jobs) == [f"member.logged_in:{ben.id}:2013-02-08", f"member.logged_in:{ben.id}:2013-02-09"]


def test_an_insider_is_rewarded_for_what_they_put_on_show(
    jobs: Container, ready: Ready, ben: Member, make: Factory, unit: UnitOfWork, tell: Tell
) -> None:
    """If there is an account behind the sign; once, also when it is taken off the shelf and put there again."""
    ready(replace(POINT, event="product.published", condition='product.price >= 10 and insider.slug == "ben"'))
    shop = make.seller(slug="ben", name="Ben", member_id=ben.id)
    make.draft(shop, slug="jug", name="Jug", variants=[make.variant(1250, sku="JUG")])
    make.draft(make.seller(slug="noor"), slug="cup", name="Cup", variants=[make.variant(1250, sku="CUP")])
    unit.commit()
    for slug, verb in (("jug", "publish"), ("jug", "withdraw"), ("jug", "publish"), ("cup", "publish")):
        with jobs() as job:
            products = job.get(ProductManager)
            getattr(products, verb)(products.by_slug(slug))
            job.get(UnitOfWork).commit()
    assert points(jobs, ben.id) == 1


def test_who_rises_to_a_level_is_rewarded(
    jobs: Container, ready: Ready, ben: Member, unit: UnitOfWork, tell: Tell, clock: SetClock
) -> None:
    """Once for each level."""
    ready(replace(POINT, event="member.level_reached", condition='level.name == "Silver" and level.before == ""'))
    unit.persist(MemberLevel(member_id=ben.id, level="Silver", reached_at=clock.now()))
    unit.commit()
    with jobs() as job:
        held = job.get(UnitOfWork).get(MemberLevel, ben.id)
    tell(MEMBER_LEVEL_REACHED, held, member_id=ben.id, level="Silver", before="")
    tell(MEMBER_LEVEL_REACHED, held, member_id=ben.id, level="Gold", before="Silver")
    assert points(jobs, ben.id) == 1
    assert keys(jobs) == [f"member.level_reached:{ben.id}:Silver"]
