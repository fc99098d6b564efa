"""From the bag to the order's page through the real application, as a browser without JavaScript does."""

from typing import Any

import pytest

from opensky.devo.members.manager import MemberManager
from opensky.devo.orders.objects import Order
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Product
from opensky.devo.products.stock import StockRepository
from opensky.kernel.clock import SetClock
from opensky.kernel.money import Money
from opensky.persistence import UnitOfWork
from opensky.testing.browser import Browser
from opensky.testing.factories import Factory

ADDRESS = {
    "email": "ben@example.org",
    "name": "Ben Reed",
    "street": "5 Mill Lane",
    "city": "Ghent",
    "postcode": "9000",
    "country": "be",
}
YES, NO, SILENCE = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0000 0000 0119"


def put_in(browser: Browser, slug: str = "bowl", quantity: str = "1") -> None:
    browser.open(f"/products/{slug}")
    browser.submit("/bag/add", quantity=quantity)


def order(browser: Browser, card: str = YES) -> Any:
    browser.open("/checkout")
    return browser.submit("/checkout", payment_token=card, **ADDRESS)


def sign_up(browser: Browser, email: str) -> None:
    browser.open("/sign-up")
    browser.submit("/sign-up", email=email, name="Ben Reed", password="seven blue cacti")


def orders(unit: UnitOfWork) -> list[Order]:
    """Return all orders, and let go of the writer's turn, which the shop needs."""
    found = unit.find(Order, sort=("id",))
    unit.rollback()
    return found


def test_a_guest_buys_without_an_account(browser: Browser, bowl: Product, cup: Product, unit: UnitOfWork) -> None:
    """Bag, checkout, order; the bag is empty then, and the page stays."""
    put_in(browser, quantity="2")
    put_in(browser, "cup")
    assert "It is in your bag." in browser.text()
    browser.open("/bag")
    assert "$34.00" in browser.text()

    order(browser)

    [placed] = orders(unit)
    assert (placed.state, placed.total, placed.address.country) == ("paid", Money(3400), "BE")
    assert browser.path.startswith(f"/orders/{placed.number}?fresh=1")
    assert browser.heading == "Thank you. It is on its way to being yours."
    assert "Visa … 4242" in browser.text()
    browser.open("/bag")
    assert "Nothing in it yet" in browser.text()


def test_a_guest_s_order_opens_with_its_link_alone(
    browser: Browser, another: Browser, bowl: Product, unit: UnitOfWork
) -> None:
    """In this browser by the session, elsewhere by the link that was given; by nothing else."""
    put_in(browser)
    order(browser)
    link, number = browser.path, orders(unit)[0].number

    assert browser.open(f"/orders/{number}").status_code == 200
    another.open(f"/orders/{number}")
    assert another.path.startswith("/log-in?next="), "a stranger may be a buyer who is not logged in"
    assert another.open(f"/orders/{number}?proof=x").status_code == 404
    assert another.open(link).status_code == 200
    assert another.open(link.replace(number, "OS-2222222")).status_code == 404


def test_a_member_finds_the_order_again(browser: Browser, another: Browser, bowl: Product, unit: UnitOfWork) -> None:
    """In the list, and nobody else does, on any of its addresses."""
    sign_up(browser, "ben@example.org")
    sign_up(another, "ann@example.org")
    put_in(browser)
    order(browser)
    number = orders(unit)[0].number

    browser.open("/orders")
    assert number in browser.text()
    another.open("/orders")
    assert number not in another.text()
    assert another.open(f"/orders/{number}").status_code == 404
    another.open("/account")
    token = {"csrf_token": next(f for f in another.forms() if f.action == "/account").fields["csrf_token"]}
    assert another.post(f"/orders/{number}/cancel", data=token).status_code == 404
    assert orders(unit)[0].state == "paid"


def test_pressing_twice_orders_once(browser: Browser, bowl: Product, unit: UnitOfWork) -> None:
    """The second press leads to the same order."""
    put_in(browser)
    browser.open("/checkout")
    form = next(f for f in browser.forms() if f.action == "/checkout")
    fields = {**form.fields, **ADDRESS, "payment_token": YES}

    answers = [browser.post("/checkout", data=fields, follow_redirects=False) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert len(orders(unit)) == 1


def test_a_mistake_keeps_what_was_typed(browser: Browser, bowl: Product, unit: UnitOfWork) -> None:
    """But not the card; each message stands beside its field."""
    put_in(browser)
    browser.open("/checkout")

    answer = browser.submit("/checkout", **{**ADDRESS, "street": "", "email": "ben"}, payment_token=YES)

    assert answer.status_code == 422
    assert browser.errors() == {
        "email": "Please give an e-mail address such as maya@example.org.",
        "street": "Please give the street and number.",
    }
    form = next(f for f in browser.forms() if f.action == "/checkout")
    assert (form.fields["city"], form.fields["payment_token"]) == ("Ghent", "")
    assert orders(unit) == []
    browser.submit("/checkout", **ADDRESS, payment_token=YES)
    assert orders(unit)[0].state == "paid"


def test_a_declined_card_says_so_and_another_one_works(browser: Browser, bowl: Product, unit: UnitOfWork) -> None:
    """From the same page."""
    put_in(browser)

    assert order(browser, NO).status_code == 409
    assert browser.errors() == {"payment_token": "The card was declined. Nothing was charged; please try another one."}
    browser.submit("/checkout", payment_token=YES)

    assert [each.state for each in orders(unit)] == ["cancelled", "paid"]


def test_no_answer_leads_to_the_order_s_page_where_one_tries_again(
    browser: Browser, bowl: Product, unit: UnitOfWork
) -> None:
    """It says where the money stands, promises nothing that did not happen, and goes on with the same order."""
    put_in(browser)

    order(browser, SILENCE)

    number = orders(unit)[0].number
    assert browser.path.startswith(f"/orders/{number}?proof=")
    assert "The payment house did not answer" in browser.text()
    assert "Your payment has not been confirmed" in browser.text()
    assert "You paid" not in browser.text()
    assert "What you paid goes back" not in browser.text()
    assert f"/orders/{number}/cancel" in {form.action for form in browser.forms()}
    browser.submit(f"/orders/{number}/pay", payment_token=SILENCE)
    assert "The payment house did not answer" in browser.text()
    browser.submit(f"/orders/{number}/pay", payment_token=YES)
    assert browser.heading == "Thank you. It is on its way to being yours."
    assert [each.state for each in orders(unit)] == ["paid"]
    browser.open("/bag")
    assert "Nothing in it yet" in browser.text()


def test_the_payment_is_tried_again_by_its_buyer_alone(
    browser: Browser, another: Browser, bowl: Product, unit: UnitOfWork
) -> None:
    """In this browser, or elsewhere by the signed link; a paid order is not paid again."""
    put_in(browser)
    order(browser, SILENCE)
    link, number = browser.path, orders(unit)[0].number
    another.open("/sign-up")
    token = {"csrf_token": next(f for f in another.forms() if f.action == "/sign-up").fields["csrf_token"]}

    for proof in ("", "x"):
        tried = another.post(f"/orders/{number}/pay", data={**token, "payment_token": YES, "proof": proof})
        assert tried.status_code == 404
    assert orders(unit)[0].state == "placed"
    another.open(link)
    another.submit(f"/orders/{number}/pay", payment_token=YES)
    assert orders(unit)[0].state == "paid"
    browser.submit(f"/orders/{number}/pay", payment_token=NO)
    assert [each.state for each in orders(unit)] == ["paid"]


def test_trying_again_needs_a_card_and_may_be_declined(browser: Browser, bowl: Product, unit: UnitOfWork) -> None:
    """Without one nothing changes; a refused one ends the order, and says so."""
    sign_up(browser, "ben@example.org")
    put_in(browser)
    order(browser, SILENCE)
    number = orders(unit)[0].number
    assert browser.path == f"/orders/{number}"

    assert browser.submit(f"/orders/{number}/pay", payment_token=" ").status_code == 422
    assert browser.errors() == {"payment_token": "Please give a card number."}
    form = next(f for f in browser.forms() if f.action == f"/orders/{number}/pay")
    browser.submit(f"/orders/{number}/pay", payment_token=NO)
    assert "Nothing was charged; please try another one. This order is cancelled." in browser.text()
    assert orders(unit)[0].state == "cancelled"

    late = browser.post(f"/orders/{number}/pay", data={**form.fields, "payment_token": YES})
    assert f"Order {number} is cancelled. Please order again." in late.text
    assert orders(unit)[0].state == "cancelled"


def test_checkout_leads_back_to_the_same_order_that_waits_for_its_payment(
    browser: Browser, bowl: Product, cup: Product, stock: StockRepository, unit: UnitOfWork, clock: SetClock
) -> None:
    """Also where it holds the last ones; with other things in the bag, or half an hour later, one orders anew."""
    stock.set("BOWL", 1)
    unit.commit()
    put_in(browser)
    order(browser, SILENCE)
    number = orders(unit)[0].number

    assert browser.open("/checkout").url.path == f"/orders/{number}"
    assert "You have ordered just these things a moment ago" in browser.text()

    stock.set("BOWL", 5)
    unit.commit()
    put_in(browser, "cup")
    assert browser.open("/checkout").url.path == "/checkout"
    browser.open("/bag")
    cups = next(f for f in browser.forms() if f.action == "/bag/remove" and f.fields["sku"] == "CUP")
    browser.post("/bag/remove", data=cups.fields)
    assert browser.open("/checkout").url.path == f"/orders/{number}"
    clock.advance(minutes=31)
    assert browser.open("/checkout").url.path == "/checkout"


def test_an_empty_checkout_tells_all_that_is_missing_at_once(browser: Browser, bowl: Product, unit: UnitOfWork) -> None:
    """Address, e-mail and card; nobody corrects a form twice."""
    put_in(browser)
    browser.open("/checkout")

    nothing = dict.fromkeys(ADDRESS, "")
    assert browser.submit("/checkout", payment_token="", **nothing).status_code == 422

    assert set(browser.errors()) == {"email", "name", "street", "city", "postcode", "country", "payment_token"}
    assert orders(unit) == []


def test_a_price_that_changes_at_checkout_is_shown_before_it_is_paid(
    browser: Browser, bowl: Product, products: ProductManager, make: Factory, unit: UnitOfWork
) -> None:
    """With the new total on the button."""
    put_in(browser)
    browser.open("/checkout")
    products.edit(bowl, variants=[make.variant(1500, sku="BOWL")])
    unit.commit()

    answer = browser.submit("/checkout", payment_token=YES, **ADDRESS)

    assert answer.status_code == 409
    assert "A price has changed since you looked" in browser.text()
    assert "Pay $15.00" in browser.text()
    assert orders(unit) == []
    browser.submit("/checkout", payment_token=YES)
    assert [each.total for each in orders(unit)] == [Money(1500)]


def test_what_sells_out_at_checkout_leads_back_to_the_bag(
    browser: Browser, bowl: Product, stock: StockRepository, unit: UnitOfWork
) -> None:
    """Which says what is wrong, and offers no way to checkout."""
    put_in(browser, quantity="2")
    browser.open("/checkout")
    stock.set("BOWL", 1)
    unit.commit()

    browser.submit("/checkout", payment_token=YES, **ADDRESS)

    assert browser.path == "/bag"
    assert "There is not enough of Bowl (1 left)." in browser.text()
    assert "Only 1 left. Please choose fewer." in browser.text()
    assert orders(unit) == []
    assert browser.open("/checkout").url.path == "/bag"


def test_the_browser_sets_no_price(browser: Browser, bowl: Product, unit: UnitOfWork) -> None:
    """A total that was made up is refused, as is a price."""
    put_in(browser)
    browser.open("/checkout")
    form = next(f for f in browser.forms() if f.action == "/checkout")
    fields = {**form.fields, **ADDRESS, "payment_token": YES, "total": "1", "price": "1"}

    assert browser.post("/checkout", data=fields).status_code == 409
    assert orders(unit) == []


def test_a_buyer_cancels_on_the_order_s_page(
    browser: Browser, bowl: Product, unit: UnitOfWork, clock: SetClock
) -> None:
    """And sees what becomes of the money; after a day there is no such button."""
    put_in(browser)
    order(browser)
    number = orders(unit)[0].number
    browser.open(f"/orders/{number}")
    browser.submit(f"/orders/{number}/cancel")

    assert "The order is cancelled. What you paid goes back to the card." in browser.text()
    assert orders(unit)[0].state == "cancelled"
    assert f"/orders/{number}/cancel" not in {form.action for form in browser.forms()}

    put_in(browser)
    order(browser)
    clock.advance(hours=25)
    late = orders(unit)[1].number
    browser.open(f"/orders/{late}")
    assert f"/orders/{late}/cancel" not in {form.action for form in browser.forms()}


def test_a_guest_who_signs_up_brings_bag_and_order_along(
    browser: Browser, bowl: Product, cup: Product, unit: UnitOfWork
) -> None:
    """Nothing is typed or chosen twice."""
    put_in(browser)
    order(browser)
    put_in(browser, "cup")

    sign_up(browser, "ben@example.org")

    browser.open("/orders")
    assert orders(unit)[0].number in browser.text()
    browser.open("/bag")
    assert "Cup" in browser.text()


def test_a_member_s_address_is_filled_in(
    browser: Browser, bowl: Product, members: MemberManager, unit: UnitOfWork
) -> None:
    """What the shop knows is not asked."""
    sign_up(browser, "ben@example.org")
    put_in(browser)

    browser.open("/checkout")

    form = next(f for f in browser.forms() if f.action == "/checkout")
    assert (form.fields["email"], form.fields["name"]) == ("ben@example.org", "Ben Reed")


def test_checkout_with_nothing_in_the_bag_leads_to_the_bag(browser: Browser, bowl: Product) -> None:
    """Also when the form is sent."""
    assert browser.open("/checkout").url.path == "/bag"
    put_in(browser)
    browser.open("/checkout")
    form = next(f for f in browser.forms() if f.action == "/checkout")
    browser.open("/bag")
    browser.submit("/bag/remove")

    answer = browser.post("/checkout", data={**form.fields, **ADDRESS, "payment_token": YES})

    assert answer.url.path == "/bag"


@pytest.mark.parametrize("quantity", ["0", "-1", "100", "x", "9" * 30])
def test_an_odd_quantity_is_refused_kindly(browser: Browser, bowl: Product, quantity: str) -> None:
    """On the product's page, with words."""
    put_in(browser, quantity=quantity)

    assert browser.path == "/products/bowl"
    assert "Please" in browser.text()
    browser.open("/bag")
    assert "Nothing in it yet" in browser.text()


def test_private_pages_are_kept_by_nobody(browser: Browser, bowl: Product) -> None:
    """Neither by the browser nor by what stands between."""
    put_in(browser)
    order(browser)

    for path in ("/bag", browser.path, "/checkout"):
        assert browser.open(path).headers["cache-control"] == "private, no-store"
