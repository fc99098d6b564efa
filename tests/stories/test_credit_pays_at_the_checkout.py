"""Credit and a coupon at the checkout, in a real browser: the page says what is left for the card before anybody pays."""

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STAFF = ("staff@demo.example", "demo-staff-pass")
ADDRESS = {"name": "Nora Lind", "street": "5 Mill Lane", "city": "Ghent", "postcode": "9000", "country": "BE"}
CARD = "4242 4242 4242 4242"


def amount(text: str) -> int:
    """Return the first amount of a text in cents."""
    found = re.search(r"\$([\d,]+)\.(\d\d)", text)
    assert found, text
    return int(found[1].replace(",", "") + found[2])


def test_credit_pays_first_and_the_card_the_rest(walker: Callable[..., Any]) -> None:
    """On a phone and without JavaScript: a coupon is reckoned in, credit is ticked, the button changes; cancelled, it is back."""
    staff, nora = walker("desktop"), walker("phone", javascript=False)
    nora.sign_up()
    staff.log_in(*STAFF, after="/admin/coupons")
    staff.press("New coupon")
    staff.type(code="Story-1", amount="1.00", why="A story")
    staff.press("Save")
    staff.page.get_by_text("The coupon can be used now.").wait_for()
    staff.open("/admin/members")
    staff.page.get_by_role("link", name=nora.email).click()
    staff.page.get_by_role("link", name="Credit: give or take").click()
    staff.type(credit="2.50", why="Sorry for the wait")
    staff.press("Save")
    staff.page.get_by_text("It is booked.").first.wait_for()

    nora.open("/")
    nora.put_something_in()
    nora.open("/checkout")
    nora.type(**ADDRESS)
    pay = nora.page.locator("aside > button[type=submit]")
    whole = amount(pay.inner_text())
    nora.page.get_by_text("Have you got a coupon?").click()
    nora.type(coupon="story1")
    nora.press("Use this coupon")
    assert amount(pay.inner_text()) == whole - 100
    nora.page.get_by_label("Use $2.50 of my credit").check()
    assert amount(pay.inner_text()) == whole - 350
    nora.type(payment_token=CARD)
    pay.click()
    nora.page.wait_for_url("**/orders/OS-*")
    said = nora.page.locator("main").inner_text()
    assert "Your credit\n$2.50" in said
    assert re.search(r"Coupon STORY1\s+-\$1\.00", said)

    nora.press("Cancel this order")
    assert "Your credit is there again." in nora.page.locator("body").inner_text()
    nora.open("/account/credit")
    assert "You have $2.50 of credit" in nora.page.locator("main").inner_text()
