"""Webhooks in the admin: made, looked at, tested, mended and deleted by staff, without JavaScript."""

from typing import Any

from opensky.devo.products.objects import Product
from opensky.devo.sellers.objects import Seller
from opensky.devo.webhooks.deliveries import DeliveryManager
from opensky.devo.webhooks.manager import WebhookManager
from opensky.devo.webhooks.objects import WebhookDelivery, WebhookEndpoint
from opensky.osis.runtime import Worker
from opensky.persistence import UnitOfWork
from opensky.testing.browser import Browser

HOOKS = "/admin/webhooks"


def secret_on(browser: Browser) -> str:
    """What stands in the box?"""
    assert browser.page is not None
    return browser.page.text.split('<code class="token">')[1].split("</code>")[0]


def test_staff_make_a_webhook_for_an_insider(
    staff: Browser, maya: Seller, merchant: Any, bus: Worker, unit: UnitOfWork
) -> None:
    """The secret is on the page that answers, and on no other; a test tells whether it works."""
    staff.open(f"{HOOKS}/new?seller=maya")
    page = staff.submit(
        f"{HOOKS}/new", url=merchant.url, description="the till", events=["order.paid", "seller.follow"]
    )
    assert page.status_code == 200
    secret = secret_on(staff)
    assert page.headers["cache-control"] == "private, no-store"
    [made] = unit.find(WebhookEndpoint)
    unit.rollback()
    assert (made.seller_id, made.url, made.events) == (maya.id, merchant.url, ["order.paid", "seller.follow"])

    staff.open(HOOKS)
    assert merchant.url in staff.text()
    staff.open(f"{HOOKS}/{made.id}")
    assert staff.heading == "the till"
    assert secret not in staff.page.text  # type: ignore[union-attr]
    staff.submit(f"{HOOKS}/{made.id}/ping")
    assert "under way" in staff.text()
    bus.drain()
    assert merchant.signed_by(secret)
    staff.open(f"{HOOKS}/{made.id}")
    assert "webhook.ping" in staff.text()
    assert "delivered" in staff.text()


def test_what_was_typed_is_not_lost_where_a_rule_is_broken(staff: Browser, maya: Seller, unit: UnitOfWork) -> None:
    """The rule stands beside the field."""
    staff.open(f"{HOOKS}/new")
    page = staff.submit(f"{HOOKS}/new", seller="nobody", url="https://shop.example/", events=["order.held"])
    assert page.status_code == 422
    assert "There is no insider of that name." in staff.text()
    page = staff.submit(f"{HOOKS}/new", seller="maya", url="https://user:pass@shop.example/")
    assert page.status_code == 422
    assert "Name and password do not belong into the address" in staff.text()
    [form] = [each for each in staff.forms() if each.action == f"{HOOKS}/new"]
    assert (form.fields["seller"], form.fields["events"]) == ("maya", "order.held")
    assert unit.find(WebhookEndpoint) == []


def test_the_log_says_what_was_sent_and_what_was_answered(
    staff: Browser, hook: WebhookEndpoint, bowl: Product, merchant: Any, bus: Worker, unit: UnitOfWork
) -> None:
    """Request, answer, milliseconds and try; it is sent again by a button."""
    merchant.status = 500
    bus.drain()
    staff.open(f"{HOOKS}/{hook.id}?state=waiting")
    [delivery] = unit.find(WebhookDelivery)
    unit.rollback()
    for said in ("product.published", "waiting", "500"):
        assert said in staff.text()
    path = f"{HOOKS}/{hook.id}/deliveries/{delivery.id}"
    staff.open(path)
    for said in ("It answered 500.", "said so", merchant.url, str(delivery.id), '"type": "product.published"'):
        assert said in staff.text()
    merchant.status = 204
    staff.submit(f"{path}/replay")
    assert "It is sent again." in staff.text()
    bus.drain()
    staff.open(f"{HOOKS}/{hook.id}?state=delivered")
    assert "product.published" in staff.text()
    staff.open(f"{HOOKS}/{hook.id}?state=waiting")
    assert "product.published" not in staff.text().partition("What it was told")[2].partition("Newest changes")[0]


def test_a_disabled_webhook_says_why_and_is_mended(
    staff: Browser, hook: WebhookEndpoint, bowl: Product, merchant: Any, bus: Worker, again: Any
) -> None:
    """Address, secret, enabled, and what was missed; staff's doings are in the history with their reason."""
    merchant.status = 410
    bus.drain()
    staff.open(f"{HOOKS}?state=disabled")
    assert "disabled: It answered 410" in staff.text()
    staff.open(f"{HOOKS}/{hook.id}")
    assert "This webhook is disabled. It answered 410: there is nobody there any more." in staff.text()
    staff.open(f"{HOOKS}/{hook.id}/edit")
    staff.submit(f"{HOOKS}/{hook.id}/edit", description="the new till", events=hook.events, reason="she called us")
    assert "Saved." in staff.text()
    staff.submit(f"{HOOKS}/{hook.id}/enable")
    assert "From now on it is told again." in staff.text()
    merchant.status = 204
    staff.submit(f"{HOOKS}/{hook.id}/recover", hours="1")
    assert "1 are sent again." in staff.text()
    bus.drain()
    assert merchant.types == ["product.published"] * 2
    staff.open(f"{HOOKS}/{hook.id}")
    assert "she called us" in staff.text()
    staff.submit(f"{HOOKS}/{hook.id}/rotate")
    assert "For a day the secret before this one signs, too" in staff.text()
    assert again(hook).generation == 2
    staff.open(f"{HOOKS}/{hook.id}")
    staff.submit(f"{HOOKS}/{hook.id}/disable")
    assert (again(hook).state, again(hook).reason) == ("disabled", "")


def test_a_form_that_is_older_than_the_webhook_is_refused(
    staff: Browser, hook: WebhookEndpoint, webhooks: WebhookManager, unit: UnitOfWork, again: Any
) -> None:
    """Nobody overwrites somebody else unseen."""
    staff.open(f"{HOOKS}/{hook.id}/edit")
    webhooks.get(hook.id).description = "the other till"
    unit.commit()
    page = staff.submit(f"{HOOKS}/{hook.id}/edit", description="mine")
    assert page.status_code == 422
    assert "Somebody has changed this meanwhile" in staff.text()
    assert again(hook).description == "the other till"


def test_a_webhook_is_deleted_after_a_question(
    staff: Browser, hook: WebhookEndpoint, deliveries: DeliveryManager, again: Any
) -> None:
    """Then it is nowhere."""
    staff.open(f"{HOOKS}/{hook.id}/delete")
    assert "is told nothing more" in staff.text()
    staff.submit(f"{HOOKS}/{hook.id}/delete")
    assert "The webhook is deleted." in staff.text()
    assert again(hook).state == "deleted"
    assert staff.open(f"{HOOKS}/{hook.id}").status_code == 404


def test_nobody_but_staff_sees_them(browser: Browser, hook: WebhookEndpoint) -> None:
    """Whatever they guess."""
    for path in (HOOKS, f"{HOOKS}/new", f"{HOOKS}/{hook.id}", f"{HOOKS}/{hook.id}/edit"):
        browser.open(path)
        assert hook.url not in browser.text()
        assert browser.path.startswith("/log-in")


def test_what_is_no_id_is_not_there(staff: Browser) -> None:
    """A page says so."""
    for id_ in ("0", "x", "9" * 30):
        assert staff.open(f"{HOOKS}/{id_}").status_code == 404
        assert staff.open(f"{HOOKS}/{id_}/deliveries/{id_}").status_code == 404
