"""What reward rules cost a shop: two hundred that listen cost an order so much, and a replay goes through so many orders.

The shop is made for it in a folder of its own: 20,000 orders of 500 members, three lines each.
"""

import random
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
from dishka import Container

from opensky.bench.results import Metric, Results
from opensky.demo.loading import rows_of
from opensky.devo.members.objects import Member, MemberId, PostalAddress
from opensky.devo.orders.events import ORDER_PAID
from opensky.devo.orders.objects import Order, OrderId, OrderLine
from opensky.devo.products.objects import ProductId
from opensky.devo.rewards.granting import RewardGranter
from opensky.devo.rewards.manager import RewardManager, Typed
from opensky.devo.rewards.replay import Replay, span_of
from opensky.devo.rewards.repository import KeptRule
from opensky.devo.sellers.objects import SellerId
from opensky.kernel.clock import Clock
from opensky.kernel.errors import OpenSkyError
from opensky.kernel.ids import first_id_at
from opensky.kernel.money import Money
from opensky.persistence import Database, Reader, UnitOfWork
from opensky.settings import Settings
from opensky.wiring import container

LISTENING = 200
_MEMBERS, _LINES = 500, 3
_COUNTRIES = ["US", "CA", "BE", "DE", "FR", "NL", "GB", "IT", "ES", "SE"]
_PRICES = range(5, 100)
_GIVES = {"reward": "points", "more": {"points.points": "1"}}
_REPLAYED = (
    Typed(
        name="First",
        event="order.paid",
        reward="credit",
        more={"order.require_first_purchase": "yes", "credit.amount": "5"},
    ),
    Typed(name="Lines", event="order.paid", condition="any(line.price > 90 for line in order.lines)", **_GIVES),  # type: ignore[arg-type]
)


def run(*, orders: int, rounds: int) -> Results:
    """Measure the check and the replay."""
    with tempfile.TemporaryDirectory() as folder, container(Settings(data=Path(folder))) as shop:
        shop.get(Database).create()
        _fill(shop, orders)
        check = _check(shop, rounds)
        speeds = [_replay(shop, typed) for typed in _REPLAYED]
    return {
        f"an order is checked by {LISTENING} rules": Metric(value=check, unit="CPU-ms", target=0.3),
        "replay of a rule": Metric(value=speeds[0], unit="events/CPU-s", better="higher", target=20_000),
        "replay of a rule about lines": Metric(value=speeds[1], unit="events/CPU-s", better="higher", target=20_000),
    }


def _listening() -> Iterator[Typed]:
    """Rules as shops have them: about countries, totals, what is bought, and who buys."""
    chance = random.Random(11)
    shapes = (
        lambda: f'order.country == "{chance.choice(_COUNTRIES[1:])}" and order.total >= {chance.choice(_PRICES)}',
        lambda: f'"SKU{chance.randrange(500) + 100}" in order.skus and member.orders >= 3',
        lambda: f"order.total >= {1000 + chance.choice(_PRICES)} and order.first_purchase",
        lambda: f"member.orders >= {20_000 + chance.choice(_PRICES)} and member.days > 30",
        lambda: f'order.country == "US" and any(line.price > {1000 + chance.choice(_PRICES)} for line in order.lines)',
    )
    for number in range(LISTENING):
        yield Typed(name=f"Rule {number}", event="order.paid", condition=shapes[number % len(shapes)](), **_GIVES)  # type: ignore[arg-type]


def _fill(shop: Container, count: int) -> None:
    chance, now = random.Random(3), shop.get(Clock).now()
    members = [
        Member(id=MemberId(number + 1), email=f"m{number}@example.org", name="Mo", joined_at=now - timedelta(days=400))
        for number in range(_MEMBERS)
    ]
    orders = []
    for number in range(count):
        at = now - timedelta(days=300) + timedelta(seconds=number * 1000)
        order_id = OrderId(first_id_at(at) + number % 4096)
        lines = [
            OrderLine(
                order_id=order_id,
                position=position + 1,
                product_id=ProductId(1),
                seller_id=SellerId(1),
                sku=f"SKU{chance.randrange(100)}",
                name="Bowl",
                quantity=1,
                price=Money(100 * chance.choice(_PRICES)),
            )
            for position in range(_LINES)
        ]
        orders.append(
            Order(
                id=order_id,
                number=f"B{number}",
                member_id=chance.choice(members).id,
                email="m@example.org",
                address=PostalAddress(name="Mo", country=_COUNTRIES[0]),
                state="paid",
                total=Money(sum(line.price.minor for line in lines)),
                idempotency_key=str(number),
                placed_at=at,
                paid_at=at,
                lines=lines,
            )
        )
    with shop.get(Database).bulk() as bulk:
        bulk.documents(Member, members)
        bulk.rows(Order, rows_of(Order, orders))
        bulk.rows(OrderLine, rows_of(OrderLine, [line for order in orders for line in order.lines]))
        bulk.commit()


def _check(shop: Container, rounds: int) -> float:
    """Return what it costs to ask, of an order that is paid, rules of which none grants anything."""
    with shop() as job:
        rewards = job.get(RewardManager)
        for typed in _listening():
            rewards.step(rewards.create(typed), "active")
        job.get(UnitOfWork).commit()
    times = []
    for _ in range(rounds):
        with shop() as job:
            order = job.get(UnitOfWork).find_one(Order, {"number": "B9"})
            granter = job.get(RewardGranter)
            began = time.process_time()
            granted = granter.happened(ORDER_PAID, order, {})
            times.append(time.process_time() - began)
            if granted:
                raise OpenSkyError("Something was granted, and is not what is to be measured.")
    return sorted(times)[len(times) // 2] * 1000


def _replay(shop: Container, typed: Typed) -> float:
    with shop() as job:
        rule = job.get(RewardManager).create(typed)
        kept = msgspec.convert({name: getattr(rule, name) for name in KeptRule.__struct_fields__}, KeptRule)
        replay = Replay(job.get(Reader), kept, span_of(365, job.get(Clock).now()), "USD")
        began = time.process_time()
        for _ in replay.steps():
            pass
        return replay.found.events / (time.process_time() - began)
