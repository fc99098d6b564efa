"""Level and coupons on the web: each member's own, in the API too; coupons for anybody are made and ended by staff."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from dishka import Container

from opensky.devo.benefits.manager import BenefitManager
from opensky.devo.benefits.objects import Benefit
from opensky.devo.credits.manager import CreditManager
from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import Member, MemberId
from opensky.kernel.clock import SystemClock
from opensky.kernel.money import Money
from opensky.persistence import UnitOfWork
from opensky.settings import Settings
from opensky.testing.browser import Browser
from opensky.wiring import container

SENTENCE = "seven blue cacti"
LEVELS = {"Silver": {"points": 100}, "Gold": {"points": 500, "free_shipping": True}}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A shop with two levels."""
    return replace(settings, levels=LEVELS)


@pytest.fixture
def job(settings: Settings) -> Callable[[Callable[[Container], Any]], Any]:
    """Does something with the managers of a job, and commits."""

    def do(what: Callable[[Container], Any]) -> Any:
        with container(settings) as shop, shop() as made:
            result = what(made)
            made.get(UnitOfWork).commit()
        return result

    return do


def sign_up(browser: Browser, email: str, name: str) -> Browser:
    browser.open("/sign-up")
    browser.submit("/sign-up", email=email, name=name, password=SENTENCE)
    return browser


@pytest.fixture
def maya(browser: Browser) -> Browser:
    """Maya, signed in."""
    return sign_up(browser, "maya@example.org", "Maya Stone")


@pytest.fixture
def maya_id(maya: Browser, unit: UnitOfWork) -> MemberId:
    found = unit.find_one(Member, {"email": "maya@example.org"})
    unit.rollback()
    assert found is not None
    return found.id


@pytest.fixture
def staff(another: Browser, members: MemberManager, unit: UnitOfWork) -> Browser:
    """Ada, who works here."""
    sign_up(another, "ada@example.org", "Ada Byron")
    members.make_staff("ada@example.org")
    unit.commit()
    another.open("/log-in")
    another.submit("/log-in", email="ada@example.org", password=SENTENCE)
    return another


def gifts(made: Container, member_id: MemberId) -> None:
    """Give points enough for Silver, a coupon and a delivery."""
    ends = SystemClock().now() + timedelta(days=900)
    made.get(CreditManager).grant(member_id, 120, key="points", why="For the first order")
    benefits = made.get(BenefitManager)
    benefits.issue_coupon(member_id, amount=Money(500), key="birthday", why="Your <birthday>")
    benefits.issue_free_shipping(member_id, key="moved", why="You have moved", expires_at=ends)


def test_a_member_sees_their_level_and_what_they_may_use(maya: Browser, maya_id: MemberId, job: Any) -> None:
    """And what comes next."""
    maya.open("/account/benefits")
    assert "You have no level yet. 100 points more, and it is Silver." in maya.text()
    assert "Nothing yet" in maya.text()

    job(lambda made: gifts(made, maya_id))

    maya.open("/account/benefits")
    assert "Your level is Silver" in maya.text()
    assert "380 points more, and it is Gold." in maya.text()
    assert "5.00 USD off Your <birthday>" in maya.text()
    assert "Free delivery You have moved" in maya.text()


def test_programs_read_the_same(maya: Browser, maya_id: MemberId, job: Any) -> None:
    """With a token of the member."""
    job(lambda made: gifts(made, maya_id))
    maya.open("/account")
    maya.submit("/account/tokens")
    token = maya.text().split("keep it now: ")[1].split()[0]

    told = maya.get("/api/v1/me/benefits", headers={"Authorization": f"Bearer {token}"}).json()

    assert told["standing"] == {"level": "Silver", "points": 120, "next": "Gold", "missing": 380}
    assert [(each["kind"], each["gives"]) for each in told["benefits"]] == [
        ("coupon", "5.00 USD off"),
        ("free_shipping", "Free delivery"),
    ]


def test_staff_see_what_a_member_has(staff: Browser, maya: Browser, maya_id: MemberId, job: Any) -> None:
    """Level, coupons and deliveries."""
    job(lambda made: gifts(made, maya_id))
    staff.open(f"/admin/members/{maya_id}")
    assert "Level Silver, 120 points collected" in staff.text()
    assert "Free delivery" in staff.text()


def test_staff_make_a_coupon_and_end_it(staff: Browser, unit: UnitOfWork) -> None:
    """The history says who and why."""
    staff.open("/admin/coupons")
    assert "Nothing here yet." in staff.text()
    staff.open("/admin/coupons/new")
    staff.submit("/admin/coupons/new", code="Spring-10", percent="10", limit="50", days="30", why="Letter of spring")

    [made] = unit.find(Benefit)
    unit.rollback()
    assert (made.code, made.percent, made.limit_total, made.member_id) == ("SPRING10", 10, 50, 0)
    assert "Gives 10 % off" in staff.text()
    staff.open("/admin/coupons")
    assert "SPRING10 10 % off 0 50" in staff.text()

    staff.open(f"/admin/coupons/{made.id}")
    staff.submit(f"/admin/coupons/{made.id}/end", reason="Too many")
    assert "Ended Too many" in staff.text()
    assert staff.open(f"/admin/coupons/{made.id + 1}").status_code == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"code": "A", "percent": "10"}, "A code has 4 to 40 letters and digits."),
        ({"percent": "101"}, "Please give a whole number of 1 to 100."),
        ({}, "Please give either a percentage or an amount."),
        ({"percent": "5", "amount": "5"}, "Please give either a percentage or an amount."),
        ({"amount": "5.001"}, "Please give an amount such as 5.00."),
        ({"amount": "0"}, "Please give an amount such as 5.00."),
        ({"amount": "5", "limit": "0"}, "Please give a whole number above zero, or nothing."),
        ({"amount": "5", "days": "x"}, "Please give a whole number of 1 to 3650, or nothing."),
    ],
)
def test_a_coupon_that_makes_no_sense_is_not_made(
    staff: Browser, unit: UnitOfWork, typed: dict[str, str], said: str
) -> None:
    """What was typed stays, and each message stands beside its field."""
    staff.open("/admin/coupons/new")
    assert staff.submit("/admin/coupons/new", **({"code": "SPRING10"} | typed)).status_code == 422
    assert said in staff.text()
    assert unit.find(Benefit) == []
