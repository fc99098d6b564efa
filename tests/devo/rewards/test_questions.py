"""What can be asked without writing a condition, alone and in groups."""

from dataclasses import replace
from typing import Any

import pytest
from dishka import Container
from tests.devo.rewards.conftest import TALK, Buy, Ready

from opensky.devo.credits.manager import CreditManager
from opensky.devo.members.objects import Member
from opensky.devo.rewards.conditions import kinds_for, read
from opensky.devo.rewards.facts import EVENTS
from opensky.devo.rewards.manager import Typed
from opensky.kernel.errors import Invalid

PAID = EVENTS["order.paid"]
POINT = Typed(name="Point", event="order.paid", reward="points", more={"points.points": "1"})


def words(tree: Any) -> str:
    return read(PAID, "", {}, tree).words


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"product.skus": "BOWL, CUP"}, "what is in it has 'BOWL' or what is in it has 'CUP'"),
        (
            {"product.insiders": "maya", "product.pieces": "2"},
            "the insiders in it has 'maya' and pieces in the order is at least 2",
        ),
        ({"member.least_days": "30"}, "days since they joined is at least 30"),
        ({"date.since": "2026-12-01"}, "the moment is at least 2026-12-01"),
        ({}, "always"),
    ],
)
def test_what_is_typed_becomes_a_condition(typed: dict[str, str], said: str) -> None:
    """In words."""
    assert read(PAID, "", typed).words == said


@pytest.mark.parametrize(
    ("more", "gets"),
    [
        ({"product.skus": "CUP,BOWL"}, 1),
        ({"product.skus": "CUP"}, 0),
        ({"product.products": "bowl", "product.insiders": "maya"}, 1),
        ({"product.insiders": "noor"}, 0),
        ({"product.pieces": "2"}, 0),
        ({"member.orders": "1"}, 1),
        ({"member.orders": "2"}, 0),
        ({"member.most_days": "1"}, 1),
        ({"date.since": "2013-02-08", "date.until": "2013-02-09"}, 1),
        ({"date.until": "2013-02-08"}, 0),
    ],
)
def test_what_is_asked_of_an_order_is_found(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, more: dict[str, str], gets: int
) -> None:
    """Somebody buys one bowl of Maya's, on the eighth of February."""
    ready(replace(POINT, more={**POINT.more, **more}))
    buy(ben)
    with jobs() as job:
        assert job.get(CreditManager).balance(ben.id).points == gets


def test_groups_stand_in_groups() -> None:
    """All, any and none of conditions by their types, and of any condition that somebody writes."""
    tree = {
        "all": [
            {"type": "order", "require_first_purchase": True},
            {"any": [{"type": "order", "minimum_total": "50"}, {"type": "free", "text": "order.items > 3"}]},
            {"none": [{"type": "member", "orders": 10}, {"type": "product", "skus": "BOWL"}]},
            {"any": []},
        ]
    }
    assert words(tree) == (
        "it is their first purchase and (the order's total is at least 50 or pieces in the order is more than 3) "
        "and not (their paid orders is at least 10 or what is in it has 'BOWL')"
    )
    assert words({"all": []}) == "always"


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({"all": {}}, "At /: A group has one of the keys all, any and none, and a list."),
        ({"all": [], "any": []}, "At /: A group has one of the keys all, any and none, and a list."),
        ({"any": [7]}, "At /any/0: Here is to be a group (all, any, none) or a type with its arguments."),
        ({"any": [{"type": "follow"}]}, "At /any/0: Of the insider: that cannot be asked when this happens."),
        ({"type": "order", "maximum": 3}, "At /: The type order has no argument 'maximum'."),
        (
            {"all": [{"type": "order", "minimum_total": "x"}]},
            "At /all/0/minimum_total: Please give a number such as 7.50.",
        ),
        ({"type": "free", "text": "order.total >"}, "At /text: This is no condition"),
        ({"type": "free", "text": "order.totel > 1"}, "There is no fact 'order.totel'. Did you mean 'order.total'?"),
    ],
)
def test_a_wrong_group_is_refused_with_its_place(tree: Any, message: str) -> None:
    """And what is right about it does not count."""
    with pytest.raises(Invalid) as refused:
        read(PAID, "", {}, tree)
    assert message in refused.value.errors[0].message


def test_groups_that_never_end_are_refused() -> None:
    """Ten deep is enough for anybody."""
    tree: Any = {"type": "order", "minimum_total": "1"}
    for _ in range(200):
        tree = {"any": [tree]}
    with pytest.raises(Invalid, match="deep"):
        read(PAID, "", {}, tree)


def test_each_event_offers_what_it_has() -> None:
    """Of any event the member and the day can be asked."""
    offered = {event: [kind.name for kind in kinds_for(event)] for event in EVENTS}
    assert offered["order.paid"] == offered["order.created"] == ["order", "product", "member", "date"]
    assert offered["seller.follow"] == ["follow", "member", "date"]
    assert offered["product.share"] == ["share", "member", "date"]
    assert offered["share.bought"] == ["order", "share", "product", "member", "date"]
    assert offered["member.created"] == ["member", "date"]
    assert TALK.event in offered
