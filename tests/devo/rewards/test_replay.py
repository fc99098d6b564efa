"""Replay: it says what granting would have done, grants nothing, and reads no more than it is asked."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from dishka import Container
from sqlalchemy import func, select
from tests.devo.rewards.conftest import TALK, Buy, Ready

from opensky.devo.follows.manager import FollowManager
from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import Member
from opensky.devo.orders.manager import OrderManager
from opensky.devo.orders.objects import Order
from opensky.devo.rewards.facts import EVENTS
from opensky.devo.rewards.lists import NamedList, RewardLists
from opensky.devo.rewards.manager import RewardManager, Typed
from opensky.devo.rewards.objects import RewardGrant
from opensky.devo.rewards.past import KEPT, Span, asked_of
from opensky.devo.rewards.replay import Found, Replay, span_of
from opensky.devo.sellers.objects import Seller
from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Invalid
from opensky.persistence import Reader, UnitOfWork, table
from opensky.ruler.json_form import canonical
from opensky.ruler.text_form import from_text
from opensky.testing.factories import Factory

POINTS = Typed(name="Points", event="order.paid", reward="points", more={"points.points": "3"})
Replayed = Callable[..., Found]


@pytest.fixture
def replayed(jobs: Container, clock: SetClock) -> Replayed:
    """Replays a rule over some days."""

    def replays(rule_id: int, days: int = 30) -> Found:
        with jobs() as job:
            rule = job.get(RewardManager).shown(rule_id)
            replay = Replay(job.get(Reader), rule, span_of(days, clock.now() + timedelta(seconds=1)), "USD")
            assert list(replay.steps())[-1] == replay.found.events
            return replay.found

    return replays


def drafted(jobs: Container, typed: Typed) -> int:
    """Make a rule that is not switched on."""
    with jobs() as job:
        rule = job.get(RewardManager).create(typed)
        job.get(UnitOfWork).commit()
    return rule.id


def follow(jobs: Container, member: Member, seller: Seller) -> None:
    """Have a member follow an insider."""
    with jobs() as job:
        followed = job.get(UnitOfWork).get(Seller, seller.id)
        assert followed is not None
        job.get(FollowManager).follow(member.id, followed)
        job.get(UnitOfWork).commit()


def granted_to(unit: UnitOfWork, rule_id: int) -> dict[int, int]:
    """Count what a rule has granted to each member, and not taken back."""
    unit.rollback()
    grants = table(RewardGrant).c
    counted = select(grants.member_id, func.count().label("number")).where(
        grants.rule_id == rule_id, grants.state == "granted"
    )
    found = {row.member_id: row.number for row in unit.execute(counted.group_by(grants.member_id))}
    unit.rollback()
    return found


RULES = [
    replace(TALK, name="A"),
    replace(POINTS, name="B", condition="order.total >= 25 and member.orders <= 3"),
    replace(
        POINTS,
        name="C",
        condition='any(line.price > 5 for line in order.lines) and order.country == "BE"',
        limit_each="2",
    ),
    replace(POINTS, name="D", condition="order.items >= 2 and not order.is_guest", limit_total="5"),
    replace(
        POINTS,
        name="E",
        condition='member.days < 1 and member.joined_at < now and all(line.sku == "BOWL" for line in order.lines)',
    ),
    replace(POINTS, name="H", condition='"bowls" in order.lists and not ("friends" in member.lists)'),
    replace(POINTS, name="F", condition="100 / (order.items - 1) > 5"),
    replace(POINTS, name="G", condition='order.currency == "USD" and member.follows == 0 and not member.is_staff'),
]


def test_a_replay_says_what_was_granted(
    jobs: Container, ready: Ready, replayed: Replayed, buy: Buy, make: Factory, unit: UnitOfWork
) -> None:
    """Rules are on while four members and a guest buy, and one order is cancelled: replayed, each grants the same to the same."""
    chance = random.Random(5)
    members = [make.member(name=name) for name in ("Ada", "Ben", "Cleo", "Dan")]
    unit.commit()
    with jobs() as job:
        job.get(RewardLists).put("bowls", "product", ["bowl"])
        assert job.get(RewardLists).put(" friends ", "member", [each.email for each in members[:2]]) == 2
        job.get(UnitOfWork).commit()
    rules = [ready(typed) for typed in RULES]
    for number in range(24):
        order = buy(chance.choice([*members, None]), bowls=chance.randint(1, 3))
        if number == 20:
            with jobs() as job:
                job.get(OrderManager).cancel_for(order.number)
    for rule, typed in zip(rules, RULES, strict=True):
        found = replayed(rule.id)
        was = granted_to(unit, rule.id)
        assert {each.member_id: each.grants for each in found.recipients} == was, typed.name
        assert (found.granted, found.members) == (sum(was.values()), len(was)), typed.name
    assert [bool(replayed(rule.id).problem) for rule in rules] == [typed.name == "F" for typed in RULES]


def test_a_replay_of_those_who_joined_and_those_who_follow(
    jobs: Container, ready: Ready, replayed: Replayed, make: Factory, unit: UnitOfWork, clock: SetClock
) -> None:
    """The past of other events is kept, too; whom somebody follows no more is not."""
    hello = ready(replace(POINTS, name="Hello", event="member.created", limit_total="2"))
    three = ready(
        replace(POINTS, name="Three", event="seller.follow", condition="member.follows >= 2 and member.orders == 0")
    )
    maya = ready(
        replace(POINTS, name="Maya", event="seller.follow", more={"points.points": "3", "follow.insider": "maya"})
    )
    sellers = [make.seller(slug=slug) for slug in ("maya", "noor", "odile")]
    unit.commit()
    for number in range(3):
        clock.advance(seconds=5)
        with jobs() as job:
            member = job.get(MemberManager).sign_up(f"m{number}@example.org", "Mo", "seven blue cacti")
            job.get(UnitOfWork).commit()
        for seller in sellers[: number + 1]:
            clock.advance(seconds=5)
            follow(jobs, member, seller)
    for rule, number in ((hello, 2), (three, 3), (maya, 3)):
        found = replayed(rule.id)
        assert {each.member_id: each.grants for each in found.recipients} == granted_to(unit, rule.id)
        assert (found.granted, found.points) == (number, 3 * number)


def test_limits_are_respected_in_the_order_of_time(
    jobs: Container, replayed: Replayed, buy: Buy, ben: Member, make: Factory, unit: UnitOfWork, clock: SetClock
) -> None:
    """Who comes first gets it; what the budget or a day's limit hinders is counted by its reason; nothing is written."""
    ada = make.member(name="Ada")
    unit.commit()
    for member in (ben, ben, ada, ada, ada):
        buy(member)
        clock.advance(hours=20)
    credit = replace(POINTS, reward="credit", more={"credit.amount": "5"})
    daily = replayed(drafted(jobs, replace(credit, terms={"period": "day", "limit_period": "1"})))
    assert (daily.held, daily.granted, daily.cost) == (5, 4, 2000)
    spent = replayed(drafted(jobs, replace(credit, terms={"budget": "12"})))
    assert (spent.granted, spent.cost, list(spent.hindered.values())) == (2, 1000, [3])
    assert [each.member_id for each in spent.recipients] == [ben.id]
    total = replayed(drafted(jobs, replace(credit, limit_total="3", limit_each="1")))
    assert [(each.member_id, each.grants) for each in total.recipients] == sorted([(ben.id, 1), (ada.id, 1)])
    assert sum(total.hindered.values()) == 3
    shared = replayed(drafted(jobs, replace(credit, terms={"share": "50"})))
    assert shared.granted + sum(shared.hindered.values()) == 5
    assert granted_to(unit, 0) == {}
    assert unit.execute(select(func.count()).select_from(table(RewardGrant))).scalar_one() == 0


def test_only_the_asked_days_are_gone_through(
    jobs: Container, replayed: Replayed, buy: Buy, ben: Member, clock: SetClock
) -> None:
    """What was bought before counts for what is first, and gets nothing."""
    buy(ben)
    clock.advance(days=10)
    buy(ben)
    rule = drafted(jobs, TALK)
    week, month = replayed(rule, 7), replayed(rule, 30)
    assert (week.events, week.granted) == (1, 0)
    assert (month.events, month.granted, month.cost, month.days[0].grants) == (2, 1, 500, 1)
    for days in (0, -1, 100_000):
        with pytest.raises(Invalid, match=r"days"):
            span_of(days, clock.now())


def test_orders_are_met_as_they_were_paid(
    jobs: Container,
    replayed: Replayed,
    buy: Buy,
    ben: Member,
    unit: UnitOfWork,
    monkeypatch: pytest.MonkeyPatch,
    clock: SetClock,
) -> None:
    """Read in small batches by their ids, they are handed on by the time of payment: one that was placed first and paid last is last."""
    first, *rest = [buy(ben) for _ in range(7)]
    orders, last = table(Order), rest[-1].paid_at
    assert last is not None
    unit.execute(orders.update().where(orders.c.id == first.id).values(paid_at=last + timedelta(minutes=3)))
    unit.commit()
    clock.advance(hours=1)
    monkeypatch.setattr("opensky.devo.rewards.past.BATCH", 2)
    found = replayed(drafted(jobs, POINTS))
    assert [each.what for each in found.examples] == [each.number for each in (*rest, first)]
    assert [each.what for each in replayed(drafted(jobs, TALK)).examples] == [rest[0].number]


def test_every_fact_of_an_event_is_known_of_the_past(
    jobs: Container, buy: Buy, ben: Member, make: Factory, unit: UnitOfWork, clock: SetClock
) -> None:
    """Whatever a rule may ask of an event is answered, or refused by its name: no clause fails without a word."""
    order = buy(ben)
    seller = make.seller(slug="noor")
    unit.commit()
    follow(jobs, ben, seller)
    span = Span(order.placed_at - timedelta(days=9), clock.now() + timedelta(seconds=9))
    for name, kept in KEPT.items():
        everything = asked_of(from_text(" or ".join(f"exists({path})" for path in EVENTS[name].schema.facts)))
        unknown = kept.unknown(everything)
        assert not {"order.total", "order.first_purchase", "member.orders", "insider.slug"} & set(unknown)
        with jobs() as job:
            *_, event = kept.walk(job.get(Reader), everything, span)
        for path in set(EVENTS[name].schema.facts) - set(unknown):
            value = event.facts
            for part in path.split("."):
                assert part in value, f"{name}: {path}"
                value = value[part]


def test_what_is_not_known_of_the_past_is_refused_by_its_name(jobs: Container, clock: SetClock) -> None:
    """A level that somebody has now says nothing about then."""
    rule = drafted(jobs, POINTS)
    with jobs() as job:
        kept = job.get(RewardManager).shown(rule)
        kept.condition = canonical(
            from_text("member.moods == 3 and order.total > 2 and any(line.mood == 1 for line in order.lines)")
        )
        with pytest.raises(Invalid, match=r"the past is not kept: member\.moods\."):
            Replay(job.get(Reader), kept, span_of(3, clock.now()), "USD")


def test_a_list_is_made_anew_and_gone_when_nothing_is_on_it(jobs: Container, make: Factory, unit: UnitOfWork) -> None:
    """Whoever is not known is named, and then nothing is changed."""
    members = [make.member() for _ in range(3)]
    unit.commit()

    def put(words: list[str]) -> list[NamedList]:
        with jobs() as job:
            job.get(RewardLists).put("friends", "member", words)
            job.get(UnitOfWork).commit()
            return job.get(RewardLists).all()

    assert put([each.email for each in members]) == [NamedList("friends", "member", 3)]
    assert put([members[0].email, members[0].email]) == [NamedList("friends", "member", 1)]
    with pytest.raises(Invalid, match=r"Not known: nobody@example\.org\."):
        put([members[1].email, "nobody@example.org"])
    with jobs() as job, pytest.raises(Invalid, match="1 to 80"):
        job.get(RewardLists).put("  ", "member", [])
    assert put([]) == []
