"""Staff see where an order's messages went, and mend one that was given up; in a real browser, while the bus runs."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from opensky.devo.orders.objects import Order
from opensky.messaging import DeadLetters, Message, Outgoing
from opensky.persistence import UnitOfWork
from opensky.settings import Settings
from opensky.testing.buying import APPROVED, Buyer, Clerk, wait_for
from opensky.wiring import container

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STAFF = ("staff@demo.example", "demo-staff-pass")
AXE = Axe()


def faults(walker: Any) -> list[tuple[str, str]]:
    """The serious faults of the page that is open, and whether it is wider than the window."""
    found = AXE.run(walker.page).response["violations"]
    wide = walker.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    serious = [
        (each["id"], str(each["nodes"][0]["target"])) for each in found if each["impact"] in {"serious", "critical"}
    ]
    return [*serious, *([("wider than the window", walker.page.url)] if wide else [])]


def give_up(shop: Any) -> int:
    """Send a question about the newest order that its flow cannot read; return the dead letter that it becomes."""
    with container(Settings.load({"OPENSKY_DATA": str(shop.data)})) as app:
        with app() as scope:
            [newest, *_] = scope.get(UnitOfWork).find(Order, sort=("-id",))
            body = {
                "order": newest.id,
                "number": "OS-1",
                "email": "jo@example.org",
                "amount_minor": "much",
                "currency": "USD",
            }
            id_ = scope.get(Outgoing).send(Message(queue_name="fraud.check", type="FraudQuestion", parameters=body))
            scope.get(UnitOfWork).commit()
        dead = app.get(DeadLetters)
        wait_for(lambda: any(each.message.id == id_ for each in dead.listed()), "the letter should be given up")
    return id_


@pytest.mark.parametrize(("size", "dark"), [("desktop", False), ("phone", True)], ids=["desktop, light", "phone, dark"])
def test_an_order_leads_to_its_journey(walker: Callable[..., Any], running_shop: Any, size: str, dark: bool) -> None:
    """Drawn from the shop to the flows and back, with the same as a table; and to how the queues stand."""
    with Buyer(running_shop.address) as buyer, Clerk(running_shop.address) as clerk:
        order = buyer.buy(APPROVED)
        wait_for(lambda: clerk.verdict(order) != "", "the order should be checked")
    staff = walker(size, dark=dark)
    staff.log_in(*STAFF, after=f"/admin/orders/{order['number']}")
    staff.press("Journeys")
    drawn = staff.page.locator("section.journey", has_text="order.check_fraud").locator("svg")
    assert "check_fraud" in (drawn.text_content() or "")
    assert drawn.locator(".stroke.handled").count() == 3
    assert faults(staff) == []
    for path in ("/admin/bus", "/admin/bus/queue?name=fraud.check", "/admin/bus/journeys", "/admin/bus/dead"):
        staff.open(path)
        assert faults(staff) == []


@pytest.mark.parametrize(("size", "dark"), [("desktop", True), ("phone", False)], ids=["desktop, dark", "phone, light"])
def test_staff_mend_a_letter(walker: Callable[..., Any], running_shop: Any, size: str, dark: bool) -> None:
    """She sees what is wrong without seeing whom it is about, edits it, tries it again, and sees that it is done."""
    with Buyer(running_shop.address) as buyer:
        buyer.buy(APPROVED)
    letter = give_up(running_shop)
    staff = walker(size, dark=dark)
    staff.log_in(*STAFF, after=f"/admin/bus/letters/{letter}")
    main = staff.page.locator("main")
    assert "Expected `int`, got `str`" in main.inner_text()
    assert "jo@example.org" not in main.inner_text()
    assert faults(staff) == []

    staff.press("Edit")
    assert faults(staff) == []
    text = re.sub(r'("amount_minor": )"[^"]*"', r"\g<1>1250", staff.page.locator("main textarea").input_value())
    staff.type(parameters=text, reason="the amount was a word")
    staff.press("Save")
    staff.page.locator("#flash", has_text="Saved: amount_minor.").wait_for()
    staff.press("Try again …")
    assert faults(staff) == []
    staff.type(reason="mended")
    staff.press("Try again")

    staff.page.wait_for_url("**/journeys/*")
    wait_for(lambda: bool(staff.page.reload()) and "all is done" in main.inner_text(), "it should be done")
    assert staff.page.locator(".stroke.handled").count() >= 1
    staff.open("/admin/history?kind=LetterAct")
    assert "the amount was a word" in main.inner_text()
