"""A running shop: orders placed over HTTP are checked by the bus, and held or not; a bus that dies loses nothing."""

import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.slow

PATIENCE = 30.0
APPROVED, SUSPECT = "4242 4242 4242 4242", "4000 0000 0000 9235"
MEMBER = {"email": "maya@demo.example", "password": "demo-member-pass"}
ADDRESS = {"name": "Maya Linden", "street": "5 Mill Lane", "city": "Ghent", "postcode": "9000", "country": "BE"}


@pytest.fixture
def client(running_shop: Any) -> Iterator[httpx.Client]:
    """A program of the demo member."""
    with httpx.Client(base_url=running_shop.address, timeout=PATIENCE, trust_env=False) as made:
        token = made.post("/api/v1/tokens", json=MEMBER).json()["token"]
        made.headers["authorization"] = f"Bearer {token}"
        yield made


def buy(client: httpx.Client, card: str) -> dict[str, Any]:
    """Buy the first thing that is not sold out."""
    for product in client.get("/api/v1/products").json()["products"]:
        for variant in client.get(f"/api/v1/products/{product['slug']}").json()["variants"]:
            answer = client.post(
                "/api/v1/orders",
                json={"lines": [{"sku": variant["sku"], "quantity": 1}], "payment_token": card, "address": ADDRESS},
                headers={"Idempotency-Key": uuid.uuid4().hex},
            )
            if answer.status_code == httpx.codes.CREATED:
                order: dict[str, Any] = answer.json()
                return order
    raise AssertionError("Everything is sold out.")


def state(client: httpx.Client, order: dict[str, Any]) -> str:
    return str(client.get(f"/api/v1/orders/{order['number']}").json()["state"])


def wait_for(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def bus_of(data: Path) -> int:
    """Return the process id of a shop's bus; 0 while there is none."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
            if (
                b"opensky.cli.bus_program" in command
                and f"OPENSKY_DATA={data}\0".encode() in (folder / "environ").read_bytes()
            ):
                return int(folder.name)
        except OSError:
            continue  # it ended while we looked
    return 0


def test_a_suspect_order_is_held_and_a_harmless_one_is_not(client: httpx.Client) -> None:
    """The answer to the order says paid: nobody waited. The verdict comes by itself."""
    suspect, harmless = buy(client, SUSPECT), buy(client, APPROVED)
    assert (suspect["state"], harmless["state"]) == ("paid", "paid")
    wait_for(lambda: state(client, suspect) == "held", "the order should be held")
    assert state(client, harmless) == "paid"


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_without_a_bus_orders_are_placed_and_the_next_bus_checks_them(client: httpx.Client, running_shop: Any) -> None:
    """The message waits; a bus that is killed comes back."""
    bus = bus_of(running_shop.data)
    assert bus
    os.kill(bus, signal.SIGSTOP)  # it has hung: the shop must not notice
    try:
        order = buy(client, SUSPECT)
        time.sleep(1)
        assert (order["state"], state(client, order)) == ("paid", "paid")
    finally:
        os.kill(bus, signal.SIGKILL)
    wait_for(lambda: bus_of(running_shop.data) not in {0, bus}, "the supervisor should start another bus")
    wait_for(lambda: state(client, order) == "held", "the order should be held")


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="reads memory from /proc")
def test_the_bus_is_small(client: httpx.Client, running_shop: Any) -> None:
    """80 MB at most, shared pages counted by shares, after it has worked."""
    order = buy(client, SUSPECT)
    wait_for(lambda: state(client, order) == "held", "the order should be held")
    share = Path(f"/proc/{bus_of(running_shop.data)}/smaps_rollup").read_text()
    assert int(share.split("Pss:")[1].split()[0]) <= 80 * 1024
