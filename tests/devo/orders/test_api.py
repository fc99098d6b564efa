"""Orders for programs: bought with a key, listed by cursor, and nobody else's."""

from collections.abc import Callable
from typing import Any

import pytest

from opensky.devo.members.objects import PostalAddress
from opensky.devo.orders.objects import Order
from opensky.devo.products.objects import Product
from opensky.kernel.clock import SetClock
from opensky.persistence import UnitOfWork
from opensky.testing.browser import Browser
from opensky.testing.factories import Factory
from opensky.web import Tokens

ADDRESS = PostalAddress(name="Ben Reed", street="5 Mill Lane", city="Ghent", postcode="9000", country="BE")
BODY: dict[str, Any] = {"lines": [{"sku": "BOWL", "quantity": 2}, {"sku": "CUP"}], "payment_token": "4242424242424242"}

Ask = Callable[..., Any]


@pytest.fixture
def bearer(unit: UnitOfWork, clock: SetClock, make: Factory) -> Callable[..., dict[str, str]]:
    """Makes a member with a token and returns the header that shows it."""

    def made(scope: str = "write", **given: Any) -> dict[str, str]:
        member = make.member(**({"address": ADDRESS} | given))
        token = Tokens(unit, clock).create(member.id, member_name=member.name, name="test", scope=scope)
        unit.commit()
        return {"authorization": f"Bearer {token}"}

    return made


@pytest.fixture
def buy(browser: Browser, bowl: Product, cup: Product) -> Ask:
    """Posts an order."""

    def post(headers: dict[str, str], key: str = "a-key-of-mine", **changed: Any) -> Any:
        return browser.post("/api/v1/orders", json=BODY | changed, headers=headers | {"idempotency-key": key})

    return post


def states(unit: UnitOfWork) -> list[str]:
    """Return the states of all orders, and let go of the writer's turn, which the shop needs."""
    found: list[str] = [order.state for order in unit.find(Order)]
    unit.rollback()
    return found


def test_a_program_buys(buy: Ask, bearer: Any, browser: Browser, bowl: Product) -> None:
    """Over two insiders, at the shop's prices, to the account's address; ids and amounts are text."""
    me = bearer(email="ben@example.org")

    answer = buy(me)

    assert answer.status_code == 201
    order = answer.json()
    assert (order["state"], order["email"], order["total"]) == (
        "paid",
        "ben@example.org",
        {"amount": "34.00", "currency": "USD"},
    )
    assert order["lines"][0] == {
        "sku": "BOWL",
        "name": "Bowl",
        "variant": "Blue",
        "seller_id": str(bowl.seller_id),
        "quantity": 2,
        "price": {"amount": "12.50", "currency": "USD"},
        "amount": {"amount": "25.00", "currency": "USD"},
    }
    assert browser.get(f"/api/v1/orders/{order['number']}", headers=me).json() == order


def test_the_same_key_is_the_same_order(buy: Ask, bearer: Any, unit: UnitOfWork) -> None:
    """For other things it is refused, and for another member it is another order."""
    me = bearer()

    assert buy(me).json()["number"] == buy(me).json()["number"]
    assert buy(me, lines=[{"sku": "CUP"}]).status_code == 409
    assert len(states(unit)) == 1
    assert buy(bearer()).status_code == 201
    assert len(states(unit)) == 2


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"lines": []}, 422),
        ({"lines": [{"sku": "BOWL", "quantity": 0}]}, 422),
        ({"lines": [{"sku": "BOWL", "quantity": 60}, {"sku": "BOWL", "quantity": 60}]}, 422),
        ({"lines": [{"sku": "BOWL", "price": "0.01"}]}, 422),
        ({"lines": [{"sku": "NONE"}]}, 409),
        ({"lines": [{"sku": "BOWL", "quantity": 6}]}, 409),
        ({"payment_token": "4000 0000 0000 0002"}, 409),
        ({"payment_token": " "}, 422),
        ({"email": "ben"}, 422),
        ({"total": "0.01"}, 422),
        ({"member_id": "7"}, 422),
        ({"address": {"name": "", "street": "", "city": "", "postcode": ""}}, 422),
    ],
)
def test_what_cannot_be_ordered_is_a_problem(
    buy: Ask, bearer: Any, unit: UnitOfWork, changed: dict[str, Any], status: int
) -> None:
    """Told as problem+json; what a client may not say is refused, not passed over."""
    answer = buy(bearer(), **changed)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert states(unit) in ([], ["cancelled"])


def test_without_any_address_one_must_be_sent(buy: Ask, bearer: Any) -> None:
    """The message says so."""
    answer = buy(bearer(address=None))

    assert answer.status_code == 422
    assert "no address yet" in answer.text


def test_the_key_is_needed(browser: Browser, bearer: Any, bowl: Product) -> None:
    """An order without one could be doubled by a retry."""
    assert browser.post("/api/v1/orders", json=BODY, headers=bearer()).status_code in {400, 422}


def test_orders_need_a_token_that_may_write(buy: Ask, bearer: Any, browser: Browser) -> None:
    """A reading token reads."""
    reading = bearer("read")

    assert buy({}).status_code == 401
    assert buy(reading).status_code == 403
    assert browser.get("/api/v1/orders", headers=reading).json() == {"orders": [], "after": ""}


def test_orders_are_listed_by_cursor_and_nobody_else_s(
    buy: Ask, bearer: Any, browser: Browser, clock: SetClock
) -> None:
    """Newest first."""
    me, other = bearer(), bearer()
    numbers = []
    for key in ("first-key", "second-key", "third-key"):
        clock.advance(seconds=1)
        numbers.append(buy(me, key, lines=[{"sku": "BOWL"}]).json()["number"])
    buy(other, lines=[{"sku": "CUP"}])

    first = browser.get("/api/v1/orders?limit=2", headers=me).json()
    rest = browser.get(f"/api/v1/orders?limit=2&after={first['after']}", headers=me).json()

    assert [order["number"] for order in first["orders"]] == [numbers[2], numbers[1]]
    assert [order["number"] for order in rest["orders"]] == [numbers[0]]
    assert rest["after"] == ""
    assert browser.get("/api/v1/orders?after=x", headers=me).status_code == 400


def test_another_s_order_is_not_there(buy: Ask, bearer: Any, browser: Browser, unit: UnitOfWork) -> None:
    """Neither to be seen nor to be cancelled."""
    me, other = bearer(), bearer()
    path = f"/api/v1/orders/{buy(me).json()['number']}"

    assert browser.get(path, headers=other).status_code == 404
    assert browser.post(f"{path}/cancel", headers=other).status_code == 404
    cancelled = browser.post(f"{path}/cancel", headers=me)
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert browser.post(f"{path}/cancel", headers=me).status_code == 409
