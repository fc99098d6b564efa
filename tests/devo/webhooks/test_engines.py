"""The whole life of a webhook on MariaDB and PostgreSQL: told, failed, tried again, disabled, recovered, deleted."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from dishka import Container, Provider, Scope

from opensky.devo.sellers.manager import SellerManager
from opensky.devo.webhooks.deliveries import DeliveryManager
from opensky.devo.webhooks.manager import WebhookManager
from opensky.devo.webhooks.views import EndpointShown
from opensky.kernel.clock import Clock, SetClock
from opensky.messaging import DeadLetters, Queue
from opensky.osis.partners.devo import Devo
from opensky.osis.runtime import Worker
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.testing.browser import browsing
from opensky.web.app import build
from opensky.wiring.bus import bus_container, worker
from opensky.wiring.containers import container, web_container
from opensky.wiring.features import CONTROLLERS, FRAME, TEMPLATES

pytestmark = pytest.mark.services
NEWEST = (1 << 63) - 1


class Shop:
    """The shop's jobs, OSIS beside it, and a webhook of Maya's."""

    def __init__(self, jobs: Container, bus: Worker, url: str) -> None:
        self.jobs = jobs
        self.bus = bus
        with jobs() as job:
            maya = job.get(SellerManager).create("Maya Linden")
            self.hook = job.get(WebhookManager).create(maya.id, url, ["seller.edited"]).id
            job.get(UnitOfWork).commit()

    def edit(self, town: str) -> None:
        """Have something happen, and be told."""
        with self.jobs() as job:
            sellers = job.get(SellerManager)
            sellers.edit(sellers.by_slug("maya-linden"), town=town)
            job.get(UnitOfWork).commit()
        self.bus.drain()

    def shown(self) -> EndpointShown:
        """How does the webhook stand?"""
        with self.jobs() as job:
            return job.get(WebhookManager).shown(self.hook)

    def log(self) -> list[tuple[str, int, int | None]]:
        """What was it told, in how many tries, and what came of the last?"""
        with self.jobs() as job:
            found = job.get(DeliveryManager).log(self.hook, NEWEST, 9).entries
            last = job.get(DeliveryManager).last_tries(found)
        return [(each.state, each.tries, last[each.id].status) for each in found]


@pytest.fixture(params=["mariadb_url", "postgresql_url"])
def shop(request: pytest.FixtureRequest, settings: Settings, clock: SetClock, merchant: Any) -> Iterator[Shop]:
    """One on each server."""
    there = replace(settings, database_url=request.getfixturevalue(request.param))
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock)
    jobs, web = container(there, test), web_container(there, test)
    jobs.get(Database).create()
    app = build(there, web, CONTROLLERS, templates=TEMPLATES, frame=FRAME)
    with browsing(app) as browser:
        test.provide(lambda: Devo("", there.secret_key, clock, browser), provides=Devo)
        bus = bus_container(there, test)
        yield Shop(jobs, worker(bus), merchant.url)
        bus.close()
    for each in (jobs, web):
        each.close()
    app.state.pool.close()


def test_a_webhook_lives_on_each_server(shop: Shop, clock: SetClock, merchant: Any) -> None:
    """As on the embedded database."""
    # tried again, until it is taken
    merchant.status = 500
    shop.edit("Ghent")
    clock.advance(seconds=11)
    shop.bus.drain()
    failing = shop.shown()
    assert (failing.failures, failing.failing_since) == (2, failing.created_at)
    merchant.status = 204
    clock.advance(seconds=66)
    shop.bus.drain()
    assert shop.log() == [("delivered", 3, 204)]
    assert (shop.shown().failures, shop.shown().failing_since) == (0, None)

    # disabled, enabled, and told what it has missed
    merchant.status = 410
    shop.edit("Hudson")
    assert shop.log() == [("failed", 1, 410), ("delivered", 3, 204)]
    assert shop.shown().state == "disabled"
    with shop.jobs() as job:
        endpoint = job.get(WebhookManager).get(shop.hook)
        job.get(WebhookManager).enable(endpoint)
        assert job.get(DeliveryManager).recover(endpoint, endpoint.created_at) == 1
        job.get(UnitOfWork).commit()
    merchant.status = 204
    shop.bus.drain()
    assert shop.log() == [("delivered", 2, 204), ("delivered", 3, 204)]
    assert merchant.types == ["seller.edited"] * 5

    # deleted, and nothing is left
    with shop.jobs() as job:
        job.get(WebhookManager).delete(job.get(WebhookManager).get(shop.hook))
        job.get(UnitOfWork).commit()
    assert shop.log() == []
    database = shop.jobs.get(Database)
    assert list(DeadLetters(database).listed()) == []
    assert sum(each.ready + each.waiting for each in Queue(database).depths()) == 0
