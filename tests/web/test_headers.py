"""What every answer carries."""

import re
from collections.abc import Callable
from typing import Any


def test_a_page_runs_only_scripts_that_bear_its_nonce(browser: Any) -> None:
    """ASVS 3.4.3: a new nonce each time, nothing inline, nothing evaluated, no frame around it."""
    first, second = browser.get("/"), browser.get("/")
    policy = first.headers["content-security-policy"]
    (nonce,) = re.findall(r'<script nonce="([^"]+)">', first.text)
    assert f"script-src 'self' 'nonce-{nonce}'" in policy
    assert nonce not in second.text
    assert "unsafe" not in policy
    for rule in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert rule in policy


def test_pages_carry_the_fixed_headers(browser: Any) -> None:
    """One list, for every page."""
    headers = browser.get("/").headers
    assert {
        name: headers[name]
        for name in ("x-content-type-options", "referrer-policy", "cross-origin-opener-policy", "content-type")
    } == {
        "x-content-type-options": "nosniff",
        "referrer-policy": "strict-origin-when-cross-origin",
        "cross-origin-opener-policy": "same-origin",
        "content-type": "text/html; charset=utf-8",
    }
    assert "camera=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers


def test_tls_is_asked_for_where_the_shop_has_it(open_shop: Callable[..., Any]) -> None:
    """A year, on pages, API and files."""
    with open_shop(public_url="https://shop.example").browser() as browser:
        for path in ("/", "/api/v1/things/x", "/static/img/favicon.svg"):
            assert browser.get(path).headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


def test_what_a_member_sees_is_not_kept(browser: Any) -> None:
    """Neither by a proxy nor by the browser's back button after logging out."""
    assert browser.get("/").headers["cache-control"] == "private, no-cache"
    browser.log_in()
    assert browser.get("/").headers["cache-control"] == "private, no-store"
    assert browser.get("/api/v1/things/x").headers["cache-control"] == "private, no-store"
    assert browser.get("/nowhere").headers["cache-control"] == "private, no-store"


def test_a_member_who_looks_around_gets_no_cookie_anew(browser: Any) -> None:
    """Cookies go out when something changes, not with each page."""
    browser.log_in()
    browser.get("/mine")
    assert "set-cookie" not in browser.get("/mine").headers


def test_head_is_answered_without_a_body(browser: Any) -> None:
    """With the length that GET would have."""
    head, get = browser.head("/cards"), browser.get("/cards")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(get.content)))
