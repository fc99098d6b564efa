"""Sharing on the web: one's own link, what is remembered of it, and what counts as bought through it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from opensky.devo.members.objects import Member
from opensky.devo.orders.objects import Order
from opensky.devo.payments.trial import APPROVED
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Product
from opensky.devo.shares.codes import is_code
from opensky.devo.shares.objects import Share
from opensky.devo.shares.sharing import SHARES
from opensky.kernel.clock import SetClock
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.testing.browser import Browser
from opensky.testing.buying import ADDRESS
from opensky.testing.factories import Factory
from opensky.testing.statements import counted
from opensky.web import Throttles
from opensky.web.cookies import SHARE

SENTENCE = "seven blue cacti"
Buys = Callable[..., Order]


def sign_up(browser: Browser, email: str, name: str) -> Browser:
    browser.open("/sign-up")
    browser.submit("/sign-up", email=email, name=name, password=SENTENCE)
    return browser


@pytest.fixture
def mia(browser: Browser) -> Browser:
    """Mia, signed in."""
    return sign_up(browser, "mia@example.org", "Mia Field")


@pytest.fixture
def cup(make: Factory, products: ProductManager, unit: UnitOfWork) -> Product:
    """Something else that there is to buy."""
    product = make.draft(make.seller(), slug="cup", name="Cup", variants=[make.variant(800, sku="CUP")])
    products.publish(product)
    unit.commit()
    return product


def shares(browser: Browser, slug: str = "bowl") -> str:
    """Share a product by its button, and return the path of the link."""
    browser.open(f"/products/{slug}")
    browser.submit(f"/products/{slug}/share")
    assert browser.page is not None
    link = browser.page.text.partition('id="link" type="url" value="')[2].partition('"')[0]
    return link.removeprefix("http://127.0.0.1:8000")


@pytest.fixture
def buys(unit: UnitOfWork) -> Buys:
    """Has somebody buy something in their browser, and returns the order."""

    def bought(browser: Browser, slug: str = "bowl", email: str = "ben@example.org") -> Order:
        browser.open(f"/products/{slug}")
        browser.submit("/bag/add")
        browser.open("/checkout")
        browser.submit("/checkout", payment_token=APPROVED, **({"email": email} | ADDRESS))
        [order, *_] = unit.find(Order, sort=("-id",))
        unit.rollback()
        return order

    return bought


def kept(unit: UnitOfWork) -> list[Share]:
    found = unit.find(Share, sort=("id",))
    unit.rollback()
    return found


@pytest.mark.usefixtures("bowl")
def test_a_member_shares_and_sees_that_it_was_bought(
    mia: Browser, another: Browser, buys: Buys, unit: UnitOfWork
) -> None:
    """From the button to the list: by how many, and not by whom."""
    link = shares(mia)
    [share] = kept(unit)
    assert link == f"/s/{share.code}"
    assert is_code(share.code)
    assert another.open(link).status_code == 200
    assert another.path == "/products/bowl"
    order = buys(another)
    assert (order.state, order.share_id) == ("paid", share.id)
    mia.open("/account/shares")
    assert "Bowl & spoon" in mia.text()
    assert "bought once" in mia.text()
    assert not any(told in mia.text() for told in ("ben@example.org", ADDRESS["name"], order.number))


@pytest.mark.usefixtures("bowl")
def test_sharing_twice_gives_the_same_link(mia: Browser, unit: UnitOfWork) -> None:
    """One for a member and a product."""
    assert shares(mia) == shares(mia)
    assert len(kept(unit)) == 1


@pytest.mark.usefixtures("bowl")
def test_looking_shares_nothing(mia: Browser, unit: UnitOfWork) -> None:
    """A link to the page of the button is only looked at; the list says how it is done."""
    mia.open("/products/bowl/share")
    assert "Make your own link" in mia.text()
    assert kept(unit) == []
    mia.open("/account/shares")
    assert "Press Share" in mia.text()


@pytest.mark.usefixtures("bowl")
def test_who_is_not_signed_in_is_asked_to_log_in(browser: Browser, unit: UnitOfWork) -> None:
    """And comes back to the button."""
    browser.open("/products/bowl/share")
    assert browser.path.startswith("/log-in")
    assert browser.post("/products/bowl/share", data={}, follow_redirects=False).status_code == 303
    assert kept(unit) == []


@pytest.mark.parametrize(
    "code", ["k7m2xbq49tzc5w", "K7M2XBQ49TZC5W", "x", "%2F%2Fevil.example", "k7m2xbq49tzc5wk7m2xbq49tzc5w"]
)
def test_a_code_that_nobody_has_leads_nowhere(browser: Browser, code: str) -> None:
    """Not out of the shop either."""
    answer = browser.get(f"/s/{code}", follow_redirects=False)
    assert answer.status_code == 404
    assert SHARE not in browser.cookies


@pytest.mark.usefixtures("bowl")
def test_what_is_not_on_show_any_more_leads_home(
    mia: Browser, another: Browser, products: ProductManager, unit: UnitOfWork
) -> None:
    """With a word about it; the list says so too."""
    link = shares(mia)
    products.withdraw(products.by_slug("bowl"))
    unit.commit()
    another.open(link)
    assert another.path == "/"
    assert "This is not offered any more." in another.text()
    mia.open("/account/shares")
    assert "Not offered any more" in mia.text()


@pytest.mark.usefixtures("bowl")
def test_ones_own_purchases_never_count(mia: Browser, another: Browser, buys: Buys) -> None:
    """Neither signed in, nor as a guest with one's own address; one's own link is not even remembered."""
    link = shares(mia)
    mia.open(link)
    assert SHARE not in mia.cookies
    another.open(link)
    assert buys(another, email="MIA@example.org ").share_id is None
    assert buys(another, email="ben@example.org").share_id is not None
    sealed = another.cookies[SHARE]
    mia.cookies.set(SHARE, sealed)
    assert buys(mia, email="other@example.org").share_id is None


@pytest.mark.usefixtures("bowl", "cup")
def test_only_an_order_with_what_was_shared_counts(mia: Browser, another: Browser, buys: Buys) -> None:
    """Who came through the link and buys something else bought nothing through it."""
    another.open(shares(mia))
    assert buys(another, "cup").share_id is None


@pytest.mark.usefixtures("bowl")
def test_the_last_share_wins(mia: Browser, another: Browser, buys: Buys, unit: UnitOfWork) -> None:
    """Two members share the same thing."""
    first = shares(mia)
    mia.cookies.clear()
    second = shares(sign_up(mia, "noor@example.org", "Noor"))
    another.open(second)
    another.open(first)
    another.open(second)
    assert buys(another).share_id == kept(unit)[1].id


@pytest.mark.usefixtures("bowl")
def test_a_share_is_remembered_for_thirty_days(mia: Browser, another: Browser, buys: Buys, clock: SetClock) -> None:
    """By us, too: a browser that keeps the cookie for longer gains nothing."""
    answer = another.get(link := shares(mia), follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/products/bowl")
    assert "Max-Age=2592000" in answer.headers["set-cookie"]
    sealed = another.cookies[SHARE]
    clock.advance(days=29)
    assert buys(another).share_id is not None
    clock.advance(days=2)
    another.cookies.clear()
    another.cookies.set(SHARE, sealed)
    assert buys(another).share_id is None
    assert another.open(link).status_code == 200


@pytest.mark.usefixtures("bowl")
@pytest.mark.parametrize("forged", ["x", "", "YTpi.x", ".."])
def test_a_cookie_that_is_not_ours_is_as_none(another: Browser, buys: Buys, forged: str) -> None:
    """It keeps nobody from buying."""
    another.cookies.set(SHARE, forged)
    assert buys(another).share_id is None


@pytest.mark.usefixtures("bowl")
def test_an_order_without_a_share_asks_nothing_about_shares(another: Browser, buys: Buys, database: Database) -> None:
    """Not a statement more."""
    with counted(database) as statements:
        order = buys(another)
    assert order.state == "paid"
    assert not [each for each in statements if "shares" in str(each)]


@pytest.mark.usefixtures("bowl", "cup")
def test_a_member_shares_a_hundred_things_a_day_at_most(
    mia: Browser, database: Database, clock: SetClock, settings: Settings, unit: UnitOfWork
) -> None:
    """Fifty at once, and no more than fifty further ones until a day later; what is shared already may be looked at."""
    shares(mia)
    member = unit.find_one(Member, {"email": "mia@example.org"})
    assert member is not None
    unit.rollback()
    throttles = Throttles(database, clock, settings.secret_key)
    for _ in range(SHARES.burst - 1):
        throttles.take((f"share:{member.id}", SHARES))
    mia.open("/products/cup")
    mia.submit("/products/cup/share")
    assert "You have shared very many things today." in mia.text()
    assert len(kept(unit)) == 1
    assert shares(mia).startswith("/s/")
    clock.advance(seconds=int(SHARES.every.total_seconds()) + 1)
    assert shares(mia, "cup").startswith("/s/")
    assert SHARES.burst + timedelta(days=1) / SHARES.every <= 100


class TestApi:
    """The same for programs."""

    @pytest.fixture
    def token(self, mia: Browser) -> dict[str, str]:
        """Mia's token, in its header."""
        return bearer(mia, "mia@example.org")

    @pytest.mark.usefixtures("bowl")
    def test_a_share_is_an_address(self, browser: Browser, token: dict[str, str], unit: UnitOfWork) -> None:
        """The same one each time."""
        first = browser.post("/api/v1/products/bowl/share", headers=token)
        again = browser.post("/api/v1/products/bowl/share", headers=token)
        [share] = kept(unit)
        assert (first.status_code, first.json()) == (200, {"url": f"http://127.0.0.1:8000/s/{share.code}"})
        assert again.json() == first.json()

    def test_nobody_shares_what_there_is_not(self, browser: Browser, token: dict[str, str]) -> None:
        """Nor without a token."""
        assert browser.post("/api/v1/products/none/share", headers=token).status_code == 404
        assert browser.post("/api/v1/products/none/share").status_code == 401

    @pytest.mark.usefixtures("bowl")
    @pytest.mark.parametrize("known", [True, False])
    def test_an_order_may_name_a_share(
        self, browser: Browser, another: Browser, token: dict[str, str], unit: UnitOfWork, *, known: bool
    ) -> None:
        """One that is none changes nothing."""
        url = browser.post("/api/v1/products/bowl/share", headers=token).json()["url"]
        sign_up(another, "ben@example.org", "Ben")
        order = {
            "lines": [{"sku": "BOWL"}],
            "payment_token": APPROVED,
            "share": url.rpartition("/")[2] if known else "nonsense",
            "address": {name: value for name, value in ADDRESS.items() if name != "email"},
        }
        headers = {**bearer(another, "ben@example.org"), "idempotency-key": "an order of Ben's"}
        answer = another.post("/api/v1/orders", json=order, headers=headers)
        assert answer.status_code == 201
        assert "share" not in answer.text
        [placed] = unit.find(Order)
        assert (placed.share_id == kept(unit)[0].id) is known


def bearer(browser: Browser, email: str) -> dict[str, str]:
    asked: Any = {"email": email, "password": SENTENCE}
    return {"authorization": f"Bearer {browser.post('/api/v1/tokens', json=asked).json()['token']}"}
