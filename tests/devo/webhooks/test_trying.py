"""What is not taken is tried again, ever later; what never is, is given up; who takes nothing is told nothing more."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


@dataclass
class Case:
    """An endpoint of Maya's, what she is told of, and both sides of it."""

    hook: WebhookEndpoint
    restock: Callable[[], WebhookDelivery]
    merchant: Any
    bus: Worker
    clock: SetClock
    again: Again
    webhooks: WebhookManager
    deliveries: DeliveryManager
    unit: UnitOfWork
    database: Database

    def tries(self, delivery: WebhookDelivery) -> list[tuple[int | None, str]]:
        """What came of each try?"""
        return tries(self.unit, delivery)

    def waiting(self) -> int:
        """How much waits in all queues?"""
        return waiting(self.database)


@pytest.fixture
def case(
    hook: WebhookEndpoint,
    restock: Callable[[], WebhookDelivery],
    merchant: Any,
    bus: Worker,
    clock: SetClock,
    again: Again,
    webhooks: WebhookManager,
    deliveries: DeliveryManager,
    unit: UnitOfWork,
    database: Database,
) -> Case:
    return Case(hook, restock, merchant, bus, clock, again, webhooks, deliveries, unit, database)


def test_what_is_not_taken_is_tried_again_with_the_same_id_and_body(case: Case) -> None:
    """With a signature of its own time; then all is forgotten but the log."""
    case.merchant.status = 500
    delivery = case.restock()
    case.bus.drain()
    waits = case.again(delivery)
    assert (waits.state, waits.tries, waits.failed) == ("waiting", 1, 1)
    assert timedelta(seconds=9) <= waits.next_at - case.clock.now() <= timedelta(seconds=11)
    endpoint = case.again(case.hook)
    assert (endpoint.failures, endpoint.failing_since) == (1, case.clock.now())

    case.merchant.status = 204
    case.clock.advance(seconds=11)
    case.bus.drain()
    (first, body), (second, same) = case.merchant.came
    assert body == same
    assert first["webhook-id"] == second["webhook-id"] == str(delivery.id)
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 11
    assert case.tries(delivery) == [(500, "It answered 500."), (204, "")]
    done, endpoint = case.again(delivery), case.again(case.hook)
    assert (done.state, done.next_at) == ("delivered", None)
    assert (endpoint.failures, endpoint.failing_since) == (0, None)
    assert case.waiting() == 0


def test_who_asks_to_be_left_alone_is_left_alone(case: Case) -> None:
    """For as long as it asks."""
    case.merchant.status, case.merchant.retry_after = 429, "600"
    delivery = case.restock()
    case.bus.drain()
    assert case.again(delivery).next_at - case.clock.now() == timedelta(minutes=10)


def test_after_ten_tries_it_is_given_up_and_the_endpoint_is_disabled_with_a_reason(case: Case) -> None:
    """In three days; what else waits is dropped when its time comes, and what happens later is not told."""
    case.merchant.status = 500
    delivery = case.restock()
    case.bus.drain()
    for pause in PAUSES[:-1]:
        case.clock.advance(seconds=pause.total_seconds() * 1.1)
        case.bus.drain()
    other = case.restock()
    case.bus.drain()
    assert (case.again(delivery).state, case.again(case.hook).state) == ("waiting", "active")
    case.clock.advance(seconds=PAUSES[-1].total_seconds() * 1.1)
    case.bus.drain()
    case.clock.advance(minutes=10)
    case.bus.drain()

    assert (case.again(delivery).state, len(case.tries(delivery))) == ("failed", 10)
    disabled = case.again(case.hook)
    assert disabled.state == "disabled"
    assert disabled.reason == "Nothing was taken since 2013-02-08 12:00 UTC. The last time: It answered 500."
    assert case.again(other).state == "dropped"
    assert case.restock().id == other.id
    assert case.waiting() == 0
    assert list(DeadLetters(case.database).listed()) == []


def test_one_thing_that_is_never_taken_disables_nothing_while_others_are(case: Case) -> None:
    """The one is given up, the endpoint stays."""
    case.merchant.status = 500
    poison = case.restock()
    case.bus.drain()
    for pause in PAUSES:
        case.merchant.status = 204
        case.restock()
        case.bus.drain()
        case.merchant.status = 500
        case.clock.advance(seconds=pause.total_seconds() * 1.1)
        case.bus.drain()
    assert case.again(poison).state == "failed"
    assert case.again(case.hook).state == "active"


def test_who_says_that_it_is_gone_is_told_nothing_more(case: Case) -> None:
    """At once."""
    case.merchant.status = 410
    delivery = case.restock()
    case.bus.drain()
    assert case.again(delivery).state == "failed"
    assert (case.again(case.hook).state, case.again(case.hook).reason) == (
        "disabled",
        "It answered 410: there is nobody there any more.",
    )


def test_who_takes_nothing_just_now_is_spared_new_things_for_a_while(case: Case) -> None:
    """A system that is down does not keep others waiting with each thing that happens."""
    case.merchant.status = 500
    for _ in range(SPARED_AFTER):
        case.restock()
        case.bus.drain()
    case.merchant.came.clear()
    spared = case.restock()
    case.bus.drain()
    assert case.merchant.came == []
    assert (case.again(spared).tries, case.again(spared).next_at - case.clock.now()) == (0, timedelta(minutes=5))
    case.merchant.status = 204
    case.clock.advance(minutes=5)
    case.bus.drain()
    assert (case.again(spared).state, case.again(case.hook).failures) == ("delivered", 0)


def test_what_waits_goes_to_the_new_address_with_the_new_secret(case: Case) -> None:
    """The old one signs, too, for a day."""
    case.webhooks.edit(case.webhooks.get(case.hook.id), Wishes(url="http://127.0.0.1:1/"))
    case.unit.commit()
    case.restock()
    case.bus.drain()
    assert case.merchant.came == []
    endpoint = case.webhooks.get(case.hook.id)
    old = case.webhooks.secret(endpoint)
    new = case.webhooks.rotate(endpoint)
    case.webhooks.edit(endpoint, Wishes(url=case.merchant.url))
    case.unit.commit()
    case.clock.advance(seconds=11)
    case.bus.drain()
    assert [case.merchant.signed_by(old), case.merchant.signed_by(new)] == [True, True]
    case.clock.advance(hours=24)
    case.restock()
    case.bus.drain()
    assert [case.merchant.signed_by(old), case.merchant.signed_by(new)] == [False, True]


def test_what_was_missed_is_sent_again_when_somebody_asks(case: Case) -> None:
    """One, or all since a moment; under the ids that they had. Not while the endpoint is disabled."""
    began = case.clock.now()
    case.merchant.status = 410
    missed = case.restock()
    case.bus.drain()
    with pytest.raises(Conflict, match="enable it first"):
        case.deliveries.replay(case.deliveries.get(missed.id, case.hook.id))
    with pytest.raises(Conflict, match="enable it first"):
        case.deliveries.recover(case.webhooks.get(case.hook.id), began)
    case.unit.rollback()

    case.webhooks.enable(case.webhooks.get(case.hook.id))
    case.unit.commit()
    case.merchant.status = 204
    case.merchant.came.clear()
    assert case.deliveries.recover(case.webhooks.get(case.hook.id), began) == 1
    case.unit.commit()
    case.bus.drain()
    assert case.again(missed).state == "delivered"
    case.deliveries.replay(case.deliveries.get(missed.id, case.hook.id))
    case.unit.commit()
    case.bus.drain()
    assert [headers["webhook-id"] for headers, _ in case.merchant.came] == [str(missed.id)] * 2
    assert case.tries(missed) == [(410, "It answered 410."), (204, ""), (204, "")]
    assert case.deliveries.recover(case.webhooks.get(case.hook.id), began) == 0


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


def test_what_is_on_its_way_to_a_deleted_endpoint_ends_quietly(case: Case) -> None:
    """No dead letter, no row."""
    case.merchant.status = 500
    case.restock()
    case.bus.drain()
    case.restock()
    case.webhooks.delete(case.webhooks.get(case.hook.id))
    case.unit.commit()
    case.bus.drain()
    case.clock.advance(minutes=5)
    case.bus.drain()
    assert list(DeadLetters(case.database).listed()) == []
    assert case.unit.find(WebhookDelivery) == []
    assert case.unit.find(WebhookAttempt) == []


def test_the_log_goes_back_thirty_days(case: Case) -> None:
    """Then it is forgotten, with its tries, when the next thing was told."""
    old = case.restock()
    case.bus.drain()
    case.clock.advance(seconds=KEPT_FOR.total_seconds() + 60)
    new = case.restock()
    case.bus.drain()
    assert [each.id for each in case.deliveries.log(case.hook.id, 1 << 62, 10).entries] == [new.id]
    assert case.tries(old) == []
    with pytest.raises(NotFound, match="30 days"):
        case.deliveries.get(old.id, case.hook.id)


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
