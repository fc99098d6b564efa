"""The history in the admin: what staff changed is seen, filtered, looked at as it was, taken back, and given as a file."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from opensky.devo.members.manager import MemberManager
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Product
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


@pytest.fixture
def bowl(make: Factory, products: ProductManager, sellers: SellerManager, unit: UnitOfWork) -> Product:
    """Maya's bowl, on show; nobody of staff has touched it yet."""
    maker = sellers.create("Maya Stone", craft="Potter", town="Ghent")
    product = make.draft(maker, slug="bowl", name="Bowl", variants=[make.variant(1250, sku="BOWL", name="Blue")])
    product.words = "I turn it on my wheel."
    products.publish(product)
    unit.commit()
    return product


@pytest.fixture
def maya(bowl: Product) -> Seller:
    assert bowl.seller
    return bowl.seller


@pytest.fixture
def staff(browser: Browser, members: MemberManager, unit: UnitOfWork, bowl: Product) -> Browser:
    """Ada, who works here."""
    members.sign_up("ada@example.org", "Ada", SENTENCE)
    members.make_staff("ada@example.org")
    unit.commit()
    browser.open("/log-in?next=/admin")
    browser.submit("/log-in", email="ada@example.org", password=SENTENCE)
    return browser


@pytest.fixture
def edited(staff: Browser, clock: SetClock) -> Browser:
    """Ada, who has changed the words and the price of the bowl, and then its name."""
    edit(staff, words="I turn it slowly on my wheel.", variant__BOWL__price="13.00", reason="Maya asked for it")
    clock.advance(minutes=5)
    edit(staff, name="Round bowl")
    clock.advance(minutes=5)
    return staff


def edit(staff: Browser, **fields: str) -> None:
    staff.open("/admin/products/bowl/edit")
    assert staff.submit("/admin/products/bowl/edit", **fields).status_code == 200


def changes(staff: Browser) -> list[str]:
    """The ids of the changes on the page, in order."""
    assert staff.page
    return re.findall(r'class="when" href="/admin/history/(\d+)"', staff.page.text)


def timeline(staff: Browser, bowl: Product) -> list[str]:
    staff.open(f"/admin/history?kind=Product&id={bowl.id}")
    return changes(staff)


@pytest.mark.parametrize("path", ["", "/export.csv", "/export.json", "/as-of?kind=Product&id=1", "/1", "/1/revert"])
def test_nobody_else_gets_in(another: Browser, path: str) -> None:
    """The history is for staff alone."""
    assert another.open(f"/admin/history{path}").url.path == "/log-in"


def test_what_staff_change_is_in_the_timeline(edited: Browser, bowl: Product) -> None:
    """Who, what, from what to what, and why; newest first."""
    assert len(timeline(edited, bowl)) == 2

    said = edited.text()
    assert edited.heading == "History of Round bowl"
    assert "Maya asked for it" in said
    assert "I turn it on my wheel. → I turn it slowly on my wheel." in said
    assert "sku: BOWL, name: Blue, price: $12.50 → sku: BOWL, name: Blue, price: $13.00" in said
    assert said.index("Bowl → Round bowl") < said.index("I turn it slowly")


def test_a_detail_page_shows_its_newest_changes(edited: Browser, bowl: Product) -> None:
    """And leads to all of them."""
    text = edited.open("/admin/products/bowl").text

    assert f"/admin/history?kind=Product&amp;id={bowl.id}" in text
    assert "Maya asked for it" in text


def test_what_members_do_is_not_kept(staff: Browser, another: Browser) -> None:
    """Unless the shop is set to keep everybody's changes."""
    another.open("/sign-up")
    another.submit("/sign-up", email="eve@example.org", name="Eve", password="nine red cacti")

    staff.open("/admin/history")

    assert "Nothing was changed yet." in staff.text()


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 2),
        ("kind=Product", 2),
        ("kind=Seller", 0),
        ("kind=Product&field=name", 1),
        ("field=words", 1),
        ("since=2013-02-08&until=2013-02-08", 2),
        ("until=2013-02-07", 0),
        ("since=2013-02-09", 0),
        ("actor=member:1", 0),
    ],
)
def test_the_history_is_filtered_from_the_address_bar(edited: Browser, query: str, number: int) -> None:
    """By kind, field, actor and period."""
    edited.open(f"/admin/history?{query}")
    assert len(changes(edited)) == number


def test_the_changes_of_one_actor_are_found_by_the_name(edited: Browser) -> None:
    """Each name leads to what this person changed."""
    text = edited.open("/admin/history").text
    [actor] = set(re.findall(r"actor=(staff%3A\d+)", text))

    edited.open(f"/admin/history?actor={actor}")

    assert edited.heading == "What Ada changed"
    assert len(changes(edited)) == 2


@pytest.mark.parametrize("query", ["before=x", "actor=robot:1", "actor=staff:x", "since=soon", "until=2013-02-30"])
def test_a_question_that_cannot_be_meant_is_refused(staff: Browser, query: str) -> None:
    """With a sentence, not with an error of ours."""
    assert staff.open(f"/admin/history?{query}").status_code == 422


def test_one_change_is_seen_word_by_word(edited: Browser, bowl: Product) -> None:
    """What went is struck out, what came is marked, the rest stands as it was."""
    first = timeline(edited, bowl)[1]

    text = edited.open(f"/admin/history/{first}").text

    assert "I turn it <ins>slowly </ins>on my wheel." in text
    assert "<del>50</del>" in text.split("<code>variants</code>")[1]
    assert edited.open("/admin/history/7").status_code == 404


def test_a_product_is_seen_as_it_was(edited: Browser, bowl: Product, clock: SetClock) -> None:
    """Beside what it is now."""
    at = (clock.now() - timedelta(minutes=7)).isoformat()

    edited.open(f"/admin/history/as-of?kind=Product&id={bowl.id}&at={at.replace('+', '%2B')}")

    assert "name Bowl Round bowl" in edited.text()
    assert "words I turn it slowly on my wheel. the same" in edited.text()
    assert edited.open("/admin/history/as-of?kind=Product&id=x").status_code == 404
    assert edited.open("/admin/history/as-of?kind=Robot&id=1").status_code == 404
    assert edited.open("/admin/history/as-of?kind=Seller&id=1").status_code == 404


def test_one_field_is_taken_back_and_the_shop_shows_it(edited: Browser, bowl: Product) -> None:
    """First what will happen, then it happens, on the cards too, and it is in the history."""
    first = timeline(edited, bowl)[1]
    path = f"/admin/history/{first}/revert"
    edited.open(f"{path}?field=words")
    assert edited.heading == "Take back words of Round bowl"
    assert "I turn it slowly on my wheel." in edited.get("/products/bowl").text

    edited.submit(path, reason="Not hers")

    assert "It is taken back" in edited.text()
    shown = edited.get("/products/bowl").text
    assert "I turn it on my wheel." in shown
    assert "$13.00" in shown
    timeline(edited, bowl)
    assert f"Revert of change {first}: Not hers" in edited.text()


def test_a_whole_change_is_taken_back_on_the_cards_too(edited: Browser, bowl: Product) -> None:
    """The name on the front page follows."""
    newest = timeline(edited, bowl)[0]
    assert "Round bowl" in edited.get("/").text
    edited.open(f"/admin/history/{newest}/revert")

    edited.submit(f"/admin/history/{newest}/revert")

    assert "Round bowl" not in edited.get("/").text


def test_withdrawing_is_taken_back_by_publishing(staff: Browser, bowl: Product) -> None:
    """Through the manager, so that lists and search have it again."""
    staff.open("/admin/products/bowl")
    staff.submit("/admin/products/bowl/withdraw", reason="Broken")
    assert staff.get("/products/bowl").status_code == 404
    [change] = timeline(staff, bowl)
    staff.open(f"/admin/history/{change}/revert")

    staff.submit(f"/admin/history/{change}/revert")

    assert staff.get("/products/bowl").status_code == 200


def test_a_later_change_is_lost_only_if_somebody_says_so(edited: Browser, bowl: Product, clock: SetClock) -> None:
    """The page says that there is one, and asks."""
    edit(edited, words="Newer words.")
    first = timeline(edited, bowl)[2]
    path = f"/admin/history/{first}/revert"
    edited.open(f"{path}?field=words")
    assert "Changed again since" in edited.text()

    assert edited.submit(path).status_code == 409
    assert "Newer words." in edited.get("/products/bowl").text
    edited.submit(path, confirmed="yes")

    assert "I turn it on my wheel." in edited.get("/products/bowl").text


def test_a_form_that_is_out_of_date_takes_nothing_back(
    edited: Browser, bowl: Product, products: ProductManager, unit: UnitOfWork
) -> None:
    """Somebody changed the product while the page was open."""
    newest = timeline(edited, bowl)[0]
    edited.open(f"/admin/history/{newest}/revert")
    unit.rollback()  # the test's unit still holds the bowl as it was
    products.edit(products.by_slug("bowl"), description="Meanwhile.")
    unit.commit()

    assert edited.submit(f"/admin/history/{newest}/revert").status_code == 409

    assert "changed meanwhile" in edited.text()
    assert "Round bowl" in edited.get("/products/bowl").text


def test_an_insider_is_taken_back_too(staff: Browser, maya: Seller) -> None:
    """And the cards name them as before."""
    staff.open("/admin/sellers/maya-stone/edit")
    staff.submit("/admin/sellers/maya-stone/edit", name="Maya of Ghent", reason="Marketing")
    staff.open(f"/admin/history?kind=Seller&id={maya.id}")
    [change] = changes(staff)
    staff.open(f"/admin/history/{change}/revert?field=name")

    staff.submit(f"/admin/history/{change}/revert")

    assert staff.heading == "Maya Stone"
    assert "Maya of Ghent" not in staff.get("/").text


def test_a_file_for_a_spreadsheet_holds_no_formula(staff: Browser, bowl: Product) -> None:
    """A line for each field; what begins like a formula gets an apostrophe."""
    edit(staff, words='=HYPERLINK("http://evil.example")', reason="+1", stock__BOWL="9")

    answer = staff.open(f"/admin/history/export.csv?kind=Product&id={bowl.id}")

    assert answer.headers["content-disposition"] == 'attachment; filename="history.csv"'
    [line] = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert (line["field"], line["old"]) == ("words", "I turn it on my wheel.")
    assert (line["new"], line["reason"]) == ('\'=HYPERLINK("http://evil.example")', "'+1")
    assert (line["class"], line["name"], line["actor"]) == ("Product", "Bowl", "Ada")


def test_a_file_for_a_program_holds_everything(edited: Browser, bowl: Product) -> None:
    """Ids as text, values as they were kept."""
    answer = edited.open(f"/admin/history/export.json?kind=Product&id={bowl.id}&field=name")

    data: Any = msgspec.json.decode(answer.content)
    [change] = data["changes"]
    assert (change["class"], change["object_id"], change["actor"]["name"]) == ("Product", str(bowl.id), "Ada")
    assert change["fields"] == {"name": ["Bowl", "Round bowl"]}
    assert msgspec.json.decode(edited.open("/admin/history/export.json?kind=Seller").content) == {"changes": []}


def test_a_file_holds_everything_however_long(
    staff: Browser, bowl: Product, products: ProductManager, unit: UnitOfWork, ids: IdGenerator, clock: SetClock
) -> None:
    """It is made page by page while it is sent."""
    unit.recorder, unit.acting = Recorder(ids, clock), Actor("staff", 5, "Ben")
    for number in range(1203):
        products.edit(products.by_slug("bowl"), words=f"Number {number}.")
        unit.commit()
        clock.advance(seconds=1)

    answer = staff.open("/admin/history/export.csv")

    assert "content-length" not in answer.headers
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [line["new"] for line in lines] == [f"Number {number}." for number in reversed(range(1203))]
    data: Any = msgspec.json.decode(staff.open("/admin/history/export.json").content)
    assert [change["id"] for change in data["changes"]] == [line["change"] for line in lines]


def test_the_request_is_named_in_the_history(staff: Browser, bowl: Product) -> None:
    """By the id that a proxy gave it, so that its log line is found."""
    staff.headers["X-Request-Id"] = "proxy-7"
    staff.open("/admin/products/bowl/edit")
    staff.submit("/admin/products/bowl/edit", name="Round bowl")
    [change] = timeline(staff, bowl)

    staff.open(f"/admin/history/{change}")

    assert "proxy-7" in staff.text()


def test_stock_that_staff_counts_is_in_the_history(staff: Browser, bowl: Product) -> None:
    """With what was there before; a sale is not, which nobody decides."""
    edit(staff, stock__BOWL="9", reason="Counted on Monday")

    staff.open("/admin/history?kind=StockItem")

    text = staff.text()
    assert "Counted on Monday" in text
    assert len(changes(staff)) == 1
    staff.open("/admin/products/bowl")
    assert "on_hand of BOWL Counted on Monday" in staff.text()
    assert (
        'href="/admin/history?kind=StockItem&amp;id=BOWL"'
        in staff.open(f"/admin/history?kind=Product&id={bowl.id}").text
    )
