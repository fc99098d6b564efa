"""Who is told what by letter: the right letter, once, to the right address, and never in the way of what it is about."""

import re
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from opensky.devo.orders.events import ORDER_SHIPPED
from opensky.devo.orders.manager import OrderManager
from opensky.devo.orders.objects import Order
from opensky.events import Dispatcher, Event
from opensky.kernel.money import Money
from opensky.mail import Delivery
from opensky.persistence import UnitOfWork
from opensky.testing.browser import Browser

Buy = Callable[..., Order]
Letters = Callable[[], list[EmailMessage]]
_FIRST = {"complete": False, "shipment": 1}


def text_of(letter: EmailMessage) -> str:
    """The letter as text."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def html_of(letter: EmailMessage) -> str:
    """The letter as HTML."""
    body = letter.get_body(("html",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def link(letter: EmailMessage, path: str) -> str:
    """The link of a letter that begins with a path, as its text has it."""
    [found] = re.findall(rf"http://127\.0\.0\.1:8000({path}\S*)", text_of(letter))
    return str(found)


def test_a_new_member_is_greeted(browser: Browser, letters: Letters) -> None:
    """One letter, to them, with the way to the insiders."""
    browser.open("/sign-up")
    browser.submit("/sign-up", name="Ada Byron", email="Ada@Example.org", password="engines of cast iron")

    [letter] = letters()

    assert (letter["To"], letter["Subject"]) == ("Ada Byron <ada@example.org>", "Welcome to OpenSky")
    assert letter["From"] == "OpenSky <letters@localhost>"
    assert link(letter, "/insiders") == "/insiders"


def test_an_order_is_confirmed_with_all_that_is_in_it(buy: Buy, letters: Letters, unit: UnitOfWork) -> None:
    """In HTML and as text; names are shown as they are and never as markup."""
    order = buy()

    [letter] = letters()

    assert (letter["To"], letter["Subject"]) == ("Maya Linden <ben@example.org>", f"Your order {order.number}")
    text, html = text_of(letter), html_of(letter)
    home = "Maya Linden, 5 Mill Lane, 9000 Ghent, BE"
    for part in ("From Maya <Linden>", "1 x Bowl & spoon", "$12.50", home, "4242"):
        assert part in text
    for part in ("From Maya &lt;Linden&gt;", "Bowl &amp; spoon", "$12.50", "4242"):
        assert part in html
    kept = unit.find(Delivery, {"about": order.number})
    assert [(each.state, each.tries, each.kind) for each in kept] == [("sent", 1, "order_paid")]


def test_the_link_in_a_guests_letter_opens_the_order_and_no_other(buy: Buy, letters: Letters, another: Browser) -> None:
    """The letter is read on another device, where nobody has a session."""
    order = buy()
    [letter] = letters()
    path = link(letter, "/orders/")

    assert order.number in another.open(path).text
    assert another.get(path[:-3] + "xyz").status_code == 404


def test_a_checkout_does_not_wait_for_its_letter(buy: Buy, unit: UnitOfWork) -> None:
    """Without a bus the order is paid, and no letter was gathered."""
    assert buy().state == "paid"
    assert unit.find(Delivery) == []


def test_a_cancelled_order_brings_a_letter_about_the_money(buy: Buy, letters: Letters, browser: Browser) -> None:
    """After the confirmation, which had gone out before."""
    order = buy()
    letters()
    browser.open(f"/orders/{order.number}")
    browser.submit(f"/orders/{order.number}/cancel")

    [_, letter] = letters()

    assert letter["Subject"] == f"Your money for order {order.number}"
    assert "$12.50" in text_of(letter)


def test_a_parcel_that_left_is_told_with_carrier_and_number(buy: Buy, letters: Letters, in_shop: Any) -> None:
    """Of a part of an order the letter says that the rest follows."""
    order = buy()
    letters()
    values = {"carrier": "Redwood Post", "tracking": "RP-77", "lines": {"BOWL": 1}, "amount": Money(1250)}
    with in_shop() as get:
        event = Event(ORDER_SHIPPED, get(OrderManager).by_number(order.number), values | _FIRST)
        get(Dispatcher).notify(event)

    [_, letter] = letters()

    assert letter["Subject"] == f"A part of your order {order.number} is on its way"
    assert "Carrier: Redwood Post\nTracking: RP-77" in text_of(letter)
    assert "1 x Bowl & spoon" in text_of(letter)
