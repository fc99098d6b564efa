"""Webhooks over the API: of an insider's own, with a token, and with the secret shown once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, get_args

import pytest

from opensky.devo.members.objects import Member
from opensky.devo.sellers.objects import Seller
from opensky.devo.webhooks.deliveries import DeliveryManager
from opensky.devo.webhooks.objects import WebhookEndpoint
from opensky.devo.webhooks.shapes import EventName
from opensky.devo.webhooks.telling import NAMES
from opensky.kernel.clock import SetClock
from opensky.osis.runtime import Worker
from opensky.persistence import UnitOfWork
from opensky.testing.browser import Browser
from opensky.testing.factories import Factory
from opensky.web.objects import ApiToken
from opensky.web.signing import digest

Ask = Callable[..., Any]
PATH = "/api/v1/webhooks"


def token(unit: UnitOfWork, member: Member, text: str, scope: str = "write") -> dict[str, str]:
    unit.persist(ApiToken(token_hash=digest(text), member_id=member.id, scope=scope, created_at=member.joined_at))
    return {"Authorization": f"Bearer {text}"}


@pytest.fixture
def ask(browser: Browser, make: Factory, unit: UnitOfWork) -> Ask:
    """Asks as Maya, who runs a shop."""
    member = make.member(name="Maya")
    make.seller(slug="own", name="Maya", member_id=member.id)
    headers = token(unit, member, "osk_maya")
    unit.commit()

    def asked(method: str, path: str, body: object = None, **more: Any) -> Any:
        return browser.request(method, path, json=body, headers=headers, **more)

    return asked


def test_the_description_lists_just_what_can_be_told() -> None:
    """Else nobody could ask for it."""
    assert set(get_args(EventName)) == NAMES


def test_a_webhook_is_made_tested_changed_and_deleted(ask: Ask, merchant: Any, bus: Worker, clock: SetClock) -> None:
    """From the first request to the last; the secret is in the first alone."""
    made = ask("POST", PATH, {"url": merchant.url, "events": ["order.paid"], "description": "the till"})
    assert made.status_code == 201
    webhook, secret = made.json(), made.json().pop("secret")
    one = f"{PATH}/{webhook['id']}"
    shown = {key: value for key, value in webhook.items() if key != "secret"}
    assert ask("GET", one).json() == shown
    assert ask("GET", PATH).json() == {"webhooks": [shown]}

    ping = ask("POST", f"{one}/ping")
    assert (ping.status_code, ping.json()["event"], ping.json()["state"]) == (201, "webhook.ping", "waiting")
    bus.drain()
    assert merchant.signed_by(secret)
    log = ask("GET", f"{one}/deliveries").json()
    assert log == {"deliveries": [{**ping.json(), "state": "delivered"}], "after": ""}
    told = ask("GET", f"{one}/deliveries/{ping.json()['id']}").json()
    assert told["body"] == merchant.came[0][1].decode()
    [attempt] = told["attempts"]
    assert (attempt["number"], attempt["url"], attempt["status"], attempt["error"]) == (1, merchant.url, 204, "")

    rotated = ask("POST", f"{one}/secret").json()
    assert rotated["secret"] != secret
    assert datetime.fromisoformat(rotated["old_signs_until"]) > clock.now()
    changed = ask("PATCH", one, {"events": ["order.shipped"], "enabled": False}).json()
    assert (changed["events"], changed["state"], changed["url"]) == (["order.shipped"], "disabled", merchant.url)
    assert ask("POST", f"{one}/deliveries/{ping.json()['id']}/replay").status_code == 409
    assert ask("PATCH", one, {"enabled": True}).json()["state"] == "active"
    assert ask("POST", f"{one}/deliveries/{ping.json()['id']}/replay").json()["state"] == "waiting"
    bus.drain()
    assert [headers["webhook-id"] for headers, _ in merchant.came] == [ping.json()["id"]] * 2

    assert ask("DELETE", one).json() == {"id": webhook["id"], "deleted": True}
    assert ask("GET", one).status_code == 404
    assert ask("GET", PATH).json() == {"webhooks": []}


def test_what_was_missed_is_asked_for(ask: Ask, merchant: Any, bus: Worker) -> None:
    """A test that failed counts as missed, too; it can be found by its state."""
    one = PATH + "/" + ask("POST", PATH, {"url": merchant.url, "events": ["order.paid"]}).json()["id"]
    merchant.status = 500
    ids = [ask("POST", f"{one}/ping").json()["id"] for _ in range(3)]
    bus.drain()
    first = ask("GET", f"{one}/deliveries?state=failed&limit=2").json()
    second = ask("GET", f"{one}/deliveries?state=failed&limit=2&after={first['after']}").json()
    assert [each["id"] for each in first["deliveries"] + second["deliveries"]] == ids[::-1]
    assert second["after"] == ""
    assert ask("GET", f"{one}/deliveries?state=delivered").json()["deliveries"] == []
    merchant.status = 204
    assert ask("POST", f"{one}/recover", {"since": "1970-01-01T00:00:00Z"}).json() == {"again": 3, "more": False}
    bus.drain()
    assert len(ask("GET", f"{one}/deliveries?state=delivered").json()["deliveries"]) == 3


WRONG: list[tuple[object, str]] = [
    ({"url": "http://169.254.169.254/latest", "events": ["order.paid"]}, "#/url"),
    ({"url": "https://shop.example/#a", "events": ["order.paid"]}, "#/url"),
    ({"url": "https://shop.example/", "events": []}, "#/events"),
    ({"url": "https://shop.example/", "events": ["order.eaten"]}, "#/events/0"),
    ({"url": "https://shop.example/", "events": ["order.paid"], "seller_id": "7"}, "#"),
]


def test_what_breaks_a_rule_is_refused_beside_its_field(ask: Ask) -> None:
    """And nothing is made."""
    for body, pointer in WRONG:
        answer = ask("POST", PATH, body)
        assert answer.status_code == 422
        assert [each.get("pointer", "") for each in answer.json()["errors"]] == [pointer]
    assert ask("GET", PATH).json() == {"webhooks": []}


OPERATIONS: list[tuple[str, str, object]] = [
    ("GET", "", None),
    ("PATCH", "", {"enabled": False}),
    ("DELETE", "", None),
    ("POST", "/secret", None),
    ("POST", "/ping", None),
    ("POST", "/recover", {"since": "1970-01-01T00:00:00Z"}),
    ("GET", "/deliveries", None),
    ("GET", "/deliveries/{delivery}", None),
    ("POST", "/deliveries/{delivery}/replay", None),
]


def test_another_insiders_webhook_is_not_there(
    ask: Ask, hook: WebhookEndpoint, deliveries: DeliveryManager, unit: UnitOfWork
) -> None:
    """Whoever guesses its id learns nothing and changes nothing, not by a delivery of it under an own webhook either."""
    endpoint = unit.get(WebhookEndpoint, hook.id)
    assert endpoint is not None
    delivery = deliveries.ping(endpoint)
    unit.commit()
    own = ask("POST", PATH, {"url": "http://127.0.0.1:1/", "events": ["order.paid"]}).json()["id"]
    for method, path, body in OPERATIONS:
        assert ask(method, f"{PATH}/{hook.id}{path.format(delivery=delivery.id)}", body).status_code == 404
        if "{delivery}" in path:
            assert ask(method, f"{PATH}/{own}{path.format(delivery=delivery.id)}", body).status_code == 404
    unit.rollback()
    kept = unit.get(WebhookEndpoint, hook.id)
    assert kept is not None
    assert (kept.state, kept.generation) == ("active", 1)
    assert len(deliveries.log(hook.id, 1 << 62, 9).entries) == 1


def test_what_is_no_id_is_not_there(ask: Ask) -> None:
    """Whatever is sent."""
    for id_ in ("0", "x", "-1", "9" * 19, "9" * 400, "%20", "²"):
        assert ask("GET", f"{PATH}/{id_}").status_code == 404


def test_who_runs_no_shop_or_may_only_read_makes_none(
    browser: Browser, make: Factory, unit: UnitOfWork, maya: Seller
) -> None:
    """Nor does who says nothing of who they are."""
    body = {"url": "https://shop.example/", "events": ["order.paid"]}
    shopper, reader = make.member(), make.member()
    make.seller(member_id=reader.id)
    no_shop, only_reads = token(unit, shopper, "osk_shopper"), token(unit, reader, "osk_reader", "read")
    unit.commit()
    assert browser.post(PATH, json=body).status_code == 401
    assert browser.post(PATH, json=body, headers=no_shop).status_code == 404
    assert browser.post(PATH, json=body, headers=only_reads).status_code == 403
    assert browser.get(PATH, headers=only_reads).json() == {"webhooks": []}
    assert unit.find(WebhookEndpoint) == []
