"""Who may call what."""

from typing import Any

import pytest

from opensky.kernel.errors import Misconfigured
from opensky.web.access import Access
from opensky.web.incoming import Incoming
from opensky.web.routing import routes_of


def test_every_route_has_an_access_rule(shop: Any) -> None:
    """ASVS 8.1.1: nothing is open by forgetting."""
    handlers = [h for r in shop.app.routes for h in r.route_handlers]
    assert [h for h in handlers if not isinstance(h.opt.get("access"), Access)] == []
    assert len(handlers) >= 20


def test_a_guest_is_led_to_the_log_in_and_back(browser: Any) -> None:
    """A page for members is reached after logging in, with its query."""
    led = browser.get("/mine?before=7&x=a b", follow_redirects=False)
    assert (led.status_code, led.headers["location"]) == (303, "/log-in?next=%2Fmine%3Fbefore%3D7%26x%3Da%2520b")


def test_a_guest_who_sends_a_members_form_comes_back_to_its_page(browser: Any) -> None:
    """After the log-in the visitor sees the page with the form again."""
    led = browser.submit("/log-out", headers={"referer": "http://127.0.0.1:8000/?number=3"})
    assert (led.status_code, led.headers["location"]) == (303, "/log-in?next=%2F%3Fnumber%3D3")
    led = browser.submit("/log-out", headers={"referer": "https://evil.example/steal"})
    assert led.headers["location"] == "/log-in?next=%2F"


def test_htmx_is_told_to_load_the_log_in_as_a_page(browser: Any) -> None:
    """It would otherwise look for its part in the log-in page, find none, and take the button away."""
    led = browser.submit("/log-out", headers={"referer": "http://127.0.0.1:8000/?number=3", "hx-request": "true"})
    assert (led.status_code, led.headers["hx-redirect"]) == (200, "/log-in?next=%2F%3Fnumber%3D3")


def test_a_member_may_not_see_staff_pages(browser: Any, shop: Any) -> None:
    """The refusal is written down."""
    browser.log_in()
    assert browser.get("/staff").status_code == 403
    assert ("web.denied", "/staff", 7) in [(line["event"], line.get("path"), line.get("member")) for line in shop.log]


def test_staff_may(browser: Any) -> None:
    """By the role of the session."""
    browser.log_in(staff="yes")
    assert browser.get("/staff").status_code == 200


def test_the_api_takes_no_cookies(browser: Any) -> None:
    """A signed-in browser is nobody to the API, so that no page elsewhere can use it."""
    browser.log_in()
    refused = browser.get("/api/v1/me")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert refused.json()["title"] == "Please log in"


def test_a_token_acts_for_its_member(browser: Any, another: Any) -> None:
    """Made on the account page, shown once."""
    browser.log_in()
    token = _made(browser, "write")
    assert token.startswith("osk_")
    assert another.get("/api/v1/me", headers=_bearer(token)).json() == {"name": "Ann", "price": 7}
    assert another.delete("/api/v1/things/x", headers=_bearer(token)).status_code == 204


def test_a_reading_token_writes_nothing(browser: Any) -> None:
    """Scope ``read`` is enforced before the controller."""
    browser.log_in()
    token = _made(browser, "read")
    assert browser.get("/api/v1/me", headers=_bearer(token)).status_code == 200
    assert browser.delete("/api/v1/things/x", headers=_bearer(token)).status_code == 403


def test_no_token_opens_what_is_for_staff(browser: Any) -> None:
    """Also not the token of somebody who is staff."""
    browser.log_in(staff="yes")
    assert browser.get("/api/v1/staff", headers=_bearer(_made(browser, "write"))).status_code == 403


@pytest.mark.parametrize("header", ["Bearer nonsense", "Basic QTpC", "Bearer", "Bearer  ", "Bearer " + "x" * 200])
def test_what_is_no_token_of_ours_is_nobody(browser: Any, header: str) -> None:
    """A wrong token is the same as none."""
    assert browser.get("/api/v1/me", headers={"authorization": header}).status_code == 401


def test_a_class_without_routes_is_no_controller() -> None:
    """A mark that was forgotten shows at start."""

    class Empty:
        pass

    with pytest.raises(Misconfigured, match="Empty has no route; mark a method"):
        list(routes_of(Empty))


@pytest.mark.parametrize(
    ("seen", "said", "proxied", "address"),
    [
        ("127.0.0.1", "6.6.6.6, 9.9.9.9", True, "9.9.9.9"),
        ("127.0.0.1", "9.9.9.9", False, "127.0.0.1"),
        ("127.0.0.1", "", True, "127.0.0.1"),
        ("8.8.8.8", "9.9.9.9", True, "8.8.8.8"),
    ],
)
def test_the_address_of_a_caller_is_what_our_own_proxy_saw(seen: str, said: str, proxied: bool, address: str) -> None:
    """Nobody gets around a limit by inventing where the request came from."""
    scope = {"client": (seen, 1), "headers": [(b"x-forwarded-for", said.encode())]}
    assert Incoming(scope).address(proxied=proxied) == address


def _made(browser: Any, scope: str) -> str:
    return str(browser.submit("/token", scope=scope).text.split("<p>")[-1].split("</p>")[0])


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}
