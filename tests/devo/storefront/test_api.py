"""The API of products, insiders, follows and the feed, through the real application."""

from typing import Any

import pytest

from opensky.testing.statements import counted


def _pages(shop: Any, path: str, key: str, limit: int, member: Any = None) -> list[Any]:
    found: list[Any] = []
    after = ""
    while True:
        answer = shop.get(f"{path}limit={limit}&after={after}", member)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert len(body[key]) <= limit
        found += body[key]
        after = body["after"]
        if not after:
            return found


def test_products_come_newest_first(shop: Any) -> None:
    """Ids are text, money is decimal text with its currency, times are in UTC."""
    body = shop.get("/api/v1/products?limit=1").json()
    newest = shop.goods[-1]
    assert body["products"] == [
        {
            "id": str(newest.id),
            "slug": "thing-29",
            "name": "Thing 29",
            "price": {"amount": "12.50", "currency": "USD"},
            "from_price": False,
            "sold_out": False,
            "picture": f"/media/{newest.pictures[0].path}",
            "picture_alt": "A thing",
            "seller": {"id": str(shop.maya.id), "slug": "maya-linden", "name": "Maya Linden"},
            "published_at": "2013-02-09T18:00:00Z",
        }
    ]
    assert body["after"] != ""


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", range(29, -1, -1)),
        ("category=wood&", range(27, -1, -3)),
        ("seller=ada-moss&", range(27, -1, -3)),
    ],
)
def test_lists_of_products_are_paged_by_cursor(shop: Any, query: str, numbers: range) -> None:
    """Each once, in order, whatever the size of a page."""
    for limit in (4, 100):
        found = _pages(shop, f"/api/v1/products?{query}", "products", limit)
        assert [product["slug"] for product in found] == [f"thing-{n}" for n in numbers]


def test_products_are_searched(shop: Any) -> None:
    """In the whole shop, or with one insider."""
    found = _pages(shop, "/api/v1/products?q=thing&", "products", 7)
    assert sorted(product["slug"] for product in found) == sorted(f"thing-{n}" for n in range(30))
    found = _pages(shop, "/api/v1/products?q=thing+12&seller=ada-moss&", "products", 7)
    assert sorted(product["slug"] for product in found) == ["thing-12"]


def test_a_product_is_shown_in_full(shop: Any) -> None:
    """With variants, what is left of each, pictures and insider."""
    product = shop.goods[1]
    body = shop.get("/api/v1/products/thing-1").json()
    assert body["variants"] == [
        {"sku": product.variants[0].sku, "name": "", "price": {"amount": "12.50", "currency": "USD"}, "left": 5}
    ]
    assert body["pictures"] == [{"url": f"/media/{product.pictures[0].path}", "alt": "A thing"}]
    assert body["categories"] == ["clay"]
    assert body["seller"] == {"id": str(shop.maya.id), "slug": "maya-linden", "name": "Maya Linden"}
    assert body["published_at"] == "2013-02-08T14:00:00Z"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/products/nothing",
        "/api/v1/sellers/nobody",
        "/api/v1/sellers/nobody/followers",
        "/api/v1/products?category=steel",
        "/api/v1/products?seller=nobody",
    ],
)
def test_what_is_not_there_is_not_found(shop: Any, path: str) -> None:
    """As a problem that says what."""
    answer = shop.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["/api/v1/products", "/api/v1/sellers", "/api/v1/sellers/ada-moss/followers"])
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=0", 400),
        ("limit=-1", 400),
        ("limit=101", 400),
        ("limit=99999999999999999999999", 400),
        ("limit=x", 400),
        ("after=x", 400),
        ("after=%00%00", 400),
        ("after=" + "A" * 65, 400),
    ],
)
def test_a_broken_request_is_refused(shop: Any, path: str, query: str, status: int) -> None:
    """With a problem that names the parameter."""
    answer = shop.get(f"{path}?{query}")
    assert answer.status_code == status
    [error] = answer.json()["errors"]
    assert query.split("=", maxsplit=1)[0] in error.get("parameter", "") + error.get("pointer", "")


def test_a_category_is_asked_for_alone(shop: Any) -> None:
    """What would be ignored is refused."""
    assert shop.get("/api/v1/products?category=clay&q=thing").status_code == 422


def test_insiders_come_by_followers_and_by_words(shop: Any) -> None:
    """With the number of followers, which is kept, not counted."""
    shop.send("PUT", "/api/v1/me/follows/maya-linden", shop.ann)
    found = _pages(shop, "/api/v1/sellers?", "sellers", 2)
    assert [(seller["slug"], seller["followers"]) for seller in found] == [
        ("maya-linden", 1),
        ("quiet-one", 0),
        ("ada-moss", 0),
    ]
    [found] = shop.get("/api/v1/sellers?q=potter").json()["sellers"]
    assert found == {
        "id": str(shop.maya.id),
        "slug": "maya-linden",
        "name": "Maya Linden",
        "craft": "Potter",
        "town": "Lund",
        "sentence": "I throw pots.",
        "picture": "",
        "followers": 1,
    }
    full = shop.get("/api/v1/sellers/maya-linden").json()
    assert full == {**found, "bio": "One.\n\nTwo.", "joined_at": "2013-02-08T12:00:00Z"}


def test_following_twice_is_the_same_as_once(shop: Any) -> None:
    """PUT and DELETE can be repeated; the answer says whether anything has changed."""
    path = "/api/v1/me/follows/ada-moss"
    answers = [shop.send(method, path, shop.ann) for method in ("PUT", "PUT", "DELETE", "DELETE", "PUT")]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert [(answer.json()["following"], answer.json()["changed"]) for answer in answers] == [
        (True, True),
        (True, False),
        (False, True),
        (False, False),
        (True, True),
    ]
    [entry] = shop.get("/api/v1/me/follows", shop.ann).json()["follows"]
    assert (entry["seller"]["slug"], entry["seller"]["followers"]) == ("ada-moss", 1)
    assert shop.get("/api/v1/sellers/ada-moss/followers").json()["followers"] == [
        {"name": "Ann", "followed_at": "2013-02-09T18:00:00Z"}
    ]
    assert shop.send("PUT", "/api/v1/me/follows/nobody", shop.ann).status_code == 404


def test_what_is_a_members_needs_a_token(shop: Any) -> None:
    """A session's cookie counts for nothing here."""
    for path in ("/api/v1/me/follows", "/api/v1/me/feed"):
        assert shop.get(path).status_code == 401
        assert shop.get(path, cookie="opensky=session-Ann").status_code == 401
    assert shop.send("PUT", "/api/v1/me/follows/ada-moss").status_code == 401


def test_the_feed_says_why_and_is_never_empty(shop: Any) -> None:
    """First the newest of everybody, then those whom one follows, page by page."""
    body = shop.get("/api/v1/me/feed?limit=2", shop.ann).json()
    assert (body["discovery"], body["following"]) == (True, 0)
    assert [entry["why"] for entry in body["entries"]] == [
        "Maya Linden added this just now",
        "Maya Linden added this 1 hour ago",
    ]
    shop.send("PUT", "/api/v1/me/follows/ada-moss", shop.ann)
    found = _pages(shop, "/api/v1/me/feed?", "entries", 4, shop.ann)
    assert [entry["product"]["slug"] for entry in found] == [f"thing-{n}" for n in range(27, -1, -3)]
    assert found[0]["why"] == "Ada Moss, whom you follow, added this 2 hours ago"
    body = shop.get("/api/v1/me/feed", shop.ann).json()
    assert (body["discovery"], body["following"]) == (False, 1)


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/api/v1/products", 1),
        ("/api/v1/products?category=clay", 2),
        ("/api/v1/products?seller=ada-moss", 2),
        ("/api/v1/products?q=thing", 2),
        ("/api/v1/products/thing-1", 3),
        ("/api/v1/sellers", 2),
        ("/api/v1/sellers/ada-moss", 2),
        ("/api/v1/sellers/ada-moss/followers", 2),
    ],
)
def test_an_answer_asks_the_store_a_fixed_number_of_questions(shop: Any, path: str, number: int) -> None:
    """However many rows it holds, once their cards have been seen."""
    joint = "&" if "?" in path else "?"
    shop.get(f"{path}{joint}limit=100")
    for limit in ("", f"{joint}limit=1", f"{joint}limit=100"):
        with counted(shop.database) as asked:
            assert shop.get(path + limit).status_code == 200
        assert len(asked) == number, asked
