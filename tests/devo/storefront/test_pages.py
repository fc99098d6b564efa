"""The pages of the shop window, through the real application."""

import re
from datetime import timedelta
from typing import Any

import pytest

from opensky.devo.storefront.showing import CARDS, how_long_ago
from opensky.kernel.clock import SetClock
from opensky.testing.statements import counted


def _things(text: str) -> list[str]:
    return re.findall(r'<h3><a href="/products/([^"]+)">', text)


def _faces(text: str) -> list[str]:
    return re.findall(r'<h3><a href="/insiders/([^"]+)">', text)


def _older(text: str) -> str:
    found = re.search(r'rel="next" href="([^"]+)"', text)
    return found[1].replace("&amp;", "&") if found else ""


def test_home_shows_insiders_and_what_is_new(shop: Any) -> None:
    """The newest first; a second page shows the rest and leads no further."""
    first = shop.get("/")
    assert first.status_code == 200
    assert _things(first.text) == [f"thing-{n}" for n in range(29, 29 - CARDS, -1)]
    assert "Maya Linden" in first.text
    second = shop.get("/" + _older(first.text))
    assert _things(second.text) == [f"thing-{n}" for n in range(29 - CARDS, -1, -1)]
    assert _older(second.text) == ""


def test_a_shelf_shows_what_stands_on_it(shop: Any) -> None:
    """The shelf's name and sentence, and its goods alone; an unknown shelf is not found."""
    page = shop.get("/shelves/wood")
    assert _things(page.text) == [f"thing-{n}" for n in range(27, -1, -3)]
    assert "Things of wood." in page.text
    assert shop.get("/shelves/steel").status_code == 404


def test_search_finds_goods_and_insiders(shop: Any) -> None:
    """Also nothing, and no words at all, are answers."""
    page = shop.get("/search?q=linden+thing")
    assert set(_things(page.text)) <= {f"thing-{n}" for n in range(30) if n % 3}
    assert len(_things(page.text)) == 20
    assert "/insiders/ada-moss" in shop.get("/search?q=joiner").text
    assert _things(shop.get("/search?q=xyzzy").text) == _things(shop.get("/search").text) == []
    ten = shop.get("/search?q=thing")
    assert len(_things(ten.text)) == CARDS
    rest = shop.get("/search" + _older(ten.text))
    assert sorted(_things(ten.text) + _things(rest.text)) == sorted(f"thing-{n}" for n in range(30))


def test_an_insider_shows_their_words_and_goods(shop: Any) -> None:
    """And lets one search inside."""
    page = shop.get("/insiders/ada-moss")
    assert _things(page.text) == [f"thing-{n}" for n in range(27, -1, -3)]
    assert _things(shop.get("/insiders/ada-moss?q=27").text) == ["thing-27"]
    assert _things(shop.get("/insiders/ada-moss?q=28").text) == []
    maya = shop.get("/insiders/maya-linden").text
    assert "<p>One.</p><p>Two.</p>" in maya
    assert shop.get("/insiders/nobody").status_code == 404


def test_a_product_shows_what_one_needs_to_buy_it(shop: Any) -> None:
    """Price, insider, what else they have; a withdrawn or unknown one is not found."""
    page = shop.get("/products/thing-27")
    assert "$12.50" in page.text
    assert 'name="sku"' in page.text
    assert _things(page.text) == ["thing-24", "thing-21", "thing-18", "thing-15"]
    assert shop.get("/products/thing-99").status_code == 404


def test_following_and_unfollowing_lead_back_to_the_button(shop: Any) -> None:
    """The button's page comes back; whoever says something else as ``next`` stays in the shop."""
    answer = shop.submit("/insiders/ada-moss/follow", shop.ann, next="/insiders?before=")
    assert (answer.status_code, answer.headers["location"]) == (303, "/insiders?before=")
    page = shop.get("/insiders/ada-moss", shop.ann).text
    assert 'action="/insiders/ada-moss/unfollow"' in page
    assert "1 follower" in page
    assert _faces(shop.get("/account/following", shop.ann).text) == ["ada-moss"]
    assert "Ann" in shop.get("/insiders/ada-moss/followers").text
    answer = shop.submit("/insiders/ada-moss/unfollow", shop.ann, next="https://evil.example/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/insiders/ada-moss")
    assert _faces(shop.get("/account/following", shop.ann).text) == []
    assert shop.submit("/insiders/nobody/follow", shop.ann).status_code == 404


def test_the_list_of_insiders_goes_by_followers(shop: Any) -> None:
    """And holds those whom nobody follows yet."""
    shop.submit("/insiders/quiet-one/follow", shop.ann)
    shop.submit("/insiders/quiet-one/follow", shop.ben)
    shop.submit("/insiders/ada-moss/follow", shop.ann)
    assert _faces(shop.get("/insiders").text) == ["quiet-one", "ada-moss", "maya-linden"]


def test_the_feed_says_why(shop: Any, clock: SetClock) -> None:
    """Nothing followed: the newest of everybody, and it says so. Then those whom one follows, each with its reason."""
    page = shop.get("/feed", shop.ann).text
    assert "You follow nobody yet" in page
    assert "added this just now" in page
    shop.submit("/insiders/ada-moss/follow", shop.ann)
    page = shop.get("/feed", shop.ann).text
    assert _things(page) == [f"thing-{n}" for n in range(27, -1, -3)]
    assert "Ada Moss, whom you follow, added this 2 hours ago" in page
    shop.submit("/insiders/ada-moss/unfollow", shop.ann)
    shop.submit("/insiders/quiet-one/follow", shop.ann)
    assert "Nothing new from those you follow" in shop.get("/feed", shop.ann).text


def test_a_new_member_picks_insiders(shop: Any) -> None:
    """Several at once; one who is not there is passed over."""
    page = shop.get("/welcome", shop.ann).text
    assert re.findall(r'name="insider" value="([^"]+)"', page) == ["quiet-one", "ada-moss", "maya-linden"]
    answer = shop.submit("/welcome", shop.ann, insider=["maya-linden", "ghost", "ada-moss"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/feed")
    assert set(_faces(shop.get("/account/following", shop.ann).text)) == {"ada-moss", "maya-linden"}


@pytest.mark.parametrize("path", ["/feed", "/account/following", "/welcome"])
def test_a_guest_is_led_to_the_log_in(shop: Any, path: str) -> None:
    """And from there back."""
    answer = shop.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/log-in?next=")


@pytest.mark.parametrize(
    "path",
    ["/?before=", "/shelves/clay?before=", "/search?q=a&before=", "/insiders?before=", "/insiders/ada-moss?before="],
)
@pytest.mark.parametrize("cursor", ["x", "%00", "AAAAAAAAAAAAAAAAAAAAAA%3D%3D", "9" * 500, "%F0%9F%8C%8A"])
def test_a_broken_cursor_is_a_broken_request(shop: Any, path: str, cursor: str) -> None:
    """Never an error of ours."""
    assert shop.get(path + cursor).status_code == 422


STATEMENTS = {"/": 4, "/shelves/clay": 2, "/search?q=linden": 6, "/insiders": 3, "/insiders/maya-linden": 4}
STATEMENTS |= {"/insiders/maya-linden/followers": 4, "/products/thing-1": 6}


@pytest.mark.parametrize(("path", "number"), STATEMENTS.items())
def test_a_page_asks_the_store_a_fixed_number_of_questions(shop: Any, path: str, number: int) -> None:
    """Whatever it shows. A member's page asks for the session, the bag, and whom of those shown one follows.

    The first time there is one more: for the cards that nobody has seen since the shop was opened.
    """
    shop.get(path)
    with counted(shop.database) as asked:
        assert shop.get(path).status_code == 200
    assert len(asked) == number, asked
    with counted(shop.database) as asked:
        assert shop.get(path, shop.ann).status_code == 200
    follows = 0 if path.startswith("/shelves") else 1
    assert len(asked) == number + 2 + follows, asked


def test_the_feed_asks_a_fixed_number_of_questions(shop: Any) -> None:
    """Session, bag, shelves, whom one follows, what has changed, and the cards."""
    for slug in ("maya-linden", "ada-moss", "quiet-one"):
        shop.submit(f"/insiders/{slug}/follow", shop.ann)
    shop.get("/feed", shop.ann)
    with counted(shop.database) as asked:
        assert len(_things(shop.get("/feed", shop.ann).text)) == CARDS
    assert len(asked) in {5, 6}, asked  # what has changed is asked once a second


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=29), "29 days ago"),
        (timedelta(days=40), "on December 30, 2012"),
    ],
)
def test_times_are_said_in_one_unit(clock: SetClock, ago: timedelta, said: str) -> None:
    """So that a rendered card stays good for a while."""
    assert how_long_ago(clock.now() - ago, clock.now()) == said
