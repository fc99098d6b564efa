"""What comes and goes as a whole is taken back, too: drafts, shelves, and who is staff. What cannot be says why."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

import pytest

from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import Member
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Category, Product, StockItem
from opensky.devo.sellers.manager import SellerManager
from opensky.devo.sellers.objects import Seller
from opensky.kernel.clock import SetClock
from opensky.kernel.ids import IdGenerator
from opensky.persistence import UnitOfWork
from opensky.persistence.history.actor import Actor
from opensky.persistence.history.recording import Recorder
from opensky.testing.browser import Browser
from opensky.testing.factories import Factory

SENTENCE = "seven blue cacti"
T = TypeVar("T")
Kept = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def kept(unit: UnitOfWork, ids: IdGenerator, clock: SetClock) -> Kept:
    """What is done within is kept in the history, as Ben's."""

    @contextmanager
    def within() -> Iterator[None]:
        unit.recorder, unit.acting = Recorder(ids, clock), Actor("staff", 5, "Ben")
        yield
        unit.commit()
        unit.recorder, unit.acting = None, None
        clock.advance(minutes=1)

    return within


@pytest.fixture
def maya(sellers: SellerManager, unit: UnitOfWork) -> Seller:
    made = sellers.create("Maya Stone", craft="Potter", town="Ghent")
    unit.commit()
    return made


@pytest.fixture
def staff(browser: Browser, members: MemberManager, unit: UnitOfWork) -> Browser:
    """Ada, who works here."""
    members.sign_up("ada@example.org", "Ada", SENTENCE)
    members.make_staff("ada@example.org")
    unit.commit()
    browser.open("/log-in?next=/admin")
    browser.submit("/log-in", email="ada@example.org", password=SENTENCE)
    return browser


def newest(staff: Browser, kind: str, object_id: object) -> str:
    """The page of the newest change of an object."""
    staff.open(f"/admin/history?kind={kind}&id={object_id}")
    assert staff.page
    links: list[str] = re.findall(r'class="when" href="(/admin/history/\d+)"', staff.page.text)
    return links[0]


def found(unit: UnitOfWork, cls: type[T], key: object) -> T | None:
    """What is kept now; the unit's turn to write ends with it."""
    unit.rollback()
    try:
        return unit.get(cls, key)
    finally:
        unit.rollback()


def take_back(staff: Browser, kind: str, object_id: object) -> int:
    """Go the way of a person: from the timeline to the change, to what will happen, to the button."""
    change = newest(staff, kind, object_id)
    assert f'href="{change}/revert"' in staff.open(change).text
    staff.open(f"{change}/revert")
    return staff.submit(f"{change}/revert", reason="By mistake").status_code


def refused(staff: Browser, kind: str, object_id: object) -> str:
    """What the page says instead of offering a button."""
    staff.open(f"{newest(staff, kind, object_id)}/revert")
    assert staff.page
    assert '<button type="submit">Take it back' not in staff.page.text
    return staff.text()


def test_a_draft_is_thrown_away_and_comes_back_with_its_stock(
    staff: Browser, maya: Seller, products: ProductManager, make: Factory, unit: UnitOfWork, kept: Kept
) -> None:
    """Taking back that it was made removes it; taking back that makes it again, as it was."""
    with kept():
        jar = products.create(maya, "Jar", words="For figs.", variants=[make.variant(900, sku="JAR")])

    assert take_back(staff, "Product", jar.id) == 200
    assert found(unit, Product, jar.id) is None
    assert found(unit, StockItem, "JAR") is None

    assert take_back(staff, "Product", jar.id) == 200
    again = found(unit, Product, jar.id)
    assert again is not None
    assert (again.name, again.words, again.status) == ("Jar", "For figs.", "draft")
    assert found(unit, StockItem, "JAR") is not None


def test_what_has_been_on_show_is_not_thrown_away(
    staff: Browser, maya: Seller, products: ProductManager, make: Factory, kept: Kept, unit: UnitOfWork
) -> None:
    """It may be in somebody's order; the page says what to do instead."""
    with kept():
        jar = products.create(maya, "Jar", words="For figs.", variants=[make.variant(900, sku="JAR")])
    jar.pictures = make.draft(maya, slug="other").pictures
    products.publish(jar)
    unit.commit()

    assert "may be in orders: withdraw it" in refused(staff, "Product", jar.id)
    assert staff.get("/products/jar").status_code == 200


def test_an_empty_shelf_is_taken_down_and_put_up_again(
    staff: Browser, maya: Seller, products: ProductManager, make: Factory, kept: Kept, unit: UnitOfWork
) -> None:
    """One on which something stands is not."""
    with kept():
        unit.persist(Category(id=70, slug="tin", name="Tin", sentence="Of tin.", position=9))
    assert take_back(staff, "Category", 70) == 200
    assert found(unit, Category, 70) is None
    assert take_back(staff, "Category", 70) == 200
    shelf = found(unit, Category, 70)
    assert shelf is not None
    assert (shelf.slug, shelf.position) == ("tin", 9)

    can = make.draft(maya, slug="can", categories=["tin"])
    products.publish(can)
    unit.commit()
    assert take_back(staff, "Category", 70) == 409
    assert "Something stands on this shelf" in staff.text()


def test_somebody_is_staff_no_longer_and_again(
    staff: Browser, another: Browser, members: MemberManager, kept: Kept, unit: UnitOfWork
) -> None:
    """The admin closes at once, and opens again; nobody closes it to themselves."""
    eve = members.sign_up("eve@example.org", "Eve", SENTENCE)
    unit.commit()
    with kept():
        members.make_staff("eve@example.org")
    another.open("/log-in?next=/admin")
    another.submit("/log-in", email="eve@example.org", password=SENTENCE)
    assert another.open("/admin").url.path == "/admin/orders"

    assert take_back(another, "Member", eve.id) == 409
    assert "Nobody closes the admin to themselves" in another.text()

    assert take_back(staff, "Member", eve.id) == 200
    assert another.open("/admin").url.path == "/log-in"
    assert take_back(staff, "Member", eve.id) == 200
    again = found(unit, Member, eve.id)
    assert again is not None
    assert again.is_staff


def test_what_is_not_taken_back_says_why(staff: Browser, maya: Seller, sellers: SellerManager, kept: Kept) -> None:
    """An insider does not go by a click, as members follow them."""
    with kept():
        gus = sellers.create("Gus Lind", craft="Smith")

    assert "members follow them" in refused(staff, "Seller", gus.id)
    assert staff.get("/insiders/gus-lind").status_code == 200
