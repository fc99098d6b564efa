"""Sessions: made by us alone, renewed at log-in, ended for good."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import text


def _who(browser: Any) -> int:
    return int(browser.get("/mine", follow_redirects=False).status_code)


def test_logging_in_gives_a_new_session_and_ends_the_one_before(browser: Any, shop: Any) -> None:
    """ASVS 7.2.4: the id of before the log-in is worth nothing after it."""
    browser.submit("/bag", bag="5")
    before = browser.token
    browser.log_in()
    assert browser.token != before
    assert [(s.member_id, s.bag_id) for s in shop.sessions()] == [(7, 5)]
    browser.cookies.clear()
    browser.cookies.set("opensky", before)
    assert _who(browser) == 303


def test_logging_in_again_changes_the_session_again(browser: Any, shop: Any) -> None:
    """A change of what a member may do comes with a new id."""
    browser.log_in()
    before = browser.token
    browser.log_in(staff="yes")
    assert browser.token != before
    assert [s.roles for s in shop.sessions()] == [["staff"]]


def test_an_unknown_session_id_is_never_adopted(browser: Any, shop: Any) -> None:
    """ASVS 7.2.2: an id that an attacker has planted stays worthless, also through a log-in."""
    planted = "A" * 43
    browser.cookies.set("opensky", planted)
    assert "opensky=" not in browser.get("/").headers.get("set-cookie", "")
    assert shop.sessions() == []
    browser.log_in()
    assert hashlib.sha256(planted.encode()).hexdigest() not in [s.token_hash for s in shop.sessions()]


def test_only_the_digest_of_a_session_id_is_kept(browser: Any, shop: Any) -> None:
    """Whoever reads the database cannot use what it holds."""
    browser.log_in()
    (session,) = shop.sessions()
    assert session.token_hash == hashlib.sha256(browser.token.encode()).hexdigest()
    assert len(browser.token) == 43
    with shop.database.reader() as reader:
        assert browser.token not in str(reader.rows(text("SELECT * FROM sessions")))


def test_logging_out_deletes_the_session_and_tells_the_browser(browser: Any, shop: Any) -> None:
    """ASVS 7.4.1: a copied cookie is dead, too."""
    browser.log_in()
    copied = browser.token
    gone = browser.submit("/log-out")
    assert gone.headers["clear-site-data"] == '"cache", "storage"'
    assert "opensky=; Path=/; Max-Age=0" in gone.headers["set-cookie"]
    assert shop.sessions() == []
    browser.cookies.set("opensky", copied)
    assert _who(browser) == 303


def test_a_member_session_ends_after_two_idle_weeks(browser: Any, shop: Any) -> None:
    """Idle time counts from the last use, noted at most every ten minutes."""
    browser.log_in()
    shop.clock.advance(days=13)
    assert _who(browser) == 200
    shop.clock.advance(days=13)
    assert _who(browser) == 200
    shop.clock.advance(days=3, hours=23)
    assert _who(browser) == 200
    shop.clock.advance(hours=1)
    assert _who(browser) == 303  # thirty days in all


def test_an_unused_member_session_ends(browser: Any, shop: Any) -> None:
    """Fourteen days without a request."""
    browser.log_in()
    shop.clock.advance(days=14)
    assert _who(browser) == 303


def test_a_staff_session_ends_after_two_idle_hours_and_twelve_in_all(browser: Any, shop: Any) -> None:
    """What opens the admin is kept short."""
    browser.log_in(staff="yes")
    for _ in range(6):
        shop.clock.advance(hours=1, minutes=59)
        assert browser.get("/staff").status_code == 200
    shop.clock.advance(minutes=6)
    assert _who(browser) == 303
    browser.log_in(staff="yes")
    shop.clock.advance(hours=2)
    assert _who(browser) == 303


def test_reading_pages_does_not_write_the_session_each_time(browser: Any, shop: Any) -> None:
    """The last use is noted when the note is more than ten minutes old."""
    browser.log_in()
    (fresh,) = shop.sessions()
    shop.clock.advance(minutes=10)
    browser.get("/mine")
    assert shop.sessions()[0].seen_at == fresh.seen_at
    shop.clock.advance(seconds=1)
    browser.get("/mine")
    assert shop.sessions()[0].seen_at == shop.clock.now()


def test_a_guest_gets_a_session_only_with_a_bag(browser: Any, shop: Any) -> None:
    """Looking around leaves nothing in the database."""
    browser.get("/")
    browser.get("/cards")
    assert (shop.sessions(), browser.token) == ([], "")
    page = browser.submit("/bag", bag="5")
    assert (page.status_code, len(shop.sessions()), shop.sessions()[0].member_id) == (422, 1, None)
    browser.submit("/bag", bag="6")
    assert [s.bag_id for s in shop.sessions()] == [6]


def test_a_failed_action_leaves_neither_session_nor_cookie(browser: Any, shop: Any) -> None:
    """What was rolled back is not sent out."""
    token = browser.csrf()
    failed = browser.submit("/log-in-and-fail", csrf_token=token)
    assert failed.status_code == 409
    assert "opensky=" not in failed.headers.get("set-cookie", "")
    assert shop.sessions() == []


def test_a_member_sees_and_ends_own_sessions(browser: Any, another: Any, shop: Any) -> None:
    """ASVS 7.5.2: listed by device, ended one by one or all the others at once."""
    browser.log_in()
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    another.submit("/log-in", headers={"user-agent": agent})
    listed = json.loads(browser.get("/sessions").text.split("<p>")[-1].split("</p>")[0].replace("&#34;", '"'))
    assert {(device, current) for _, device, current in listed} == {
        ("Some program", True),
        ("Firefox on Linux", False),
    }
    (other,) = [id_ for id_, _, current in listed if not current]
    assert "True" in browser.submit(f"/end/{other}").text
    assert (_who(another), _who(browser)) == (303, 200)
    another.log_in()
    browser.submit("/end-others")
    assert (_who(another), _who(browser), len(shop.sessions())) == (303, 200, 1)


def test_nobody_ends_the_session_of_another_member(browser: Any, another: Any) -> None:
    """Ids of sessions count for their own member only."""
    browser.log_in(member="7")
    another.log_in(member="8")
    theirs = json.loads(another.get("/sessions").text.split("<p>")[-1].split("</p>")[0].replace("&#34;", '"'))[0][0]
    assert "False" in browser.submit(f"/end/{theirs}").text
    assert _who(another) == 200


def test_cookies_are_locked_to_the_host_over_tls(open_shop: Callable[..., Any]) -> None:
    """ASVS 3.3: __Host-, Secure, HttpOnly, SameSite; plain only on loopback."""
    with open_shop(public_url="https://shop.example").browser() as browser:
        browser.submit("/log-in")
        cookies = [c for c in browser.cookies.jar if c.name == "__Host-opensky"]
        sent = browser.submit("/log-in", csrf_token=browser.csrf()).headers.get_list("set-cookie")
    assert len(cookies) == 1
    assert [c.partition("; ")[2] for c in sent if c.startswith("__Host-opensky=")] == [
        "Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure"
    ]


def test_plain_http_on_loopback_uses_a_plain_cookie(browser: Any) -> None:
    """A newcomer's first shop works without a certificate."""
    sent = browser.submit("/log-in").headers.get_list("set-cookie")
    assert [c.partition("; ")[2] for c in sent if c.startswith("opensky=")] == [
        "Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"
    ]


def test_sessions_that_nobody_can_use_are_cleared_away(browser: Any, another: Any, shop: Any) -> None:
    """When the next one begins."""
    another.log_in(member="8")
    shop.clock.advance(days=15)
    browser.log_in()
    assert [s.member_id for s in shop.sessions()] == [7]
