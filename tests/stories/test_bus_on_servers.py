"""The whole way of an order's fraud check on every engine, and through a broker by one URL; also while processes and broker are killed."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Select, func, select

from opensky.messaging import DeadLetters, Queue
from opensky.messaging.tables import FINISHED, SEEN
from opensky.persistence import Database
from opensky.testing import brokers
from opensky.testing.brokers import KINDS, Killable
from opensky.testing.buying import APPROVED, BUS, SUSPECT, WEB, Buyer, Clerk, processes_of, wait_for

pytestmark = [
    pytest.mark.services,
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc"),
]


def checked(shop: Any) -> None:
    """Place a suspect and a harmless order, see the first one held and the other approved, and release the first."""
    with Buyer(shop.address) as buyer, Clerk(shop.address) as clerk:
        suspect, harmless = buyer.buy(SUSPECT), buyer.buy(APPROVED)
        wait_for(lambda: buyer.state(suspect) == "held", "the order should be held", 60)
        wait_for(lambda: clerk.verdict(harmless) == "approve", "the harmless order should be approved", 60)
        clerk.release(suspect)
        assert buyer.state(suspect) != "held"


def kill(pids: list[int]) -> None:
    """Kill -9."""
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def test_an_order_is_checked_held_and_released_on_each_engine(served_shop: Any) -> None:
    """Messages in the database, callbacks signed, nothing else to set up."""
    checked(served_shop)


def test_killed_processes_lose_no_check_on_each_engine(served_shop: Any) -> None:
    """The bus dies with the question in its hands, then the web processes with the answer at their door."""
    data = served_shop.data
    with Buyer(served_shop.address) as buyer:
        orders = [buyer.buy(SUSPECT) for _ in range(3)]
        kill(processes_of(data, BUS))
        wait_for(lambda: processes_of(data, BUS), "there should be another bus")
        kill(processes_of(data, WEB))
        wait_for(lambda: len(processes_of(data, WEB)) == 2, "there should be other web processes")
        # Sooner than the leases of the dead bus end: the next one on this machine knows that nobody has them any more.
        wait_for(lambda: {answered(buyer, order) for order in orders} == {"held"}, "the orders should be held", 45)


def answered(buyer: Buyer, order: dict[str, Any]) -> str:
    """How does an order stand? A web process may die over the question."""
    try:
        return buyer.state(order)
    except (httpx.HTTPError, ValueError, KeyError):
        return ""


@pytest.fixture(scope="module")
def artemis() -> Iterator[Killable]:
    """An Artemis of our own."""
    KINDS["artemis"].obtain()
    if missing := KINDS["artemis"].missing():
        pytest.skip(f"needs Artemis ({missing} is not there)")
    with brokers.started("artemis") as broker:
        yield broker


@pytest.fixture(scope="module")
def shop(artemis: Killable, tmp_path_factory: pytest.TempPathFactory, opened_shop: Any) -> Iterator[Any]:
    """The demo shop with its messages on Artemis: by one setting."""
    with opened_shop(tmp_path_factory.mktemp("brokered") / "var", broker_url=artemis.url) as shop:
        yield shop


def test_an_order_is_checked_held_and_released_through_artemis(shop: Any) -> None:
    """Each step of it went through the broker, once, and nothing is left anywhere."""
    checked(shop)
    with closing(Database(shop.data / "opensky.sqlite", ())) as database:
        for queue in ("fraud.check", "events.async"):
            # Other orders are shipped meanwhile: there may always be something on its way.
            wait_for(partial(all_handled, database, queue), f"what came through {queue} should be handled")
        assert DeadLetters(database).listed() == []
        assert [depth for depth in Queue(database).depths() if depth.outgoing] == []


def all_handled(database: Database, queue: str) -> bool:
    """Whether as much was handled of a queue as came in from the broker, and some did."""
    return through_the_broker(database, queue) == finished(database, queue) > 0


def through_the_broker(database: Database, queue: str) -> int:
    """How many messages have come in from a queue of the broker?"""
    return counted(database, select(func.count()).select_from(SEEN).where(SEEN.c.consumer == queue))


def finished(database: Database, queue: str) -> int:
    """How many messages of a queue were handled?"""
    return counted(database, select(func.count()).select_from(FINISHED).where(FINISHED.c.queue == queue))


def counted(database: Database, statement: Select[Any]) -> int:
    with database.reader() as reader:
        [[count]] = reader.rows(statement)
    return int(count)


def test_while_artemis_is_gone_orders_are_placed_and_are_checked_afterwards(shop: Any, artemis: Killable) -> None:
    """Nobody in the shop notices; the messages wait in the database."""
    artemis.kill()
    with Buyer(shop.address) as buyer:
        order = buyer.buy(SUSPECT)
        assert (order["state"], buyer.state(order)) == ("paid", "paid")
        artemis.start_again()
        wait_for(lambda: buyer.state(order) == "held", "the order should be held", 60)
