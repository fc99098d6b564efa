"""A running shop: an order and a forgotten password bring letters, which lie where the demo shop shows them."""

import re
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.slow

PATIENCE = 30.0
MEMBER = {"email": "ines@demo.example", "password": "demo-seller-pass"}
ADDRESS = {"name": "Ines", "street": "5 Mill Lane", "city": "Ghent", "postcode": "9000", "country": "BE"}


@pytest.fixture
def client(running_shop: Any) -> Iterator[httpx.Client]:
    """Somebody at the machine of the shop."""
    with httpx.Client(base_url=running_shop.address, timeout=PATIENCE, trust_env=False, follow_redirects=True) as made:
        yield made


def letter(client: httpx.Client, subject: str) -> str:
    """Wait for the newest letter with a subject, and return its page."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = re.search(rf'href="(/dev/mail/\d+)">{re.escape(subject)}<', client.get("/dev/mail").text)
        if found:
            return client.get(found[1]).text
        assert time.monotonic() < deadline, f"no letter {subject!r}"
        time.sleep(0.1)


def submit(client: httpx.Client, path: str, **typed: str) -> httpx.Response:
    """Fill in the form of a page that posts to itself, and send it."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert token
    return client.post(path, data={"csrf_token": token[1], **typed})


def buy(client: httpx.Client) -> str:
    """Buy the first thing that is there, and return the number of the order."""
    token = client.post("/api/v1/tokens", json=MEMBER).json()["token"]
    for product in client.get("/api/v1/products").json()["products"]:
        for variant in client.get(f"/api/v1/products/{product['slug']}").json()["variants"]:
            order = {"lines": [{"sku": variant["sku"], "quantity": 1}], "address": ADDRESS}
            headers = {"Idempotency-Key": uuid.uuid4().hex, "authorization": f"Bearer {token}"}
            body = order | {"payment_token": "4242 4242 4242 4242"}
            answer = client.post("/api/v1/orders", json=body, headers=headers)
            if answer.status_code == httpx.codes.CREATED:
                return str(answer.json()["number"])
    raise AssertionError("Everything is sold out.")


def test_an_order_is_confirmed_by_letter(client: httpx.Client) -> None:
    """Paid, told to the bus, gathered by the shop, written and delivered by the bus."""
    number = buy(client)
    page = letter(client, f"Your order {number}")
    assert "Total, delivery included" in page
    assert f"/orders/{number}" in page


def test_a_forgotten_password_is_replaced_by_the_link_of_a_letter(client: httpx.Client) -> None:
    """From the log-in to the log-in, over a letter. The new password is the old one again, for other stories."""
    asked = submit(client, "/log-in/forgotten", email=MEMBER["email"])
    assert "a letter with a link is on its way" in asked.text

    found = re.search(r"(/log-in/new/[\w.-]+)", letter(client, "A new password for OpenSky"))
    assert found
    changed = submit(client, found[1], new_password=MEMBER["password"])

    assert "Your password is changed" in changed.text
    assert client.get(found[1]).status_code == httpx.codes.GONE
    assert "Log out" in submit(client, "/log-in", **MEMBER).text
