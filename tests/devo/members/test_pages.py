"""Signing up, logging in and out through the real application, as a browser without JavaScript does."""

from typing import Any

import pytest

from opensky.kernel.clock import SetClock
from opensky.testing.browser import Browser

SENTENCE = "seven blue cacti"


def sign_up(browser: Browser, email: str = "maya@example.org", name: str = "Maya Stone", after: str = "") -> Any:
    browser.open(f"/sign-up?next={after}" if after else "/sign-up")
    return browser.submit("/sign-up", email=email, name=name, password=SENTENCE)


def log_in(browser: Browser, email: str, password: str) -> Any:
    browser.open("/log-in")
    return browser.submit("/log-in", email=email, password=password)


def test_signing_up_signs_in_and_leads_to_choosing_insiders(browser: Browser) -> None:
    """One form, and the shop knows one's name."""
    sign_up(browser)

    assert browser.path == "/welcome"
    assert "Maya Stone" in browser.text()


def test_signing_up_leads_back_to_where_one_was(browser: Browser) -> None:
    """But never off this shop."""
    sign_up(browser, after="/bag")
    assert browser.path == "/bag"


@pytest.mark.parametrize("after", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_next_leads_nowhere_else(browser: Browser, after: str) -> None:
    """What is not a page of ours is as if it were not there."""
    sign_up(browser, after=after)
    assert browser.path == "/welcome"


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(browser: Browser) -> None:
    """All at once; the password alone is typed again."""
    browser.open("/sign-up")

    answer = browser.submit("/sign-up", email="maya", name="Maya Stone", password="short")

    assert answer.status_code == 422
    assert browser.errors() == {
        "email": "Please give an e-mail address such as maya@example.org.",
        "password": "Please use at least 8 characters. A short sentence is easy to remember.",
    }
    assert 'value="Maya Stone"' in answer.text
    assert (
        "short" not in answer.text.split("Password", 1)[1].split("</form>")[0].split('name="password"')[1].split(">")[0]
    )


def test_logging_out_and_in_again(browser: Browser) -> None:
    """The cookie of before opens nothing."""
    sign_up(browser)
    before = browser.cookies["opensky"]
    browser.submit("/log-out")
    assert "Log in" in browser.text()

    browser.cookies.set("opensky", before)
    assert browser.open("/account").url.path == "/log-in"

    log_in(browser, " MAYA@example.org", SENTENCE)
    assert browser.path == "/feed"


def test_who_is_not_signed_in_is_led_to_the_log_in_and_back(browser: Browser) -> None:
    """To the very page."""
    sign_up(browser)
    browser.submit("/log-out")

    browser.open("/account")
    assert browser.path == "/log-in?next=%2Faccount"
    browser.submit("/log-in", email="maya@example.org", password=SENTENCE)

    assert browser.path == "/account"


def test_a_wrong_log_in_reads_the_same_whatever_was_wrong(browser: Browser, another: Browser) -> None:
    """Word for word, but for the address that was typed."""
    sign_up(browser)

    wrong = log_in(another, "maya@example.org", "six blue cacti")
    unknown = log_in(another, "nobody@example.org", "six blue cacti")

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert _words_of(wrong, "maya@example.org") == _words_of(unknown, "nobody@example.org")


def _words_of(page: Any, email: str) -> str:
    """Return what the page says, without what was typed and without its token."""
    return str(page.text).replace(email, "").split("<main", 1)[1].split('name="csrf_token"', maxsplit=1)[0]


def test_too_many_tries_wait(browser: Browser, another: Browser, clock: SetClock, shop: Any) -> None:
    """Five at once for one account; even the right password waits then, and works later."""
    sign_up(browser)
    for _ in range(5):
        assert log_in(another, "maya@example.org", "six blue cacti").status_code == 422

    assert log_in(another, "Maya@example.org", SENTENCE).status_code == 429
    assert "auth.throttled" in {line["event"] for line in shop.log}

    clock.advance(minutes=2)
    assert log_in(another, "maya@example.org", SENTENCE).url.path == "/feed"


def test_a_log_in_that_went_well_gives_the_tries_back(browser: Browser, another: Browser) -> None:
    """Whoever mistypes now and then is not locked out."""
    sign_up(browser)
    for _ in range(3):
        for _ in range(3):
            log_in(another, "maya@example.org", "six blue cacti")
        assert log_in(another, "maya@example.org", SENTENCE).url.path == "/feed"
        another.submit("/log-out")


def test_log_lines_name_the_member_and_nothing_that_was_typed(browser: Browser, another: Browser, shop: Any) -> None:
    """Neither address nor password."""
    sign_up(browser)
    log_in(another, "maya@example.org", "six blue cacti")

    lines = " ".join(map(str, shop.log))

    assert "auth.failed" in lines
    assert "cacti" not in lines
    assert "maya" not in lines


def test_forms_need_their_token(browser: Browser) -> None:
    """A forged sign-up is refused."""
    answer = browser.post("/sign-up", data={"email": "maya@example.org", "name": "Maya", "password": SENTENCE})

    assert answer.status_code == 403


def test_whoever_is_signed_in_needs_no_form(browser: Browser) -> None:
    """They are led on."""
    sign_up(browser)

    assert browser.open("/log-in").url.path == "/feed"
    assert browser.open("/sign-up?next=/bag").url.path == "/bag"


def test_a_program_gets_a_token_and_asks_who_it_is(browser: Browser, another: Browser) -> None:
    """For e-mail and password; cookies count for nothing."""
    sign_up(browser)
    made = another.post("/api/v1/tokens", json={"email": "maya@example.org", "password": SENTENCE, "scope": "read"})
    assert made.status_code == 201

    me = another.get("/api/v1/me", headers={"authorization": f"Bearer {made.json()['token']}"})

    assert me.status_code == 200
    assert {k: v for k, v in me.json().items() if k in {"email", "name"}} == {
        "email": "maya@example.org",
        "name": "Maya Stone",
    }
    assert "password" not in me.text
    assert browser.get("/api/v1/me").status_code == 401
    assert another.post("/api/v1/tokens", json={"email": "maya@example.org", "password": "x"}).status_code == 403
