"""A running shop: what is bought over HTTP is shipped by the simulated partners, in files and documents."""

import itertools
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.slow

PATIENCE = 40.0
MEMBER = {"email": "maya@demo.example", "password": "demo-member-pass"}
ADDRESS = {"name": "Maya Linden", "street": "5 Mill Lane", "city": "Ghent", "postcode": "9000", "country": "BE"}


@pytest.fixture
def client(running_shop: Any) -> Iterator[httpx.Client]:
    """A program of the demo member."""
    with httpx.Client(base_url=running_shop.address, timeout=PATIENCE, trust_env=False) as made:
        token = made.post("/api/v1/tokens", json=MEMBER).json()["token"]
        made.headers["authorization"] = f"Bearer {token}"
        yield made


def buy(client: httpx.Client) -> str:
    """Buy two things that lie well apart in the list, so mostly of two insiders; return the number of the order."""
    products = client.get("/api/v1/products").json()["products"]
    skus = [client.get(f"/api/v1/products/{each['slug']}").json()["variants"][0]["sku"] for each in products[:12]]
    for pair in itertools.combinations(skus, 2):
        answer = client.post(
            "/api/v1/orders",
            json={
                "lines": [{"sku": sku, "quantity": 1} for sku in pair],
                "payment_token": "4242 4242 4242 4242",
                "address": ADDRESS,
            },
            headers={"Idempotency-Key": uuid.uuid4().hex},
        )
        if answer.status_code == httpx.codes.CREATED:
            return str(answer.json()["number"])
    raise AssertionError("Everything is sold out.")


def ship(shop: Any) -> None:
    """Have the partners ship some of what is paid, the oldest first: other stories have bought here, too."""
    command = [sys.executable, "-P", "-m", "opensky.cli", "sandbox", "run", "--after", "0", "--once"]
    port = shop.address.rpartition(":")[2]
    subprocess.run([*command, "--data", str(shop.data), "--port", port], check=True)


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Look until it is so."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def test_what_is_bought_arrives_at_the_order_as_shipped(client: httpx.Client, running_shop: Any) -> None:
    """By a file in a folder or a document over HTTP, whichever partner its insiders have."""
    number = buy(client)

    def is_shipped() -> bool:
        ship(running_shop)
        return bool(client.get(f"/api/v1/orders/{number}").json()["state"] == "shipped")

    wait_for(is_shipped, "the order should be shipped")
