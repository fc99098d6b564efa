"""The shop's main story, in a real browser."""

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STAFF = ("staff@demo.example", "demo-staff-pass")
ADDRESS = {"name": "Nora Lind", "street": "5 Mill Lane", "city": "Ghent", "postcode": "9000", "country": "BE"}


def number_in(address: str) -> str:
    """Return the order's number in an address."""
    found = re.search(r"OS-\w+", address)
    assert found, address
    return found[0]


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_sign_up_follow_feed_bag_pay_order_and_it_is_in_the_admin(
    walker: Callable[..., Any], size: str, javascript: bool
) -> None:
    """From a stranger to a parcel that staff can see."""
    nora = walker(size, javascript=javascript)
    page = nora.page

    # sign up
    nora.sign_up()

    # follow three insiders
    picks = page.locator("label.pick")
    names = [picks.nth(number).locator("b").inner_text() for number in range(3)]
    for number in range(3):
        picks.nth(number).click()
    nora.press("Follow and see my feed")
    page.wait_for_url("**/feed")

    # the feed shows what they offer, and nobody else's, and says why
    shown = page.locator(".cards .chip").all_inner_texts()
    assert shown
    assert {name.strip() for name in shown} <= set(names)
    assert page.locator(".cards").get_by_text(re.compile("you follow", re.IGNORECASE)).count() == len(shown)

    # bag
    thing = nora.put_something_in()
    assert "1" in page.locator("#bag-link").inner_text()
    nora.open("/bag")
    assert page.locator(".bag-line h3").all_inner_texts() == [thing]

    # pay: a mistake first, then a card that is declined, then one that works
    page.get_by_role("link", name="Go to checkout").first.click()
    nora.type(**(ADDRESS | {"postcode": " "}), payment_token="4000 0000 0000 0002")
    page.get_by_role("button", name=re.compile("^Pay")).first.click()
    assert page.locator("#postcode-error").inner_text() == "Please give the postcode."
    assert page.locator("#city").input_value() == "Ghent"
    nora.type(postcode="9000", payment_token="4000 0000 0000 0002")
    page.get_by_role("button", name=re.compile("^Pay")).first.click()
    assert page.locator("#payment_token-error").inner_text().startswith("The card was declined.")
    nora.type(payment_token="4242 4242 4242 4242")
    page.get_by_role("button", name=re.compile("^Pay")).first.click()

    # order
    page.wait_for_url("**/orders/OS-*")
    assert page.locator("h1").inner_text() == "Thank you. It is on its way to being yours."
    placed = number_in(page.url)
    assert thing in page.locator("main").inner_text()
    nora.open("/bag")
    assert "Nothing in it yet" in page.locator("main").inner_text()
    nora.open("/orders")
    assert page.locator(".order h2").all_inner_texts() == [placed]

    # it is in the admin
    staff = walker(size, javascript=javascript)
    staff.log_in(*STAFF, after="/admin")
    staff.type(q=placed)
    staff.press("Search")
    staff.press(placed)
    said = staff.page.locator("main").inner_text()
    assert placed in staff.page.locator("h1").inner_text()
    assert nora.email in said
    assert thing in said
    assert re.search(r"State\s+paid", said)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_guest_buys_and_keeps_the_order_by_signing_up(walker: Callable[..., Any], javascript: bool) -> None:
    """No account is needed; one that is opened afterwards has the order in it."""
    guest = walker(javascript=javascript)
    page = guest.page
    guest.open("/")
    guest.put_something_in()
    guest.open("/checkout")
    guest.type(email="guest@example.org", **ADDRESS, payment_token="4242 4242 4242 4242")
    page.get_by_role("button", name=re.compile("^Pay")).first.click()
    page.wait_for_url("**/orders/OS-*")
    placed = number_in(page.url)

    guest.sign_up()

    guest.open("/orders")
    assert page.locator(".order h2").all_inner_texts() == [placed]


def test_pressing_pay_twice_is_one_order(walker: Callable[..., Any]) -> None:
    """With an impatient finger."""
    nora = walker()
    page = nora.page
    nora.open("/")
    nora.put_something_in()
    nora.open("/checkout")
    nora.type(email=nora.email, **ADDRESS, payment_token="4242 4242 4242 4242")
    page.get_by_role("button", name=re.compile("^Pay")).first.dblclick()
    page.locator("h1", has_text="Thank you").wait_for()

    staff = walker()
    staff.log_in(*STAFF, after=f"/admin/orders?q={nora.email}")

    assert staff.page.locator("tbody tr").count() == 1
