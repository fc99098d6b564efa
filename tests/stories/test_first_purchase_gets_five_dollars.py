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


def type_in(staff: Any, field: str, text: str) -> None:
    """Choose or type with the keyboard alone in the field that has the focus."""
    staff.page.wait_for_function("id => document.activeElement.id === id", arg=field)
    staff.page.keyboard.type(text)


SAID = "When an order is paid and it is their first purchase and the order's total is at least 1, they get 5.00 USD of credit."


def put_together(staff: Any) -> None:
    """Make the condition of the rule with the keyboard alone, with a mistake first."""
    keys = staff.page.keyboard
    staff.page.locator("#when-add").focus()
    keys.press("Enter")
    type_in(staff, "when-0-fact", "it is their first")
    staff.page.locator("#when-0-operator", has_text="yes").wait_for()
    staff.page.locator("#when-add").focus()
    keys.press("Enter")
    type_in(staff, "when-1-fact", "the order's total")
    staff.page.wait_for_selector("#when-1-value")
    staff.page.locator("#when-1-value").focus()
    type_in(staff, "when-1-value", "a lot")
    staff.page.get_by_text("Please give a number such as 30 or 7.50.").wait_for()
    keys.press("Control+a")
    type_in(staff, "when-1-value", "1")


def test_a_condition_is_put_together_from_fields_and_said_in_words(walker: Callable[..., Any]) -> None:
    """With JavaScript: the page stays, the sentence grows, mistakes are said as one types; fields become text and fields again."""
    staff = walker("phone")
    staff.log_in(*STAFF, after="/admin/rewards")
    staff.press("Make a reward")
    staff.page.evaluate("window.stayed = true")
    put_together(staff)
    staff.page.locator('[name="credit.amount"]').fill("5")
    staff.page.locator("#rule-said", has_text=SAID).wait_for()
    assert staff.page.locator(".error:visible").count() == 0
    staff.press("Write it as text")
    staff.page.locator("#condition").wait_for()
    assert staff.page.locator("#condition").input_value() == "order.first_purchase == true and order.total >= 1"
    staff.press("Put it together from fields")
    staff.page.locator("#when-1-value").wait_for()
    assert staff.page.evaluate("window.stayed") is True


def test_a_reward_is_made_tried_replayed_and_switched_on(walker: Callable[..., Any]) -> None:
    """Put together from fields; the first purchase is paid for once, and the page of the rule draws it."""
    name, size = "Welcome", "desktop"
    staff = walker(size)
    staff.log_in(*STAFF, after="/admin/rewards")
    staff.press("Make a reward")
    staff.type(name=name)
    put_together(staff)
    staff.page.locator('[name="credit.amount"]').fill("5")
    staff.press("Save")
    staff.page.get_by_text("It is a draft").wait_for()
    assert SAID in staff.page.locator("main").inner_text()
    rule = staff.page.url
    nora = walker(size)
    nora.sign_up()
    staff.type(order=buy(nora))
    staff.press("Try it")
    staff.page.get_by_text("Yes: if it were on, they would get 5.00 USD of credit.").wait_for()
    staff.press("Replay the past")
    staff.page.locator("main form button").click()
    staff.page.locator("#replay .success").wait_for()

    staff.page.goto(rule)
    staff.press("Switch it on")
    staff.page.get_by_text("It is on").wait_for()
    tess = walker(size)
    tess.sign_up()
    buy(tess)
    buy(tess)
    said = credit_of(tess)
    assert said.count(name) == 1
    assert "5.00" in said
    staff.page.reload()
    assert re.search(r"Granted\s+1\s+Cost\s+\$5\.00", staff.page.locator("#numbers").inner_text())
    assert staff.page.locator("#numbers svg rect").count() == 2
    staff.press("Pause")
    staff.page.get_by_text("It is paused").wait_for()
