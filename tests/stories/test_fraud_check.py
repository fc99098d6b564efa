"""A running shop: orders placed over HTTP are checked by the bus, and held or not; a bus that dies loses nothing."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opensky.testing.buying import APPROVED, BUS, SUSPECT, Buyer, Clerk, processes_of, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def buyer(running_shop: Any) -> Iterator[Buyer]:
    """A program of the demo member."""
    with Buyer(running_shop.address) as made:
        yield made


def test_a_suspect_order_is_held_until_staff_releases_it(buyer: Buyer, running_shop: Any) -> None:
    """The answer to the order says paid: nobody waited. The verdict comes by itself; a harmless order just goes on."""
    suspect, harmless = buyer.buy(SUSPECT), buyer.buy(APPROVED)
    assert (suspect["state"], harmless["state"]) == ("paid", "paid")
    wait_for(lambda: buyer.state(suspect) == "held", "the order should be held")
    with Clerk(running_shop.address) as clerk:
        wait_for(lambda: clerk.verdict(harmless) == "approve", "the harmless order should be approved")
        assert buyer.state(harmless) != "held"
        clerk.release(suspect)
    assert buyer.state(suspect) != "held"


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_without_a_bus_orders_are_placed_and_the_next_bus_checks_them(buyer: Buyer, running_shop: Any) -> None:
    """The message waits; a bus that is killed comes back."""
    [bus] = processes_of(running_shop.data, BUS)
    os.kill(bus, signal.SIGSTOP)  # it has hung: the shop must not notice
    try:
        order = buyer.buy(SUSPECT)
        time.sleep(1)
        assert (order["state"], buyer.state(order)) == ("paid", "paid")
    finally:
        os.kill(bus, signal.SIGKILL)
    wait_for(lambda: processes_of(running_shop.data, BUS) not in ([], [bus]), "there should be another bus")
    wait_for(lambda: buyer.state(order) == "held", "the order should be held")


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="reads memory from /proc")
def test_the_bus_is_small(buyer: Buyer, running_shop: Any) -> None:
    """80 MB at most, shared pages counted by shares, after it has worked."""
    order = buyer.buy(SUSPECT)
    wait_for(lambda: buyer.state(order) == "held", "the order should be held")
    [bus] = processes_of(running_shop.data, BUS)
    share = Path(f"/proc/{bus}/smaps_rollup").read_text()
    assert int(share.split("Pss:")[1].split()[0]) <= 80 * 1024
