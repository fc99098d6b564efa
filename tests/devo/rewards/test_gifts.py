"""What rules give beside credit and points: each is given once, and taken back with the order."""

import json
from dataclasses import replace
from typing import Any

import pytest
from dishka import Container, Provider, Scope
from tests.devo.rewards.conftest import Buy, Ready

from opensky.devo.benefits.manager import BenefitManager
from opensky.devo.credits.manager import CreditManager
from opensky.devo.letters.manager import LetterManager
from opensky.devo.members.objects import Member
from opensky.devo.orders.events import ORDER_PAID
from opensky.devo.orders.manager import OrderManager
from opensky.devo.orders.objects import Order
from opensky.devo.rewards.granting import RewardGranter
from opensky.devo.rewards.manager import RewardManager, Typed
from opensky.devo.webhooks.deliveries import DeliveryManager
from opensky.devo.webhooks.manager import WebhookManager
from opensky.devo.webhooks.objects import HOUSE
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.errors import Conflict, Invalid
from opensky.mail.folder import MailFolder
from opensky.osis.runtime import Worker
from opensky.persistence import UnitOfWork
from opensky.settings import Settings
from opensky.testing.factories import Factory
from opensky.wiring.containers import container

COUPON = Typed(
    name="Ten off", event="order.paid", reward="coupon", more={"coupon.percent": "10", "coupon.expires_days": "30"}
)
FREE = Typed(name="Sent free", event="order.paid", reward="free_shipping", more={})
LETTER = Typed(
    name="Thanks",
    event="order.paid",
    reward="letter",
    more={"letter.subject": "Thank you", "letter.text": "We are glad.\nCome again."},
)


def usable(jobs: Container, member: Member) -> list[Any]:
    """What benefits a member may use."""
    with jobs() as job:
        return job.get(BenefitManager).usable(member.id)


def again(jobs: Container, order: Order) -> None:
    """Tell once more that an order was paid."""
    with jobs() as job:
        found = job.get(UnitOfWork).get(Order, order.id)
        job.get(RewardGranter).happened(ORDER_PAID, found, {})
        job.get(UnitOfWork).commit()


def test_a_coupon_and_a_free_delivery_are_given_once_and_taken_back(
    jobs: Container, ready: Ready, buy: Buy, ben: Member
) -> None:
    """However often the order is told of; a cancelled one takes them back."""
    ready(COUPON)
    ready(FREE)
    order = buy(ben)
    again(jobs, order)
    found = usable(jobs, ben)
    assert sorted((each.kind, each.percent, each.why) for each in found if each.kind == "coupon") == [
        ("coupon", 10, "Ten off")
    ]
    assert sorted(each.kind for each in found) == ["coupon", "free_shipping"]
    with jobs() as job:
        job.get(OrderManager).cancel_for(order.number)
    assert usable(jobs, ben) == []


def test_a_letter_goes_to_who_asked_for_letters(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, bus: Worker, settings: Settings
) -> None:
    """Once an order, with a way to end it; to nobody else, and then nothing is granted."""
    made = ready(LETTER)
    folder = MailFolder(settings.data / "mail")

    def letters() -> list[bytes]:
        bus.drain()
        return [raw for id_ in folder.newest(99) if b"Subject: Thank you" in (raw := folder.read(id_) or b"")]

    buy(ben)
    assert letters() == []
    with jobs() as job:
        assert job.get(RewardManager).how_many(made.id) == 0
        job.get(LetterManager).subscribe(ben.id)
        job.get(UnitOfWork).commit()
    again(jobs, buy(ben))
    [letter] = letters()
    assert b"Come again." in letter
    assert b"List-Unsubscribe" in letter


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "coupon.percent"),
        ({"coupon.percent": "10", "coupon.amount": "5"}, "coupon.percent"),
        ({"coupon.percent": "101"}, "coupon.percent"),
        ({"coupon.amount": "0.001"}, "coupon.amount"),
        ({"coupon.amount": "5", "coupon.expires_days": "0"}, "coupon.expires_days"),
    ],
)
def test_a_senseless_coupon_is_refused(jobs: Container, typed: dict[str, str], field: str) -> None:
    """With the field that is wrong."""
    with jobs() as job, pytest.raises(Invalid) as refused:
        job.get(RewardManager).create(replace(COUPON, more=typed))
    assert list(refused.value.by_field()) == [field]


def test_rewards_say_what_they_give(jobs: Container) -> None:
    """In a sentence."""
    with jobs() as job:
        rewards = job.get(RewardManager)
        said = [rewards.sentence(rewards.create(each)) for each in (COUPON, FREE, LETTER)]
    assert said == [
        "When an order is paid, they get a coupon of 10 % off one order, good for 30 days.",
        "When an order is paid, they get free delivery of one order.",
        "When an order is paid, they get the letter 'Thank you'.",
    ]


def test_the_shops_own_webhook_is_told_once_and_no_insiders(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, make: Factory, unit: UnitOfWork
) -> None:
    """What was granted, by which revision, and to whom; it is kept in the log with each try."""
    noor = make.seller(slug="noor")
    unit.commit()
    with jobs() as job:
        endpoints = job.get(WebhookManager)
        own = endpoints.create(HOUSE, "https://crm.example.org/rewards", [], "Our letters")
        other = endpoints.create(noor.id, "https://noor.example.org/", ["order.paid"])
        job.get(UnitOfWork).commit()
    call = Typed(name="Tell", event="order.paid", reward="webhook", more={"webhook.endpoint": str(own.id)})
    made = ready(call)
    ready(replace(call, more={"webhook.endpoint": str(other.id)}))
    order = buy(ben)
    again(jobs, order)
    with jobs() as job:
        [told] = job.get(DeliveryManager).log(own.id, (1 << 63) - 1, 9).entries
        assert job.get(DeliveryManager).log(other.id, (1 << 63) - 1, 9).entries == []
        body = json.loads(job.get(DeliveryManager).shown(told.id, own.id).body)
    assert body["type"] == "reward.granted"
    assert body["data"]["member"] == {"id": str(ben.id)}
    assert body["data"]["reward"] | {"key": ""} == {
        "rule": "Tell",
        "revision": made.revision,
        "key": "",
        "event": "order.paid",
        "about": f"order.paid:{order.id}",
    }


def test_a_level_is_given_and_who_rises_is_rewarded_in_turn(
    settings: Settings, clock: SetClock, ready: Ready, buy: Buy, ben: Member
) -> None:
    """One rule's reward can be another's event. A cancelled order takes the level back; a level that is no more is given to nobody."""
    order = buy(ben)
    ready(Typed(name="Risen", event="member.level_reached", reward="points", more={"points.points": "7"}))
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock)
    levels = {"Silver": {"points": 500}, "Gold": {"points": 900}}
    before = container(replace(settings, levels=levels | {"Platinum": {"points": 2000}}), test)
    with before() as job:
        rewards = job.get(RewardManager)
        for level in ("Silver", "Platinum"):
            rule = Typed(name=level, event="order.paid", reward="level", more={"level.level": level})
            rewards.step(rewards.create(rule), "active")
        job.get(UnitOfWork).commit()
    before.close()
    shop = container(replace(settings, levels=levels), test)

    def stands() -> tuple[str, int]:
        with shop() as job:
            level = job.get(BenefitManager).level(ben.id)
            return level.name if level else "", job.get(CreditManager).balance(ben.id).points

    for _ in range(2):
        again(shop, order)
        assert stands() == ("Silver", 7)
    with shop() as job:
        job.get(OrderManager).cancel_for(order.number)
    assert stands() == ("", 7)
    shop.close()


def test_a_rule_that_gives_a_level_that_is_none_is_not_switched_on(jobs: Container) -> None:
    """A typing error is said before the first member misses what was promised."""
    with jobs() as job:
        rewards = job.get(RewardManager)
        rule = rewards.create(Typed(name="Silvr", event="order.paid", reward="level", more={"level.level": "Silvr"}))
        with pytest.raises(Conflict, match="The shop has no level 'Silvr'; it has none"):
            rewards.step(rule, "active")
        assert rule.state == "draft"
