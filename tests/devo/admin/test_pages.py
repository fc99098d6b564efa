"""The admin: for staff alone, searched from the address bar, and every deed goes through the managers."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import PostalAddress
from opensky.devo.orders.manager import OrderManager, Purchase
from opensky.devo.orders.objects import Buyer
from opensky.devo.payments.trial import APPROVED
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Product
from opensky.devo.sellers.manager import SellerManager
from opensky.kernel.clock import SetClock
from opensky.persistence import UnitOfWork
from opensky.testing.browser import Browser
from opensky.testing.factories import Factory

SENTENCE = "seven blue cacti"
ADDRESS = PostalAddress(name="Ben Reed", street="5 Mill Lane", city="Ghent", postcode="9000", country="BE")
PAGES = ("/admin", "/admin/orders", "/admin/products", "/admin/sellers", "/admin/members")


@pytest.fixture
def bowl(make: Factory, products: ProductManager, sellers: SellerManager, unit: UnitOfWork) -> Product:
    """Maya's bowl, on show."""
    maker = sellers.create("Maya Stone", craft="Potter", town="Ghent")
    product = make.draft(maker, slug="bowl", name="Bowl", variants=[make.variant(1250, sku="BOWL", name="Blue")])
    products.publish(product)
    unit.commit()
    return product


@pytest.fixture
def number(orders: OrderManager, bowl: Product, make: Factory, unit: UnitOfWork) -> str:
    """Ben's order of two bowls, paid."""
    ben = make.member(email="ben@example.org", name="Ben Reed")
    unit.commit()
    bought = Purchase(buyer=Buyer(ben.id), email="ben@example.org", address=ADDRESS, lines={"BOWL": 2}, key="a key")
    return orders.buy(bought, APPROVED).number


@pytest.fixture
def staff(browser: Browser, members: MemberManager, unit: UnitOfWork) -> Browser:
    """Ada, who works here."""
    members.sign_up("ada@example.org", "Ada", SENTENCE)
    members.make_staff("ada@example.org")
    unit.commit()
    browser.open("/log-in?next=/admin")
    browser.submit("/log-in", email="ada@example.org", password=SENTENCE)
    return browser


def test_the_first_page_is_the_orders(staff: Browser) -> None:
    """Most of the work is there."""
    assert (staff.path, staff.heading) == ("/admin/orders", "Orders")


@pytest.mark.parametrize("path", PAGES)
def test_nobody_else_gets_in(another: Browser, path: str) -> None:
    """A guest is asked to log in; a member is refused."""
    assert another.open(path).url.path == "/log-in"
    another.open("/sign-up")
    another.submit("/sign-up", email="eve@example.org", name="Eve", password="nine red cacti")

    assert another.open(path).status_code == 403


def test_a_shift_ends_after_twelve_hours(staff: Browser, clock: SetClock) -> None:
    """However busy it was."""
    for _ in range(11):
        clock.advance(hours=1)
        assert staff.open("/admin/orders").url.path == "/admin/orders"

    clock.advance(hours=1)

    assert staff.open("/admin/orders").url.path == "/log-in"


@pytest.mark.parametrize(
    ("path", "found", "not_found"),
    [
        ("/admin/members?q=ben", "ben@example.org", "ada@example.org"),
        ("/admin/members?q=Ada", "ada@example.org", "ben@example.org"),
        ("/admin/members?q=ben reed", "ben@example.org", "ada@example.org"),
        ("/admin/sellers?q=maya", "Maya Stone", "Nothing found"),
        ("/admin/sellers?q=zed", "Nothing found", "Potter"),
        ("/admin/products?q=bo", "Bowl", "Nothing found"),
        ("/admin/products?q=BOWL", "Bowl", "Nothing found"),
        ("/admin/products?state=draft", "Nothing here yet", "Bowl"),
        ("/admin/products?state=published", "Bowl", "Nothing here"),
        ("/admin/orders?q=ben@", "$25.00", "Nothing found"),
        ("/admin/orders?state=paid", "$25.00", "Nothing"),
        ("/admin/orders?state=cancelled", "Nothing here yet", "$25.00"),
        ("/admin/orders?state=nonsense", "$25.00", "Nothing"),
    ],
)
def test_lists_are_searched_from_the_address_bar(
    staff: Browser, number: str, path: str, found: str, not_found: str
) -> None:
    """So that a search can be kept and sent around."""
    staff.open(path)

    assert found in staff.text()
    assert not_found not in staff.text()


def test_a_list_offers_its_filters(staff: Browser, number: str) -> None:
    """And keeps what was searched for."""
    text = staff.open("/admin/orders?q=ben&state=paid").text

    assert re.findall(r'href="\?([^"]+)"[^>]*>(all|placed|paid|cancelled)<', text) == [
        ("q=ben&amp;state=", "all"),
        ("q=ben&amp;state=placed", "placed"),
        ("q=ben&amp;state=paid", "paid"),
        ("q=ben&amp;state=cancelled", "cancelled"),
    ]


def test_an_order_is_found_by_its_number(staff: Browser, number: str) -> None:
    """As it is read out on the phone."""
    staff.open(f"/admin/orders?q={number.lower()}")
    assert number in staff.text()


def test_lists_are_paged_by_cursor(staff: Browser, make: Factory, unit: UnitOfWork, clock: SetClock) -> None:
    """Fifty a page, newest first, nothing twice and nothing missed."""
    clock.at = datetime(2026, 11, 23, tzinfo=UTC)  # ids are longer by then
    for _ in range(60):
        clock.advance(seconds=1)
        make.member()
    unit.commit()
    staff.open("/log-in?next=/admin")
    staff.submit("/log-in", email="ada@example.org", password=SENTENCE)
    seen: list[str] = []
    path = "/admin/members?q=member"

    while path:
        text = staff.open(path).text
        rows = text.split("<tbody", 1)[1].split("</tbody>")[0]
        seen += [part.split("<")[0].split(">")[1] for part in rows.split("<a href=")[1:]]
        path = (
            "/admin/members" + text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
            if 'rel="next"' in text
            else ""
        )

    assert len(seen) == len(set(seen)) == 60
    assert staff.open("/admin/members?before=x").status_code == 422


def test_an_order_is_shown_and_cancelled(staff: Browser, number: str, products: ProductManager, shop: Any) -> None:
    """Stock and money go back, and the deed is written down."""
    staff.open(f"/admin/orders/{number}")
    assert "5 Mill Lane" in staff.text()
    assert "Visa … 4242" in staff.text()

    staff.submit(f"/admin/orders/{number}/cancel")

    assert "The order is cancelled." in staff.text()
    assert "test-refund-" in staff.text()
    staff.open("/admin/products/bowl")
    assert "BOWL Blue $12.50 5" in staff.text()
    [line] = [line for line in shop.log if line["event"] == "admin.acted"]
    assert (line["act"], line["subject"]) == ("cancel order", number)


def test_an_order_left_on_its_way_is_finished(staff: Browser, orders: OrderManager, bowl: Product) -> None:
    """By asking the payment house what became of it."""
    bought = Purchase(buyer=Buyer(bag_id=1), email="x@example.org", address=ADDRESS, lines={"BOWL": 1}, key="k")
    waiting = orders.place(bought).number
    staff.open(f"/admin/orders/{waiting}")

    staff.submit(f"/admin/orders/{waiting}/finish")

    assert "The order is cancelled." in staff.text()


def test_a_product_is_taken_off_and_put_on_show(staff: Browser, bowl: Product) -> None:
    """At once, for everybody."""
    staff.open("/admin/products/bowl")
    staff.submit("/admin/products/bowl/withdraw")
    assert "It is off the shelf." in staff.text()
    assert staff.get("/products/bowl").status_code == 404

    staff.submit("/admin/products/bowl/publish")
    assert "It is on show." in staff.text()
    assert staff.get("/products/bowl").status_code == 200


def test_a_product_is_edited_and_counted(staff: Browser, bowl: Product) -> None:
    """Its words and its stock."""
    staff.open("/admin/products/bowl/edit")

    staff.submit("/admin/products/bowl/edit", name="Round bowl", words="I love it.", stock__BOWL="9")

    assert "Round bowl" in staff.text()
    assert "BOWL Blue $12.50 9" in staff.text()
    assert "I love it." in staff.get("/products/bowl").text


def test_a_sale_while_staff_edits_is_not_overwritten(staff: Browser, bowl: Product, orders: OrderManager) -> None:
    """Stock that was not touched in the form stays as the shop counts it."""
    staff.open("/admin/products/bowl/edit")
    bought = Purchase(buyer=Buyer(bag_id=1), email="x@example.org", address=ADDRESS, lines={"BOWL": 2}, key="k")
    orders.buy(bought, APPROVED)

    staff.submit("/admin/products/bowl/edit", words="I love it.")

    assert "BOWL Blue $12.50 3" in staff.text()


def test_two_of_staff_do_not_overwrite_each_other(
    staff: Browser, bowl: Product, products: ProductManager, unit: UnitOfWork
) -> None:
    """Who comes second is told, and nothing that was typed is lost."""
    staff.open("/admin/products/bowl/edit")
    products.edit(bowl, words="Changed by somebody else.")
    unit.commit()

    answer = staff.submit("/admin/products/bowl/edit", words="Mine.")

    assert answer.status_code == 422
    assert "Somebody has changed this meanwhile" in staff.text()
    assert "Mine." in answer.text
    assert "Changed by somebody else." in staff.get("/products/bowl").text
    staff.submit("/admin/products/bowl/edit")
    assert "Mine." in staff.text()


def test_what_both_of_staff_changed_stands_side_by_side(
    staff: Browser, bowl: Product, products: ProductManager, unit: UnitOfWork
) -> None:
    """What was not touched takes today's value, so that saving again undoes nobody's work."""
    staff.open("/admin/products/bowl/edit")
    products.edit(bowl, words="Changed by somebody else.", name="Deep bowl")
    unit.commit()

    answer = staff.submit("/admin/products/bowl/edit", name="Round bowl")

    assert 'id="name-now"><b>Now it says:</b> Deep bowl' in answer.text
    assert "words-now" not in answer.text
    staff.submit("/admin/products/bowl/edit")
    shown = staff.get("/products/bowl").text
    assert "Round bowl" in shown
    assert "Changed by somebody else." in shown


def test_variants_are_edited(staff: Browser, bowl: Product) -> None:
    """Their names and prices; a comma does for a point."""
    staff.open("/admin/products/bowl/edit")

    staff.submit("/admin/products/bowl/edit", variant__BOWL__name="Indigo", variant__BOWL__price="13,50")

    assert "BOWL Indigo $13.50 5" in staff.text()
    assert "$13.50" in staff.get("/").text


@pytest.mark.parametrize("price", ["", "twelve", "-3", "1.234", "12.", "99999999999"])
def test_a_price_that_is_none_is_told_beside_its_field(staff: Browser, bowl: Product, price: str) -> None:
    """And nothing else of the form is saved."""
    staff.open("/admin/products/bowl/edit")

    answer = staff.submit("/admin/products/bowl/edit", name="Round bowl", variant__BOWL__price=price, stock__BOWL="9")

    assert answer.status_code == 422
    assert staff.errors() == {"variant.BOWL.price": "Please give a price such as 12.50."}
    staff.open("/admin/products/bowl")
    assert staff.heading == "Bowl"
    assert "BOWL Blue $12.50 5" in staff.text()


def test_an_impossible_count_changes_nothing_else(staff: Browser, bowl: Product) -> None:
    """The words of the same form are not saved either."""
    staff.open("/admin/products/bowl/edit")

    answer = staff.submit("/admin/products/bowl/edit", name="Round bowl", stock__BOWL="1000001")

    assert answer.status_code == 422
    assert staff.errors() == {"stock.BOWL": "Please give a number from 0 to 1,000,000."}
    assert staff.open("/admin/products/bowl").status_code == 200
    assert staff.heading == "Bowl"


@pytest.mark.parametrize(
    ("path", "slug"), [("/admin/products/bowl", "plate"), ("/admin/sellers/maya-stone", "ben-reed")]
)
def test_an_address_that_is_taken_is_told_beside_its_field(
    staff: Browser, bowl: Product, make: Factory, sellers: SellerManager, unit: UnitOfWork, path: str, slug: str
) -> None:
    """With all that was typed still there."""
    other = sellers.create("Ben Reed")
    make.draft(other, slug="plate", name="Plate")
    unit.commit()
    staff.open(f"{path}/edit")

    answer = staff.submit(f"{path}/edit", name="Another name", slug=slug)

    assert answer.status_code == 422
    assert "has this address." in staff.errors()["slug"]
    assert "Another name" in answer.text
    assert staff.open(path).status_code == 200
    assert staff.heading != "Another name"


def test_two_of_staff_do_not_overwrite_an_insider(
    staff: Browser, bowl: Product, sellers: SellerManager, unit: UnitOfWork
) -> None:
    """As with products."""
    staff.open("/admin/sellers/maya-stone/edit")
    sellers.edit(sellers.by_slug("maya-stone"), town="Bruges")
    unit.commit()

    answer = staff.submit("/admin/sellers/maya-stone/edit", town="Ypres")

    assert answer.status_code == 422
    assert "Now it says: Bruges" in staff.text()
    staff.submit("/admin/sellers/maya-stone/edit")
    assert "Ypres" in staff.text()


def test_saving_a_form_as_it_is_changes_nothing(staff: Browser, bowl: Product, unit: UnitOfWork) -> None:
    """Not even how its lines end."""
    bowl.words = "One line.\n\nAnother line."
    unit.commit()
    staff.open("/admin/products/bowl/edit")
    staff.submit("/admin/products/bowl/edit", words="One line.\r\n\r\nAnother line.")

    staff.open("/admin/history")

    assert "Nothing was changed yet." in staff.text()


def test_a_cancelled_order_is_in_the_history(staff: Browser, number: str) -> None:
    """With the reason, and without what is private."""
    staff.open(f"/admin/orders/{number}")

    staff.submit(f"/admin/orders/{number}/cancel", reason="Ben called")

    staff.open("/admin/history?kind=Order")
    said = staff.text()
    assert "Ben called" in said
    assert "paid → cancelled" in said
    assert "test-refund" not in said


def test_a_mistake_in_a_form_changes_nothing(staff: Browser, bowl: Product) -> None:
    """Neither words nor stock."""
    staff.open("/admin/products/bowl/edit")

    answer = staff.submit("/admin/products/bowl/edit", name="", stock__BOWL="9")

    assert answer.status_code == 422
    assert "Please provide a sellable name" in staff.text()
    staff.open("/admin/products/bowl")
    assert "BOWL Blue $12.50 5" in staff.text()


def test_an_insider_is_edited_and_the_cards_follow(staff: Browser, bowl: Product) -> None:
    """Their name stands on what they sell."""
    staff.open("/admin/sellers/maya-stone")
    assert "Potter" in staff.text()
    staff.open("/admin/sellers/maya-stone/edit")

    staff.submit("/admin/sellers/maya-stone/edit", name="Maya of Ghent", bio="I make bowls.")

    assert staff.heading == "Maya of Ghent"
    assert "Maya of Ghent" in staff.get("/").text
    staff.open("/admin/sellers/maya-stone/edit")
    assert staff.submit("/admin/sellers/maya-stone/edit", name="").status_code == 422


def test_a_member_is_logged_out_everywhere(
    staff: Browser, another: Browser, unit: UnitOfWork, members: MemberManager
) -> None:
    """On all devices, at once."""
    another.open("/sign-up")
    another.submit("/sign-up", email="eve@example.org", name="Eve", password="nine red cacti")
    member = members._members.by_email("eve@example.org")
    unit.rollback()
    assert member is not None
    staff.open(f"/admin/members/{member.id}")
    assert "eve@example.org" in staff.text()

    staff.submit(f"/admin/members/{member.id}/end-sessions")

    assert "Eve is logged out everywhere." in staff.text()
    assert another.open("/account").url.path == "/log-in"


@pytest.mark.parametrize("path", ["orders/OS-2222222", "products/none", "sellers/none", "members/7"])
def test_what_is_not_there_is_not_found(staff: Browser, path: str) -> None:
    """A page that says so."""
    assert staff.open(f"/admin/{path}").status_code == 404
