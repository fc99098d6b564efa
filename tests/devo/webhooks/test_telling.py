"""What happens in the shop is told to those whom it concerns: their own part of it, signed, once, and after it happened."""

from collections import Counter
from typing import Any

import pytest
from dishka import Container
from sqlalchemy import select

from opensky.devo.follows.manager import FollowManager
from opensky.devo.orders.holding import OrderHolds
from opensky.devo.orders.manager import OrderManager
from opensky.devo.orders.objects import Order
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Product
from opensky.devo.sellers.manager import SellerManager
from opensky.devo.sellers.objects import Seller
from opensky.devo.webhooks.manager import WebhookManager
from opensky.devo.webhooks.objects import WebhookDelivery, WebhookEndpoint
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import SetClock
from opensky.kernel.money import Money
from opensky.messaging.tables import FINISHED, MESSAGES
from opensky.osis.runtime import Worker
from opensky.persistence import Database, UnitOfWork
from opensky.testing.browser import Browser
from opensky.testing.factories import Factory

ADDRESS = {
    "email": "ben@example.org",
    "name": "Ben Reed",
    "street": "5 Mill Lane",
    "city": "Ghent",
    "postcode": "9000",
    "country": "be",
}


@pytest.fixture
def cup(jobs: Container, make: Factory, unit: UnitOfWork) -> Product:
    """A cup of somebody else's, on show."""
    made = make.draft(make.seller(name="Ines", slug="ines"), slug="cup", variants=[make.variant(900, sku="CUP")])
    unit.commit()
    with jobs() as job:
        manager = job.get(ProductManager)
        manager.publish(manager.by_slug("cup"))
        job.get(UnitOfWork).commit()
    unit.rollback()
    return made


def buy(browser: Browser, unit: UnitOfWork, *slugs: str, card: str = "4242 4242 4242 4242") -> Order:
    """Buy something as a guest."""
    for slug in slugs:
        browser.open(f"/products/{slug}")
        browser.submit("/bag/add")
    browser.open("/checkout")
    browser.submit("/checkout", payment_token=card, **ADDRESS)
    [order, *_] = unit.find(Order, sort=("-id",))
    unit.rollback()
    return order


def test_who_sells_is_told_of_their_own_lines_and_of_nobody(
    hook: WebhookEndpoint,
    bowl: Product,
    cup: Product,
    merchant: Any,
    bus: Worker,
    browser: Browser,
    unit: UnitOfWork,
    maya: Seller,
) -> None:
    """Neither who bought, nor where it goes, nor what else was in the bag, nor what it came to."""
    bus.drain()
    merchant.came.clear()
    order = buy(browser, unit, "bowl", "cup")
    bus.drain()
    assert merchant.bodies == [
        {
            "type": "order.paid",
            "timestamp": "2013-02-08T12:00:00Z",
            "data": {
                "order": {
                    "number": order.number,
                    "state": "paid",
                    "placed_at": "2013-02-08T12:00:00Z",
                    "paid_at": "2013-02-08T12:00:00Z",
                    "cancelled_at": None,
                    "amount": {"amount": "12.50", "currency": "USD"},
                    "lines": [
                        {
                            "seller_id": str(maya.id),
                            "sku": "BOWL",
                            "name": "Bowl",
                            "variant": "",
                            "quantity": 1,
                            "price": {"amount": "12.50", "currency": "USD"},
                        }
                    ],
                }
            },
        }
    ]
    body = merchant.came[0][1].decode()
    for private in ("ben@", "Ben", "Mill Lane", "Ghent", "CUP", "21.50", "4242", str(order.id)):
        assert private not in body


def test_a_request_is_signed_and_says_what_it_is(
    hook: WebhookEndpoint, bowl: Product, merchant: Any, bus: Worker, webhooks: WebhookManager, unit: UnitOfWork
) -> None:
    """As the specification has it; the id is that of the delivery."""
    bus.drain()
    [delivery] = unit.find(WebhookDelivery)
    [(headers, body)] = merchant.came
    assert headers["webhook-id"] == str(delivery.id)
    assert headers["webhook-timestamp"] == "1360324800"
    assert headers["content-type"] == "application/json"
    assert merchant.signed_by(webhooks.secret(hook))
    assert body.decode() == delivery.body
    assert (delivery.state, delivery.tries, delivery.next_at) == ("delivered", 1, None)


def test_what_happens_to_products_and_to_oneself_is_told(
    hook: WebhookEndpoint, bowl: Product, cup: Product, merchant: Any, bus: Worker, jobs: Container, make: Factory
) -> None:
    """In order, each with what the event says; of a follower that there is one, and not who."""
    member = make.member(name="Noor Haddad")
    make._unit.commit()
    with jobs() as job:
        products, sellers, follows = job.get(ProductManager), job.get(SellerManager), job.get(FollowManager)
        bowl = products.by_slug("bowl")
        products.edit(bowl, name="A bowl")
        products.set_stock(bowl, "BOWL", 3)
        products.withdraw(bowl)
        maya = sellers.by_slug("maya")
        sellers.edit(maya, town="Ghent")
        follows.follow(member.id, maya)
        products.set_stock(products.by_slug("cup"), "CUP", 9)
        job.get(UnitOfWork).commit()
    bus.drain()
    told = {body["type"]: body["data"] for body in merchant.bodies}
    assert merchant.types == [
        "product.published",
        "product.edited",
        "product.restocked",
        "product.withdrawn",
        "seller.edited",
        "seller.follow",
    ]
    assert told["product.edited"]["fields"] == ["name"]
    assert (told["product.edited"]["product"]["name"], told["product.published"]["product"]["name"]) == (
        "A bowl",
        "Bowl",
    )
    assert (told["product.restocked"]["sku"], told["product.restocked"]["on_hand"]) == ("BOWL", 3)
    assert told["seller.edited"]["seller"]["town"] == "Ghent"
    assert told["seller.follow"]["followers"] == 1
    assert "Noor" not in str(told)
    assert str(member.id) not in str(told)


def test_of_the_life_of_an_order_its_insider_is_told(
    hook: WebhookEndpoint,
    bowl: Product,
    merchant: Any,
    bus: Worker,
    browser: Browser,
    unit: UnitOfWork,
    jobs: Container,
) -> None:
    """Held, released, cancelled, money back; of one that was never paid nothing at all."""
    bus.drain()
    merchant.came.clear()
    buy(browser, unit, "bowl", card="4000 0000 0000 0002")  # declined
    suspect = buy(browser, unit, "bowl", card="4000 0000 0000 9235")
    bus.drain()
    with jobs() as job:
        job.get(OrderHolds).release(suspect.number)
    with jobs() as job:
        job.get(OrderManager).cancel_for(suspect.number)
    bus.drain()
    assert merchant.types == ["order.paid", "order.held", "order.released", "order.cancelled", "order.refunded"]
    assert [body["data"]["order"]["state"] for body in merchant.bodies] == [
        "paid",
        "held",
        "paid",
        "cancelled",
        "cancelled",
    ]
    assert merchant.bodies[3]["data"]["by"] == "staff"


def test_of_a_parcel_only_those_are_told_who_have_something_in_it(
    hook: WebhookEndpoint,
    bowl: Product,
    cup: Product,
    merchant: Any,
    bus: Worker,
    browser: Browser,
    unit: UnitOfWork,
    jobs: Container,
) -> None:
    """With their own things, and where the parcel can be followed."""
    order = buy(browser, unit, "bowl", "cup")
    bus.drain()
    merchant.came.clear()
    parcel = {"shipment": 7, "carrier": "Post", "tracking": "T1", "amount": Money(900), "complete": False}
    with jobs() as job:
        found = job.get(OrderManager).by_number(order.number)
        events = job.get(Dispatcher)
        events.notify(Event("order.shipped", found, {**parcel, "lines": {"CUP": 1}}))
        events.notify(Event("order.shipped", found, {**parcel, "lines": {"CUP": 1, "BOWL": 1}}))
        job.get(UnitOfWork).commit()
    bus.drain()
    [body] = merchant.bodies
    assert body["type"] == "order.shipped"
    assert {k: v for k, v in body["data"].items() if k != "order"} == {
        "carrier": "Post",
        "tracking": "T1",
        "shipped": [{"sku": "BOWL", "quantity": 1}],
    }


def test_what_is_rolled_back_is_told_to_nobody(
    hook: WebhookEndpoint, bowl: Product, merchant: Any, bus: Worker, jobs: Container, unit: UnitOfWork
) -> None:
    """The delivery is written in the transaction of what happened."""
    bus.drain()
    with jobs() as job:
        manager = job.get(ProductManager)
        manager.withdraw(manager.by_slug("bowl"))
        job.get(UnitOfWork).rollback()
    bus.drain()
    assert merchant.types == ["product.published"]
    assert len(unit.find(WebhookDelivery)) == 1


def test_only_what_was_asked_for_is_told_and_only_while_it_is_enabled(
    hook: WebhookEndpoint,
    bowl: Product,
    merchant: Any,
    bus: Worker,
    jobs: Container,
    webhooks: WebhookManager,
    unit: UnitOfWork,
    database: Database,
) -> None:
    """Where nobody asks, nothing is written at all."""
    bus.drain()
    unit.rollback()
    endpoint = webhooks.get(hook.id)
    endpoint.events = ["order.paid"]
    unit.commit()
    with jobs() as job:
        manager = job.get(ProductManager)
        manager.withdraw(manager.by_slug("bowl"))
        job.get(UnitOfWork).commit()
    webhooks.disable(webhooks.get(hook.id))
    unit.commit()
    with database.reader() as reader:
        assert reader.rows(select(MESSAGES.c.id)) == []


def test_the_journey_leads_from_the_order_to_the_merchant(
    hook: WebhookEndpoint, bowl: Product, merchant: Any, bus: Worker, clock: SetClock, unit: UnitOfWork
) -> None:
    """What came of a try belongs to the same journey, and so does the next try."""
    merchant.status = 500
    bus.drain()
    merchant.status = 204
    clock.advance(minutes=1)
    bus.drain()
    rows = unit.execute(select(FINISHED.c.queue, FINISHED.c.correlation)).fetchall()
    assert Counter(row.queue for row in rows) == {"webhooks.out": 2, "webhooks.due": 1, "events.async": 3}
    assert len({row.correlation for row in rows}) == 1
