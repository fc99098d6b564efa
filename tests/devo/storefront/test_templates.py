"""The templates alone, with sample contexts: what every page must hold whatever it shows."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import opensky.devo.storefront
import opensky.web
from opensky.devo.orders.views import DueView
from opensky.devo.storefront.views import (
    AddressView,
    AdminAction,
    AdminDetail,
    AdminField,
    AdminFilter,
    AdminRow,
    AdminTable,
    BagLineView,
    BagView,
    Card,
    DemoLogin,
    FollowerRow,
    InsiderCard,
    Listing,
    MemberView,
    OrderLineView,
    OrderRow,
    OrderView,
    PictureView,
    ProductView,
    SessionRow,
    Shelf,
    TestCard,
    TimelineStep,
    TokenRow,
    VariantView,
)
from opensky.kernel.clock import SetClock
from opensky.kernel.money import Money
from opensky.settings import Settings
from opensky.web.assets import Assets
from opensky.web.headers import SecurityHeaders
from opensky.web.templates import Templates, csrf_field

ROOT = Path(__file__).parents[3]
FRONT = Path(opensky.devo.storefront.__file__).parent / "templates"
OWN = Path(opensky.web.__file__).parent / "templates"
VENDOR = Path(opensky.web.__file__).parent / "static" / "vendor"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Someone:
    """What templates may ask of a visitor."""

    member_id: int | None
    name: str = ""
    roles: tuple[str, ...] = ()

    @property
    def signed_in(self) -> bool:
        return self.member_id is not None

    @property
    def is_staff(self) -> bool:
        return "staff" in self.roles


GUEST = Someone(None)
ADA = Someone(1, "Ada")
SOL = Someone(2, "Sol", ("staff",))

MAYA = InsiderCard("maya", "Maya <Linden>", "Ceramicist", "Asheville", "I throw on Tuesdays.", "maya.svg", 12_345)
TOMAS = InsiderCard("tomas", "Tomas Ekberg", "Baker", followers=1, following=True)
BARE = InsiderCard("m-6471", "Manufacturer 6471")
ROSA = InsiderCard("rosa", "Rosa")
INSIDERS = [MAYA, TOMAS, BARE]
KITCHEN = Shelf("kitchen", "Kitchen", "What lasts.")
BOWL = Card(
    1, 3, "bowl", 'Bowl "Tom & Ines"', Money(3200), True, "bowl.svg", "A bowl", "maya", "Maya", "maya.svg", False
)
PAN = Card(2, 1, "pan", "Pan", Money(9900), False, "", "", "m-6471", "Manufacturer 6471", "", True, "New on the shelf")
CARDS = Listing([BOWL, PAN], "a cursor&=")
NONE = Listing([])
SMALL = VariantView("BOWL-S", "Small", Money(3200), 4)
LARGE = VariantView("BOWL-L", "Large", Money(6400), 0)
PRODUCT = ProductView(
    "bowl",
    "Bowl",
    "I made it for my father.",
    "Stoneware.\n\nHolds half a litre.",
    [LARGE, SMALL],
    [PictureView("bowl.svg", "A bowl"), PictureView("foot.svg", "Its foot")],
    [KITCHEN],
)
GONE = ProductView("pan", "Pan", "", "", [VariantView("PAN", "", Money(9900), 0)], [])


def _line(sku: str, seller: str, problem: str = "") -> BagLineView:
    return BagLineView(
        sku, "bowl", "Bowl", "Small", "bowl.svg", "A bowl", seller, seller.title(), Money(3200), 2, Money(6400), problem
    )


BAG = BagView([_line("A", "maya"), _line("B", "tomas"), _line("C", "maya")], Money(19_200), 6)
BAD_BAG = BagView([_line("A", "maya", "Only one is left.")], Money(6400), 2)
NO_BAG = BagView([], Money(0), 0)
ORDER = OrderView(
    "OS-1",
    "paid",
    NOW,
    "ada@example.org",
    AddressView("Ada", "12 Orchard Row", "Burlington", "VT", "05401", "US"),
    [OrderLineView("Bowl", "Small", 2, Money(3200), Money(6400), "maya", "Maya", "bowl", "bowl.svg", "A bowl")],
    Money(6400),
    Money(6400),
    paid_at=NOW,
    timeline=[TimelineStep("Ordered", NOW, True), TimelineStep("Packed"), TimelineStep("On its way")],
    can_cancel=True,
    card_last4="4242",
)
ORDERS = [OrderRow("OS-1", NOW, "paid", Money(6400), [PictureView("bowl.svg", "A bowl")], 1)]
MEMBER = MemberView("Ada", "ada@example.org", NOW, following=2)
SESSIONS = [SessionRow("1", NOW, True, "Firefox"), SessionRow("2", NOW)]
ROWS = [AdminRow(["OS-1", NOW, Money(6400), 3, True, None, ""], "/admin/orders/1")]
COLUMNS = ["Number", "When", "Total", "Things", "Guest", "Note", "More"]
DETAIL = AdminDetail(
    "OS-1",
    "/admin/orders",
    "Orders",
    {"Placed": NOW, "Total": Money(6400)},
    "/orders/OS-1",
    [AdminTable("Lines", COLUMNS, ROWS), AdminTable("Payments", ["What"], [])],
    [AdminAction("/admin/orders/1/cancel", "Cancel", {"by": "us"}, True, True)],
)
FILTERS = {"filters": [AdminFilter("all", ""), AdminFilter("paid", "paid", True)], "state": "paid"}
FIELDS = [
    AdminField("name", "Name", "x"),
    AdminField("bio", "Bio", "y", "Too long.", long=True),
    AdminField("n", "Left", "3", kind="number", hint="Count.", section="Stock", theirs=True, now="4"),
]
STALE = {"hidden": {"version": "1"}, "stale": "Changed.", "longest_reason": 300}
TOKENS = [TokenRow("1", "my phone", "read", NOW)]
DUE = DueView(Money(19_200), Money(0), Money(0), Money(19_200), Money(0), Money(0))
CHECKOUT = {"due": DUE, "key": "k", "test_cards": [TestCard("4242 4242 4242 4242", "approved")]}
WRONG = {"email": "Please give your e-mail address.", "other": "Something else."}

PAGES: list[tuple[str, Someone, dict[str, Any]]] = [
    ("home.html", GUEST, {"insiders": INSIDERS, "listing": CARDS, "shelves": [KITCHEN]}),
    ("home.html", ADA, {"insiders": [], "listing": NONE, "shelves": [], "bag_count": 3, "flash": "Welcome."}),
    ("shelf.html", GUEST, {"shelf": KITCHEN, "shelves": [KITCHEN], "listing": CARDS}),
    ("shelf.html", GUEST, {"shelf": KITCHEN, "shelves": [], "listing": NONE}),
    ("search.html", GUEST, {"query": 'a "bowl"', "listing": CARDS, "insiders": INSIDERS}),
    ("search.html", ADA, {"query": "zeppelin", "listing": NONE, "insiders": []}),
    ("search.html", ADA, {"query": "", "listing": NONE, "insiders": []}),
    ("insiders.html", ADA, {"insiders": INSIDERS, "older": "c"}),
    ("insiders.html", GUEST, {"insiders": [], "older": ""}),
    ("seller.html", ADA, {"insider": MAYA, "bio": "One.\n\nTwo.", "joined_at": NOW, "listing": CARDS, "query": "bowl"}),
    ("seller.html", GUEST, {"insider": BARE, "bio": "", "joined_at": NOW, "listing": NONE, "query": ""}),
    ("followers.html", ADA, {"insider": TOMAS, "members": [FollowerRow("Ada", NOW)], "older": "c"}),
    ("followers.html", GUEST, {"insider": MAYA, "members": [], "older": ""}),
    ("product.html", ADA, {"product": PRODUCT, "insider": MAYA, "more": CARDS.cards, "error": ""}),
    ("product.html", GUEST, {"product": GONE, "insider": BARE, "more": [], "error": "It was sold a moment ago."}),
    ("sign_up.html", GUEST, {"name": "", "email": "", "next": "", "errors": {}}),
    ("sign_up.html", GUEST, {"name": "Ada", "email": "ada@", "next": "/feed", "errors": WRONG}),
    ("log_in.html", GUEST, {"email": "a", "next": "/feed", "errors": WRONG, "demo_logins": [DemoLogin("a", "b", "c")]}),
    ("pick.html", ADA, {"insiders": INSIDERS}),
    ("feed.html", ADA, {"listing": CARDS, "discovery": False, "following": 3}),
    ("feed.html", ADA, {"listing": NONE, "discovery": True, "following": 0}),
    ("following.html", ADA, {"insiders": INSIDERS, "older": "c"}),
    ("following.html", ADA, {"insiders": [], "older": ""}),
    ("bag.html", GUEST, {"bag": BAG, "bag_count": 6}),
    ("bag.html", ADA, {"bag": BAD_BAG}),
    ("bag.html", ADA, {"bag": NO_BAG}),
    ("checkout.html", GUEST, {"bag": BAG, "values": {}, "errors": {}, **CHECKOUT}),
    ("checkout.html", ADA, {**CHECKOUT, "bag": BAG, "values": {"email": "x"}, "errors": WRONG, "test_cards": []}),
    ("order.html", ADA, {"order": ORDER, "fresh": True}),
    ("order.html", ADA, {"order": ORDER, "fresh": False}),
    ("orders.html", ADA, {"orders": ORDERS, "older": "c"}),
    ("orders.html", ADA, {"orders": [], "older": ""}),
    (
        "account.html",
        ADA,
        {"member": MEMBER, "sessions": SESSIONS, "tokens": TOKENS, "errors": WRONG, "new_token": "os_1"},
    ),
    (
        "dev_pieces.html",
        ADA,
        {"example_cards": CARDS.cards, "insiders": INSIDERS, "guest_insider": ROSA, "bag": BAD_BAG, "order": ORDER},
    ),
    ("error.html", GUEST, {"status": 404, "title": "Not here", "message": "Nothing is lost.", "way_out": "/"}),
    ("error.html", GUEST, {"status": 500, "title": "Our fault", "message": "Noted as 1.", "way_out": "/bag"}),
    ("api_docs.html", GUEST, {}),
    ("admin/list.html", SOL, {"title": "Orders", "columns": COLUMNS, "rows": ROWS, "query": "x", "older": "c"}),
    ("admin/list.html", SOL, {"title": "Orders", "columns": COLUMNS, "rows": [], "query": "x", "older": ""}),
    (
        "admin/list.html",
        SOL,
        {"title": "Orders", "columns": COLUMNS, "rows": ROWS, "query": "", "older": "c", **FILTERS},
    ),
    ("admin/detail.html", SOL, {"detail": DETAIL, "here": "/admin/orders"}),
    (
        "admin/edit.html",
        SOL,
        {"title": "Edit", "path": "/x", "back": "/y", "errors": WRONG, "fields": FIELDS, **STALE},
    ),
]
EACH_PAGE = pytest.mark.parametrize(
    ("template", "visitor", "context"), PAGES, ids=[f"{number}-{page[0]}" for number, page in enumerate(PAGES)]
)


class Parts(HTMLParser):
    """Every element of a page with its attributes, and the labels that enclose a control."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.enclosed: set[int] = set()
        self._labels = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._labels:
            self.enclosed.add(len(self.found))
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        self._labels += tag == "label"

    def handle_endtag(self, tag: str) -> None:
        self._labels -= tag == "label"

    def all(self, *tags: str) -> list[dict[str, str]]:
        """Return the attributes of all elements of these kinds."""
        return [attributes for tag, attributes in self.found if tag in tags]

    def attributes(self) -> Iterator[tuple[str, str, str]]:
        """Yield element, attribute and value of everything."""
        for tag, attributes in self.found:
            for name, value in attributes.items():
                yield tag, name, value


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    settings = Settings(data=tmp_path_factory.mktemp("data"), secret_key="k" * 43)
    assets = Assets(settings.data / "media", SecurityHeaders(settings))
    return Templates(settings, SetClock(NOW), assets, [FRONT])


def render(templates: Templates, template: str, visitor: Someone, context: Mapping[str, Any]) -> str:
    around = {
        "visitor": visitor,
        "csrf_field": lambda: csrf_field("token"),
        "csp_nonce": "nonce",
        "path": "/",
        "flash": "",
    }
    return str(templates._environment.get_template(template).render({**around, **context}))


@EACH_PAGE
def test_a_page_reads_well_for_those_who_do_not_see_it(
    templates: Templates, template: str, visitor: Someone, context: dict[str, Any]
) -> None:
    """One heading of the first rank, a text for every picture, a label for every control, errors tied to their fields."""
    # when
    parts = Parts(render(templates, template, visitor, context))

    # then
    ids = [value for _, name, value in parts.attributes() if name == "id"]
    labelled = {attributes.get("for") for attributes in parts.all("label")}
    assert len(parts.all("h1")) == 1
    assert len(parts.all("main")) == 1
    assert sorted(ids) == sorted(set(ids)), "an id stands twice"
    assert [image for image in parts.all("img") if "alt" not in image] == []
    assert [
        link["href"] for link in parts.all("a") if link["href"].startswith("#") and link["href"][1:] not in ids
    ] == []
    for position, (tag, attributes) in enumerate(parts.found):
        if tag in {"input", "select", "textarea"} and attributes.get("type") != "hidden":
            assert position in parts.enclosed or attributes.get("id") in labelled, attributes
        for described in attributes.get("aria-describedby", "").split():
            assert described in ids


@EACH_PAGE
def test_a_page_holds_nothing_that_the_content_security_policy_refuses(
    templates: Templates, template: str, visitor: Someone, context: dict[str, Any]
) -> None:
    """No inline script or style, no attribute that evaluates code, nothing from another site."""
    # when
    parts = Parts(render(templates, template, visitor, context))

    # then
    assert parts.all("style") == []
    assert [script for script in parts.all("script") if not script.get("src") or script["nonce"] != "nonce"] == []
    for _, name, value in parts.attributes():
        assert name != "style"
        assert not name.startswith(("on", "hx-on"))
        if name in {"href", "src", "action", "hx-get", "hx-post"}:
            assert re.match(r"(/(?!/)|[#?])", value), value
        if name.startswith("hx-"):
            assert not value.startswith(("js:", "javascript:"))


@EACH_PAGE
def test_every_form_works_without_javascript_and_cannot_be_forged(
    templates: Templates, template: str, visitor: Someone, context: dict[str, Any]
) -> None:
    """A form that changes something is a plain POST with the token; htmx posts to the same address."""
    # when
    page = render(templates, template, visitor, context)

    # then
    forms = re.findall(r"<form\b.*?</form>", page, re.DOTALL)
    posts = [form for form in forms if 'method="post"' in form]
    assert len(forms) == page.count("<form")
    for form in posts:
        assert form.count('name="csrf_token" value="token"') == 1, form
        assert re.search(r'<button[^>]*type="submit"', form), form
    for action, enhanced in re.findall(r'action="([^"]*)"[^>]*hx-post="([^"]*)"', page):
        assert action == enhanced


def test_every_template_has_a_sample(templates: Templates) -> None:
    """Whoever adds a page adds it to these tests."""
    # given
    pages = {name for name in templates._environment.list_templates() if not name.rpartition("/")[2].startswith("_")}

    # then
    assert pages - {"page.html", "base.html", "admin/base.html"} == {template for template, _, _ in PAGES}


def test_a_followed_insider_has_a_pressed_button_that_unfollows(templates: Templates) -> None:
    """The button says how things are, and does the other thing."""
    # when
    page = render(templates, "insiders.html", ADA, {"insiders": [MAYA, TOMAS], "older": ""})

    # then
    assert re.findall(r'action="(/insiders/[^"]+)".*?aria-pressed="(\w+)"', page) == [
        ("/insiders/maya/follow", "false"),
        ("/insiders/tomas/unfollow", "true"),
    ]
    assert "12.3k followers" in page
    assert "1 follower<" in page
    assert "Maya &lt;Linden&gt;" in page


def test_the_first_variant_that_can_be_bought_is_chosen(templates: Templates) -> None:
    """What is sold out can be seen and not chosen."""
    # when
    page = render(templates, "product.html", GUEST, {"product": PRODUCT, "insider": MAYA, "more": [], "error": ""})

    # then
    assert 'value="BOWL-L" disabled' in page
    assert 'value="BOWL-S" checked' in page


def test_the_bag_groups_its_lines_by_seller() -> None:
    """Lines of one seller stand together, in order of the sellers' names."""
    assert [(group.seller_slug, [line.sku for line in group.lines]) for group in BAG.groups] == [
        ("maya", ["A", "C"]),
        ("tomas", ["B"]),
    ]
    assert (BAG.problems, BAD_BAG.problems) == (False, True)


def test_a_product_says_from_when_its_prices_differ() -> None:
    """The price on top is the lowest one."""
    assert (PRODUCT.price, PRODUCT.from_price, PRODUCT.first_sku, PRODUCT.sold_out) == (
        Money(3200),
        True,
        "BOWL-S",
        False,
    )
    assert (GONE.price, GONE.from_price, GONE.first_sku, GONE.sold_out) == (Money(9900), False, "", True)


def test_vendored_files_are_those_that_the_page_about_them_lists() -> None:
    """Nobody changes a vendored file, or adds one, without saying so."""
    # given
    listed = dict(re.findall(r"\| `([^`]+)` \| `([0-9a-f]{64})` \|", (ROOT / "docs" / "vendored.md").read_text()))

    # when
    present = {
        str(file.relative_to(VENDOR)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in VENDOR.rglob("*")
        if file.is_file()
    }

    # then
    assert listed == present
    assert (OWN / "page.html").is_file()
