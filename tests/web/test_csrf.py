"""Forged requests change nothing; our own forms pass."""

from collections.abc import Mapping
from typing import Any

import pytest


def test_a_form_without_a_token_is_refused_and_changes_nothing(browser: Any, shop: Any) -> None:
    """The page says what to do, and nobody is logged in."""
    refused = browser.submit("/log-in", csrf_token="")
    assert refused.status_code == 403
    assert "reload the page" in refused.text
    assert shop.sessions() == []


def test_a_form_of_ours_passes(browser: Any) -> None:
    """The token of the page fits the browser that it was shown to."""
    assert browser.submit("/log-in").status_code == 303


def test_the_token_of_another_visitor_does_not_fit(browser: Any, another: Any, shop: Any) -> None:
    """A token is bound to a cookie that an attacker cannot read or set."""
    theirs = another.csrf()
    browser.csrf()
    assert browser.submit("/log-in", csrf_token=theirs).status_code == 403
    assert shop.sessions() == []


def test_the_token_of_before_the_log_in_does_not_fit_after_it(browser: Any) -> None:
    """A member's token is bound to the session."""
    before = browser.csrf()
    browser.log_in()
    assert browser.csrf() != before
    assert browser.submit("/log-out", csrf_token=before).status_code == 403
    assert browser.get("/mine").status_code == 200


def test_a_guest_who_gets_a_session_keeps_the_token(browser: Any) -> None:
    """Two pages open, one fills the bag: the form on the other still works."""
    token = browser.csrf()
    assert browser.submit("/bag", bag="1", csrf_token=token).status_code == 422
    assert browser.submit("/bag", bag="2", csrf_token=token).status_code == 422


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "", "origin": "https://evil.example"},
        {"sec-fetch-site": "", "origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8000"},
    ],
)
def test_a_request_from_another_site_is_refused_even_with_a_token(
    browser: Any, shop: Any, headers: Mapping[str, str]
) -> None:
    """What the browser says of the origin is checked first."""
    refused = browser.submit("/log-in", headers=dict(headers))
    assert (refused.status_code, shop.sessions()) == (403, [])
    assert "another site" in refused.text
    assert [line["event"] for line in shop.log if line["log"] == "security"] == ["web.forged"]


@pytest.mark.parametrize("headers", [{"sec-fetch-site": ""}, {"sec-fetch-site": "", "origin": "http://127.0.0.1:8000"}])
def test_an_old_browser_passes_by_its_origin_and_token(browser: Any, headers: Mapping[str, str]) -> None:
    """A browser that sends no fetch metadata is checked by what it sends."""
    assert browser.submit("/log-in", headers=dict(headers)).status_code == 303


def test_a_script_of_ours_may_send_the_token_in_a_header(browser: Any) -> None:
    """For requests that are no forms."""
    token = browser.csrf()
    assert browser.submit("/log-in", csrf_token="", headers={"x-csrf-token": token}).status_code == 303


def test_every_action_is_checked(shop: Any, browser: Any) -> None:
    """No unsafe route that takes cookies is without the check."""
    actions = {h.opt["route"].path for r in shop.app.routes for h in r.route_handlers if _kind(h) == "action"}
    browser.log_in()
    assert len(actions) == 8
    for path in actions:
        assert browser.post(path.replace("{id:str}", "x"), data={}).status_code == 403


def _kind(handler: Any) -> str:
    return getattr(handler.opt.get("route"), "kind", "")
