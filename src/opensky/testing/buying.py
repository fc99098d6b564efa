"""Buying in a running shop, and looking after what was bought: for stories over HTTP. And finding the shop's processes, to kill them."""

import re
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import httpx

PATIENCE = 30.0
APPROVED, SUSPECT = "4242 4242 4242 4242", "4000 0000 0000 9235"
"""Test cards: with the second one an order is paid, and held by the fraud check."""
MEMBER = {"email": "maya@demo.example", "password": "demo-member-pass"}
STAFF = {"email": "staff@demo.example", "password": "demo-staff-pass"}
ADDRESS = {"name": "Maya Linden", "street": "5 Mill Lane", "city": "Ghent", "postcode": "9000", "country": "BE"}
BUS, WEB = "opensky.cli.bus_program", "opensky.cli.web"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Buyer:
    """A program of the demo's member."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=address, timeout=PATIENCE, trust_env=False)
        token = self.http.post("/api/v1/tokens", json=MEMBER).json()["token"]
        self.http.headers["authorization"] = f"Bearer {token}"

    def buy(self, card: str) -> dict[str, Any]:
        """Buy the first thing that is not sold out, and return the order."""
        for product in self.http.get("/api/v1/products").json()["products"]:
            for variant in self.http.get(f"/api/v1/products/{product['slug']}").json()["variants"]:
                answer = self.http.post(
                    "/api/v1/orders",
                    json={"lines": [{"sku": variant["sku"], "quantity": 1}], "payment_token": card, "address": ADDRESS},
                    headers={"Idempotency-Key": uuid.uuid4().hex},
                )
                if answer.status_code == httpx.codes.CREATED:
                    order: dict[str, Any] = answer.json()
                    return order
        raise AssertionError("Everything is sold out.")

    def state(self, order: dict[str, Any]) -> str:
        """How does an order stand now?"""
        return str(self.http.get(f"/api/v1/orders/{order['number']}").json()["state"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()


class Clerk:
    """Staff, in the admin."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=address, timeout=PATIENCE, trust_env=False, follow_redirects=True)
        self._send("/log-in", self._token(self.http.get("/log-in").text), STAFF)

    def order(self, order: dict[str, Any]) -> str:
        """Return the page of an order."""
        answer = self.http.get(f"/admin/orders/{order['number']}")
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.text

    def verdict(self, order: dict[str, Any]) -> str:
        """What has the fraud check said? Empty while it has said nothing."""
        found = re.search(r"(approve|hold|refuse) \(\d+ of 100\)", self.order(order))
        return found[1] if found else ""

    def release(self, order: dict[str, Any]) -> None:
        """Let a held order go on."""
        self._send(
            f"/admin/orders/{order['number']}/release", self._token(self.order(order)), {"reason": "I rang her."}
        )

    def _token(self, page: str) -> str:
        found = _TOKEN.search(page)
        assert found is not None, page
        return found[1]

    def _send(self, path: str, token: str, fields: dict[str, str]) -> None:
        answer = self.http.post(path, data={"csrf_token": token, **fields})
        assert answer.status_code == httpx.codes.OK, f"POST {path}: {answer.status_code}\n{answer.text}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()


def wait_for(condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Wait until something holds; ``what`` should come is said if it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def processes_of(data: Path, module: str) -> list[int]:
    """Return the ids of a shop's processes that run a module."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if module.encode() in words and f"OPENSKY_DATA={data}\0".encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue  # it ended while we looked
    return sorted(found)
