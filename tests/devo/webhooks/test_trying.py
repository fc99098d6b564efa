"""What is not taken is tried again, ever later; what never is, is given up; who takes nothing is told nothing more."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from dishka import Container, Provider, Scope

from opensky.devo.callbacks.manager import CallbackManager
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Product
from opensky.devo.webhooks.deliveries import KEPT_FOR, PAUSES, SPARED_AFTER, Came, DeliveryManager
from opensky.devo.webhooks.manager import WebhookManager, Wishes
from opensky.devo.webhooks.objects import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from opensky.events import Event
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.errors import Conflict, NotFound, Refusal
from opensky.messaging import DeadLetters, Queue
from opensky.osis.partners.devo import Devo
from opensky.osis.runtime import Reject, Worker
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.wiring.bus import bus_container, worker

Again = Callable[[Any], Any]


class Near(Devo):
    """DEVO in this process, without the requests between, which other tests make: these here are many."""

    def __init__(self, jobs: Container, clock: SetClock) -> None:
        super().__init__("", "0" * 64, clock)
        self._jobs = jobs

    def post(self, path: str, id_: str, body: bytes) -> str:
        with self._jobs() as job:
            try:
                done = job.get(CallbackManager).take(id_, body)
            except Refusal as error:
                raise Reject(error.message) from error
            job.get(UnitOfWork).commit()
        return "done" if done else "seen"


@pytest.fixture
def bus(settings: Settings, clock: SetClock, jobs: Container) -> Iterator[Worker]:
    """OSIS, near DEVO."""
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock)
    test.provide(lambda: Near(jobs, clock), provides=Devo)
    made = bus_container(settings, test)
    yield worker(made)
    made.close()


@pytest.fixture
def restock(
    jobs: Container, bowl: Product, bus: Worker, merchant: Any, unit: UnitOfWork
) -> Callable[[], WebhookDelivery]:
    """Counts the bowls, which Maya is told, and returns the delivery. That the bowl is on show she knows already."""
    bus.drain()
    merchant.came.clear()

    def counted() -> WebhookDelivery:
        with jobs() as job:
            manager = job.get(ProductManager)
            manager.set_stock(manager.by_slug("bowl"), "BOWL", 3)
            job.get(UnitOfWork).commit()
        [newest, *_] = unit.find(WebhookDelivery, sort=("-id",))
        unit.rollback()
        return newest

    return counted


def tries(unit: UnitOfWork, delivery: WebhookDelivery) -> list[tuple[int | None, str]]:
    """What came of each try?"""
    found = unit.find(WebhookAttempt, {"delivery_id": delivery.id}, sort=("number",))
    unit.rollback()
    return [(each.status, each.error) for each in found]


def waiting(database: Database) -> int:
    """How much waits in all queues?"""
    return sum(each.ready + each.waiting for each in Queue(database).depths())


def test_what_is_not_taken_is_tried_again_with_the_same_id_and_body(
    hook: WebhookEndpoint,
    restock: Callable[[], WebhookDelivery],
    merchant: Any,
    bus: Worker,
    clock: SetClock,
    unit: UnitOfWork,
    again: Again,
    database: Database,
) -> None:
    """With a signature of its own time; then all is forgotten but the log."""
    merchant.status = 500
    delivery = restock()
    bus.drain()
    waits = again(delivery)
    assert (waits.state, waits.tries, waits.failed) == ("waiting", 1, 1)
    assert timedelta(seconds=9) <= waits.next_at - clock.now() <= timedelta(seconds=11)
    endpoint = again(hook)
    assert (endpoint.failures, endpoint.failing_since) == (1, clock.now())

    merchant.status = 204
    clock.advance(seconds=11)
    bus.drain()
    (first, body), (second, same) = merchant.came
    assert body == same
    assert first["webhook-id"] == second["webhook-id"] == str(delivery.id)
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 11
    assert tries(unit, delivery) == [(500, "It answered 500."), (204, "")]
    done, endpoint = again(delivery), again(hook)
    assert (done.state, done.next_at) == ("delivered", None)
    assert (endpoint.failures, endpoint.failing_since) == (0, None)
    assert waiting(database) == 0


def test_who_asks_to_be_left_alone_is_left_alone(
    hook: WebhookEndpoint,
    restock: Callable[[], WebhookDelivery],
    merchant: Any,
    bus: Worker,
    clock: SetClock,
    again: Again,
) -> None:
    """For as long as it asks."""
    merchant.status, merchant.retry_after = 429, "600"
    delivery = restock()
    bus.drain()
    assert again(delivery).next_at - clock.now() == timedelta(minutes=10)


def test_after_ten_tries_it_is_given_up_and_the_endpoint_is_disabled_with_a_reason(
    hook: WebhookEndpoint,
    restock: Callable[[], WebhookDelivery],
    merchant: Any,
    bus: Worker,
    clock: SetClock,
    again: Again,
    database: Database,
    unit: UnitOfWork,
) -> None:
    """In three days; what else waits is dropped when its time comes, and what happens later is not told."""
    merchant.status = 500
    delivery = restock()
    bus.drain()
    for pause in PAUSES[:-1]:
        clock.advance(seconds=pause.total_seconds() * 1.1)
        bus.drain()
    other = restock()
    bus.drain()
    assert (again(delivery).state, again(hook).state) == ("waiting", "active")
    clock.advance(seconds=PAUSES[-1].total_seconds() * 1.1)
    bus.drain()
    clock.advance(minutes=10)
    bus.drain()

    assert (again(delivery).state, len(tries(unit, delivery))) == ("failed", 10)
    disabled = again(hook)
    assert disabled.state == "disabled"
    assert disabled.reason == "Nothing was taken since 2013-02-08 12:00 UTC. The last time: It answered 500."
    assert again(other).state == "dropped"
    assert restock().id == other.id
    assert waiting(database) == 0
    assert list(DeadLetters(database).listed()) == []


def test_one_thing_that_is_never_taken_disables_nothing_while_others_are(
    hook: WebhookEndpoint,
    restock: Callable[[], WebhookDelivery],
    merchant: Any,
    bus: Worker,
    clock: SetClock,
    again: Again,
) -> None:
    """The one is given up, the endpoint stays."""
    merchant.status = 500
    poison = restock()
    bus.drain()
    for pause in PAUSES:
        merchant.status = 204
        restock()
        bus.drain()
        merchant.status = 500
        clock.advance(seconds=pause.total_seconds() * 1.1)
        bus.drain()
    assert again(poison).state == "failed"
    assert again(hook).state == "active"


def test_who_says_that_it_is_gone_is_told_nothing_more(
    hook: WebhookEndpoint, restock: Callable[[], WebhookDelivery], merchant: Any, bus: Worker, again: Again
) -> None:
    """At once."""
    merchant.status = 410
    delivery = restock()
    bus.drain()
    assert again(delivery).state == "failed"
    assert (again(hook).state, again(hook).reason) == ("disabled", "It answered 410: there is nobody there any more.")


def test_who_takes_nothing_just_now_is_spared_new_things_for_a_while(
    hook: WebhookEndpoint,
    restock: Callable[[], WebhookDelivery],
    merchant: Any,
    bus: Worker,
    clock: SetClock,
    again: Again,
) -> None:
    """A system that is down does not keep others waiting with each thing that happens."""
    merchant.status = 500
    for _ in range(SPARED_AFTER):
        restock()
        bus.drain()
    merchant.came.clear()
    spared = restock()
    bus.drain()
    assert merchant.came == []
    assert (again(spared).tries, again(spared).next_at - clock.now()) == (0, timedelta(minutes=5))
    merchant.status = 204
    clock.advance(minutes=5)
    bus.drain()
    assert (again(spared).state, again(hook).failures) == ("delivered", 0)


def test_what_waits_goes_to_the_new_address_with_the_new_secret(
    hook: WebhookEndpoint,
    restock: Callable[[], WebhookDelivery],
    merchant: Any,
    bus: Worker,
    clock: SetClock,
    webhooks: WebhookManager,
    unit: UnitOfWork,
) -> None:
    """The old one signs, too, for a day."""
    webhooks.edit(webhooks.get(hook.id), Wishes(url="http://127.0.0.1:1/"))
    unit.commit()
    restock()
    bus.drain()
    assert merchant.came == []
    endpoint = webhooks.get(hook.id)
    old = webhooks.secret(endpoint)
    new = webhooks.rotate(endpoint)
    webhooks.edit(endpoint, Wishes(url=merchant.url))
    unit.commit()
    clock.advance(seconds=11)
    bus.drain()
    assert [merchant.signed_by(old), merchant.signed_by(new)] == [True, True]
    clock.advance(hours=24)
    restock()
    bus.drain()
    assert [merchant.signed_by(old), merchant.signed_by(new)] == [False, True]


def test_what_was_missed_is_sent_again_when_somebody_asks(
    hook: WebhookEndpoint,
    restock: Callable[[], WebhookDelivery],
    merchant: Any,
    bus: Worker,
    clock: SetClock,
    again: Again,
    webhooks: WebhookManager,
    deliveries: DeliveryManager,
    unit: UnitOfWork,
) -> None:
    """One, or all since a moment; under the ids that they had. Not while the endpoint is disabled."""
    began = clock.now()
    merchant.status = 410
    missed = restock()
    bus.drain()
    with pytest.raises(Conflict, match="enable it first"):
        deliveries.replay(deliveries.get(missed.id, hook.id))
    with pytest.raises(Conflict, match="enable it first"):
        deliveries.recover(webhooks.get(hook.id), began)
    unit.rollback()

    webhooks.enable(webhooks.get(hook.id))
    unit.commit()
    merchant.status = 204
    merchant.came.clear()
    assert deliveries.recover(webhooks.get(hook.id), began) == 1
    unit.commit()
    bus.drain()
    assert again(missed).state == "delivered"
    deliveries.replay(deliveries.get(missed.id, hook.id))
    unit.commit()
    bus.drain()
    assert [headers["webhook-id"] for headers, _ in merchant.came] == [str(missed.id)] * 2
    assert tries(unit, missed) == [(410, "It answered 410."), (204, ""), (204, "")]
    assert deliveries.recover(webhooks.get(hook.id), began) == 0


def test_a_test_is_sent_once_also_to_who_is_disabled(
    hook: WebhookEndpoint,
    merchant: Any,
    bus: Worker,
    again: Again,
    webhooks: WebhookManager,
    deliveries: DeliveryManager,
    unit: UnitOfWork,
    database: Database,
) -> None:
    """One that fails counts for nothing."""
    endpoint = webhooks.get(hook.id)
    webhooks.disable(endpoint)
    ping = deliveries.ping(endpoint)
    unit.commit()
    merchant.status = 500
    bus.drain()
    assert merchant.bodies == [
        {
            "type": "webhook.ping",
            "timestamp": "2013-02-08T12:00:00Z",
            "data": {"webhook": str(hook.id), "description": "the till"},
        }
    ]
    assert (again(ping).state, again(ping).tries, again(hook).failures) == ("failed", 1, 0)
    assert waiting(database) == 0


def test_what_is_on_its_way_to_a_deleted_endpoint_ends_quietly(
    hook: WebhookEndpoint,
    restock: Callable[[], WebhookDelivery],
    merchant: Any,
    bus: Worker,
    clock: SetClock,
    webhooks: WebhookManager,
    deliveries: DeliveryManager,
    unit: UnitOfWork,
    database: Database,
) -> None:
    """No dead letter, no row."""
    merchant.status = 500
    restock()
    bus.drain()
    restock()
    webhooks.delete(webhooks.get(hook.id))
    unit.commit()
    bus.drain()
    clock.advance(minutes=5)
    bus.drain()
    assert list(DeadLetters(database).listed()) == []
    assert unit.find(WebhookDelivery) == []
    assert unit.find(WebhookAttempt) == []


def test_the_log_goes_back_thirty_days(
    hook: WebhookEndpoint,
    restock: Callable[[], WebhookDelivery],
    merchant: Any,
    bus: Worker,
    clock: SetClock,
    deliveries: DeliveryManager,
    unit: UnitOfWork,
) -> None:
    """Then it is forgotten, with its tries, when the next thing was told."""
    old = restock()
    bus.drain()
    clock.advance(seconds=KEPT_FOR.total_seconds() + 60)
    new = restock()
    bus.drain()
    assert [each.id for each in deliveries.log(hook.id, 1 << 62, 10).entries] == [new.id]
    assert tries(unit, old) == []
    with pytest.raises(NotFound, match="30 days"):
        deliveries.get(old.id, hook.id)


def test_what_came_of_a_try_is_heard_once(
    hook: WebhookEndpoint, deliveries: DeliveryManager, webhooks: WebhookManager, unit: UnitOfWork
) -> None:
    """And the late news of an older try undoes nothing."""
    delivery = deliveries.ping(webhooks.get(hook.id))
    unit.flush()
    deliveries.attempted(delivery, Came(1, 204, 5, "", "", 0))
    deliveries.attempted(delivery, Came(1, 500, 5, "It answered 500.", "", 0))
    assert (delivery.state, tries(unit, delivery)) == ("delivered", [(204, "")])


def test_disabling_is_told(
    hook: WebhookEndpoint,
    deliveries: DeliveryManager,
    webhooks: WebhookManager,
    unit: UnitOfWork,
    told: list[Event],
) -> None:
    """So that somebody can write to the merchant."""
    delivery = deliveries.ping(webhooks.get(hook.id))
    delivery.event = "order.paid"
    unit.flush()
    deliveries.attempted(delivery, Came(1, 410, 5, "It answered 410.", "", 0))
    assert [(event.name, event["reason"]) for event in told] == [
        ("webhook.disabled", "It answered 410: there is nobody there any more.")
    ]
