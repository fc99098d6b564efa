"""What the members of the demo shop bought: some three hundred orders over ninety days, made for a given moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from opensky.demo.making import Offer, World
from opensky.demo.people import LOGINS, Person
from opensky.demo.shipping import Shipped, parcels
from opensky.devo.members.objects import Member
from opensky.devo.orders.numbers import ALPHABET, LENGTH
from opensky.devo.orders.objects import Order, OrderId, OrderLine, State
from opensky.devo.payments.objects import TestCharge
from opensky.kernel.money import total

ORDERS = 300
DAYS = 90
_MAYA = (1.2, 9.5, 34.0, 61.0)
"""How many days ago the first login bought something, so that there is something to look at."""
_WAITING = (0.004, 0.011)
"""How many days ago, a few minutes, somebody placed an order that is not paid yet."""
_CARDS = ("4242", "0077", "1881", "5100", "8431")


_SHIPPED_AFTER = 4.0
"""Days after which a demo order has left; what is newer the simulated partners ship while one looks on."""


@dataclass(frozen=True, slots=True)
class Bought:
    """An order, what the test gateway remembers of it, where it was charged, and the parcels that have left."""

    order: Order
    charge: TestCharge | None
    parcels: Sequence[Shipped] = ()


def make_orders(world: World) -> list[Bought]:
    """Make the orders, oldest first. Nobody buys before they joined, nor anything before it was published."""
    random = Random("orders")
    shoppers = [(p, m) for p, m in zip(world.people, world.members, strict=True) if p.role == "member"]
    moments = [(days, shoppers[0]) for days in _MAYA]
    waiting = list(_WAITING)
    while len(moments) < ORDERS:
        days = waiting.pop() if waiting else random.uniform(0.03, DAYS)
        person, member = random.choices(shoppers[1:], [p.appetite for p, _ in shoppers[1:]])[0]
        if person.days > days + 1:
            moments.append((days, (person, member)))
    moments.sort(key=lambda moment: -moment[0])
    return [
        _order(world, random, person, member, world.now - timedelta(days=days), number)
        for number, (days, (person, member)) in enumerate(moments)
    ]


def _order(world: World, random: Random, person: Person, member: Member, placed: datetime, number: int) -> Bought:
    id_ = OrderId(world.ids.at(placed))
    lines = _lines(world, random, person, id_, placed)
    state = _state(random, member, placed, world.now)
    order = Order(
        id=id_,
        number="OS-" + "".join(random.choices(ALPHABET, k=LENGTH)),
        member_id=member.id,
        email=member.email,
        address=member.address or person.address,
        state=state,
        total=total([line.amount for line in lines]),
        idempotency_key=f"demo-{number}",
        placed_at=placed,
        lines=lines,
    )
    if state == "cancelled":
        order.cancelled_at = placed + timedelta(minutes=random.randint(1, 600))
    if state == "placed" or (state == "cancelled" and random.random() < 0.4):  # noqa: PLR2004 - declined, never charged
        return Bought(order, None)
    charge = _charge(order, random.choice(_CARDS), placed + timedelta(seconds=random.randint(2, 40)))
    if state != "paid" or world.now - placed < timedelta(days=_SHIPPED_AFTER):
        return Bought(order, charge)
    order.state = "shipped"
    return Bought(order, charge, parcels(world, order))


def _lines(world: World, random: Random, person: Person, id_: OrderId, placed: datetime) -> list[OrderLine]:
    """Choose goods that were there, mostly from insiders whom the buyer follows."""
    there = [o for o in world.offers if (o.product.published_at or placed) < placed] or world.offers[-12:]
    weights = [5.0 if offer.insider in person.follows else 0.6 for offer in there]
    wanted = random.choices((1, 2, 3, 4), (46, 30, 16, 8))[0]
    chosen: dict[int, Offer] = {}
    while len(chosen) < wanted:
        offer = random.choices(there, weights)[0]
        chosen[offer.product.id] = offer
    return [_line(random, id_, place, offer) for place, offer in enumerate(chosen.values())]


def _line(random: Random, id_: OrderId, place: int, offer: Offer) -> OrderLine:
    variant = random.choice(offer.product.variants)
    return OrderLine(
        order_id=id_,
        position=place,
        product_id=offer.product.id,
        seller_id=offer.product.seller_id,
        sku=variant.sku,
        name=offer.product.name,
        variant=variant.name,
        quantity=random.choices((1, 2, 3, 4), (76, 17, 4, 3))[0],
        price=variant.price,
    )


def _state(random: Random, member: Member, placed: datetime, now: datetime) -> State:
    if member.email == LOGINS[0].email:
        return "paid"
    if now - placed < timedelta(minutes=30):
        return "placed"
    return "cancelled" if random.random() < 0.06 else "paid"  # noqa: PLR2004 - about one in sixteen


def _charge(order: Order, last4: str, charged: datetime) -> TestCharge:
    """Charge an order at the test gateway; a cancelled one has its money back."""
    charge = TestCharge(
        key=order.idempotency_key,
        reference=f"test-{order.idempotency_key}",
        amount=order.total,
        brand="Visa",
        last4=last4,
        charged_at=charged,
    )
    if order.state == "cancelled":
        charge.refund_reference = f"test-refund-{order.idempotency_key}"
        order.refund_reference = charge.refund_reference
    order.paid_at = charged
    order.payment_reference, order.card_brand, order.card_last4 = charge.reference, charge.brand, last4
    return charge
