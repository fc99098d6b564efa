"""Templates, flashes, cards, forms, texts."""

from collections.abc import Callable
from datetime import timedelta
from gettext import NullTranslations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Invalid
from opensky.kernel.money import Money
from opensky.web import Form
from opensky.web.formats import Ago, count, money
from opensky.web.templates import Fragments
from opensky.web.words import Words


def test_a_flash_is_shown_once_and_escaped(browser: Any) -> None:
    """On the page after the redirect, and on no other."""
    browser.log_in()
    assert '<p id="flash">Welcome, &lt;Ann&gt;.</p>' in browser.get("/mine").text
    assert '<p id="flash"></p>' in browser.get("/mine").text


def test_a_refusal_is_flashed_as_a_problem(browser: Any) -> None:
    """Bad news does not look like good news; that it is bad is sealed with it."""
    assert browser.submit("/refused").status_code == 303
    assert '<p id="flash" class="problem">There are only 5.</p>' in browser.get("/").text
    assert '<p id="flash"></p>' in browser.get("/").text


def test_a_flash_that_we_did_not_write_is_not_shown(browser: Any) -> None:
    """It is signed: nobody puts words in our mouth."""
    browser.cookies.set("opensky-flash", "V2lu.AAAA")
    assert '<p id="flash"></p>' in browser.get("/").text


@given(text=st.text(alphabet="<>&\"'ab", max_size=20))
def test_what_is_put_into_a_page_is_escaped(text: str) -> None:
    """Words fill in values as text, never as markup."""
    made = Words(NullTranslations()).one("Hello %(name)s, 100%%", name=text)
    assert made == Markup("Hello {}, 100%").format(text)


def test_texts_come_in_one_and_many() -> None:
    """As gettext does."""
    words = Words(NullTranslations())
    assert [words.many("%(num)s bowl", "%(num)s bowls", n) for n in (1, 2)] == ["1 bowl", "2 bowls"]
    assert words.one("100%%") == "100%"


def test_cards_are_rendered_once_each(browser: Any) -> None:
    """Escaped, with their prices."""
    first = browser.get("/cards").text
    assert "<li>&lt;Bowl&gt; $12.50</li>\n<li>Cup $9.00</li>" in first
    assert browser.get("/cards").text == first


def test_fragments_forget_the_oldest_half() -> None:
    """Memory has a limit."""
    fragments = Fragments(most=4)
    for number in range(5):
        fragments.keep(number, Markup("{}").format(number))
    assert [n for n in range(5) if fragments.get(n) is not None] == [2, 3, 4]


def test_parameters_may_have_names_that_litestar_keeps_for_itself(browser: Any) -> None:
    """``state`` is a good name for a filter."""
    assert "<p>paid 3 h</p>" in browser.get("/reserved?state=paid&query=3&headers=h").text
    assert "<p> 1 </p>" in browser.get("/reserved").text


def test_a_form_is_read() -> None:
    """The last value counts; blanks go; passwords stay as typed."""
    form = Form.parse(b"name=+Ann+&tick=a&tick=b&password=+x+&quantity=3&empty=")
    assert (form.text("name"), form["name"], form.many("tick"), form.secret("password")) == (
        "Ann",
        " Ann ",
        ["a", "b"],
        " x ",
    )
    assert (form.number("quantity"), form.number("empty", 1), form.text("absent", "-"), form.many("absent")) == (
        3,
        1,
        "-",
        [],
    )


@pytest.mark.parametrize("written", ["three", "", "1.5", "٣", "9" * 19, "--1"])
def test_what_is_no_number_is_named(written: str) -> None:
    """By its field."""
    with pytest.raises(Invalid) as raised:
        Form({"quantity": [written]}).number("quantity")
    assert raised.value.by_field() == {"quantity": "Please give a whole number."}


@pytest.mark.parametrize("body", [b"a=%ff", b"\xff=1", b"&".join(b"a=1" for _ in range(501))])
def test_a_broken_form_is_refused(body: bytes) -> None:
    """Not UTF-8, or far too many fields."""
    with pytest.raises(Invalid, match="could not be read"):
        Form.parse(body)


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, "0"), (9_999, "9,999"), (12_345, "12.3k"), (99_999, "99.9k"), (100_000, "100k"), (4_100_000, "4.1M")],
)
def test_counts_are_short(number: int, written: str) -> None:
    """Whole up to 9,999, then cut."""
    assert count(number) == written


def test_money_is_written_with_its_sign() -> None:
    """By its currency's rules."""
    assert [money(Money(125_050)), money((500, "JPY")), money(Money(-1))] == ["$1,250.50", "¥500", "-$0.01"]


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(hours=3), "3 hours ago"),
        (timedelta(days=40), "Oct 14, 2026"),
        (timedelta(minutes=-5), "in 5 minutes"),
    ],
)
def test_times_are_relative_and_exact(back: timedelta, words: str, shop: Any) -> None:
    """Words for people, the instant for machines."""
    moment = shop.clock.now() - back
    made = Ago(SetClock(shop.clock.now()))(moment)
    assert f">{words}</time>" in made
    assert f'datetime="{moment.isoformat()}"' in made


def test_health_says_that_all_is_well(open_shop: Callable[..., Any]) -> None:
    """Without cookie or session."""
    with open_shop().browser() as browser:
        answer = browser.get("/healthz")
    assert (answer.status_code, answer.text, "set-cookie" in answer.headers) == (200, "well\n", False)


def test_what_every_browser_and_robot_asks_for_is_there(browser: Any) -> None:
    """A missing icon or list of rules would fill the logs."""
    icon, rules = browser.get("/favicon.ico"), browser.get("/robots.txt")

    assert (icon.status_code, icon.headers["content-type"].partition(";")[0]) == (200, "image/svg+xml")
    assert (rules.status_code, rules.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert rules.text.splitlines()[0] == "User-agent: *"
    assert "Disallow: /orders" in rules.text.splitlines()
