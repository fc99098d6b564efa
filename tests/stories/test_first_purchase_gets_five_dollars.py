"""The talk's reward in a real browser: made by somebody who never saw code, tried, switched on, and paid once."""

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STAFF = ("staff@demo.example", "demo-staff-pass")
ADDRESS = {"name": "Nora Lind", "street": "5 Mill Lane", "city": "Ghent", "postcode": "9000", "country": "BE"}


def buy(walker: Any) -> str:
    """Buy something, and return the number of the order."""
    walker.open("/")
    walker.put_something_in()
    walker.open("/bag")
    walker.page.get_by_role("link", name="Go to checkout").first.click()
    walker.type(**ADDRESS, payment_token="4242 4242 4242 4242")
    walker.page.get_by_role("button", name=re.compile("^Pay")).first.click()
    walker.page.wait_for_url("**/orders/OS-*")
    found = re.search(r"OS-\w+", walker.page.url)
    assert found
    return found[0]


def credit_of(walker: Any) -> str:
    """Read the member's page of credit."""
    walker.open("/account/credit")
    return str(walker.page.locator("main").inner_text())


def test_the_first_purchase_gets_five_dollars(walker: Callable[..., Any]) -> None:
    """On a phone and without JavaScript: it is forms and links."""
    name, size = "First purchase", "phone"
    staff = walker(size, javascript=False)
    staff.log_in(*STAFF, after="/admin/rewards")
    staff.press("Make a reward")
    staff.type(name=name)
    staff.page.get_by_label("Only a member's first purchase").check()
    staff.page.locator('[name="credit.amount"]').fill("5")
    staff.press("Save")
    said = staff.page.locator("main").inner_text()
    assert "When an order is paid and it is their first purchase, they get 5.00 USD of credit." in said

    # it is a draft: a purchase gets nothing, and the dry run says that it would have
    tess = walker(size)
    tess.sign_up()
    first = buy(tess)
    assert name not in credit_of(tess)
    staff.type(order=first)
    staff.press("Try it")
    assert "Yes: if it were on, they would get 5.00 USD of credit." in staff.page.locator("#try").inner_text()

    # it is switched on: a first purchase gets five dollars, the second nothing
    staff.press("Switch it on")
    nora = walker(size)
    nora.sign_up()
    buy(nora)
    second = buy(nora)
    said = credit_of(nora)
    assert said.count(name) == 1
    assert "5.00" in said
    staff.page.reload()
    staff.type(order=second)
    staff.press("Try it")
    assert "No: the condition does not hold." in staff.page.locator("#try").inner_text()
    staff.press("Pause")
    assert "paused" in staff.page.locator("main").inner_text()
