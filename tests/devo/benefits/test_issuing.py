"""Benefits are issued once under a key, and taken back; levels follow points and rules."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from opensky.devo.benefits.events import MEMBER_LEVEL_REACHED
from opensky.devo.benefits.levels import Levels
from opensky.devo.benefits.manager import BenefitManager
from opensky.devo.benefits.objects import plain
from opensky.devo.credits.manager import CreditManager
from opensky.events import Event
from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Misconfigured
from opensky.kernel.ids import MemberId
from opensky.kernel.money import Money
from opensky.persistence import UnitOfWork
from opensky.settings import Settings

MAYA, TOMAS = MemberId(11), MemberId(12)


def risen(told: list[Event]) -> list[tuple[str, str]]:
    """Return who rose from where to where."""
    return [(each["before"], each["level"]) for each in told if each.name == MEMBER_LEVEL_REACHED]


def test_a_coupon_is_issued_once_under_a_key(benefits: BenefitManager, unit: UnitOfWork) -> None:
    """To each member once; both may have one of the same key."""
    assert benefits.issue_coupon(MAYA, percent=10, key="rule 7", why="Your birthday")
    assert not benefits.issue_coupon(MAYA, percent=10, key="rule 7", why="Your birthday")
    assert benefits.issue_coupon(TOMAS, amount=Money(500), key="rule 7", why="Your birthday")
    assert benefits.issue_free_shipping(MAYA, key="rule 7", why="Your birthday")
    assert not benefits.issue_free_shipping(MAYA, key="rule 7", why="Your birthday")
    unit.commit()

    assert [each.gives for each in benefits.usable(MAYA)] == ["10 % off", "Free delivery"]
    assert [each.gives for each in benefits.usable(TOMAS)] == ["5.00 USD off"]


def test_what_is_taken_back_or_expired_cannot_be_used(
    benefits: BenefitManager, unit: UnitOfWork, clock: SetClock
) -> None:
    """Taking back is once, and says why."""
    friday = clock.now() + timedelta(days=4)
    benefits.issue_coupon(MAYA, percent=10, key="a", why="Hello")
    benefits.issue_free_shipping(MAYA, key="b", why="Hello", expires_at=friday)
    assert benefits.take_back("a", "Order 1042 was cancelled")
    assert not benefits.take_back("a", "Order 1042 was cancelled")
    assert not benefits.take_back("never issued", "")
    unit.commit()

    assert [each.gives for each in benefits.usable(MAYA)] == ["Free delivery"]
    clock.at = friday
    assert benefits.usable(MAYA) == []
    assert {each.benefit.ended for each in benefits.issued(MAYA)} == {"", "Order 1042 was cancelled"}


@pytest.mark.parametrize(
    "worth",
    [
        {},
        {"percent": 0},
        {"percent": 101},
        {"amount": Money(0)},
        {"amount": Money(5, "EUR")},
        {"percent": 5, "amount": Money(5)},
    ],
)
def test_a_coupon_that_takes_nothing_off_is_an_error(benefits: BenefitManager, worth: dict[str, Any]) -> None:
    """Whoever writes the code learns of it."""
    with pytest.raises(ValueError, match="A coupon takes"):
        benefits.issue_coupon(MAYA, key="a", why="", **worth)


def test_points_make_a_level(
    benefits: BenefitManager, ledger: CreditManager, unit: UnitOfWork, told: list[Event]
) -> None:
    """Points that were used count; points that were taken back do not. Who rises again is told again."""
    ledger.grant(MAYA, 90, key="a", why="")
    ledger.grant(MAYA, 30, key="b", why="")
    ledger.spend(MAYA, 100, "mug", "A mug")
    unit.commit()
    standing = benefits.standing(MAYA)
    assert standing is not None
    assert standing.level is not None
    assert (standing.level.name, standing.points, standing.missing) == ("Silver", 120, 380)

    ledger.reverse("b", "")
    unit.commit()
    assert benefits.level(MAYA) is None
    ledger.grant(MAYA, 600, key="c", why="")
    unit.commit()
    gold = benefits.level(MAYA)
    assert gold is not None
    assert gold.free_shipping
    assert risen(told) == [("", "Silver"), ("", "Gold")]


def test_a_rule_gives_a_level_and_takes_it_back(
    benefits: BenefitManager, ledger: CreditManager, unit: UnitOfWork, told: list[Event]
) -> None:
    """The higher of what points and rules give is the member's."""
    ledger.grant(MAYA, 100, key="a", why="")
    assert benefits.reach_level(MAYA, "Gold", key="vip", why="A friend of the house")
    assert not benefits.reach_level(MAYA, "Gold", key="vip", why="A friend of the house")
    assert not benefits.reach_level(MAYA, "Platinum", key="other", why="")
    unit.commit()
    level = benefits.level(MAYA)
    assert level is not None
    assert level.name == "Gold"
    assert benefits.usable(MAYA) == []

    assert benefits.take_back("vip", "Not any more")
    unit.commit()
    level = benefits.level(MAYA)
    assert level is not None
    assert level.name == "Silver"
    assert risen(told) == [("", "Silver"), ("Silver", "Gold")]


@pytest.mark.parametrize(
    "levels",
    [
        {"Silver": 5},
        {"Silver": {}},
        {"Silver": {"points": 0}},
        {"Silver": {"points": 5, "free": True}},
        {"A": {"points": 5}, "B": {"points": 5}},
    ],
)
def test_levels_that_are_not_understood_are_refused(settings: Settings, levels: dict[str, Any]) -> None:
    """The message shows how it should be."""
    with pytest.raises(Misconfigured, match="levels"):
        Levels(replace(settings, levels=levels))


def test_a_code_is_the_same_however_it_is_typed() -> None:
    """With small or wide letters, blanks or dashes."""
    assert {plain(each) for each in ("SPRING10", "spring-10", " Spring 10 ", "\uff33pring\uff11\uff10")} == {"SPRING10"}
